"""Bytes that come from the console alone, each when the one before was read."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.test_console_data import WIRE, sending

CTRL_C = 3


def alone(board: BoardUnderTest, values: bytes, interrupt: bool) -> None:
    execution = board.run(
        "console/alone", prefix=WIRE, while_running=sending([bytes([value]) for value in values]),
        count=len(values), interrupt=interrupt, deadline=20,
    )  # fmt: skip
    assert execution.value("got") == values


@claim("console.each-byte-alone")
def test_each_byte_alone(board: BoardUnderTest) -> None:
    every = bytes(value for value in range(256) if value != CTRL_C)
    alone(board, every + bytes(range(32, 40)), interrupt=True)  # past 256 reads, too


@claim("console.ctrl-c-is-a-byte")
def test_ctrl_c_is_a_byte(board: BoardUnderTest) -> None:
    alone(board, bytes([2, CTRL_C, CTRL_C, CTRL_C, 4, CTRL_C, 1]), interrupt=False)
