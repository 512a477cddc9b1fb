"""`looprig upstream`: MicroPython's own test suite on the bench's boards, over this transport."""

from __future__ import annotations

import contextlib
import importlib.metadata
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rig import bench as benches
from rig.answers.answer import tell
from rig.answers.judging import Upstream, attention
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.kept import kept
from rig.commands.asked import Options, choose_bench, run_folder
from rig.commands.host_instance import HostInstance
from rig.commands.prepared import ready
from rig.commands.resuming import gone_on_with, nothing_left, now, resumed, same_boards
from rig.commands.terminable import terminable
from rig.ending import RIG, of_run
from rig.errors import BoardLost, LooprigError, UsageError
from rig.progress import BAD
from rig.results import HOSTS, Divergence, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.sharing import Kind, columns, kinds
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


def upstream(
    directory: Path | None,
    patterns: list[str],
    bench: Path | None = None,
    out: Path | None = None,
    boards: list[str] | None = None,
    port: str = "",
    command: list[str] | None = None,
    resume: Path | None = None,
    share: bool = False,
    as_json: bool = False,
) -> int:
    """Run the suite and return the exit code, which means what that of `looprig run` does."""
    options = Options(bench=bench, boards=boards or [], port=port, out=out, resume=resume)
    options.share = share
    if options.resume:
        options = resumed(options, "upstream")
        directory, patterns = same_suite(RunDir(run_folder(options)), directory, patterns)
    if directory is None:
        raise UsageError("looprig upstream needs a MicroPython checkout", "name its directory")
    suite = Suite(directory)
    suite.check(patterns)
    chosen = choose_bench(options)
    chosen = chosen.model_copy(
        update={
            "board": {name: entry for name, entry in chosen.board.items() if runs(entry)},
        }
    )
    if not chosen.board:
        raise UsageError("the suite is MicroPython's own: no board of the bench runs it")
    run_dir = RunDir(run_folder(options))
    with terminable(), run_dir.held():
        with ready(chosen, power=False) as (stations, lost):
            alike = kinds(stations, options.share, {})
            info = RunInfo(
                looprig=importlib.metadata.version("looprig"),
                id=run_dir.path.name,
                started=now(),
                command=command or [],
                bench=chosen.path,
                power=False,
                upstream=str(suite.root),
                patterns=patterns,
                boards=[*columns(alike, stations), *lost],
                share=options.share,
            )
            done: set[tuple[str, str]] = set()
            if options.resume:
                before = run_dir.read()
                same_boards(run_dir.path, before.boards, info.boards)
                if (code := nothing_left(run_dir)) is not None:
                    if as_json:
                        tell(answer(run_dir, "nothing was left to do"))
                    return code
                done = {(result.claim, result.board) for result in run_dir.mend(before)}
                run_dir.write(gone_on_with(before, info))
            else:
                run_dir.create(info)
            whole = run_boards(suite, patterns, stations, alike, run_dir, done)
        return conclude(run_dir, whole, as_json)


def same_suite(
    run_dir: RunDir, directory: Path | None, patterns: list[str]
) -> tuple[Path, list[str]]:
    """The checkout and the patterns of the run to go on with; UsageError for another checkout."""
    info = run_dir.read()
    if directory and Suite(directory).root != Path(info.upstream):
        raise UsageError(
            f"--resume {run_dir.path}: it runs {info.upstream}, not {directory}",
            "leave DIR out, or start a run of its own",
        )
    return Path(info.upstream), patterns or info.patterns


def runs(entry: benches.BoardEntry) -> bool:
    """CPython boards are controls for claims, not for MicroPython's own details."""
    return entry.kind != "cpython"


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

    def push(self, name: str) -> Execution:
        program = self.suite.program(name)
        with contextlib.ExitStack() as stack:
            if networked.known(name, self.suite.root) and self.network:
                program = stack.enter_context(
                    networked.against_host(
                        program, self.suite.expected(name), self.board, self.network
                    )
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
            return run(lambda: self.push(name))
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
        if flaky and result.outcome in (Outcome.DIVERGES, Outcome.CRASHED):
            result.expectation = Divergence(reason=f"upstream calls it flaky: {flaky}")
        with self.writing:
            if self.stopped:
                return True
            self.run_dir.append(result)
            if result.outcome in BAD:
                text = f"{result.board}: {name} {result.outcome}: {result.why or result.actual}"
                plain = "".join(c if c.isprintable() else " " for c in text)
                print(plain[:200], file=sys.stderr)
        return True


def claim_of(name: str) -> str:
    """What a result calls the test."""
    return f"upstream.{name}"


def conclude(run_dir: RunDir, whole: bool, as_json: bool = False) -> int:
    """Note how the run ended, and say it."""
    if not whole:
        run_dir.error(f"interrupted; go on with looprig upstream --resume {run_dir.path}")
    results = run_dir.results()
    info = run_dir.read()
    claims = list(dict.fromkeys(result.claim for result in results))
    info = info.model_copy(update={"claims": claims, "finished": now()})
    ending = of_run(results, info, info.levels, interrupted=not whole)
    run_dir.write(info.model_copy(update={"exit_code": ending.code}))
    if as_json:
        tell(answer(run_dir, ending.said))
        return ending.code
    for board in info.boards:
        counts = Counter(result.outcome for result in results if result.board == board.name)
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        print(f"{board.name}: {said or 'nothing ran'}")
    for name, why in info.lost.items():
        print(f"board {name} was lost {why}")
    for message in info.errors:
        print(message)
    print(f"{ending.said} · {run_dir.results_path}; looprig report {run_dir.path} renders it")
    return ending.code


def answer(run_dir: RunDir, said: str) -> Upstream:
    """The run for programs."""
    info, results = run_dir.read(), run_dir.results()
    return Upstream(
        run=str(run_dir.path),
        exit_code=RIG if info.exit_code is None else info.exit_code,
        said=said,
        outcomes=dict(Counter(result.outcome for result in results)),
        attention=attention(results),
        lost=info.lost,
        errors=info.errors,
    )
