"""How a command ends: the one place that decides an exit code, and the words that go with it.

0: every board that was asked for was judged on a claim at the levels that the code follows, and
nothing unexpected came of it. 1: a board did something unexpected, and nothing else. 2: words or
a file of the user's have to be changed; found before anything is opened. 3: the rig, its host or
its operator: a board lost, a disk full, memory, permission, a pipe closed. 130: a signal.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rig import streams
from rig.errors import LooprigError, UsageError
from rig.results import LEVELS, VERDICTS, BoardInfo, Level, Outcome, Result, RunInfo

GOOD, UNEXPECTED, USAGE, RIG, INTERRUPTED = 0, 1, 2, 3, 130
NOUNS = {
    Outcome.DIVERGES: ("divergence", "divergences"),
    Outcome.CRASHED: ("crash", "crashes"),
    Outcome.INCONCLUSIVE: ("inconclusive measurement", "inconclusive measurements"),
}
TRACE = "LOOPRIG_TRACEBACK"
HINTS = {
    errno.ENOSPC: "free some space, or name another place with --out or TMPDIR",
    errno.EDQUOT: "free some space, or name another place with --out or TMPDIR",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close other programs: the system's table of open files is full",
    errno.ENOMEM: "close other programs, or raise the limit on memory (ulimit -v)",
    errno.EAGAIN: "close other programs, or raise the limit on processes (ulimit -u)",
    errno.EACCES: "run it as a user who may, or name another place",
    errno.EPERM: "run it as a user who may, or name another place",
    errno.EROFS: "name another place with --out or TMPDIR",
    errno.ENOENT: "was it, or a directory on the way to it, removed meanwhile?",
}
LONG = 80
"""Characters of a name that is too long."""
NO_THREAD = "can't start new thread"
"""CPython's words (Modules/_threadmodule.c), of the bare RuntimeError that it makes of EAGAIN."""
UNNAMED = {
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN), "this machine"),
    errno.ENOENT: "the working directory",  # of getcwd
}
"""What an error is of that names no file; any other is of the output."""


class Ending(NamedTuple):
    """An exit code, and what to say with it."""

    code: int
    said: str
    hint: str = ""  # the part of it, its last, that says what to do next


def of_run(
    results: Sequence[Result],
    info: RunInfo,
    levels: Sequence[Level],
    interrupted: bool = False,
    stopped: bool = False,
) -> Ending:
    """A run's ending. What kept it from saying all that it was asked outweighs a verdict;
    `stopped` says that the rest is owed to nobody: --fail-fast left it out."""
    follows = f" follows {', '.join(levels)}" if levels else ""
    if interrupted:
        return Ending(INTERRUPTED, f"interrupted; exit {INTERRUPTED}")
    faults = [
        _several(len(info.errors), "fault of the rig or its host"),
        _several(len(info.lost), "lost board"),
        _several(sum(r.outcome is Outcome.ERRORED for r in results), "errored result"),
    ]
    if any(faults):
        return Ending(RIG, f"{', '.join(filter(None, faults))}; exit {RIG}")
    bad = [result for result in results if result.unexpected]
    counted = [r for r in bad if r.level in levels]
    beside = _by_level([result for result in bad if result.level not in levels])
    if any(result.outcome in VERDICTS for result in counted):
        said = _by_level(counted) + (f"; also {beside}" if beside else "")
        return Ending(UNEXPECTED, f"{said}; exit {UNEXPECTED}{follows}")
    if counted:
        return Ending(RIG, f"{_by_level(counted)}; exit {RIG}{follows}")
    if hidden := sum(r.over_budget is Outcome.INCONCLUSIVE for r in results):
        said = f"{_several(hidden, 'wait')} over budget whose class was inconclusive"
        return Ending(RIG, f"{said}; exit {RIG}{follows}")
    if not stopped and (idle := _not_judged(results, info.boards, levels)):
        return Ending(RIG, f"{idle}; exit {RIG}{follows}")
    said = beside or "nothing unexpected"
    open_ones = [
        p for r in results for p in r.power if p.budget and p.budget.verdict == "undecided"
    ]
    if open_ones:
        said += f"; {_several(len(open_ones), 'budget')} within its interval: neither over nor kept"
    return Ending(GOOD, f"{said}; exit {GOOD}{follows}")


def of_comparison(worse: int, compared: int, untold: int) -> int:
    """A comparison's exit code: `worse` things among those `compared`, and how many were there
    before and could not be compared now."""
    if worse:
        return UNEXPECTED
    return RIG if untold or not compared else GOOD


