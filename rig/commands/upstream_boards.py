"""MicroPython's own test suite on the boards, side by side: each its way, or its share of it."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.kept import kept
from rig.commands.host_instance import HostInstance
from rig.errors import BoardLost, LooprigError
from rig.progress import BAD, plain
from rig.results import HOSTS, SHOWED, Divergence, Outcome, Result
from rig.run_dir import RunDir
from rig.sharing import Kind
from rig.stations import Station
from rig.upstream import networked, two
from rig.upstream.again import asked_again
from rig.upstream.suite import Suite, Target
from rig.upstream.verdict import judge
from rig.upstream.work import Work

TEST_S = 30.0
"""Upstream's own limit for a test (TEST_TIMEOUT in test_utils.py), in board seconds."""
OUTPUT_KEPT = 1 << 20
LOOK_S = 0.2
"""How long Ctrl-C may go unnoticed: a signal that comes just before a wait does not end the wait,
and without an end of its own that would last as long as the board's test."""


def run_boards(
    suite: Suite,
    patterns: list[str],
    stations: Sequence[Station],
    alike: Sequence[Kind],
    run_dir: RunDir,
    done: Set[tuple[str, str]],
) -> bool:
    """Every board runs the suite, side by side; notes in the run what the rig got wrong. Returns
    whether it came to its end, rather than to a Ctrl-C."""
    named = {station.name: station for station in stations}
    sessions = []
    for kind in alike:
        work = Work(len(kind.boards))
        sessions += [Session(suite, named[name], kind, work, run_dir, done) for name in kind.boards]
    cpython = ThreadPoolExecutor(max_workers=2)
    # daemons: a test that hangs must not hold up a Ctrl-C
    threads = [
        threading.Thread(target=session.run, args=(patterns, cpython), daemon=True)
        for session in sessions
    ]
    whole = True
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK_S)
    except KeyboardInterrupt:
        whole = False
        for session in sessions:
            session.stop()
    cpython.shutdown(wait=whole, cancel_futures=True)
    for session in sessions:
        if session.board.info.lost and not session.stopped:
            run_dir.board_lost(session.board.name, session.board.info.lost)
        if session.failure:
            run_dir.error(session.failure)
    return whole


class Session:
    """One board's way through the suite, or through its share of it."""

    writing = threading.Lock()  # of result lines, by all boards

    def __init__(
        self,
        suite: Suite,
        station: Station,
        kind: Kind,
        work: Work,
        run_dir: RunDir,
        done: Set[tuple[str, str]],
    ) -> None:
        self.suite = suite
        self.kind = kind
        self.work = work
        self.board: Board = station.board()
        self.network = station.network
        self.run_dir = run_dir
        self.done = done
        self.failure = ""
        self.stopped = False
        self.host = HostInstance()

    def stop(self) -> None:
        """From now on nothing is written: what ends now, ends because its board is taken away."""
        with self.writing:
            self.stopped = True

    def run(self, patterns: list[str], cpython: ThreadPoolExecutor) -> None:
        """Never raises: what goes wrong is in `failure`."""
        try:
            self.board.open()
            target = self.examine()
            self.work.plan(
                lambda: [
                    name
                    for name in self.suite.tests(patterns, target)
                    if (claim_of(name), self.kind.name) not in self.done
                ],
                lambda name: not self.suite.unsupported(name, target),
                lambda name: cpython.submit(self.suite.expected, name),
            )
            while not self.stopped and (name := self.work.take()):
                try:
                    goes_on = self.one(name, target)
                finally:
                    self.work.done()
                if not goes_on:
                    break
        except LooprigError as error:
            self.failure = str(error)
            self.work.leave()
        except Exception as error:  # a bug of ours: loud, and the other boards run on
            self.failure = f"board {self.board.name}: {type(error).__name__}: {error}"
            self.work.leave()
        finally:
            self.board.close()
            self.host.close()

    def examine(self) -> Target:
        """Run the suite's feature checks."""
        said = {}
        for name in self.suite.checks():
            execution = self.push(name)
            good = execution.ended is Ended.FINISHED and not execution.damage
            said[Path(name).stem] = execution.output.strip() if good else ""
        return Target.of(said)

    def push(self, name: str, wanted: str = "") -> Execution:
        program = self.suite.program(name)
        with contextlib.ExitStack() as stack:
            if networked.known(name, self.suite.root) and self.network:
                program = stack.enter_context(
                    networked.against_host(program, wanted, self.board, self.network)
                )
            return self.board.push(name, program, TEST_S, keep_output=OUTPUT_KEPT)

    def judged(self, name: str, result: Result, wanted: str, both: bool) -> Execution:
        """Run a test and judge it; one of two instances as the one and, if that was right, as the
        other."""

        def run(push: Callable[[], Execution]) -> Execution:
            execution = push()
            result.executions.append(kept(execution))
            judge(result, execution, wanted, self.suite, name)
            if result.outcome is Outcome.DIVERGES:
                own = self.board.info.platform not in HOSTS  # a processor of its own
                again = None if own else push
                asked_again(result, execution, wanted, self.suite, name, again)
            return execution

        if not both:
            return run(lambda: self.push(name, wanted))
        execution = run(lambda: self.beside_host(name, 0))
        as_one = 0
        if result.outcome is Outcome.CONFORMS:
            execution, as_one = run(lambda: self.beside_host(name, 1)), 1
        if result.actual:
            result.actual = f"as instance {as_one}: {result.actual}"
        return execution

    def beside_host(self, name: str, number: int) -> Execution:
        """Run a test of two instances with the board as that one; the output is both's."""
        assert self.network is not None
        sides = [(self.board, self.network), (self.host.board(), self.host.network(self.network))]
        first, second = sides if number == 0 else sides[::-1]
        output, ended = two.together(self.suite.root / name, (first, second))
        execution = ended[number if number < len(ended) else 0]
        execution.output, execution.traceback = output, ""
        return execution

    def one(self, name: str, target: Target) -> bool:
        """Run one test and write its result; False if this board is lost and others go on."""
        started = datetime.now(UTC)
        result = Result(
            claim=claim_of(name),
            board=self.kind.name,
            judged_on=self.board.name if len(self.kind.boards) > 1 else "",
            outcome=Outcome.UNSUPPORTED,
            chapter="upstream " + name.rpartition("/")[0],
            required="prints what upstream expects of it",
            started=started.isoformat(timespec="milliseconds"),
        )
        why = self.suite.unsupported(name, target)
        both = two.known(name, self.suite.root)
        if not why and (both or networked.known(name, self.suite.root)):
            why = networked.lacking(self.network)
        if not why and both:
            why = two.lacking(self.network) or self.host.lacking()
        if why:
            result.why = why
        else:
            try:
                wanted = self.work.expected[name].result()
                execution = self.judged(name, result, wanted, both)
                if why := networked.apart(execution):
                    result.outcome, result.why = Outcome.ERRORED, why
            except BoardLost as error:
                if self.work.give_back(name):
                    return False
                result.outcome, result.why = Outcome.ERRORED, str(error)
        result.duration_s = (datetime.now(UTC) - started).total_seconds()
        flaky = self.suite.flaky(name)
        if flaky and result.outcome in SHOWED:
            result.expectation = Divergence(reason=f"upstream calls it flaky: {flaky}")
        with self.writing:
            if self.stopped:
                return True
            self.run_dir.append(result)
            if result.outcome in BAD:
                text = f"{result.board}: {name} {result.outcome}: {result.why or result.actual}"
                print(plain(text), file=sys.stderr)
        return True


def claim_of(name: str) -> str:
    """What a result calls the test."""
    return f"upstream.{name}"
