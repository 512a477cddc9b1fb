"""`looprig run --repeat` and `looprig ab`: the same run several times, and two by turns.

Each repeat is a whole run in a directory of its own, so that whatever reads runs reads repeats, and
the directory that holds them stands for all of them. Boards are opened, and virtual and emulated
ones started, anew for each.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rig import streams
from rig.answers.answer import tell
from rig.answers.judging import Once, Repeats, Turns, Uneven
from rig.commands.asked import Options, run_folder
from rig.commands.run import asked
from rig.ending import GOOD, INTERRUPTED, RIG, UNEXPECTED
from rig.errors import UsageError
from rig.results import VERDICTS, Outcome
from rig.run_dir import RunDir

MOST = 1000
Run = Callable[[Options], int]


def repeated(options: Options, count: int, run: Run, as_json: bool = False) -> int:
    """`count` runs in `OUT/1`, `OUT/2`, …; says what differed; returns the exit code of all."""
    folder = checked(options, count)
    codes: list[int] = []
    for number in range(1, count + 1):
        print(f"repeat {number} of {count}", flush=True)
        codes.append(run(part(options, folder / str(number))))
        if codes[-1] == INTERRUPTED or (options.fail_fast and codes[-1]):
            break
    code = together(codes)
    runs = numbered(folder, codes)
    alike, uneven = differed(runs)
    page = report([folder], folder / "report")
    if as_json:
        tell(
            Repeats(runs=once(runs, codes), alike=alike, uneven=uneven, report=page, exit_code=code)
        )
        return code
    told(alike, uneven)
    streams.console().print(f"report: {page}", markup=False, soft_wrap=True)
    print(f"{len(codes)} of {count} repeats; {each(codes)}; exit {code}")
    return code


def by_turns(base: Options, change: Options, count: int, run: Run, as_json: bool = False) -> int:
    """Base and change by turns, `count` times each, in `OUT/base/N` and `OUT/change/N`: what drifts
    with time, as a room's temperature or a host's load, reaches both alike.

    Returns 0 if all were judged, whatever came of them, for it is `looprig compare` that says what
    changed; 3 and 130 as a run does.
    """
    folder = checked(base, count)
    sides = (("base", base), ("change", change))
    for _, options in sides:  # both, before the first takes its minutes
        asked(part(options, folder))
    codes: dict[str, list[int]] = {name: [] for name, _ in sides}
    for number in range(1, count + 1):
        for name, options in sides:
            print(f"{name} {number} of {count}", flush=True)
            codes[name].append(run(part(options, folder / name / str(number))))
            if codes[name][-1] == INTERRUPTED:
                if as_json:
                    tell(turns(folder, codes, INTERRUPTED))
                return INTERRUPTED
    code = RIG if RIG in codes["base"] + codes["change"] else GOOD
    if as_json:
        tell(turns(folder, codes, code))
        return code
    for name, _ in sides:
        print(f"{name}: {each(codes[name])}")
        told(*differed(numbered(folder / name, codes[name])))
    print(f"what changed: looprig compare {folder / 'base'} {folder / 'change'}")
    return code


def turns(folder: Path, codes: Mapping[str, Sequence[int]], code: int) -> Turns:
    """Both sides for programs."""
    runs = {name: numbered(folder / name, codes[name]) for name in ("base", "change")}
    return Turns(
        base=once(runs["base"], codes["base"]),
        change=once(runs["change"], codes["change"]),
        uneven=[*differed(runs["base"])[1], *differed(runs["change"])[1]],
        exit_code=code,
    )


def numbered(folder: Path, codes: Sequence[int]) -> list[Path]:
    """The directories of the runs that ended with these codes."""
    return [folder / str(number + 1) for number in range(len(codes))]


def once(runs: Sequence[Path], codes: Sequence[int]) -> list[Once]:
    return [Once(run=str(run), exit_code=code) for run, code in zip(runs, codes, strict=True)]


def sides_of(options: Options) -> tuple[Options, Options]:
    """(base, change): by overlay, by fault, by two firmwares or by two boards.

    Raises UsageError for none of them or more than one."""
    by = {
        "--overlay": bool(options.overlay),
        "--fault": bool(options.faults),
        "two of --firmware": len(options.firmware) == 2,
        "two of --board": len(options.boards) == 2,
    }
    named = [name for name, there in by.items() if there]
    if len(named) != 1:
        what = f"ab needs one thing that differs, and was given {' and '.join(named) or 'none'}"
        raise UsageError(what, f"one of {', '.join(by)}")
    base, change = copy.deepcopy(options), copy.deepcopy(options)
    if named[0].startswith("two"):
        for side, number in ((base, 0), (change, 1)):
            side.firmware = side.firmware[number : number + 1]
            side.boards = side.boards[number : number + 1]
    else:
        base.overlay, base.faults = None, []
    return base, change


def checked(options: Options, count: int) -> Path:
    """Where they go. Raises UsageError for a count that is none, or a place that is taken."""
    if not 1 <= count <= MOST:
        raise UsageError(f"--repeat {count}: a number from 1 to {MOST}", "5 tell most changes")
    if options.resume:
        what = "--resume goes on with one run, and --repeat makes several"
        raise UsageError(what, "go on with the repeat's own directory")
    folder = run_folder(options)
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"--out {folder}: it is not empty", "name another")
    return folder


def part(options: Options, out: Path) -> Options:
    """The options of one run of several: it says its last line, and the end says the rest."""
    one = copy.deepcopy(options)
    one.out, one.show = out, "quiet"
    return one


def together(codes: Sequence[int]) -> int:
    """The exit code of several runs: the rig's fault outweighs a verdict, as within one; and what a
    board did unexpectedly once, it did."""
    return next((c for c in (INTERRUPTED, RIG, UNEXPECTED) if c in codes), GOOD)


def each(codes: Sequence[int]) -> str:
    """`exit 0: 4, exit 1: 1`."""
    return ", ".join(f"exit {code}: {number}" for code, number in sorted(Counter(codes).items()))


def differed(runs: Sequence[Path]) -> tuple[int, list[Uneven]]:
    """How many results came out alike in each run, and those that did not."""
    found: dict[tuple[str, str], Counter[Outcome]] = {}
    for run in runs:
        for result in RunDir(run).results():
            found.setdefault((result.claim, result.board), Counter())[result.outcome] += 1
    uneven = [
        Uneven(claim=claim, board=board, outcomes=dict(seen.most_common()))
        for (claim, board), seen in found.items()
        if len(seen) > 1
    ]
    return len(found) - len(uneven), uneven


def told(alike: int, uneven: Sequence[Uneven]) -> None:
    """Print each claim that did not come out alike: `diverges 3 of 5`."""
    for one in uneven:
        seen, number = one.outcomes, sum(one.outcomes.values())
        said = ", ".join(f"{outcome} {times} of {number}" for outcome, times in seen.items())
        word = "intermittent" if sum(outcome in VERDICTS for outcome in seen) > 1 else "uneven"
        print(f"{word}: {one.claim} on {one.board}: {said}")
    print(f"{alike} of {alike + len(uneven)} results came out alike in each")


def report(runs: list[Path], out: Path) -> str:
    """The page of a report on all of them."""
    import reports

    return str(reports.write_site(reports.load(runs), out))
