"""The same is done over and over before anybody had a turn: no count of it comes to its end."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest

BYTES = [127, 128, 255, 256, 257, 512]
"""About the ends of counts of seven and eight bits, with and without a sign."""
WORD = 65536


def over_and_over(board: BoardUnderTest, what: list[str], times: list[int]) -> None:
    """Each was heard of, and once."""
    run = board.run("life/over_and_over", what=what, times=times, deadline=30)
    assert run.values("did") == [(each, count, True, False) for each in what for count in times]


@claim("flag.set-over-and-over")
def test_flag_over_and_over(board: BoardUnderTest) -> None:
    over_and_over(board, ["flag before", "flag cleared"], BYTES)
    over_and_over(board, ["flag"], [*BYTES, WORD])


@claim("event.set-over-and-over")
def test_event_over_and_over(board: BoardUnderTest) -> None:
    over_and_over(board, ["event"], [*BYTES, WORD])


@claim("task.cancel-over-and-over")
def test_cancel_over_and_over(board: BoardUnderTest) -> None:
    over_and_over(board, ["cancel"], BYTES)
