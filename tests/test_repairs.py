"""What stock MicroPython is known not to keep can be kept: a repair makes each claim hold.

A claim that no loop could meet is a fault of the claim. `fixtures/faults/repairs/NAME.py` is
written as a seeded fault is, and names what it mends. One that mends by halves also names what it
misses: the claims that must still catch such a port, for on the stock one they are red anyway.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.board.board import Board
from rig.claims import ROOT, catalogue
from rig.faults import Fault, written
from rig.results import Outcome
from tests.test_faults import board as board
from tests.test_faults import judge

REPAIRS = sorted((ROOT / "fixtures" / "faults" / "repairs").glob("*.py"))
RED = (Outcome.DIVERGES, Outcome.CRASHED)
MENDS, MISSES = "# mends: ", "# misses: "


def named(text: str, what: str) -> tuple[str, ...]:
    """The claims that a repair names in its lines that begin so."""
    lines = [line.removeprefix(what) for line in text.splitlines() if line.startswith(what)]
    return tuple(claim for line in lines for claim in line.split(", "))


def repair(path: Path) -> Fault:
    text = path.read_text(encoding="utf-8")
    return Fault(path.stem, text.splitlines()[0][2:], named(text, MENDS), text, path)


@pytest.mark.parametrize("path", REPAIRS, ids=lambda path: path.stem)
def test_a_known_divergence_can_be_mended(path: Path, board: Board, tmp_path: Path) -> None:
    found = repair(path)
    overlay = written([found], tmp_path / "overlay")
    for claim in found.caught_by:
        assert claim in catalogue()
        # on a busy machine two waits may not meet at the first try
        assert any(judge(board, claim, None, tmp_path) in RED for _ in range(3)), claim
        assert judge(board, claim, overlay, tmp_path) is Outcome.CONFORMS, claim
    for claim in named(found.damage, MISSES):
        assert any(judge(board, claim, overlay, tmp_path) in RED for _ in range(3)), claim
