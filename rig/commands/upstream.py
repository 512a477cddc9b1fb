"""`looprig upstream`: MicroPython's own test suite on the bench's boards, over this transport."""

from __future__ import annotations

import difflib
import importlib.metadata
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rig import bench as benches
from rig.board.board import NOT_WHOLE, Board
from rig.board.execution import Ended, Execution
from rig.commands.asked import Options, choose_bench, run_folder
from rig.commands.prepared import prepared
from rig.commands.run import exit_code, now
from rig.errors import BoardLost, LooprigError, UsageError
from rig.kept import kept
from rig.results import Divergence, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.stations import Station, attach
from rig.upstream import Suite, Target

TEST_S = 30.0
"""Upstream's own limit for a test (TEST_TIMEOUT in test_utils.py), in board seconds."""
OUTPUT_KEPT = 1 << 20
SHOWN = 4000
"""Characters of the lines that differ that a result keeps."""


def upstream(
    directory: Path,
    patterns: list[str],
    bench: Path | None = None,
    out: Path | None = None,
    boards: list[str] | None = None,
    port: str = "",
    command: list[str] | None = None,
) -> int:
    """Run the suite and return the exit code, which means what that of `looprig run` does."""
    suite = Suite(directory)
    options = Options(bench=bench, boards=boards or [], port=port, out=out)
    chosen = choose_bench(options)
    chosen = chosen.model_copy(
        update={
            "board": {name: entry for name, entry in chosen.board.items() if runs(entry)},
        }
    )
    if not chosen.board:
        raise UsageError("the suite is MicroPython's own: no board of the bench runs it")
    folder = run_folder(options)
    with attach(chosen, power=False) as stations, prepared(stations, None):
        run_dir = RunDir(folder)
        run_dir.create(
            RunInfo(
                looprig=importlib.metadata.version("looprig"),
                id=folder.name,
                started=now(),
                command=command or [],
                bench=chosen.path,
                power=False,
                boards=[station.info for station in stations if station.info],
            )
        )
        run_boards(suite, patterns, stations, run_dir)
    return conclude(run_dir)


def runs(entry: benches.BoardEntry) -> bool:
    """CPython boards are controls for claims, not for MicroPython's own details."""
    return entry.kind != "cpython"


