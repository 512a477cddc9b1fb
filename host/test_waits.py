"""The firmware's half of waiting: what the port's own waits and its wake sources keep."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import TICK, answering, attempts, numbers, seconds
from host.waits import REFERENCE, allowance, judged_late, lateness, machines, zero
from rig.board.execution import Execution
from rig.errors import Unsupported

WAITS = [(1, 8), (2, 8), (5, 8), (10, 6), (25, 4)]
MS, WAIT_MS = 6, 34
"""When something comes in the midst of a wait, and how long that goes on."""
FAR_MS = 150
"""When the next timer is due that must not decide when a task wakes."""
LONG_MS = 230
"""A wait in which a port that looks ever more seldom, or sleeps ever more deeply, has got there."""
LONGER = 5
"""So many times longer is each attempt in which a thread is to get its turns."""
OWN_TICK = TICK
"""A timer counts ticks of its own."""
SOURCE = "waits/source"


def run(
    board: BoardUnderTest, name: str, prefix: str = SOURCE, deadline: float = 20, **params: Any
) -> Execution:
    return board.run(f"waits/{name}", prefix=prefix, deadline=deadline, **params)


# -- to the time that was asked for --------------------------------------------------------------


def to_the_time(board: BoardUnderTest, record: Record, name: str, **params: Any) -> None:
    """Waits end no earlier than asked, and no later than the port's ticks allow."""
    late, allowed = {}, 0.0
    for machine in machines(board, record):
        execution = run(board, name, REFERENCE, waits=WAITS, **params)
        allowed = allowance(board, zero(execution), machine)
        over = {ms: [s - ms / 1e3 for s in seconds(execution, "took", ms)] for ms, _ in WAITS}
        # the clock that counts milliseconds and the one that times them may run apart by 0.1 %
        early = {ms: min(s) for ms, s in over.items() if min(s) < -(TICK + ms / 1e6)}
        assert not early
        late = {
            ms: median
            for ms, samples in over.items()
            if (median := judged_late(record, f"{ms} ms, how late", samples, allowed)) > allowed
        }
        if not late:
            break
    assert not late, f"more than {allowed:.4f} s late: {late}"


@claim("wait.poll-to-the-time")
def test_poll_to_the_time(board: BoardUnderTest, record: Record) -> None:
    to_the_time(board, record, "own", wait="poll")


@claim("wait.sleep-ms-to-the-time")
def test_sleep_ms_to_the_time(board: BoardUnderTest, record: Record) -> None:
    to_the_time(board, record, "own", wait="sleep_ms")


@claim("wait.task-to-the-time")
def test_task_to_the_time(board: BoardUnderTest, record: Record) -> None:
    to_the_time(board, record, "slept")


@claim("wait.poll-of-no-time")
def test_poll_of_no_time(board: BoardUnderTest, record: Record) -> None:
    execution = run(board, "own", REFERENCE, waits=[], wait="poll")
    took = seconds(execution, "took", 0)
    record.measure("a poll of no time", took)
    assert min(took) < TICK


OFTEN = [(2, 20), (5, 20)]


def seldom_late(board: BoardUnderTest, record: Record, name: str, **params: Any) -> None:
    """No more than one wait in ten is late, beside as many as a busy machine makes late: late by
    some ticks, which a busy machine makes few of. What is late by less, and often, has a median."""
    late, count, usual = 0, 1, 0.0
    for machine in machines(board, record):
        execution = run(board, name, REFERENCE, waits=OFTEN, **params)
        allowed = allowance(board, zero(execution), machine) + 8 * TICK
        over = [s - ms / 1e3 for ms, _ in OFTEN for s in seconds(execution, "took", ms)]
        judged_late(record, "waits, how late", over, allowed)
        late, count, usual = sum(s > allowed for s in over), len(over), machine.later(allowed)
        if late <= count * (0.1 + 2 * usual):
            break
    assert late <= count * (0.1 + 2 * usual), "many waits are late"


@claim("wait.poll-seldom-late")
def test_poll_seldom_late(board: BoardUnderTest, record: Record) -> None:
    seldom_late(board, record, "own", wait="poll")


@claim("wait.task-seldom-late")
def test_task_seldom_late(board: BoardUnderTest, record: Record) -> None:
    seldom_late(board, record, "slept")


WORK_MS = 25
"""Longer than a system tick, and than what schedulers take for a time slice."""


def after_work(board: BoardUnderTest, record: Record, by: str) -> None:
    def once() -> tuple[list[float], float]:
        execution = run(board, "after_work", REFERENCE, work_ms=WORK_MS, ms=5, times=6, by=by)
        return [s - 5e-3 for s in seconds(execution, "took", 5)], zero(execution)

    late, allowed = lateness(board, record, f"a wait by {by} after work, how late", once)
    assert late <= allowed


@claim("wait.poll-after-work")
def test_poll_after_work(board: BoardUnderTest, record: Record) -> None:
    after_work(board, record, "poll")


@claim("wait.task-after-work")
def test_task_after_work(board: BoardUnderTest, record: Record) -> None:
    after_work(board, record, "task")


# -- callbacks -----------------------------------------------------------------------------------


