"""What stock MicroPython is known not to keep can be kept: a repair makes each claim hold.

A claim that no loop could meet is a fault of the claim. `fixtures/faults/repairs/NAME.py` is
written as a seeded fault is, and names what it mends.
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
MENDS = "# mends: "


def repair(path: Path) -> Fault:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith(MENDS)]
    claims = tuple(", ".join(line.removeprefix(MENDS) for line in lines).split(", "))
    return Fault(path.stem, text.splitlines()[0][2:], claims, text, path)


@pytest.mark.parametrize("path", REPAIRS, ids=lambda path: path.stem)
def test_a_known_divergence_can_be_mended(path: Path, board: Board, tmp_path: Path) -> None:
    found = repair(path)
    overlay = written([found], tmp_path / "overlay")
    for claim in found.caught_by:
        assert claim in catalogue()
        assert judge(board, claim, None, tmp_path) is Outcome.DIVERGES, claim
        assert judge(board, claim, overlay, tmp_path) is Outcome.CONFORMS, claim
