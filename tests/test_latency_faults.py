"""Each seeded latency fault is caught by the claims that it names, idle and loaded.

The good board, beside the same load, is told apart from it: `tests/test_latency.py` and the
soak see to that. Here every claim that catches a fault must hold without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.faults import fault, names, written
from rig.results import Outcome
from tests.busy import busy
from tests.quick import slow_but
from tests.test_faults import judge
from tests.virtual_boards import identified


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One virtual board for all faults."""
    with identified("late", tmp_path_factory.mktemp("board")) as (_, board):
        yield board


@pytest.fixture(scope="module", params=["idle", pytest.param("loaded", marks=pytest.mark.slow)])
def load(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every core of the host idle, and every core busy."""
    with busy(of_each_core=int(request.param == "loaded")):
        yield request.param


@pytest.mark.parametrize("name", slow_but(names("latency"), "latency-wakes-rounded-up"))
def test_is_caught(name: str, board: Board, load: str, tmp_path: Path) -> None:
    overlay = written([fault(name)], tmp_path / "overlay")
    for claim in fault(name).caught_by:
        assert judge(board, claim, None, tmp_path) is Outcome.CONFORMS, claim
        outcome = judge(board, claim, overlay, tmp_path)
        if load == "loaded" and outcome is Outcome.INCONCLUSIVE:  # as it may be there: asked again
            outcome = judge(board, claim, overlay, tmp_path)
        assert outcome in (Outcome.DIVERGES, Outcome.CRASHED), f"{claim}: {outcome}"


def test_there_are_enough() -> None:
    assert len(names("latency")) >= 6
