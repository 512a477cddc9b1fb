"""Wake sources, one by one: devices that become ready by themselves, bytes, sockets."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import ATTEMPTS, TICK, answering, seconds
from host.waits import REFERENCE, lateness
from rig.board.execution import Execution
from rig.errors import Inconclusive

FAR_MS = 150
"""When the next timer is due that must not decide when a task wakes."""


# -- devices that become ready by themselves -----------------------------------------------------

LONG_MS = 230
"""A wait in which a port that looks ever more seldom, or sleeps ever more deeply, has got there."""


def run(board: BoardUnderTest, name: str, prefix: str = REFERENCE, **params: Any) -> Execution:
    return board.run(f"waits/{name}", prefix=prefix, **params)


def device(board: BoardUnderTest, record: Record, **params: Any) -> None:
    """What becomes ready by itself is noticed then: it needs no interrupt and no timer."""
    given: dict[str, Any] = {
        "by": "loop",
        "writes": False,
        "bits": "data",
        "timer_ms": 0,
        "ms": 15,
        "times": 5,
    }

    def once() -> tuple[list[float], float]:
        execution = run(board, "device", limit_ms=500, deadline=8, **(given | params))
        assert "never" not in execution.names
        samples = seconds(execution, "late")
        assert min(samples) >= 0
        return samples, 0.0

    late, allowed = lateness(board, record, "a device that became ready, how late", once)
    assert late <= allowed


@claim("wait.device-ends-poll")
def test_device_ends_poll(board: BoardUnderTest, record: Record) -> None:
    device(board, record, by="poll")


@claim("wait.device-wakes-reader")
def test_device_wakes_reader(board: BoardUnderTest, record: Record) -> None:
    device(board, record)


@claim("wait.device-wakes-writer")
def test_device_wakes_writer(board: BoardUnderTest, record: Record) -> None:
    device(board, record, writes=True)


@claim("wait.device-before-timer")
def test_device_before_timer(board: BoardUnderTest, record: Record) -> None:
    device(board, record, timer_ms=FAR_MS)


@claim("wait.device-after-long")
def test_device_after_long(board: BoardUnderTest, record: Record) -> None:
    device(board, record, ms=LONG_MS, times=2)


@claim("wait.device-hangs-up")
def test_device_hangs_up(board: BoardUnderTest, record: Record) -> None:
    device(board, record, bits="hang-up")


# -- bytes ---------------------------------------------------------------------------------------


def byte(board: BoardUnderTest, record: Record, how: str, beside: str = "") -> None:
    """A byte is noticed as soon as a board that looks for it without end notices it."""
    times = 10

    def once() -> tuple[list[float], float]:
        wire = 0.0
        for _ in range(ATTEMPTS):
            execution = run(
                board, "byte", f"{REFERENCE} waits/quiet", while_running=answering(3 * times),
                times=times, timer_ms=FAR_MS, beside=beside, deadline=20,
            )  # fmt: skip
            assert execution.value("got") == b"a" * (3 * times)
            wire = sorted(seconds(execution, "took", "looking"))[times // 2]
            if wire <= FAR_MS / 1e3 / 4:  # a busy host's may be quicker next time
                return [s - wire for s in seconds(execution, "took", how)], 0.0
        raise Inconclusive(
            f"a round trip on the wire alone takes {wire:.3f} s, too near to the timer that a "
            f"late wake would wait for ({FAR_MS} ms); is the host or the wire slow?"
        )

    # the wire carries bytes in frames of a millisecond, of which a round trip takes two
    what = f"a byte, by {how}, without the wire"
    late, allowed = lateness(board, record, what, once, spare=2 * TICK)
    assert late <= allowed


@claim("wait.byte-ends-poll")
def test_byte_ends_poll(board: BoardUnderTest, record: Record) -> None:
    byte(board, record, "polling")


@claim("wait.byte-wakes-task")
def test_byte_wakes_task(board: BoardUnderTest, record: Record) -> None:
    byte(board, record, "task")


@claim("wait.byte-beside-device")
def test_byte_beside_device(board: BoardUnderTest, record: Record) -> None:
    byte(board, record, "task", "device")


@claim("wait.connection-wakes-server")
def test_connection_wakes_server(board: BoardUnderTest, record: Record) -> None:
    def once() -> tuple[list[float], float]:
        prefix = f"{REFERENCE} streams/loopback"  # this way no host mirrors it, which would be late
        return seconds(
            run(board, "connection", prefix, ms=4, times=6, timer_ms=FAR_MS), "late"
        ), 0.0

    # the stack shakes hands first, with a look by the loop for each of client and server
    late, allowed = lateness(
        board, record, "a client that connects, how late", once, spare=2 * TICK
    )
    assert late <= allowed


def socket(board: BoardUnderTest, record: Record, how: str, ms: int = 4, times: int = 6) -> None:
    def once() -> tuple[list[float], float]:
        execution = run(board, "socket", ms=ms, times=times, timer_ms=FAR_MS + ms)
        return seconds(execution, "late", how), 0.0

    late, allowed = lateness(board, record, f"a byte on a socket, by {how}, how late", once)
    assert late <= allowed


@claim("wait.socket-ends-poll")
def test_socket_ends_poll(board: BoardUnderTest, record: Record) -> None:
    socket(board, record, "polling")


@claim("wait.socket-wakes-task")
def test_socket_wakes_task(board: BoardUnderTest, record: Record) -> None:
    socket(board, record, "task")


@claim("wait.socket-after-long")
def test_socket_after_long(board: BoardUnderTest, record: Record) -> None:
    socket(board, record, "task", LONG_MS, 2)
