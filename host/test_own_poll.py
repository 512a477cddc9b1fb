"""A poll object of the program's own, beside the loop, on the very stream on which a task waits."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.latency import answering
from host.waits import REFERENCE

PATIENCE = 250
"""Looks, 2 ms apart, in which a task or a poll is to see what is there."""


def beside_own_poll(board: BoardUnderTest, stream: str) -> None:
    run = board.run(
        "neighbours/own_poll", prefix=REFERENCE, stream=stream, patience=PATIENCE,
        while_running=answering(7) if stream == "console" else None, deadline=20,
    )  # fmt: skip
    does = ["again", "changes", "forgets", "looks"]
    assert sorted(run.values("woken")) == [(each, "woken") for each in does]
    assert run.values("found") == [("wake", "found"), ("cancel", "found")]
    if stream == "device":
        does = ["looks", "changes", "forgets"]
        assert run.values("room") == [(each, "woken") for each in does]


@claim("beside.own-poll-device")
def test_own_poll_device(board: BoardUnderTest) -> None:
    beside_own_poll(board, "device")


@claim("beside.own-poll-socket")
def test_own_poll_socket(board: BoardUnderTest) -> None:
    beside_own_poll(board, "socket")


@claim("beside.own-poll-console")
def test_own_poll_console(board: BoardUnderTest) -> None:
    beside_own_poll(board, "console")
