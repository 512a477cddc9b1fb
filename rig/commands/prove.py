"""`looprig prove`: could this bench have been red? A dozen faults on it, and who catches them.

A first green run says nothing about that. Each claim of the dozen is judged twice on each board:
without its fault, where it must hold, or catching the fault would say nothing, and with it.
"""

from __future__ import annotations

import importlib.metadata
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from rig.bench import Bench
from rig.board.overlays import REMOTE, Overlay
from rig.claims import catalogue
from rig.commands.asked import Options, choose_bench, run_folder
from rig.commands.prepared import prepared
from rig.commands.run import conclude, import_ahead, start_pytest, workers
from rig.commands.terminable import terminable
from rig.ending import GOOD, INTERRUPTED, RIG, UNEXPECTED
from rig.errors import UsageError
from rig.faults import Fault, fault, written
from rig.plan import Mishaps, Plan
from rig.results import LEVELS, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.stations import Station, attach

DOZEN = (
    "sleeps-half",
    "result-of-the-run-before",
    "cancel-goes-unheard",
    "only-the-first-failure-is-handled",
    "gather-one-after-another",
    "event-set-wakes-one",
    "lock-last-first",
    "stream-cancelled-reader-stays",
    "tasks-are-kept",
    "latency-sleeps-end-early",
    "power-spins-always",
    "power-spins-with-two-tasks",
)
"""Of every chapter that has faults, none with a claim of another, each judged within seconds on a
good board; the last two need a meter."""
CAUGHT = (Outcome.DIVERGES, Outcome.CRASHED)
OUT_OF_REACH = (Outcome.UNSUPPORTED, Outcome.UNMEASURED)


class Proof(NamedTuple):
    """What came of one fault on one board."""

    word: str  # caught, MISSED, not proven, errored
    why: str = ""


def prove(options: Options, names: Sequence[str] = DOZEN) -> int:
    """Judge the dozen's claims without and under their faults; exit codes as of `looprig run`."""
    bench = without_controls(choose_bench(options))
    faults = [fault(name) for name in names]
    if not options.power:
        faults = [found for found in faults if found.kind != "power"]
    folder = run_folder(options)
    with terminable(), tempfile.TemporaryDirectory(prefix="looprig-") as scratch:
        import_ahead()
        with attach(bench, options.power) as stations, prepared(stations, None):
            without, first = judge(folder / "without", stations, faults, options, bench)
            if first == INTERRUPTED:
                return first
            for station in stations:
                put(station, faults, Path(scratch))
            try:
                under, second = judge(folder / "under", stations, faults, options, bench)
            finally:
                for station in stations:
                    take_off(station)
    proofs = {
        (found.name, station.name): proof(found, station.name, without, under)
        for station in stations
        for found in faults
    }
    show(faults, stations, proofs, folder)
    return code_of(proofs, stations, (first, second))


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
        board = station.board()
        try:
            board.open()
            board.remove_overlay()
        finally:
            board.close()


def judge(
    folder: Path, stations: list[Station], faults: Sequence[Fault], options: Options, bench: Bench
) -> tuple[dict[tuple[str, str], Result], int]:
    """A run of the claims that must catch these faults, by (claim, board), and its exit code."""
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
    return {(result.claim, result.board): result for result in run_dir.results()}, code


def proof(
    found: Fault,
    board: str,
    without: Mapping[tuple[str, str], Result],
    under: Mapping[tuple[str, str], Result],
) -> Proof:
    """What its claims say of a fault on a board: one that holds under it has missed it."""
    missed, caught, other = [], [], []
    for claim in found.caught_by:
        before, after = without.get((claim, board)), under.get((claim, board))
        if before is None or after is None:
            return Proof("errored", f"{claim} has no result")
        if Outcome.ERRORED in (before.outcome, after.outcome):
            return Proof("errored", f"{claim}: {after.why or before.why}")
        if before.outcome in OUT_OF_REACH:
            other.append(f"{claim} is {before.outcome} here: {before.why}")
        elif before.outcome is not Outcome.CONFORMS:
            other.append(f"{claim} {before.outcome} without the fault too")
        elif after.outcome in CAUGHT:
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
    proofs: Mapping[tuple[str, str], Proof], stations: Sequence[Station], codes: Sequence[int]
) -> int:
    """0: all that this bench can show was caught, and something on each board."""
    if INTERRUPTED in codes:
        return INTERRUPTED
    words: dict[str, list[str]] = {station.name: [] for station in stations}
    for (_, board), found in proofs.items():
        words[board].append(found.word)
    if RIG in codes or any("errored" in said for said in words.values()):
        return RIG
    if any("MISSED" in said or "caught" not in said for said in words.values()):
        return UNEXPECTED
    return GOOD


def show(
    faults: Sequence[Fault],
    stations: Sequence[Station],
    proofs: Mapping[tuple[str, str], Proof],
    folder: Path,
) -> None:
    """Each fault on each board, in a line, and a sentence for each board."""
    console = Console(highlight=False)
    for station in stations:
        console.print(f"\nboard {station.name}", style="bold", markup=False)
        for found in faults:
            word, why = proofs[found.name, station.name]
            line = f"  {word:<10} {found.name}: {found.summary}"
            console.print(line, markup=False, soft_wrap=True)
            console.print(f"             {why}", markup=False, soft_wrap=True, style="dim")
        words = [proofs[found.name, station.name].word for found in faults]
        said = [f"{words.count('caught')} of {len(faults)} faults caught"]
        said += [
            f"{words.count(word)} {word}" for word in ("MISSED", "not proven", "errored")
            if word in words
        ]  # fmt: skip
        console.print(f"  {', '.join(said)}", markup=False)
    console.print(f"\nresults: {folder / 'without'}, {folder / 'under'}", soft_wrap=True)
