"""`looprig prove`: could this bench have been red? Chosen faults on it, and who catches them.

A first green run says nothing about that. Each claim that must catch one is judged twice on each
board: without its fault, where it must hold, or catching the fault would say nothing, and with it.
A board that is lost on the way is `errored`, and the others go on.
"""

from __future__ import annotations

import importlib.metadata
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from rig.answers.answer import tell
from rig.answers.judging import Prove, Proven
from rig.bench import Bench
from rig.board.overlays import REMOTE, Overlay
from rig.board.port import PortAbsent
from rig.claims import catalogue
from rig.commands.asked import Options, choose_bench, run_folder
from rig.commands.begun import import_ahead
from rig.commands.prepared import ready, remove_overlay
from rig.commands.run import conclude, start_pytest, workers
from rig.ending import GOOD, INTERRUPTED, RIG, UNEXPECTED
from rig.errors import RigError, UsageError
from rig.faults import Fault, fault, written
from rig.plan import Mishaps, Plan
from rig.results import LEVELS, SHOWED, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.stations import Station
from rig.terminable import terminable

CHOSEN = (
    "sleeps-half",
    "result-of-the-run-before",
    "cancel-goes-unheard",
    "only-the-first-failure-is-handled",
    "gather-one-after-another",
    "event-set-wakes-one",
    "lock-last-first",
    "stream-cancelled-reader-stays",
    "tasks-are-kept",
    "two-timeouts-make-none",
    "timed-out-read-takes-the-next",
    "port-waits-are-late",
    "callback-ends-the-sleep",
    "life-locks-are-kept",
    "peer-line-takes-its-segment",
    "latency-sleeps-end-early",
    "power-spins-always",
    "power-spins-with-two-tasks",
)
"""Of every chapter of claims, none with a claim of another, each judged within seconds on a good
board; what is said of peers needs a network, and the last two a meter. Fewer than seventeen cannot
be: no fault is caught by claims of more than three chapters, and two power faults are wanted."""
OUT_OF_REACH = (Outcome.UNSUPPORTED, Outcome.UNMEASURED)


Judged = dict[tuple[str, str], Result]
"""By claim and board."""


class Proof(NamedTuple):
    """What came of one fault on one board."""

    word: str  # caught, MISSED, not proven, errored
    why: str = ""


def prove(options: Options, names: Sequence[str] = CHOSEN, as_json: bool = False) -> int:
    """Judge the chosen faults' claims without and under them; exit codes as of `looprig run`."""
    bench = without_controls(choose_bench(options))
    faults = [fault(name) for name in names]
    if not options.power:
        faults = [found for found in faults if found.kind != "power"]
    folder = run_folder(options)
    gone: dict[str, str] = {}
    without: Judged = {}
    under: Judged = {}
    codes: list[int] = []
    with terminable(), tempfile.TemporaryDirectory(prefix="looprig-") as scratch:
        import_ahead()
        with ready(bench, None, options.power, options.strict) as (stations, lost):
            boards = [*(station.name for station in stations), *(info.name for info in lost)]
            gone |= {info.name: info.lost for info in lost}
            without, code = judge(folder / "without", stations, faults, options, bench, gone)
            codes.append(code)
            if code == INTERRUPTED:
                if as_json:
                    tell(told([], {}, folder, code))
                return code
            stations = [station for station in stations if station.name not in gone]
            try:
                for station in list(stations):
                    try:
                        put(station, faults, Path(scratch))
                    except (RigError, PortAbsent) as error:
                        gone[station.name] = str(error)
                        stations.remove(station)
                if stations:
                    under, code = judge(folder / "under", stations, faults, options, bench, gone)
                    codes.append(code)
            finally:
                for station in stations:
                    take_off(station)
    proofs = {
        (found.name, board): proof(found, board, without, under, gone)
        for board in boards
        for found in faults
    }
    code = code_of(proofs, boards, codes)
    if as_json:
        tell(told(faults, proofs, folder, code))
    else:
        show(faults, boards, proofs, folder)
    return code


def without_controls(bench: Bench) -> Bench:
    """The bench's MicroPythons: faults are made for their asyncio. Raises UsageError for none."""
    kept = {name: entry for name, entry in bench.board.items() if entry.kind != "cpython"}
    if not kept:
        raise UsageError("no board to prove: CPython, the control, takes no fault", "name another")
    return bench.model_copy(update={"board": kept})


def put(station: Station, faults: Sequence[Fault], scratch: Path) -> None:
    """Have each fault on the board, in a directory of its own."""
    board = station.board()
    board.open()
    try:
        station.overlay = Overlay(remote=REMOTE)  # to be taken off, even half of it
        board.remove_overlay()
        for found in faults:
            directory = written([found], scratch / found.name)
            overlay = board.put_overlay(str(directory), f"{REMOTE}/{found.module}")
            station.under.update(dict.fromkeys(found.caught_by, overlay))
    finally:
        station.overlay = None
        board.close()


