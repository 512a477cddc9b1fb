"""`looprig run`: a bench, the claims, and an exit code that says what came of it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rig import bench as benches
from rig import profiles
from rig.board.execution import Ended
from rig.claims import catalogue, select
from rig.errors import LooprigError, UsageError
from rig.plan import Plan
from rig.results import LEVELS, Level, Outcome, Result, RunInfo
from rig.run_dir import RunDir, new_id
from rig.stations import Station, attach

ROOT = Path(__file__).resolve().parent.parent.parent
INTERRUPTED = 130
MOST_WORKERS = 32
"""Of -n auto: each is a process of some 60 MB. Beyond it, workers take several boards each."""
PYTEST_INTERRUPTED = 2  # by Ctrl-C, and by --fail-fast
PYTEST_BROKE = {3: "pytest failed inside itself", 4: "pytest took its arguments for bad usage"}


@dataclass
class Options:
    """What the user asked for; see `looprig run --help`."""

    bench: Path | None = None
    boards: list[str] = field(default_factory=list)
    port: str = ""
    meter: str = ""
    claims: list[str] = field(default_factory=list)
    overlay: Path | None = None
    power: bool = True
    fail_fast: bool = False
    resume: Path | None = None
    out: Path | None = None
    workers: str = ""
    levels: list[str] = field(default_factory=list)
    pytest_args: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def run(options: Options) -> int:
    """Carry out a run and return its exit code; raises LooprigError before anything is written."""
    if options.resume:
        options = resumed(options)
    bench = choose_bench(options)
    claims = select(options.claims, catalogue())
    if not options.power:
        claims = {name: claim for name, claim in claims.items() if not claim.power}
        if not claims:
            raise UsageError("--no-power leaves no claim", "ask for other claims, or for power")
    levels = choose_levels(options.levels)
    overlay = check_overlay(options.overlay)
    workers(options.workers, len(bench.board))  # refused now rather than after the boards are up
    folder = run_folder(options)
    with terminable(), attach(bench, options.power) as stations, prepared(stations, overlay):
        run_dir = RunDir(folder)
        info = RunInfo(
            looprig=importlib.metadata.version("looprig"),
            id=folder.name,
            started=now(),
            command=options.command,
            bench=bench.path,
            overlay=str(overlay or ""),
            claims=list(claims),
            levels=levels,
            power=options.power,
            boards=[station.info for station in stations if station.info],
        )
        done: list[tuple[str, str]] = []
        if options.resume:
            done = [(result.claim, result.board) for result in run_dir.mend()]
            run_dir.write(info.model_copy(update={"started": run_dir.read().started}))
        else:
            run_dir.create(info)
        plan = Plan(
            run_dir=folder.resolve(),
            stations=stations,
            claims=list(claims),
            levels=levels,
            power=options.power,
            fail_fast=options.fail_fast,
            done=done,
            progress=True,
        )
        ended = start_pytest(plan, options)
    return conclude(run_dir, ended, plan)


# -- what is asked for ----------------------------------------------------------------------


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def choose_bench(options: Options) -> benches.Bench:
    """The bench that --port describes, or the bench file, with the boards asked for."""
    if options.port:
        if options.bench or options.boards:
            raise UsageError("--port describes a bench by itself", "leave --bench and --board out")
        return benches.for_port(options.port, options.meter)
    if options.meter:
        raise UsageError("--meter needs --port", "or name the meter in a bench file")
    return benches.load(options.bench or benches.DEFAULT).choose(options.boards)


def choose_levels(names: Sequence[str]) -> list[Level]:
    """The levels that the exit code follows; `all` is every one."""
    if "all" in names:
        return list(LEVELS)
    for name in names:
        if name not in LEVELS:
            raise UsageError(f"--level {name}: no such level", f"one of {', '.join(LEVELS)}, all")
    return [level for level in LEVELS if level in names] or ["documented"]


def check_overlay(directory: Path | None) -> Path | None:
    """The overlay's absolute path; raises UsageError if it is no directory with modules."""
    if directory is None:
        return None
    if not directory.is_dir():
        raise UsageError(f"--overlay {directory}: there is no such directory", "name one")
    if not any(directory.rglob("*.py")) and not any(directory.rglob("*.mpy")):
        raise UsageError(f"--overlay {directory}: it holds no .py or .mpy module", "name another")
    return directory.resolve()


