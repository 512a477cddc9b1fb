"""What lives beside the loop: callbacks, collections, threads, somebody who sets the clock."""

from __future__ import annotations

import statistics

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import END, ENQ, TICK, numbers, seconds
from host.waits import REFERENCE, allowance, lateness, machines
from rig.board.execution import Execution
from rig.board.link import Link
from rig.errors import Inconclusive, Unsupported

PERIOD_MS = 2
KINDS = ("sleep", "event", "flag", "lock", "stream", "drain", "timeout", "gather", "cancel")
OFTEN, SOME, FEW = 60, 12, 6


def beside(board: BoardUnderTest, kind: str, does: str = "counts", times: int = OFTEN) -> Execution:
    """So many waits of a kind beside a callback; each ended with what it waited for."""
    execution = board.run(
        "neighbours/waits", prefix="neighbours/source", deadline=20,
        kind=kind, does=does, period_ms=PERIOD_MS, times=times,
    )  # fmt: skip
    if execution.value("source") == "none":
        raise Unsupported("a callback beside the loop: machine.Timer or _thread")
    assert execution.value("waits") == (times, [])
    calls, scheduled, full = execution.value("calls")
    if not calls and execution.value("source") != "itself":
        raise Inconclusive(
            f"no callback came beside the loop in 3 s, of {scheduled} that a thread scheduled and "
            f"{full} for which there was no room: nothing was beside it"
        )
    assert calls > 0
    return execution


@claim("beside.timer-sleep")
def test_timer_sleep(board: BoardUnderTest) -> None:
    late = numbers(beside(board, "sleep"), "late")
    assert min(late) > -TICK * 1e6


@claim("beside.timer-event")
def test_timer_event(board: BoardUnderTest) -> None:
    assert beside(board, "event").value("waits") == (OFTEN, [])


@claim("beside.timer-flag")
def test_timer_flag(board: BoardUnderTest) -> None:
    assert beside(board, "flag").value("waits") == (OFTEN, [])


@claim("beside.timer-lock")
def test_timer_lock(board: BoardUnderTest) -> None:
    assert beside(board, "lock").value("waits") == (OFTEN, [])


@claim("beside.timer-stream")
def test_timer_stream(board: BoardUnderTest) -> None:
    assert beside(board, "stream").value("waits") == (OFTEN, [])


@claim("beside.timer-timeout")
def test_timer_timeout(board: BoardUnderTest) -> None:
    late = numbers(beside(board, "timeout"), "late")
    assert min(late) > -TICK * 1e6


@claim("beside.timer-gather")
def test_timer_gather(board: BoardUnderTest) -> None:
    assert beside(board, "gather").value("waits") == (OFTEN, [])


@claim("beside.timer-drain")
def test_timer_drain(board: BoardUnderTest) -> None:
    assert beside(board, "drain").value("waits") == (OFTEN, [])


@claim("beside.timer-cancel")
def test_timer_cancel(board: BoardUnderTest) -> None:
    assert beside(board, "cancel").value("waits") == (OFTEN, [])


def every_kind(board: BoardUnderTest, does: str) -> None:
    for kind in KINDS:
        beside(board, kind, does, FEW)


@claim("beside.collections")
def test_collections(board: BoardUnderTest) -> None:
    every_kind(board, "collects")


@claim("beside.allocations")
def test_allocations(board: BoardUnderTest) -> None:
    every_kind(board, "allocates")


@claim("beside.long-callbacks")
def test_long_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "holds")


@claim("beside.failing-callbacks")
def test_failing_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "fails")


@claim("beside.endless-callbacks")
def test_endless_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "goes on")


@claim("beside.timer-late")
def test_timer_late(board: BoardUnderTest, record: Record) -> None:
    late = dict.fromkeys(KINDS, 0.0)  # seconds, of those that were late each time
    allowed = 0.0
    for machine in machines(board, record):
        for number, kind in enumerate(KINDS):
            does = ("counts", "allocates")[number % 2]
            micros = numbers(beside(board, kind, does, SOME), "late")
            # the wait counts ticks, the stopwatch microseconds: up to a tick early is on time
            assert min(micros) > -TICK * 1e6
            samples = [max(0, value) / 1e6 for value in micros]
            # a gather's second child takes a millisecond more, and each wait ends at its own tick
            allowed = allowance(board, 0.0, machine) + 2 * TICK
            record.measure(f"{kind} beside a timer, how late", samples, resolution=TICK)
            if statistics.median(samples) <= allowed:
                late.pop(kind, None)
            elif kind in late:
                late[kind] = statistics.median(samples)
        if not late:
            break
    assert not late, f"more than {allowed:.4f} s late: {late}"


# -- threads -------------------------------------------------------------------------------------


@claim("beside.second-thread")
def test_second_thread(board: BoardUnderTest) -> None:
    execution = board.run("neighbours/thread_loop", flag=False, limit_ms=3000)
    assert execution.value("over") is True
    log = execution.value("log")
    assert log[-1] == ["a", "b", 2] or log[-1] == ["a", "b", None]
    assert log[:-1] == ["a", "b"] * 3 + ["lock", "timeout"]
    assert execution.value("current") == ([True] * 6, False)


