"""The fault table: one faulty test costs one test, or the board is given up in time."""

from __future__ import annotations

import pytest

from benchmarks.fault_rows import ROWS, Row
from benchmarks.fault_table import blamed, run_cell

DEADLINE_S = 2.0
PEAK_MB = 100
LOST_WITHIN_S = 15.0


SLOW = (
    "1 % of bytes corrupted", "1 % of bytes doubled", "never answers",
    "Ctrl-C ignored, no power switch", "mute from t2 on",
)  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.name, marks=[pytest.mark.slow] if row.name in SLOW else [])
        for row in ROWS
    ],
)
def test_row(row: Row) -> None:
    # a noisy wire makes each step run into its deadline: shorter ones, the same behaviour
    scale = 0.2 if row.noisy else 1.0
    cell = run_cell(row, "looprig", deadline=DEADLINE_S, scale=scale)
    assert not cell.hung
    assert cell.peak_mb < PEAK_MB
    if row.noisy:
        assert not [said for said in cell.said.values() if blamed(said)], cell.said
        return
    if row.lost:
        assert cell.lost or "no MicroPython answers" in cell.said["t1"], cell.said
        assert cell.since_fault < LOST_WITHIN_S
        assert not cell.passed.get("t2")
        return
    if not row.may_pass:
        assert not cell.passed["t2"], cell.said
    others = {name: cell.passed.get(name) for name in ("t1", "t3", "t4")}
    assert others == {"t1": True, "t3": True, "t4": True}, (cell.said, cell.errors)


def test_without_a_fault_all_pass() -> None:
    cell = run_cell(ROWS[0], "looprig", deadline=DEADLINE_S)
    assert cell.passed == {"t1": True, "t2": True, "t3": True, "t4": True}, cell.said
