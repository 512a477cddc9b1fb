"""What a comparison rests on: boards, order and extent cannot change a verdict in silence."""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import reports
from rig.results import BoardInfo, Measurement, Outcome, Result
from tests.run_factory import CLAIMS, ESP, PICO, START, UNIX, Edit, Recipe, change, write_run

LATER = START + timedelta(days=30)
BROKEN = change("run.reraises", outcome=Outcome.DIVERGES)


def named(board: BoardInfo, name: str, **fields: object) -> BoardInfo:
    return board.model_copy(update={"name": name, **fields})


def by_port(run: Path) -> Path:
    """The run as if its board had been named with --port, which makes the name up."""
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    info["bench"] = "--port /dev/ttyACM0"
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    return run


def pair(
    tmp_path: Path, old: list[BoardInfo], new: list[BoardInfo], edit: Edit | None = BROKEN
) -> reports.Comparison:
    before = write_run(tmp_path, Recipe(id="old", boards=old))
    after = write_run(tmp_path, Recipe(id="new", boards=new, started=LATER, edit=edit))
    return reports.compare([before], after)


# -- which board is which -----------------------------------------------------------------------


@pytest.mark.parametrize("board", [PICO, UNIX, ESP], ids=lambda board: board.name)
def test_a_board_of_another_name_is_found(tmp_path: Path, board: BoardInfo) -> None:
    comparison = pair(tmp_path, [named(board, "board")], [named(board, "bench-7")])
    assert [change.claim for change in comparison.regressions] == ["run.reraises"]
    assert comparison.exit_code == 1
    assert any("bench-7 was called board" in note for note in comparison.notes)


def test_two_boards_of_one_name_are_two_boards(tmp_path: Path) -> None:
    comparison = pair(tmp_path, [named(PICO, "board")], [named(ESP, "board")], edit=None)
    assert comparison.headline() == "Nothing was compared (1 board missing)"
    assert comparison.exit_code == 3
    assert "not in the new run: board (rp2 micropython)" in comparison.notes


def test_another_firmware_family_on_one_host_is_another_board(tmp_path: Path) -> None:
    control = named(UNIX, "cpython", implementation="cpython")
    comparison = pair(tmp_path, [UNIX, control], [named(control, "board")], edit=None)
    assert comparison.compared["claim"] == len(CLAIMS)
    assert "not in the new run: unix" in comparison.notes
    assert comparison.exit_code == 3


def test_swapped_names_do_not_swap_boards(tmp_path: Path) -> None:
    one, other = named(PICO, "a", unique_id="e6614103e7738b27"), named(PICO, "b", unique_id="ff")
    swapped = [named(one, "b"), named(other, "a")]
    comparison = pair(
        tmp_path, [one, other], swapped, edit=change("run.reraises", "b", outcome=Outcome.DIVERGES)
    )
    assert [change.board for change in comparison.regressions] == ["b"]
    assert comparison.compared["claim"] == 2 * len(CLAIMS)


def test_several_of_one_kind_are_told_apart_by_name_or_not_at_all(tmp_path: Path) -> None:
    alike = [named(UNIX, "a"), named(UNIX, "b")]
    assert pair(tmp_path / "1", alike, alike).exit_code == 1
    renamed = [named(UNIX, "c"), named(UNIX, "d")]
    comparison = pair(tmp_path / "2", alike, renamed)
    assert comparison.exit_code == 3
    assert comparison.headline() == "Nothing was compared (2 boards missing)"


def test_a_made_up_name_is_no_sign(tmp_path: Path) -> None:
    """Two of one kind, one of which the bench calls as --port would: it may be either."""
    alike = [named(UNIX, "board"), named(UNIX, "other")]
    old = write_run(tmp_path, Recipe(id="old", boards=alike))
    new = by_port(write_run(tmp_path, Recipe(id="new", boards=[alike[0]], started=LATER)))
    comparison = reports.compare([old], new)
    assert comparison.compared["claim"] == 0
    assert comparison.exit_code == 3


def test_a_release_may_rename_the_machine(tmp_path: Path) -> None:
    old = named(ESP, "esp", machine="ESP32 module with ESP32", unique_id="")
    new = named(ESP, "esp", unique_id="")
    assert pair(tmp_path, [old], [new]).exit_code == 1


# -- in which order -----------------------------------------------------------------------------


def test_the_order_of_the_olds_changes_nothing(tmp_path: Path) -> None:
    edits = [None, BROKEN, None]
    olds = [
        write_run(tmp_path, Recipe(id=f"old{n}", started=START + timedelta(n), edit=edit))
        for n, edit in enumerate(edits)
    ]
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=BROKEN, slower=1.4))
    pages = {
        reports.compare(list(some), new)
        .write_html(tmp_path / "page.html")
        .read_text(encoding="utf-8")
        for some in itertools.permutations(olds)
    }
    assert len(pages) == 1


