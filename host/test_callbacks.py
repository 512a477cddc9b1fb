"""Callbacks and threads by the hundreds, such as fail, and what even a late port owes them."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import attempts, seconds
from host.test_many import OFTEN
from host.test_waits import (
    FAR_MS,
    LONGER,
    MS,
    OWN_TICK,
    SOURCE,
    WAIT_MS,
    outside,
    ran,
    run,
    several,
)
from host.waits import REFERENCE, lateness
from rig.errors import Inconclusive, Unsupported

WAITED_MS = 20


def failing(board: BoardUnderTest, record: Record, beside: str) -> None:
    """Two callbacks raise in the midst of waits: those end when they should, two more run, and the
    waits behind are no later for it; the first may be, while the board says what was raised."""

    def once() -> tuple[list[float], float]:
        execution = run(board, "failing", f"{SOURCE} waits/quiet", beside=beside)
        if execution.value("source") == "none":
            raise Unsupported("a callback while the board waits: machine.Timer or _thread")
        took = execution.value("took")
        assert isinstance(took, list)
        assert len(took) == 4
        assert min(took) > (WAITED_MS - 1) * 1000
        assert execution.value("ran") == 2
        return [us / 1e6 - WAITED_MS / 1e3 for us in took[1::2]], 0.0

    what = "a wait after one in which a callback failed, how late"
    late, allowed = lateness(board, record, what, once, spare=OWN_TICK, busy=True)
    assert late <= allowed


@claim("wait.failing-callback")
def test_failing_callback(board: BoardUnderTest, record: Record) -> None:
    failing(board, record, "")


@claim("wait.failing-callback-beside-flag")
def test_failing_callback_beside_flag(board: BoardUnderTest, record: Record) -> None:
    failing(board, record, "flag")


@claim("wait.failing-callback-beside-device")
def test_failing_callback_beside_device(board: BoardUnderTest, record: Record) -> None:
    failing(board, record, "device")


@claim("wait.failing-callback-beside-console")
def test_failing_callback_beside_console(board: BoardUnderTest, record: Record) -> None:
    failing(board, record, "console")


FEWEST, ENOUGH_S = 200, 10


def hundreds(board: BoardUnderTest, what: str) -> None:
    """So many, or as many as there was time for: on a busy machine two threads that take turns
    take tens of milliseconds for each."""
    execution = run(
        board, "hundreds", f"{SOURCE} waits/quiet", what=what, times=OFTEN,
        enough_us=ENOUGH_S * 1_000_000, deadline=3 * ENOUGH_S,
    )  # fmt: skip
    asked = execution.value("asked")
    assert isinstance(asked, int)
    assert execution.value("came") == (asked, True)
    if asked < FEWEST:
        raise Inconclusive(f"only {asked} of {FEWEST} in {ENOUGH_S} s: the board needs more time")


@claim("wait.callbacks-by-hundreds")
def test_callbacks_by_hundreds(board: BoardUnderTest) -> None:
    hundreds(board, "callbacks")


@claim("wait.flags-by-hundreds")
def test_flags_by_hundreds(board: BoardUnderTest) -> None:
    hundreds(board, "flags")


def at_the_end(board: BoardUnderTest, record: Record, wait: str, beside: str) -> None:
    """A port that runs callbacks when a wait is over does so at the end of the one they came in."""

    def once() -> tuple[list[float], float]:
        execution = run(
            board, "callback", wait=wait, beside=beside, ms=MS, wait_ms=MS + WAIT_MS, times=2
        )
        return ran(execution), min(seconds(execution, "zero"))

    spare = OWN_TICK + WAIT_MS / 1e3
    late, allowed = lateness(board, record, f"a callback in {wait}, how late", once, spare=spare)
    assert late <= allowed


@claim("wait.callback-by-the-end-of-poll")
def test_by_the_end_of_poll(board: BoardUnderTest, record: Record) -> None:
    at_the_end(board, record, "poll", "")


@claim("wait.callback-by-the-end")
def test_by_the_end(board: BoardUnderTest, record: Record) -> None:
    at_the_end(board, record, "loop", "event")


@claim("wait.callback-by-the-end-beside-stream")
def test_by_the_end_beside_stream(board: BoardUnderTest, record: Record) -> None:
    at_the_end(board, record, "loop", "stream")


@claim("wait.task-made-by-callback-by-the-end")
def test_task_by_the_end(board: BoardUnderTest, record: Record) -> None:
    timer_ms = 60

    def once() -> tuple[list[float], float]:
        return outside(board, what="task", ms=MS, wait_ms=timer_ms, times=3, beside="")

    spare = OWN_TICK + timer_ms / 1e3
    late, allowed = lateness(board, record, "a task that a callback made", once, spare=spare)
    assert late <= allowed


def threads(board: BoardUnderTest, record: Record, beside: str) -> None:
    during: list[int] = []
    for number in attempts(record):  # a busy machine may hold the thread back for longer
        prefix, wait_ms = f"{REFERENCE} waits/quiet", WAIT_MS * LONGER**number
        execution = run(board, "threads_beside", prefix, beside=beside, wait_ms=wait_ms, times=3)
        during = execution.value("during")
        assert len(during) == 3
        # two fall to the moments before and after the wait
        if min(during) > 2:
            break
    assert min(during) > 2


@claim("wait.threads-run-beside-flag")
def test_threads_beside_flag(board: BoardUnderTest, record: Record) -> None:
    threads(board, record, "flag")


@claim("wait.threads-run-beside-device")
def test_threads_beside_device(board: BoardUnderTest, record: Record) -> None:
    threads(board, record, "device")


@claim("wait.threads-run-beside-console")
def test_threads_beside_console(board: BoardUnderTest, record: Record) -> None:
    threads(board, record, "console")


@claim("wait.threads-run-among-turns")
def test_threads_among_turns(board: BoardUnderTest, record: Record) -> None:
    threads(board, record, "turns")


@claim("wait.callbacks-run-or-refused")
def test_callbacks_run_or_refused(board: BoardUnderTest) -> None:
    several(board, fails=-1, count=120)


# -- while tasks run ------------------------------------------------------------------------------

WORK_MS = 8


def busy(board: BoardUnderTest, record: Record, what: str, beside: str) -> None:
    """What comes while tasks take turns, or while one works, is noticed in the next turns."""

    def once() -> tuple[list[float], float]:
        return outside(board, what=what, ms=MS, wait_ms=FAR_MS, times=4, beside=beside)

    # a task that works is done with it first, and the other thread may have to wait for it as well
    spare = OWN_TICK + (0 if beside == "turns" else 2 * WORK_MS / 1e3)
    name = f"{what} while tasks run, how late"
    late, allowed = lateness(board, record, name, once, spare=spare, busy=True)
    assert late <= allowed


@claim("wait.flag-by-callback-among-turns")
def test_flag_by_callback_among_turns(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "flag", "turns")


@claim("wait.flag-by-thread-among-turns")
def test_flag_by_thread_among_turns(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "thread", "turns")


@claim("wait.task-by-callback-among-turns")
def test_task_by_callback_among_turns(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "task", "turns")


@claim("wait.flag-by-callback-during-work")
def test_flag_by_callback_during_work(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "flag", "work")


@claim("wait.flag-by-thread-during-work")
def test_flag_by_thread_during_work(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "thread", "work")


@claim("beside.own-poll-flag")
def test_own_poll_flag(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "thread", "own poll")


@claim("beside.own-poll-callback")
def test_own_poll_callback(board: BoardUnderTest, record: Record) -> None:
    busy(board, record, "flag", "own poll")