def run_folder(options: Options) -> Path:
    """Where the run goes; raises UsageError if a run is there already."""
    if options.resume:
        return options.resume
    folder = options.out or Path("runs") / new_id()
    if (folder / "results.jsonl").exists():
        raise UsageError(
            f"--out {folder}: it already holds a run",
            f"continue it with --resume {folder}, or name another",
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--out {folder}: it is a file", "name a directory")
    return folder


def resumed(options: Options) -> Options:
    """The options of the run to go on with: a resumed run asks for what it asked for."""
    assert options.resume is not None
    if not options.resume.is_dir() and (Path("runs") / options.resume).is_dir():
        options.resume = Path("runs") / options.resume
    if options.out:
        raise UsageError("--resume goes on in the run's own directory", "leave --out out")
    info = RunDir(options.resume).read()
    options.claims = options.claims or info.claims
    options.power = options.power and info.power
    options.levels = options.levels or list(info.levels)
    if not options.overlay and info.overlay:
        options.overlay = Path(info.overlay)
    if not options.port and not options.bench:
        if info.bench.startswith("--port "):
            options.port = info.bench.removeprefix("--port ")
        elif info.bench:
            options.bench = Path(info.bench)
            options.boards = options.boards or [board.name for board in info.boards]
    return options


# -- the boards -----------------------------------------------------------------------------


@contextlib.contextmanager
def prepared(stations: list[Station], overlay: Path | None) -> Iterator[None]:
    """Identify every board and meter, and put the overlay in place for as long as it is needed.

    Raises RigError for a board or meter that does not answer and UsageError for an overlay
    that does not import, before the run has written anything.
    """
    try:
        for station in stations:
            identify(station, overlay)
        yield
    finally:
        for station in stations:
            if station.overlay and station.kind == "serial":
                remove_overlay(station)


def identify(station: Station, overlay: Path | None) -> None:
    """Fill in what the board and its meter say of themselves."""
    board = station.board()
    board.open()
    try:
        info = board.identify()
        if overlay and info.implementation == "micropython":
            if station.kind == "serial":
                station.overlay = str(overlay)  # something to take off, even of half an upload
                board.put_overlay(str(overlay))
            else:
                board.overlay = str(overlay)
            station.overlay = board.overlay
            came = board.run("overlay")
            if came.ended is not Ended.FINISHED:
                raise UsageError(
                    f"--overlay {overlay}: asyncio does not import with it on board "
                    f"{station.name}: {came.how}",
                    "try it by hand with mpremote",
                )
    finally:
        board.close()
    station.ticks_period = board.ticks_period
    if station.meter:
        meter = station.meter.open()
        try:
            found = {"meter": meter.identify(), "modelled": meter.source == "modelled"}
        finally:
            meter.close()
        info = info.model_copy(update=found)
    station.info = info
    if not station.power.floor:
        floor = profiles.floor_of(info, station.profile)
        station.power = station.power.model_copy(update={"floor": floor})


def remove_overlay(station: Station) -> None:
    board = station.board()
    try:
        board.open()
        board.remove_overlay()
    except LooprigError as error:
        print(f"board {station.name}: the overlay was not removed: {error}", file=sys.stderr)
    finally:
        board.close()


# -- pytest ---------------------------------------------------------------------------------


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM and a closed terminal end a run as Ctrl-C does: all that it has is given back."""
    names = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def interrupt(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)  # a second one must not end the cleaning up
        raise KeyboardInterrupt

    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # nohup
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


def start_pytest(plan: Plan, options: Options) -> int:
    """Run the conformance suite with this plan; returns pytest's exit code."""
    import pytest

    with tempfile.TemporaryDirectory(prefix="looprig-") as folder:
        path = Path(folder) / "plan.json"
        path.write_text(plan.model_dump_json(), encoding="utf-8")
        arguments = [
            "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"),
            "--looprig-plan", str(path),
            "-p", "no:terminal", "-p", "no:cacheprovider",
            "-o", "verbosity_assertions=2",  # evidence shows values whole, within our own bounds
            *workers(options.workers, len(plan.stations)),
            *options.pytest_args,
            str(ROOT / "host"),
        ]  # fmt: skip
        os.environ.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return int(pytest.main(arguments))


def workers(asked: str, boards: int) -> list[str]:
    """pytest-xdist's arguments: a worker a board, never more workers than boards.

    A worker mostly waits for its board, so `auto` has many more of them than processors.
    """
    if not asked:
        return []
    if asked == "auto":
        count = min(boards, MOST_WORKERS)
    elif asked.isdigit():
        count = min(boards, int(asked))
    else:
        raise UsageError(f"-n {asked}: a number of workers, or auto")
    return ["-p", "xdist", "-n", str(count), "--dist", "load"] if count > 1 else []


# -- the end --------------------------------------------------------------------------------


def conclude(run_dir: RunDir, ended: int, plan: Plan) -> int:
    """Judge the run as a whole, note it in run.json, write and print the report."""
    results = run_dir.results()
    info = run_dir.read()
    missing = len(info.claims) * len(info.boards) - len(results)
    stopped = plan.fail_fast and any(_counts_against(result, plan.levels) for result in results)
    if ended in PYTEST_BROKE:
        run_dir.error(f"{PYTEST_BROKE[ended]} (exit {ended})")
    elif missing and ended == PYTEST_INTERRUPTED and not stopped:
        run_dir.error(f"interrupted; go on with looprig run --resume {run_dir.path}")
    elif missing and not stopped:
        run_dir.error(f"{missing} results are missing: has every claim its host test?")
    info = run_dir.read()
    interrupted = missing and ended == PYTEST_INTERRUPTED and not stopped
    code = INTERRUPTED if interrupted else exit_code(results, info, plan.levels)
    run_dir.write(info.model_copy(update={"finished": now(), "exit_code": code}))
    show(run_dir, code)
    return code


def _counts_against(result: Result, levels: Sequence[Level]) -> bool:
    return result.outcome is Outcome.ERRORED or (result.unexpected and result.level in levels)


def exit_code(results: Sequence[Result], info: RunInfo, levels: Sequence[Level]) -> int:
    """0, 1 or 3 as DESIGN's contract has them. A rig error outweighs a verdict: a run with one
    has not said all it was asked."""
    if info.errors or any(board.lost for board in info.boards):
        return 3
    if any(result.outcome is Outcome.ERRORED for result in results):
        return 3
    return int(any(result.unexpected and result.level in levels for result in results))


def show(run_dir: RunDir, code: int) -> None:
    """The matrix, what is unexpected, and where the report is."""
    from rich.console import Console

    import reports

    console = Console()
    loaded = reports.load([run_dir.path])
    reports.terminal_matrix(loaded, console)
    page = reports.write_site(loaded, run_dir.path / "report")
    info = run_dir.read()
    for board in info.boards:
        if board.lost:
            console.print(f"board {board.name} was lost {board.lost}", markup=False)
    for message in info.errors:
        console.print(message, markup=False)
    console.print(f"exit {code} · report: {page}", markup=False, soft_wrap=True)
