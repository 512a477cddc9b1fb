"""`looprig reproduce`: a result as a script that needs no rig, for a REPL or for an issue.

What a run says of itself may be a stranger's: texts of it become comments of one line, parameters
are read as literals and written anew, and the code is this looprig's own device test.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rig.answers.answer import tell
from rig.answers.reading import Reproduce
from rig.claims import DEVICE_TESTS, catalogue, sources
from rig.commands.folded import folded
from rig.commands.spared import native
from rig.errors import UsageError, nearest
from rig.results import SHOWED, BoardInfo, ExecutionRecord, Result, RunInfo
from rig.run_dir import RunDir

MOST_LINES = 39
"""Of a script, where the device test allows: what an issue shows without scrolling."""
EVENTS_SHOWN = 12
FEWEST_SHOWN = 2
WIDTH = 160
EMIT = {
    "micropython": "def emit(*what): print(*what)",
    "cpython": "def emit(*what): print(*what, flush=True)",
}
CLOCK = {
    "micropython": "from time import ticks_us as _us",
    "cpython": "from time import monotonic_ns\ndef _us(): return monotonic_ns() // 1000",
}
CHECK = "from binascii import crc32 as _check"
WITH_FLOATS = {
    "seconds": "def seconds(ms): return ms / 1000",
    "pause": "def pause(ms): return asyncio.sleep(ms / 1000)",
}
WHOLE = {
    "seconds": "def seconds(ms): return (ms + 999) // 1000",
    "pause": "def pause(ms): return asyncio.sleep_ms(ms)",
}


def reproduce(run: Path, claim: str, board: str, as_json: bool = False) -> int:
    """Print the script. Raises UsageError for a claim or board that the run has no result of, and
    for a result with nothing to run."""
    at = RunDir(run)
    info = at.read()
    result = chosen(at.results(), claim, board, run)
    about = next((b for b in info.boards if b.name == result.board), BoardInfo(name=result.board))
    text = script(result, about, info)
    if as_json:
        fields = {"claim": result.claim, "board": result.board, "outcome": result.outcome}
        tell(Reproduce.model_validate({**fields, "script": text}))
        return 0
    print(text, end="")
    return 0


def chosen(results: list[Result], claim: str, board: str, run: Path) -> Result:
    """The result asked for: of several boards one that diverges, else the first."""
    of_claim = [result for result in results if result.claim == claim]
    if not of_claim:
        claims = [result.claim for result in results]
        raise UsageError(f"{run}: it has no result of {claim!r}", nearest(claim, claims))
    found = [result for result in of_claim if board in ("", result.board)]
    if not found:
        boards = [result.board for result in of_claim]
        what = f"--board {board}: {run} has no result of {claim} on it"
        raise UsageError(what, nearest(board, boards))
    return next((result for result in found if result.outcome in SHOWED), found[0])


def script(result: Result, board: BoardInfo, run: RunInfo) -> str:
    """The whole script: comments, the few names that a device test uses, and the test."""
    if not result.executions:
        what = f"{result.claim} on {result.board}: nothing ran on the board ({result.outcome})"
        raise UsageError(what, result.why or "choose another result")
    last = result.executions[-1]  # the one that decided it: a check that fails ends the test
    head, tail = said(result, board, run), seen(last)
    lines = [*head, *code(last, board).splitlines(), *tail]
    if len(lines) > MOST_LINES:
        kept = code(last, board, short=True).splitlines()
        room = max(FEWEST_SHOWN, MOST_LINES - len(head) - len(kept))
        tail = tail if len(tail) <= room else [*tail[: room - 1], "# …"]
        lines = [*head, *kept, *tail]
    return "\n".join(lines) + "\n"


def said(result: Result, board: BoardInfo, run: RunInfo) -> list[str]:
    """What it is about: the claim, where it stands, what was wanted and what came."""
    claim = catalogue().get(result.claim)
    source = sources().get(claim.source) if claim else None
    where = f" ({source.title}{f', {source.url}' if source.url else ''})" if source else ""
    lines = [
        f"{result.claim}: {result.required or (claim.sentence if claim else '')}{where}",
        f"Expected: {result.expected or 'as the claim says'}",
        f"Seen: {result.outcome}: {result.actual or result.why}",
        f"On: {board.sys_version or board.version or 'unknown'}; {board.machine or board.platform}",
    ]
    if run.overlay:
        lines.append(f"It ran under {run.overlay}, which has to stand first on sys.path.")
    last = result.executions[-1]
    if last.hosted:
        test = claim_test(result.claim)
        lines.append(f"The host took part, as {test} has it: it typed, or was the other end.")
    if len(result.executions) > 1:
        lines.append(f"It is the last of {len(result.executions)} scripts that were run.")
    return [comment(line) for line in lines]


def claim_test(claim: str) -> str:
    from rig.claims import host_tests

    return f"host/{host_tests().get(claim, '')}"


def code(last: ExecutionRecord, board: BoardInfo, short: bool = False) -> str:
    """The device test with what stands in front of it; `short`: cut down to this execution. Raises
    UsageError for one that this looprig does not have."""
    parts = [text(name) for name in (*last.prefix.split(), last.device_test)]
    body = needed("\n".join(parts))
    kind = "cpython" if board.implementation == "cpython" else "micropython"
    if short:
        given = parameters(last) if "params" in names(body) else {}
        body = native(body) if kind == "micropython" else body
        body = folded(needed(folded(body, given)), {})
    front = [EMIT[kind]]
    used = names(body)
    if "_us" in used:
        front.append(CLOCK[kind])
    if "_check" in used:
        front.append(CHECK)
    times = WHOLE if whole_only(board) else WITH_FLOATS
    front += [line for name, line in times.items() if name in used and f"def {name}(" not in body]
    if times.keys() & used and "asyncio" not in imported(body):
        front.append("import asyncio")
    if "params" in used:
        front.append(f"params = {parameters(last)!r}")
    return "\n".join(front) + ("\n" if short else "\n\n") + body


def names(body: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}


def imported(body: str) -> set[str]:
    found = [node.names for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Import)]
    return {alias.name for each in found for alias in each}


def needed(body: str) -> str:
    """The script without the functions, classes and imports that nothing in it uses: several tests
    share a script that goes before them."""
    tree = ast.parse(body)
    if "globals" in names(body):
        return body
    named = {  # what a statement at the top level binds, where it does nothing else
        number: bound(statement) for number, statement in enumerate(tree.body)
    }
    used: set[str] = set()
    kept: set[int] = set()
    while True:
        more = {n for n, names in named.items() if n not in kept and (not names or names & used)}
        if not more:
            break
        kept |= more
        for number in more:
            nodes = ast.walk(tree.body[number])
            used |= {node.id for node in nodes if isinstance(node, ast.Name)}
    lines = body.splitlines()
    for number, statement in enumerate(tree.body):
        if number not in kept:
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(each.lineno for each in decorators)])
            for line in range(first - 1, statement.end_lineno or first):
                lines[line] = "\0"
    left = "\n".join(line for line in lines if line != "\0")
    return re.sub(r"\n{3,}", "\n\n\n", left)


def bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    return set()


def whole_only(board: BoardInfo) -> bool:
    """Whether the board is known to have no floats."""
    return bool(board.features) and "float" not in board.features


def text(name: str) -> str:
    path = (DEVICE_TESTS / f"{name}.py").resolve()
    if not path.is_relative_to(DEVICE_TESTS.resolve()) or not path.is_file():
        what = f"this looprig has no device test {comment(name)[2:]!r}"
        raise UsageError(what, "use the looprig that made the run")
    return path.read_text(encoding="utf-8")


def parameters(last: ExecutionRecord) -> dict[str, object]:
    """What the script was given. Raises UsageError where the run does not say."""
    try:
        found = ast.literal_eval(last.params or "{}")
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        what = f"{last.device_test}: its parameters are no Python literals"
        raise UsageError(what, "is the run damaged?") from error
    if not isinstance(found, dict) or not found:
        what = f"{last.device_test}: the run does not say what it was given"
        raise UsageError(what, "was it made before parameters were kept? run it again")
    return found


def seen(last: ExecutionRecord) -> list[str]:
    """What the script told there, as comments."""
    lines = [
        comment(" ".join([event.name, *(repr(value) for value in event.data)]))
        for event in last.events
        if event.name != "end"
    ]
    shown = lines[:EVENTS_SHOWN] + ["# …"] * (len(lines) > EVENTS_SHOWN)
    if last.ended != "finished":
        shown.append(comment(f"and then: {last.ended}: {last.how}"))
    if not shown:
        return ["# It printed nothing there."]
    return [f"# It printed there: {shown[0][2:]}", *shown[1:]]


def comment(said: str) -> str:
    """One line, whatever it holds."""
    line = "".join(c if c.isprintable() else "?" for c in " ".join(said.split()))
    return f"# {line if len(line) <= WIDTH else line[:WIDTH] + ' …'}"
