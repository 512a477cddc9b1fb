"""`looprig run`: a bench, the claims, and an exit code that says what came of it."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rig.claims import catalogue, judged, select
from rig.commands.asked import (
    Options,
    check_overlay,
    choose_bench,
    choose_levels,
    resumed,
    run_folder,
    same_boards,
)
from rig.commands.prepared import prepared
from rig.commands.reporter import Reporter
from rig.errors import UsageError
from rig.plan import Plan
from rig.results import Level, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.stations import attach

ROOT = Path(__file__).resolve().parent.parent.parent
INTERRUPTED = 130
MOST_WORKERS = 32
"""Of -n auto: each is a process of some 60 MB. Beyond it, workers take several boards each."""
UNUSED = (
    "terminal", "cacheprovider", "logging", "warnings", "unraisableexception", "threadexception",
)  # fmt: skip
"""pytest's plugins that show a run nothing, and would cost each test a fifth of its host time."""
PYTEST_INTERRUPTED = 2  # by Ctrl-C, and by --fail-fast
PYTEST_BROKE = {3: "pytest failed inside itself", 4: "pytest took its arguments for bad usage"}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


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
    judged(claims)
    levels = choose_levels(options.levels)
    overlay = check_overlay(options.overlay)
    workers(options.workers, len(bench.board))  # refused now rather than after the boards are up
    folder = run_folder(options)
    if options.pytest_args:  # without any there is nothing to wait for
        from rig.commands import pytest_args

        pytest_args.check(pytest_arguments(options, len(bench.board)), options.pytest_args, UNUSED)
    import_ahead()
    with Reporter() as reporter:
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
                before = run_dir.read()
                same_boards(folder, before.boards, info.boards)
                done = [(result.claim, result.board) for result in run_dir.mend()]
                run_dir.write(info.model_copy(update={"started": before.started}))
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
            reporter.start()  # now, so that it is ready before the first test
            ended = start_pytest(plan, options)
            code = conclude(run_dir, ended, plan)
            reporter.ask(run_dir, code)  # boards are put away meanwhile
        reporter.wait(run_dir)
    return code


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


def import_ahead() -> None:
    """Import what the tests need while boards boot and answer, which the rig only waits for."""

    def imports() -> None:
        for name in ("pytest", "numpy"):
            importlib.import_module(name)

    threading.Thread(target=imports, daemon=True).start()


def start_pytest(plan: Plan, options: Options) -> int:
    """Run the conformance suite with this plan; returns pytest's exit code."""
    import pytest

    with tempfile.TemporaryDirectory(prefix="looprig-") as folder:
        path = Path(folder) / "plan.json"
        path.write_text(plan.model_dump_json(), encoding="utf-8")
        arguments = pytest_arguments(options, len(plan.stations))
        os.environ.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return int(pytest.main(["--looprig-plan", str(path), *arguments]))


def pytest_arguments(options: Options, boards: int) -> list[str]:
    """pytest's arguments, all but the plan; the user's are last, so that none takes ours for its
    value."""
    return [
        "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"),
        *(part for plugin in UNUSED for part in ("-p", f"no:{plugin}")),
        "--capture=sys",  # they print nothing; files for it took a hundredth of a run
        "-o", "verbosity_assertions=2",  # evidence shows values whole, within our own bounds
        *workers(options.workers, boards),
        str(ROOT / "host"),
        *options.pytest_args,
    ]  # fmt: skip


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
    """Judge the run as a whole and note it in run.json; returns the exit code."""
    results = run_dir.results()
    info = run_dir.read()
    missing = len(info.claims) * len(info.boards) - len(results)
    stopped = plan.fail_fast and any(result.stops_a_fast_run(plan.levels) for result in results)
    short = missing and not stopped and not info.errors  # a host test that does not import is one
    interrupted = short and ended == PYTEST_INTERRUPTED
    if ended in PYTEST_BROKE:
        run_dir.error(f"{PYTEST_BROKE[ended]} (exit {ended})")
    elif interrupted:
        run_dir.error(f"interrupted; go on with looprig run --resume {run_dir.path}")
    elif short:
        run_dir.error(f"{missing} results are missing: did pytest's own arguments leave them out?")
    info = run_dir.read()
    code = INTERRUPTED if interrupted else exit_code(results, info, plan.levels)
    run_dir.write(info.model_copy(update={"finished": now(), "exit_code": code}))
    return code


def exit_code(results: Sequence[Result], info: RunInfo, levels: Sequence[Level]) -> int:
    """0, 1 or 3 as DESIGN's contract has them. A rig error outweighs a verdict: a run with one
    has not said all it was asked."""
    if info.errors or any(board.lost for board in info.boards):
        return 3
    if any(result.outcome is Outcome.ERRORED for result in results):
        return 3
    return int(any(result.unexpected and result.level in levels for result in results))
