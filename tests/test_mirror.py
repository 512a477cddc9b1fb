"""A board that cannot talk to itself does so by way of the host: the same claims hold, the same
faults are caught."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.board import LOOPBACK, BoardUnderTest
from fixtures.evidence import Record
from rig import expectations
from rig.board.board import Board
from rig.claims import catalogue
from rig.faults import fault, names, written
from rig.net.meeting import meet
from rig.networks import NetworkStation
from rig.results import Outcome
from rig.virtual.board import VirtualBoard
from tests.test_faults import DEADLINE_SCALE, host_tests

CLAIMS = [claim.id for claim in catalogue().values() if "network.self" in claim.needs]


class Mirrored:
    def __init__(self, board: Board, network: NetworkStation, folder: Path) -> None:
        self.board, self.network, self.folder = board, network, folder
        board.info = board.info.model_copy(
            update={"features": [name for name in board.info.features if name != LOOP]}
        )

    def judge(self, claim: str, overlay: Path | None = None) -> Outcome:
        self.board.overlay = None
        if overlay:
            self.board.put_overlay(str(overlay))
        under_test = BoardUnderTest(self.board)
        under_test.network = self.network
        under_test.record = record = Record(
            catalogue()[claim], self.board.info, self.folder, self.folder
        )
        assert under_test.mirrored
        try:
            host_tests()[claim](under_test)
        except Exception as error:
            return record.result(error, None).outcome
        return Outcome.CONFORMS


LOOP = "socket.loopback"


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirrored]:
    folder = tmp_path_factory.mktemp("board")
    virtual = VirtualBoard("alone", "micropython", folder)
    try:
        virtual.wait_ready()
        board = Board("alone", str(virtual.port), power_cycle=virtual.power_cycle)
        board.open()
        board.identify()
        network = virtual.network
        meet(network, board)
        assert network.met, network.trouble
        board.deadline_scale = DEADLINE_SCALE
        yield Mirrored(board, network, folder)
        board.close()
    finally:
        virtual.stop()


def test_there_are_claims_for_it() -> None:
    assert len(CLAIMS) >= 34
    assert LOOPBACK == "streams/loopback"


@pytest.mark.parametrize("claim", CLAIMS)
def test_holds(claim: str, mirrored: Mirrored) -> None:
    known = claim in expectations.of(mirrored.board.info, "")
    wanted = Outcome.DIVERGES if known else Outcome.CONFORMS
    assert mirrored.judge(claim) is wanted


CAUGHT = [
    (name, claim) for name in names("functional") for claim in fault(name).caught_by
    if claim in CLAIMS
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "claim"), CAUGHT)
def test_catches(name: str, claim: str, mirrored: Mirrored, tmp_path: Path) -> None:
    overlay = written([fault(name)], tmp_path / "overlay")
    assert mirrored.judge(claim, overlay) in (Outcome.DIVERGES, Outcome.CRASHED)
