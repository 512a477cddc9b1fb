"""`looprig expect`: a port's file of known divergences, written and kept up by what runs saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import tomlkit
import tomlkit.items

from rig import expectations, streams, whole
from rig.answers.answer import tell
from rig.answers.reading import Expect, ExpectedChange, PortExpected
from rig.commands.report import output
from rig.commands.seen import Port, Seen, cut_short, gathered, here, of_entry
from rig.commands.verifying import verified
from rig.ending import GOOD, RIG
from rig.errors import RigError, UsageError
from rig.expectations import UNEXPLAINED, Entry, layers
from rig.results import BoardInfo, Outcome

AGREE = 2
"""Verdicts without the divergence, and none with it, before its entry goes: one may be chance."""
SEEN_KEPT = 160
HEADER = """What this port does beside what the package's asyncio.toml and its own file say.
`looprig expect RUN...` writes it and keeps it up; see docs/expectations.md."""


Ask = Callable[[str], str]


def expect(
    runs: Sequence[Path],
    folder: Path | None,
    verify: bool,
    ask: Ask | None,
    as_json: bool = False,
) -> int:
    """Write or verify the files of the ports that the runs are of.

    `ask` puts a question to somebody at a terminal; None where nobody is there. Exit 0: written,
    or all that is expected shows and has its reason; 1: `verify` found what does not; 3: the runs
    judged nothing, or ended before they had judged all. Raises UsageError for what is no run and
    for runs without a MicroPython.
    """
    ports, boards, place = gathered(runs)
    own = folder or place
    if own.is_dir():
        from rig.commands.asked import check_tables

        check_tables(own)
    elif own.exists():
        raise UsageError(f"{own}: it is a file", "name a directory with --out")
    if not any(ports.values()):
        what = "the runs have no verdict on any board that runs MicroPython"
        raise RigError(what, "nothing was written")
    if folder and not verify:
        output(folder)
    told = [
        verified(port, seen, boards[port], own) if verify else refresh(port, seen, own, ask)
        for port, seen in ports.items()
    ]
    if short := cut_short(runs):
        streams.tell(f"looprig: {'; '.join(short)}")
    code = max([RIG if short else GOOD, *(each.exit_code for each in told)])
    if as_json:
        tell(Expect(verified=verify, ports=told, exit_code=code))
    return code


# -- writing ----------------------------------------------------------------------------------


def refresh(port: str, seen: Port, own: Path, ask: Ask | None) -> PortExpected:
    """Add what is unexpected, take out what is gone, and say what changed."""
    path = own / f"{port}.toml"
    document = opened(path)
    entries = document.setdefault("divergence", tomlkit.aot())
    said: list[ExpectedChange] = []
    drop_gone(entries, seen, said)
    for claim, each in seen.items():
        showed = each.boards(showed=True)
        if any(not listed(claim, info, port, own, entries) for info in showed):
            entries.append(entry_of(claim, each))
            why = str(each.first.actual or each.first.outcome)[:SEEN_KEPT]
            said.append(ExpectedChange(claim=claim, sign="+", why=why))
    without(document, port, seen, said)
    if ask is not None:
        explain(entries, ask)
    lacking = [str(e["claim"]) for e in entries if not Entry.model_validate(e.unwrap()).explained]
    if not entries:
        del document["divergence"]
    if said or path.exists():
        own.mkdir(parents=True, exist_ok=True)
        whole.write(path, tomlkit.dumps(document))
    for change in said:
        print(f"{port}: {change.sign or ' '} {change.claim}: {change.why}")
    if not said:
        print(f"{port}: nothing new")
    print(f"{port}: {path}" if path.exists() else f"{port}: asyncio's own say it all; no file")
    if lacking:
        print(f"{port}: {len(lacking)} without a reason; run it at a terminal, or write them there")
    return PortExpected(
        port=port,
        files=[str(path)] if path.exists() else [],
        changes=said,
        unexplained=lacking,
        not_judged=0,
        exit_code=GOOD,
    )


def opened(path: Path) -> tomlkit.TOMLDocument:
    """The file with its comments, or a new one."""
    if path.is_file():
        return tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    document = tomlkit.document()
    for line in HEADER.splitlines():
        document.add(tomlkit.comment(line))
    document.add(tomlkit.nl())
    return document


def listed(claim: str, info: BoardInfo, port: str, own: Path, entries: tomlkit.items.AoT) -> bool:
    """Whether it is known of that board, by the package's files or by these entries."""
    mine = [Entry.model_validate(entry.unwrap()) for entry in entries]
    if any(entry.claim == claim and entry.holds_on(info) for entry in mine):
        return True
    left_out = layers(port, own)[-1:]
    if left_out and left_out[0].parent == own and claim in expectations.load(left_out[0]).without:
        return False
    return claim in expectations.on(info, layers(port))


