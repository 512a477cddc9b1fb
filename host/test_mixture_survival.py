"""Waits that are cut short by chance, about when what they wait for comes."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.chance import CHANCE
from host.test_meetings import whole

SEEDS = (17351, 6576)


def noted(board: BoardUnderTest, what: str, seed: int) -> Any:
    execution = board.run(
        "survival/mixture", prefix=f"{CHANCE} streams/memory", what=what, seed=seed, deadline=20
    )
    assert execution.names == ["noted"], seed
    return execution.value("noted")


@claim("survive.mixture-locks")
def test_locks(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        came = noted(board, "locks", seed)
        assert came["most"] == 1
        assert came["inside"] == 0
        assert came["locked"] is False
        assert 1 <= came["done"] < came["ended"]  # and once more when all was over


@claim("survive.mixture-data")
def test_data(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        lines, written = noted(board, "data", seed)
        for number, came in enumerate(lines):
            sent = [b"%d%02d\n" % (number, count) for count in range(8)]
            assert b"".join(came) == b"".join(sent), seed
        assert whole(written, b"".join(b"%03d\n" % count for count in range(8))), seed


@claim("survive.mixture-signals")
def test_signals(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        came = noted(board, "signals", seed)
        assert came["flag"] == came["set"] == 16, seed
        assert came["waited"] == came["still"] == 12, seed


@claim("survive.mixture-values")
def test_values(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        wrong, told = noted(board, "values", seed)
        assert wrong == [], seed
        assert len(set(told)) == len(told), seed
        assert {3, 15, 63, 75} <= set(told), seed