def ran(execution: Execution) -> list[float]:
    """How late each callback came, in seconds."""
    if execution.value("source") == "none":
        raise Unsupported("a callback while the board waits: machine.Timer or _thread")
    samples = numbers(execution, "late")
    assert -1 not in samples, "a callback never ran"
    return [micros / 1e6 for micros in samples]


def callback(
    board: BoardUnderTest, record: Record, wait: str, beside: str = "", ms: int = MS, times: int = 4
) -> None:
    """A callback that comes in the midst of a wait runs then, and not when the wait is over."""

    def once() -> tuple[list[float], float]:
        execution = run(
            board, "callback", wait=wait, beside=beside, ms=ms, wait_ms=ms + WAIT_MS, times=times
        )
        return ran(execution), min(seconds(execution, "zero"))

    what = f"a callback in the midst of {wait}, how late"
    busy = beside == "turns"
    late, allowed = lateness(board, record, what, once, spare=OWN_TICK, busy=busy)
    assert late <= allowed


@claim("wait.callback-in-poll")
def test_callback_in_poll(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "poll")


@claim("wait.callback-in-sleep-ms")
def test_callback_in_sleep_ms(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "sleep_ms")


@claim("loop.callbacks-run-while-waiting")
def test_callbacks_run_while_waiting(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop")


@claim("wait.callback-beside-event")
def test_callback_beside_event(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "event")


@claim("wait.callback-beside-stream")
def test_callback_beside_stream(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "stream")


@claim("wait.callback-beside-flag")
def test_callback_beside_flag(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "flag")


@claim("wait.callback-beside-device")
def test_callback_beside_device(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "device")


@claim("wait.callback-among-turns")
def test_callback_among_turns(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "turns")


@claim("wait.callback-after-long")
def test_callback_after_long(board: BoardUnderTest, record: Record) -> None:
    callback(board, record, "loop", "flag", LONG_MS, 2)


def several(board: BoardUnderTest, fails: int, count: int = 4) -> None:
    execution = run(board, "several", count=count, fails=fails)
    assert execution.value("ended") == "over"
    taken = execution.value("taken")
    assert len(taken) > fails
    assert sorted(taken + execution.value("refused")) == list(range(count))
    assert execution.value("came") == taken


@claim("wait.callbacks-none-lost")
def test_callbacks_none_lost(board: BoardUnderTest) -> None:
    several(board, fails=-1)


@claim("wait.callback-that-fails")
def test_callback_that_fails(board: BoardUnderTest) -> None:
    several(board, fails=0)


ENDLESS_S = 0.08
"""When the host ends a wait that nothing else ends: long after a callback in its midst."""


@claim("wait.callback-in-endless-wait")
def test_callback_in_endless_wait(board: BoardUnderTest, record: Record) -> None:
    def once() -> tuple[list[float], float]:
        host = answering(3, ENDLESS_S, 10)
        return ran(run(board, "endless", while_running=host, ms=MS, times=3)), 0.0

    what = "a callback in the midst of a wait for the console alone, how late"
    late, allowed = lateness(board, record, what, once, spare=OWN_TICK)
    assert late <= allowed


def outside(board: BoardUnderTest, **params: Any) -> tuple[list[float], float]:
    """How late came what something outside of the loop brings about, for `lateness`."""
    execution = run(board, "from_callback", **params)
    if execution.value("source") == "none":
        raise Unsupported("something outside of the loop: machine.Timer or _thread")
    return seconds(execution, "late"), 0.0


def brought_about(
    board: BoardUnderTest, record: Record, what: str, name: str, ms: int = MS, times: int = 4
) -> None:
    """What something outside brings about in the midst of a long wait comes promptly."""

    def once() -> tuple[list[float], float]:
        return outside(board, what=what, ms=ms, wait_ms=ms + FAR_MS, times=times, beside="")

    late, allowed = lateness(board, record, f"{name}, how late", once, spare=OWN_TICK)
    assert late <= allowed


@claim("wait.task-made-by-callback")
def test_task_made_by_callback(board: BoardUnderTest, record: Record) -> None:
    brought_about(board, record, "task", "a task that a callback made")


@claim("wait.flag-by-callback")
def test_flag_by_callback(board: BoardUnderTest, record: Record) -> None:
    brought_about(board, record, "flag", "a flag that a callback set")


@claim("wait.flag-after-long")
def test_flag_after_long(board: BoardUnderTest, record: Record) -> None:
    brought_about(board, record, "flag", "a flag after a long wait", LONG_MS, 2)


@claim("wait.flag-by-thread")
def test_flag_by_thread(board: BoardUnderTest, record: Record) -> None:
    brought_about(board, record, "thread", "a flag that a thread set")


@claim("wait.scheduled-by-scheduled")
def test_scheduled_by_scheduled(board: BoardUnderTest, record: Record) -> None:
    brought_about(board, record, "chain", "a flag by a callback that a callback scheduled")


@claim("wait.threads-run")
def test_threads_run(board: BoardUnderTest, record: Record) -> None:
    during: list[int] = []
    for number in attempts(record):  # a busy machine may hold the thread back for longer
        during = run(board, "thread", wait_ms=WAIT_MS * LONGER**number, times=3).value("during")
        assert len(during) == 3
        # two fall to the moments before and after the wait
        if min(during) > 2:
            break
    assert min(during) > 2