def entry_of(claim: str, seen: Seen) -> tomlkit.items.Table:
    """A new entry, under what tells the boards that show it from those that do not."""
    table = tomlkit.table()
    table["claim"] = claim
    first = seen.first
    what = " ".join((first.actual or str(first.outcome)).split())[:SEEN_KEPT]
    wanted = " ".join(first.expected.split())[:SEEN_KEPT]
    table["reason"] = f"{UNEXPLAINED}: {what or 'it diverged'}; expected: {wanted or 'the claim'}"
    table.update(conditions(seen))
    if any(result.outcome is Outcome.CRASHED for _, result in seen.verdicts):
        table["crashes"] = True
    return table


def conditions(seen: Seen) -> dict[str, object]:
    """What tells the boards apart that showed it: what they are, or their version; nothing where
    all did, and `intermittent` where neither tells."""
    showed, held = seen.boards(showed=True), seen.boards(showed=False)
    if not held:
        return {}
    machines, others = {b.machine for b in showed}, {b.machine for b in held}
    if all(machines) and not machines & others:
        escaped = [text.replace("[", "[[]").replace("*", "[*]") for text in sorted(machines)]
        return {"boards": [text.replace("?", "[?]") for text in escaped]}
    mine, theirs = {_release(b) for b in showed}, {_release(b) for b in held}
    if () not in mine | theirs:
        if min(mine) > max(theirs):
            return {"versions": f">={'.'.join(map(str, min(mine)))}"}
        if max(mine) < min(theirs):
            return {"versions": f"<{'.'.join(map(str, min(theirs)))}"}
    return {"intermittent": True}


def _release(info: BoardInfo) -> tuple[int, ...]:
    """(1, 28, 0) of 1.28.0 and of its previews; () for what is no version."""
    numbers = info.version.partition("-")[0].partition(" ")[0].split(".")
    return tuple(map(int, numbers)) if all(n.isdecimal() for n in numbers) else ()


def drop_gone(entries: tomlkit.items.AoT, seen: Port, said: list[ExpectedChange]) -> None:
    """Take out what did not show where it is said to; of what showed on some of its boards only,
    say on which, or that it is intermittent."""
    for number in reversed(range(len(entries))):
        entry = Entry.model_validate(entries[number].unwrap())
        if entry.claim not in seen or entry.intermittent:
            continue
        showed, held = here(entry, seen[entry.claim])
        if showed and held:
            narrower = conditions(of_entry(entry, seen[entry.claim]))
            if entry.versions and "versions" in narrower:
                narrower["versions"] = f"{entry.versions},{narrower['versions']}"
            entries[number].update(narrower)
            told = ", ".join(
                "intermittent" if v is True else f"only {v}" for v in narrower.values()
            )
            why = f"{told}, {showed} of {showed + held}"
            said.append(ExpectedChange(claim=entry.claim, sign="~", why=why))
        elif held >= AGREE:
            del entries[number]
            why = f"conforms now, {held} of {held}; was: {entry.reason}"
            said.append(ExpectedChange(claim=entry.claim, sign="-", why=why))
        elif held:
            why = "conforms now; a second run takes it out"
            said.append(ExpectedChange(claim=entry.claim, sign="", why=why))


def without(
    document: tomlkit.TOMLDocument, port: str, seen: Port, said: list[ExpectedChange]
) -> None:
    """Keep `without`: what is known of asyncio and does not show, once AGREE verdicts agree."""
    listed_now = [str(claim) for claim in document.get("without", [])]
    wanted = [claim for claim in listed_now if not (claim in seen and seen[claim].boards(True))]
    files = layers(port)
    inherits: dict[int, dict[str, tuple[Path, Entry]]] = {}  # a board's, worked out once
    for claim, each in seen.items():
        held = each.boards(showed=False)
        for info in held:
            if id(info) not in inherits:
                inherits[id(info)] = expectations.on(info, files)
        inherited = [inherits[id(info)].get(claim) for info in held]
        known = [pair for pair in inherited if pair and not pair[1].intermittent]
        if claim in wanted or each.boards(showed=True) or not known:
            continue
        if len(known) >= AGREE:
            wanted.append(claim)
            why = f"does not show here, {len(known)} of {len(known)}: without"
            said.append(ExpectedChange(claim=claim, sign="-", why=why))
        else:
            why = "does not show here; a second run puts it into without"
            said.append(ExpectedChange(claim=claim, sign="", why=why))
    if wanted == listed_now:
        return
    if "without" in document:
        del document["without"]
    if wanted:
        array = tomlkit.array(sorted(wanted))  # type: ignore[arg-type]
        divergence = document.pop("divergence", None)  # `without` stands above the first table
        document["without"] = array
        if divergence is not None:
            document["divergence"] = divergence


def explain(entries: tomlkit.items.AoT, ask: Ask) -> None:
    """Ask for the reasons and links that are missing; Enter leaves one for later."""
    for entry in entries:
        if Entry.model_validate(entry.unwrap()).explained:
            continue
        if reason := ask(f"{entry['claim']}\n  {entry['reason']}\n  reason (Enter: later): "):
            entry["reason"] = reason
            if "link" not in entry and (link := ask("  link (Enter: none): ")):
                entry["link"] = link