@claim("beside.second-thread-flag")
def test_second_thread_flag(board: BoardUnderTest) -> None:
    execution = board.run("neighbours/thread_loop", flag=True, limit_ms=3000)
    assert execution.value("over") is True
    assert execution.value("log")[-3:-1] == ["waits", "flag"]


def second_thread_wakes(board: BoardUnderTest, record: Record, what: str) -> None:
    """What comes from outside of a loop in a second thread is noticed long before its timer."""

    def once() -> tuple[list[float], float]:
        prefix = f"{REFERENCE} waits/quiet"
        execution = board.run("neighbours/thread_wakes", prefix=prefix, what=what, deadline=20)
        assert execution.value("over") is True
        return seconds(execution, "late"), 0.0

    # the machine may be busy with the other thread, which only sleeps
    late, allowed = lateness(board, record, f"a wake by a {what}, how late", once, spare=2 * TICK)
    assert late <= allowed


@claim("beside.second-thread-flag-at-once")
def test_second_thread_flag_at_once(board: BoardUnderTest, record: Record) -> None:
    second_thread_wakes(board, record, "flag")


@claim("beside.second-thread-device")
def test_second_thread_device(board: BoardUnderTest, record: Record) -> None:
    second_thread_wakes(board, record, "device")


@claim("beside.second-thread-callback")
def test_second_thread_callback(board: BoardUnderTest, record: Record) -> None:
    second_thread_wakes(board, record, "callback")


THREADS = 6
"""One after another, more than a port is likely to keep room for at the same time."""


@claim("beside.threads-in-turn")
def test_threads_in_turn(board: BoardUnderTest, record: Record) -> None:
    def once() -> tuple[list[float], float]:
        execution = board.run("neighbours/threads_in_turn", threads=THREADS, deadline=20)
        log = [("raised", number) if number % 2 else number for number in range(THREADS)]
        assert execution.value("log") == log
        assert execution.value("heard") == list(range(THREADS))
        return seconds(execution, "late"), 0.0

    late, allowed = lateness(board, record, "a flag after them, how late", once, spare=2 * TICK)
    assert late <= allowed


@claim("beside.second-thread-sockets")
def test_second_thread_sockets(board: BoardUnderTest) -> None:
    execution = board.run(
        "neighbours/thread_sockets", prefix="streams/loopback", limit_ms=5000, deadline=20
    )
    assert execution.value("got") == [b"hello\n"] * 3
    assert execution.value("over") is True


@claim("beside.busy-thread")
def test_busy_thread(board: BoardUnderTest) -> None:
    execution = board.run("neighbours/busy_thread")
    assert execution.value("worked") is True
    assert execution.value("got") == ["event"] * 10 + ["timeout", "after a failure"]


SLICE = 10e-3
"""Seconds for which a thread that works may keep an interpreter that both share: a scheduler's time
slice, which at FreeRTOS's and Zephyr's 100 Hz is a tick (`SYSTEM_TICK`), and Linux's is shorter."""


@claim("beside.busy-thread-late")
def test_busy_thread_late(board: BoardUnderTest, record: Record) -> None:
    def once() -> tuple[list[float], float]:
        return seconds(board.run("neighbours/busy_thread"), "late"), 0.0

    name = "a sleep beside a thread that works, how late"
    late, allowed = lateness(board, record, name, once, spare=SLICE, busy=True)
    assert late <= allowed


# -- the calendar --------------------------------------------------------------------------------

ASKED_MS = 120
TOO_LATE_S = 4.0
"""A wait that a clock set by years has misled ends at once or not at all; a busy machine may delay
the news of its end."""


def clock_set(board: BoardUnderTest, years: int, wait: str) -> None:
    """The host's clock times it, for the board's own may be what somebody set.

    The wait begins after the host said so and its end is told after it, so that what passes
    between is never less than the wait took, however late host and wire are.
    """
    took: list[float] = []

    def time_it(link: Link) -> None:
        began, rest = 0.0, b""
        while len(took) < 1 and END not in rest:
            came = link.read_some(link.clock.by(10))
            if not came:
                break  # following the script to its end says how it ended
            for _ in range(came.count(ENQ)):
                if began:
                    took.append(link.clock.now() - began)
                began = began or link.clock.now()
                link.send(b"g")
            rest += came.replace(ENQ, b"")
        link.unread(rest)

    execution = board.run(
        "neighbours/clock", while_running=time_it, ms=ASKED_MS, years=years,
        minutes=2 if years > 0 else -2, wait=wait,
    )  # fmt: skip
    got, log = execution.value("got")
    assert log == [years], "the calendar was not set"
    assert got == {"sleep": "slept", "timeout": "timeout"}[wait]
    assert len(took) == 1
    assert took[0] >= ASKED_MS / 1e3 - TICK
    assert took[0] < ASKED_MS / 1e3 + TOO_LATE_S


@claim("clock.set-ahead-sleep")
def test_set_ahead_sleep(board: BoardUnderTest) -> None:
    clock_set(board, 3, "sleep")


@claim("clock.set-ahead-timeout")
def test_set_ahead_timeout(board: BoardUnderTest) -> None:
    clock_set(board, 3, "timeout")


@claim("clock.set-back-sleep")
def test_set_back_sleep(board: BoardUnderTest) -> None:
    clock_set(board, -3, "sleep")


@claim("clock.set-back-timeout")
def test_set_back_timeout(board: BoardUnderTest) -> None:
    clock_set(board, -3, "timeout")
