"""A gain cancels between two currents of one instrument in one range, and nowhere else."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import reports
from rig.results import PowerRecord, Result, Systematic
from tests.run_factory import START, Edit, Recipe, write_run
from tests.test_compare import LATER

ONE, OTHER = "KEITHLEY INSTRUMENTS,MODEL 2450,1,1.7", "Nordic Semiconductor,PPK2,/dev/ttyACM3,"


def of(meter: str, window_a: float, off_a: float | None, numbers: tuple[int, ...] = (7,)) -> Edit:
    """A measured current, by that meter, which may be off by so much."""
    stated = None
    if off_a is not None:
        stated = Systematic(
            window_a=off_a, floor_a=0, busy_a=0, numbers=list(numbers), ranges=len(numbers),
            basis="a data sheet",
        )  # fmt: skip

    def apply(result: Result) -> Result:
        if result.claim != "power.event-sleeps":
            return result
        update: dict[str, Any] = {
            "source": "measured", "meter": meter, "window_a": window_a, "drift_a": 0.0,
            "systematic": stated,
        }  # fmt: skip
        record: PowerRecord = result.power[0].model_copy(update=update)
        near = record.ratio.model_copy(
            update={"value": 0.0, "low": 0.0, "high": 0.0}  # the window's own current, exactly
        )
        record = record.model_copy(update={"ratio": near, "floor_a": window_a, "busy_a": 24e-3})
        return result.model_copy(update={"power": [record]})

    return apply


def compared(tmp_path: Path, was: Edit, now: Edit, repeats: int = 2) -> reports.Comparison:
    sides = (("old", was, START), ("new", now, LATER))
    for side, edit, started in sides:
        for number in range(repeats):
            recipe = Recipe(id=f"{side}{number}", samples=300, edit=edit, seed=number)
            recipe.started = started + timedelta(number)
            write_run(tmp_path / side, recipe)
    return reports.compare([tmp_path / "old"], tmp_path / "new")


@pytest.mark.parametrize(
    ("was", "now", "direction"),
    [
        # 20 % more, and the instrument may be off by 30 %, before and after alike
        (of(ONE, 1.0e-3, 0.3e-3), of(ONE, 1.2e-3, 0.3e-3), "regressions"),
        (of(ONE, 1.0e-3, None), of(ONE, 1.2e-3, None), "regressions"),
        # another instrument: within what both may be off by, beyond it, and not stated
        (of(ONE, 1.0e-3, 0.1e-3), of(OTHER, 1.2e-3, 0.12e-3), ""),
        (of(ONE, 1.0e-3, 0.05e-3), of(OTHER, 1.2e-3, 0.12e-3), "regressions"),
        (of(ONE, 1.0e-3, 0.05e-3), of(OTHER, 1.2e-3, None), "undecided"),
        # the same one in another of its ranges
        (of(OTHER, 1.0e-3, 0.1e-3, (2,)), of(OTHER, 1.2e-3, 0.12e-3, (2, 3)), ""),
        (of(OTHER, 1.2e-3, 0.05e-3, (2,)), of(OTHER, 1.0e-3, 0.05e-3, (3,)), "improvements"),
    ],
)
def test_currents_of_two_instruments(tmp_path: Path, was: Edit, now: Edit, direction: str) -> None:
    found = compared(tmp_path / "repeats", was, now)
    for each in ("regressions", "improvements"):
        kinds = [change.kind for change in getattr(found, each) if change.kind == "current"]
        assert kinds == (["current"] if each == direction else []), each
    (current,) = [each for each in found.figures if each.figure.claim == "power.event-sleeps"]
    if direction in ("", "undecided"):
        assert current.verdict == "cannot be told"
        assert ("whose accuracy is not stated" in current.why) == (direction == "undecided")
    once = compared(tmp_path / "once", was, now, repeats=1)
    assert once.regressions == once.improvements == []
    assert [change.kind for change in once.undecided] == (["current"] if direction else [])


def test_what_it_may_be_off_by_stands_beside_the_current(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe(id="one", samples=300, edit=of(ONE, 1.0e-3, 0.05e-3)))
    out = tmp_path / "report"
    loaded = reports.load([run])
    reports.write_site(loaded, out)
    for name in ("power.html", "summary.md"):
        assert "± 50\u202fµA" in (out / name).read_text(encoding="utf-8"), name
    assert "window_off_a" in (out / "power.csv").read_text(encoding="utf-8")
    console = Console(file=io.StringIO(), width=160)
    reports.terminal_matrix(loaded, console)
    assert "± 50 µA" in console.file.getvalue()  # type: ignore[attr-defined]