def of_error(error: BaseException) -> Ending:
    """The ending of a command that an exception ended."""
    if isinstance(error, LooprigError):
        return Ending(USAGE if isinstance(error, UsageError) else RIG, str(error), error.hint)
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":  # typer's
        return Ending(INTERRUPTED, "interrupted")
    if isinstance(error, BrokenPipeError) or streams.closed_pipe(error):
        return Ending(RIG, "its output went to a closed pipe; not all of it was read")
    if isinstance(error, SystemExit):
        return Ending(RIG, f"a part of it ended by itself ({error.code}); try it again")
    if isinstance(error, MemoryError):
        return _hinted("out of memory", HINTS[errno.ENOMEM])
    if isinstance(error, RuntimeError) and str(error) == NO_THREAD:
        return _hinted("this machine gives no further thread", HINTS[errno.EAGAIN])
    if isinstance(error, OSError):
        if "No usable temporary directory" in str(error):  # tempfile's: full, or not permitted
            return _hinted("no temporary directory takes a file", HINTS[errno.ENOSPC])
        if error.errno == errno.ENAMETOOLONG:  # nothing was made of it
            said = f"{str(error.filename)[:LONG]}…: {error.strerror}"
            return Ending(USAGE, f"{said}; name a shorter one", "name a shorter one")
        where = error.filename or UNNAMED.get(error.errno or 0, "its output")
        what = f"{where}: {error.strerror or error}"  # files: rig/whole.py
        return _hinted(what, HINTS.get(error.errno or 0, "mend that, and try it again"))
    if isinstance(error, UnicodeError):
        if "surrogates" in str(error):
            hint = "go to, and name, what has a name of text"
            return _hinted("a name in use here, a directory's or a file's, is no text", hint)
        return _hinted(str(error), "set a locale with UTF-8 (LC_ALL=C.UTF-8)")
    return _hinted(f"a fault of its own: {_placed(error)}", f"{TRACE}=1 shows where; report it")


def guarded(work: Callable[[], int | None]) -> int:
    """Do the work and return its exit code; whatever ends it is told in one sentence, and what
    it printed has been written when this returns."""
    try:
        code = work() or GOOD
        sys.stdout.flush()
        return code
    except BaseException as error:
        if isinstance(error, SystemExit) and error.code in (None, 0, USAGE, RIG, INTERRUPTED):
            return int(error.code or 0)
        code, said, hint = of_error(error)
        if os.environ.get(TRACE):
            import traceback

            traceback.print_exception(error)
        streams.tell(f"looprig: {said}")
        if streams.answer and not streams.answered:
            with contextlib.suppress(Exception):  # nobody reads it: the exit code says it too
                from rig.answers.answer import fail

                fail(code, said.removesuffix(f"; {hint}"), hint)
        return code


def _not_judged(
    results: Sequence[Result], boards: Sequence[BoardInfo], levels: Sequence[Level]
) -> str:
    """What to say of boards of which nothing is known at these levels, '' if there is none."""
    judged = {
        r.board
        for r in results
        if r.over_budget is Outcome.CONFORMS or (r.outcome in VERDICTS and r.level in levels)
    }
    idle = [board.name for board in boards if board.name not in judged]
    if not boards:
        return "no board was judged"
    if not idle:
        return ""
    seen = Counter(r.outcome.value for r in results if r.board in idle and r.level in levels)
    why = ", ".join(f"{number} {outcome}" for outcome, number in seen.most_common())
    who = f"board {idle[0]} was" if len(idle) == 1 else f"boards {', '.join(idle)} were"
    return f"{who} judged on no claim ({why or 'it has none'})"


def _by_level(results: Sequence[Result]) -> str:
    """`2 divergences of level documented, 1 crash of level quality`."""
    parts = []
    for level in LEVELS:
        for outcome, nouns in NOUNS.items():
            if number := sum(r.level == level and r.outcome is outcome for r in results):
                parts.append(f"{_several(number, *nouns)} of level {level}")
    return ", ".join(parts)


def _hinted(what: str, hint: str) -> Ending:
    """The rig's fault or its host's, and what to do next."""
    return Ending(RIG, f"{what}; {hint}", hint)


def _several(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}" if number else ""


def _placed(error: BaseException) -> str:
    """The exception in a line, with the place it comes from."""
    trace = error.__traceback__
    where = ""
    while trace:
        where = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
        trace = trace.tb_next
    said = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{f': {said}' if said else ''}{where}"
