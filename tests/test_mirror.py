"""A board that cannot talk to itself does so by way of the host: the same claims hold, the same
faults are caught."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.board import LOOPBACK, BoardUnderTest
from rig import expectations
from rig.board.board import Board
from rig.claims import catalogue
from rig.faults import fault, names, written
from rig.net.meeting import meet
from rig.results import Outcome
from tests.test_faults import DEADLINE_SCALE, NETWORKS, judge
from tests.virtual_boards import identified

CLAIMS = [claim.id for claim in catalogue().values() if "network.self" in claim.needs]
LOOP = "socket.loopback"
ONLY_ALONE = "server.first-come"
"""The host brings the clients in an order of its own."""
NOT_SEEN = [("life-places-are-counted", "life.refused-clients")]
"""Who is refused here is refused by the host, and takes no place on the board."""


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with identified("mirrored", tmp_path_factory.mktemp("board")) as (virtual, board):
        NETWORKS[board.name] = network = virtual.network
        meet(network, board)
        assert network.met, network.trouble
        features = [name for name in board.info.features if name != LOOP]
        board.info = board.info.model_copy(update={"features": features})
        under_test = BoardUnderTest(board)
        under_test.network = network
        assert under_test.mirrored
        board.deadline_scale = DEADLINE_SCALE
        yield board


def test_there_are_claims_for_it() -> None:
    assert len(CLAIMS) >= 34
    assert LOOPBACK == "streams/loopback"


@pytest.mark.parametrize("claim", CLAIMS)
def test_holds(claim: str, mirrored: Board, tmp_path: Path) -> None:
    known = expectations.of(mirrored.info, "").get(claim)
    wanted = Outcome.DIVERGES if known else Outcome.CONFORMS
    if claim == ONLY_ALONE:
        wanted = Outcome.UNSUPPORTED
    found = judge(mirrored, claim, None, tmp_path)
    if not (known and known.intermittent and found is Outcome.CONFORMS):
        assert found is wanted


CAUGHT = [
    (name, claim) for name in names("functional") for claim in fault(name).caught_by
    if claim in CLAIMS and claim != ONLY_ALONE and (name, claim) not in NOT_SEEN
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "claim"), CAUGHT)
def test_catches(name: str, claim: str, mirrored: Board, tmp_path: Path) -> None:
    overlay = written([fault(name)], tmp_path / "overlay")
    found = judge(mirrored, claim, overlay, tmp_path)
    assert found in (Outcome.DIVERGES, Outcome.CRASHED)