def run_boards(
    suite: Suite, patterns: list[str], stations: Sequence[Station], run_dir: RunDir
) -> None:
    """Every board runs the suite, side by side; notes in the run what the rig got wrong."""
    sessions = [Session(suite, station, run_dir) for station in stations]
    with ThreadPoolExecutor(max_workers=2) as cpython:
        threads = [
            threading.Thread(target=session.run, args=(patterns, cpython)) for session in sessions
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for session in sessions:
        if session.board.info.lost:
            run_dir.board_lost(session.board.name, session.board.info.lost)
        if session.failure:
            run_dir.error(session.failure)
    if all(isinstance(session.usage, UsageError) for session in sessions):
        raise sessions[0].usage or UsageError("no board ran anything")


class Session:
    """One board's way through the suite."""

    writing = threading.Lock()  # of result lines, by all boards

    def __init__(self, suite: Suite, station: Station, run_dir: RunDir) -> None:
        self.suite = suite
        self.board: Board = station.board()
        self.run_dir = run_dir
        self.failure = ""
        self.usage: UsageError | None = None

    def run(self, patterns: list[str], cpython: ThreadPoolExecutor) -> None:
        """Never raises: what goes wrong is in `failure`."""
        try:
            self.board.open()
            target = self.examine()
            names = self.suite.tests(patterns, target)
            if not names:
                self.usage = UsageError(f"no test matches {' '.join(patterns)}", "see tests/")
                return
            expected: dict[str, Future[str]] = {}
            for name in names:
                if not self.suite.unsupported(name, target):
                    expected[name] = cpython.submit(self.suite.expected, name)
            for name in names:
                self.one(name, target, expected)
        except LooprigError as error:
            self.failure = str(error)
        except Exception as error:  # a bug of ours: loud, and the other boards run on
            self.failure = f"board {self.board.name}: {type(error).__name__}: {error}"
        finally:
            self.board.close()

    def examine(self) -> Target:
        """Run the suite's feature checks."""
        said = {}
        for name in self.suite.checks():
            execution = self.push(name)
            good = execution.ended is Ended.FINISHED and not execution.damage
            said[Path(name).stem] = execution.output.strip() if good else ""
        return Target.of(said)

    def push(self, name: str) -> Execution:
        return self.board.push(name, self.suite.program(name), TEST_S, keep_output=OUTPUT_KEPT)

    def one(self, name: str, target: Target, expected: dict[str, Future[str]]) -> None:
        """Run one test and write its result."""
        started = datetime.now(UTC)
        result = Result(
            claim=f"upstream.{name}",
            board=self.board.name,
            outcome=Outcome.UNSUPPORTED,
            chapter="upstream " + name.rpartition("/")[0],
            required="prints what upstream expects of it",
            started=started.isoformat(timespec="milliseconds"),
        )
        why = self.suite.unsupported(name, target)
        if why:
            result.why = why
        else:
            try:
                execution = self.push(name)
                result.executions = [kept(execution)]
                wanted = expected[name].result()
                judge(result, execution, wanted, self.suite, name)
                if result.outcome is Outcome.DIVERGES and not self.suite.recorded(name):
                    # CPython's own timing may have been off: ask it once more before it counts
                    again = self.suite.expected(name)
                    if again != wanted:
                        judge(result, execution, again, self.suite, name)
            except BoardLost as error:
                result.outcome, result.why = Outcome.ERRORED, str(error)
        result.duration_s = (datetime.now(UTC) - started).total_seconds()
        flaky = self.suite.flaky(name)
        if flaky and result.outcome in (Outcome.DIVERGES, Outcome.CRASHED):
            result.expectation = Divergence(reason=f"upstream calls it flaky: {flaky}")
        with self.writing:
            self.run_dir.append(result)
            if result.outcome in (Outcome.DIVERGES, Outcome.CRASHED, Outcome.ERRORED):
                text = f"{result.board}: {name} {result.outcome}: {result.why or result.actual}"
                plain = "".join(c if c.isprintable() else " " for c in text)
                print(plain[:200], file=sys.stderr)


def judge(result: Result, execution: Execution, expected: str, suite: Suite, name: str) -> None:
    """Fill in the outcome as upstream's run-tests.py would, with its evidence."""
    output = execution.output
    if execution.traceback:
        output += execution.traceback
    too_large = NOT_WHOLE in execution.damage and "MemoryError" in execution.traceback
    if too_large:
        result.why = "memory: the test is too large for this board"
    elif execution.damage:
        result.outcome, result.why = Outcome.ERRORED, "; ".join(execution.damage[:3])
    elif execution.output.strip() == "SKIP":
        result.why = "the test skips itself on this board"
    elif "no module named 'unittest'" in execution.traceback:
        result.why = "unittest (mpremote mip install unittest)"
    elif suite.beside(name, execution.traceback):
        result.why = f"{suite.beside(name, execution.traceback)}.py beside the script, on the board"
    elif execution.ended in (Ended.TIMED_OUT, Ended.CRASHED, Ended.DISCONNECTED):
        result.outcome, result.actual = Outcome.CRASHED, execution.how
    elif execution.dropped:
        result.outcome = Outcome.ERRORED
        result.why = f"it printed {execution.dropped} bytes more than can be kept"
    elif execution.ended is Ended.FINISHED and unittest_passed(output):
        result.outcome = Outcome.CONFORMS
    else:
        seen = suite.with_patterns(name, expected, output)
        good = execution.ended is Ended.FINISHED and seen == expected
        result.outcome = Outcome.CONFORMS if good else Outcome.DIVERGES
        result.expected, result.actual = ("", "") if good else difference(expected, seen)


def unittest_passed(output: str) -> bool:
    """Whether the output ends in the unittest module's own summary of a pass."""
    lines = output.rstrip("\n").splitlines()
    return (
        len(lines) >= 4
        and lines[-4] == "-" * 70
        and lines[-3].startswith("Ran ")
        and (lines[-1] == "OK" or lines[-1].startswith("OK (skipped="))
    )


def difference(expected: str, seen: str) -> tuple[str, str]:
    """The lines in which the two differ, from the first such on."""
    before, after = expected.splitlines(), seen.splitlines()
    lost: list[str] = []
    came: list[str] = []
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if line.startswith(("---", "+++", "@@")):
            continue
        (lost if line[0] == "-" else came).append(line[1:])
    return "\n".join(lost)[:SHOWN] or "nothing more", "\n".join(came)[:SHOWN] or "nothing more"


def conclude(run_dir: RunDir) -> int:
    """Note how the run ended, and say it."""
    results = run_dir.results()
    info = run_dir.read()
    claims = list(dict.fromkeys(result.claim for result in results))
    info = info.model_copy(update={"claims": claims, "finished": now()})
    code = exit_code(results, info, info.levels)
    run_dir.write(info.model_copy(update={"exit_code": code}))
    for board in info.boards:
        counts = Counter(result.outcome for result in results if result.board == board.name)
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        print(f"{board.name}: {said or 'nothing ran'}")
        if board.lost:
            print(f"board {board.name} was lost {board.lost}")
    for message in info.errors:
        print(message)
    print(f"exit {code} · {run_dir.results_path}; looprig report {run_dir.path} renders it")
    return code
