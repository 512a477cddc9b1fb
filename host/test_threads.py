"""What lives beside the loop: other threads, which run a loop of their own or just work."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import TICK, seconds
from host.waits import REFERENCE, lateness


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
