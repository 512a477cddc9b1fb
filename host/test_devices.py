"""Devices that become ready by themselves, with nothing that interrupts, in all company."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import seconds
from host.waits import REFERENCE, lateness

QUIET = f"{REFERENCE} waits/quiet"
TIMES = 3


def devices(board: BoardUnderTest, record: Record, what: str, expected: Any) -> None:
    """What comes is right, and comes promptly, each time."""

    def once() -> tuple[list[float], float]:
        execution = board.run("waits/devices", prefix=QUIET, what=what, times=TIMES, deadline=6)
        assert execution.value("got") == [expected] * TIMES
        return seconds(execution, "late"), 0.0

    # a port that looks at devices once a millisecond is busy with that
    late, allowed = lateness(board, record, "a device that became ready", once, busy=True)
    assert late <= allowed


@claim("wait.devices-each-in-time")
def test_each(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "each", [b"data"] * 3)


@claim("wait.device-beside-console")
def test_beside_console(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "beside_console", b"data")


@claim("wait.device-again")
def test_again(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "again", 4)


@claim("wait.device-room-in-parts")
def test_room_in_parts(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "parts", b"abcd")


@claim("wait.device-line-in-parts")
def test_line_in_parts(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "line", b"two\n")


@claim("wait.device-both-ways")
def test_both_ways(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "both", (b"data", b"abcd"))


@claim("wait.device-error-ends-drain")
def test_error_ends_drain(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "error", 5)


@claim("wait.device-within-timeout")
def test_within_timeout(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "in_time", [b"data", b"timeout", b"data"])


@claim("wait.device-ready-at-once")
def test_ready_at_once(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "at_once", "at once")


@claim("wait.device-among-turns")
def test_among_turns(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "among_turns", b"data")


@claim("wait.device-beside-flag")
def test_beside_flag(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "beside_flag", b"data")


@claim("wait.device-beside-socket")
def test_beside_socket(board: BoardUnderTest, record: Record) -> None:
    devices(board, record, "beside_socket", b"data")