def test_a_new_run_that_is_older_is_said_and_stays_the_new_one(tmp_path: Path) -> None:
    olds = [
        write_run(tmp_path, Recipe(id=f"old{n}", started=LATER + timedelta(n))) for n in range(2)
    ]
    new = write_run(tmp_path, Recipe(id="new", started=START, edit=BROKEN, slower=10))
    comparison = reports.compare(olds, new)
    assert comparison.exit_code == 1
    assert any("it was made before old0, old1" in note for note in comparison.notes)
    page = comparison.write_html(tmp_path / "page.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><th scope=.row.><code>latency.event-wake</code>.*?</tr>", page)
    assert len(rows) == 3  # of the changes, of the figures, and of the trend
    for row in rows[::2]:
        assert re.search(r"9\d(\.\d)?\u202fµs.*9\d\d\u202fµs", row), row
    trend = page[page.index("Claims whose outcome changed") :]
    assert re.search("run.reraises.*?diverges.*?<code>new</code>.*?conforms", trend, re.DOTALL)


def test_time_reversed_is_told_the_other_way_round(tmp_path: Path) -> None:
    old = write_run(tmp_path, Recipe(id="old"))
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=BROKEN))
    assert reports.compare([old], new).notes == []
    back = reports.compare([new], old)
    assert (len(back.regressions), len(back.improvements)) == (0, 1)
    assert back.notes == [
        "old counts as the new run, for it was named last; it was made before new"
    ]


# -- how much -----------------------------------------------------------------------------------


def test_what_has_no_verdict_on_either_side_is_not_compared(tmp_path: Path) -> None:
    def errored(result: Result) -> Result:
        return result.model_copy(update={"outcome": Outcome.ERRORED, "power": []})

    old = write_run(tmp_path, Recipe(id="old", edit=errored))
    new = write_run(tmp_path, Recipe(id="new", edit=errored, started=LATER))
    comparison = reports.compare([old], new)
    assert comparison.headline().startswith("Nothing was compared")
    assert comparison.exit_code == 3


@pytest.mark.parametrize(("kind", "noun"), [("power", "wait"), ("measurements", "measurement")])
def test_a_figure_that_is_gone_is_told(tmp_path: Path, kind: str, noun: str) -> None:
    claim = "power.event-sleeps" if kind == "power" else "latency.event-wake"
    gone: dict[str, object] = {kind: []}
    edit = change(claim, "", **gone)
    old = write_run(tmp_path, Recipe(id="old"))
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=edit))
    comparison = reports.compare([old], new)
    assert comparison.exit_code == 3
    assert comparison.headline().startswith(
        f"Nothing worse, less compared than before (1 {noun} missing)"
    )
    assert any(claim in note for note in comparison.notes)


def test_what_an_older_run_had_given_up_is_not_asked_for(tmp_path: Path) -> None:
    wide = write_run(tmp_path, Recipe(id="wide"))
    old = write_run(tmp_path, Recipe(id="old", claims=CLAIMS[:20], started=START + timedelta(1)))
    new = write_run(tmp_path, Recipe(id="new", claims=CLAIMS[:20], started=LATER))
    assert reports.compare([wide, old], new).exit_code == 0


# -- better -------------------------------------------------------------------------------------


def costs(seconds: float, factor: float, outcome: Outcome) -> Edit:
    """A claim on a ratio of two of its own times."""

    def figure(name: str, value: float, unit: str = "s") -> Measurement:
        ends = {"low": value * 0.99, "high": value * 1.01}
        return Measurement(
            name=name, unit=unit, n=200, median=value, p99=value, maximum=value, **ends
        )

    def edit(result: Result) -> Result:
        if result.claim != "latency.switch-cost":
            return result
        figures = [figure("with", seconds * factor), figure("without", seconds)]
        figures.append(figure("ratio", factor, "1"))
        return result.model_copy(update={"outcome": outcome, "measurements": figures})

    return edit


@pytest.mark.parametrize(("now", "better"), [(500e-6, 0), (2e-6, 1), (1e-6, 1)])
def test_a_ratio_that_came_right_because_all_got_slower(
    tmp_path: Path, now: float, better: int
) -> None:
    """Slower with and without: undecided. The same without: it is what got better. Faster. One run
    a side hints at the slowness, which is enough to doubt what rests on it."""
    old = write_run(tmp_path, Recipe(id="old", edit=costs(2e-6, 12, Outcome.DIVERGES)))
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=costs(now, 2, Outcome.CONFORMS)))
    comparison = reports.compare([old], new)
    assert len(comparison.improvements) == better
    if not better:
        assert comparison.regressions == []
        (outcome,) = [change for change in comparison.undecided if change.kind == "outcome"]
        assert "better only by comparison" in outcome.sentence()