def take_off(station: Station) -> None:
    """Leave nothing of it on the board's file system."""
    if any(not overlay.why for overlay in station.under.values()):
        remove_overlay(station)


def judge(
    folder: Path,
    stations: list[Station],
    faults: Sequence[Fault],
    options: Options,
    bench: Bench,
    gone: dict[str, str],
) -> tuple[Judged, int]:
    """A run of the claims that must catch these faults, and its exit code. Boards that it loses
    are added to `gone`."""
    claims = [name for name in catalogue() if any(name in found.caught_by for found in faults)]
    run_dir = RunDir(folder)
    run_dir.create(
        RunInfo(
            looprig=importlib.metadata.version("looprig"),
            id=f"{folder.parent.name}-{folder.name}",
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            command=options.command,
            bench=bench.path,
            overlay="+".join(found.name for found in faults) if stations[0].under else "",
            claims=claims,
            levels=list(LEVELS),
            power=options.power,
            boards=[station.info for station in stations if station.info],
        )
    )
    plan = Plan(
        run_dir=folder.resolve(),
        stations=stations,
        claims=claims,
        levels=list(LEVELS),
        power=options.power,
        workers=workers("auto", len(stations)),
    )
    mishaps = Mishaps()
    ended = start_pytest(plan, options, mishaps)
    code = conclude(run_dir, ended, plan, mishaps.told).code
    gone |= run_dir.read().lost
    return {(result.claim, result.board): result for result in run_dir.results()}, code


def proof(
    found: Fault,
    board: str,
    without: Judged,
    under: Judged,
    gone: Mapping[str, str],
) -> Proof:
    """What its claims say of a fault on a board: one that holds under it has missed it."""
    missed, caught, other = [], [], []
    for claim in found.caught_by:
        before, after = without.get((claim, board)), under.get((claim, board))
        if before is None or after is None:
            why = f"the board is lost: {gone[board]}" if board in gone else "it has no result"
            return Proof("errored", f"{claim}: {why}")
        if Outcome.ERRORED in (before.outcome, after.outcome):
            return Proof("errored", f"{claim}: {after.why or before.why}")
        if before.outcome in OUT_OF_REACH:
            other.append(f"{claim} is {before.outcome} here: {before.why}")
        elif before.outcome is not Outcome.CONFORMS:
            other.append(f"{claim} {before.outcome} without the fault too")
        elif after.outcome in SHOWED:
            caught.append(claim)
        elif after.outcome is Outcome.CONFORMS:
            missed.append(claim)
        else:
            other.append(f"{claim} is {after.outcome} under it: {after.why}")
    if missed:
        return Proof("MISSED", f"{', '.join(missed)} held under it")
    if caught:
        return Proof("caught", "; ".join([f"by {', '.join(caught)}", *other]))
    return Proof("not proven", "; ".join(other))


def code_of(
    proofs: Mapping[tuple[str, str], Proof], boards: Sequence[str], codes: Sequence[int]
) -> int:
    """0: all that this bench can show was caught, and something on each board."""
    if INTERRUPTED in codes:
        return INTERRUPTED
    words: dict[str, list[str]] = {board: [] for board in boards}
    for (_, board), found in proofs.items():
        words[board].append(found.word)
    if RIG in codes or any("errored" in said for said in words.values()):
        return RIG
    if any("MISSED" in said or "caught" not in said for said in words.values()):
        return UNEXPECTED
    return GOOD


def told(
    faults: Sequence[Fault], proofs: Mapping[tuple[str, str], Proof], folder: Path, code: int
) -> Prove:
    """For programs."""
    summaries = {found.name: found.summary for found in faults}
    proven = [
        {"board": board, "fault": name, "summary": summaries[name],
         "said": found.word.lower(), "why": found.why}
        for (name, board), found in proofs.items()
    ]  # fmt: skip
    return Prove(
        runs=[str(folder / "without"), str(folder / "under")],
        proofs=[Proven.model_validate(each) for each in proven],
        exit_code=code,
    )


def show(
    faults: Sequence[Fault],
    boards: Sequence[str],
    proofs: Mapping[tuple[str, str], Proof],
    folder: Path,
) -> None:
    """Each fault on each board, in a line, and a sentence for each board."""
    console = Console(highlight=False)
    for board in boards:
        console.print(f"\nboard {board}", style="bold", markup=False)
        for found in faults:
            word, why = proofs[found.name, board]
            line = f"  {word:<10} {found.name}: {found.summary}"
            console.print(line, markup=False, soft_wrap=True)
            console.print(f"             {why}", markup=False, soft_wrap=True, style="dim")
        words = [proofs[found.name, board].word for found in faults]
        said = [f"{words.count('caught')} of {len(faults)} faults caught"]
        said += [
            f"{words.count(word)} {word}" for word in ("MISSED", "not proven", "errored")
            if word in words
        ]  # fmt: skip
        console.print(f"  {', '.join(said)}", markup=False)
    console.print(f"\nresults: {folder / 'without'}, {folder / 'under'}", soft_wrap=True)
