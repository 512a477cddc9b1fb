"""Compare: names what got worse, and nothing where nothing did."""

from __future__ import annotations

import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

import reports
from reports.spans import Span, moved, of_median
from rig.errors import UsageError
from rig.results import Divergence, Estimate, Outcome, PowerRecord, Result
from tests.run_factory import CLAIMS, HOSTILE, PICO, START, UNIX, Edit, Recipe, change, write_run

LATER = START + timedelta(days=30)


def compared(tmp_path: Path, edit: Edit | None = None, **fields: object) -> reports.Comparison:
    old = write_run(tmp_path, Recipe(id="old", samples=300))
    recipe = Recipe(id="new", started=LATER, samples=300, edit=edit, seed=5)
    for name, value in fields.items():
        setattr(recipe, name, value)
    return reports.compare([old], write_run(tmp_path, recipe))


@pytest.mark.parametrize("seed", range(10))
def test_two_runs_of_one_board_differ_in_nothing(tmp_path: Path, seed: int) -> None:
    comparison = compared(tmp_path, seed=100 + seed)
    assert comparison.regressions == comparison.improvements == comparison.undecided == []
    assert comparison.exit_code == 0
    assert comparison.compared == {"claim": len(CLAIMS), "wait": 3, "measurement": 5}


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("conforms", "diverges", "regressions"),
        ("conforms", "crashed", "regressions"),
        ("diverges", "crashed", "regressions"),
        ("conforms", "unsupported", "regressions"),
        ("crashed", "diverges", "improvements"),
        ("diverges", "conforms", "improvements"),
        ("unsupported", "conforms", "improvements"),
        ("conforms", "inconclusive", "undecided"),
        ("conforms", "errored", "undecided"),
        ("inconclusive", "diverges", "undecided"),
        ("inconclusive", "conforms", None),
        ("unmeasured", "inconclusive", None),
    ],
)
def test_outcomes(tmp_path: Path, before: str, after: str, direction: str | None) -> None:
    edit = change("run.reraises", outcome=Outcome(before))
    old = write_run(tmp_path, Recipe(id="old", edit=edit))
    edit = change("run.reraises", outcome=Outcome(after))
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=edit))
    comparison = reports.compare([old], new)
    named = {
        name: [item.claim for item in getattr(comparison, name)]
        for name in ("regressions", "improvements", "undecided")
    }
    expected: dict[str, list[str]] = {name: [] for name in named}
    if direction:
        expected[direction] = ["run.reraises"]
    assert named == expected
    wanted = {"regressions": 1, "undecided": 3}.get(direction or "", 0)
    assert comparison.exit_code == wanted


def test_a_regression_that_is_a_known_divergence_is_still_named(tmp_path: Path) -> None:
    known = Divergence(reason="lost in 1.30")
    edit = change("run.reraises", outcome=Outcome.DIVERGES, expectation=known)
    (change_,) = compared(tmp_path, edit).regressions
    assert change_.after == "diverges (expected)"
    assert "lost in 1.30" in change_.note


def power(edit: dict[str, object]) -> Edit:
    def apply(result: Result) -> Result:
        if result.claim != "power.event-sleeps":
            return result
        record: PowerRecord = result.power[0].model_copy(update=edit)
        return result.model_copy(update={"power": [record]})

    return apply


def test_a_wait_that_spins_now(tmp_path: Path) -> None:
    spins = {
        "kind": "spins",
        "ratio": Estimate(value=0.98, low=0.97, high=0.99),
        "window_a": 24.3e-3,
    }
    comparison = compared(tmp_path, power(spins))
    assert [(c.kind, c.claim) for c in comparison.regressions] == [("wait", "power.event-sleeps")]
    (current,) = comparison.undecided
    assert "modelled" in current.sentence()
    assert "repeat them" in current.note


def test_a_current_within_its_interval_did_not_change(tmp_path: Path) -> None:
    wide = {"ratio": Estimate(value=0.05, low=0.01, high=0.09), "window_a": 2.47e-3}
    assert compared(tmp_path, power(wide)).regressions == []


def test_a_drift_of_the_meter_is_no_change(tmp_path: Path) -> None:
    drifted = {
        "ratio": Estimate(value=0.03, low=0.028, high=0.032),
        "window_a": 2.0e-3,
        "drift_a": 0.6e-3,
    }
    assert compared(tmp_path, power(drifted)).regressions == []


def test_a_modelled_current_is_not_compared_with_a_measured_one(tmp_path: Path) -> None:
    comparison = compared(tmp_path, power({"source": "measured", "window_a": 9e-3}))
    assert comparison.regressions == []
    assert [item.kind for item in comparison.undecided] == ["wait"]


def test_one_run_a_side_tells_no_figure(tmp_path: Path) -> None:
    """How much runs differ by themselves is not known: what moved is a hint, and exit 3."""
    for number, slower in enumerate((1.3, 0.7)):
        comparison = compared(tmp_path / str(number), slower=slower)
        assert comparison.regressions == comparison.improvements == []
        assert len(comparison.undecided) == 5
        assert all("repeat them" in change.note for change in comparison.undecided)
        assert {judged.verdict for judged in comparison.figures} == {"cannot be told"}
        assert comparison.exit_code == 3


def test_the_threshold_is_the_users(tmp_path: Path) -> None:
    old = write_run(tmp_path, Recipe(id="old"))
    new = write_run(tmp_path, Recipe(id="new", slower=1.3, started=LATER))
    assert reports.compare([old], new, threshold=0.5).undecided == []
    assert len(reports.compare([old], new, threshold=0.05).undecided) == 5


def test_several_olds_show_what_varies_by_itself(tmp_path: Path) -> None:
    olds = [
        write_run(
            tmp_path,
            Recipe(
                id=f"old{n}", boards=(PICO,), slower=slower, seed=n, started=START + timedelta(n)
            ),
        )
        for n, slower in enumerate((1.0, 1.25, 1.02, 1.2, 0.98, 1.1))
    ]
    new = write_run(tmp_path, Recipe(id="new", boards=(PICO,), seed=8, slower=1.2, started=LATER))
    comparison = reports.compare(olds, new)
    assert comparison.regressions == comparison.undecided == []
    assert "cannot be told" in comparison.headline()
    assert all(judged.least and judged.least > 0.2 for judged in comparison.table()[:5])
    worse = write_run(
        tmp_path, Recipe(id="worse", boards=(PICO,), seed=9, slower=3.5, started=LATER)
    )
    assert len(reports.compare(olds, worse).regressions) == 5


def test_a_board_under_an_overlay_is_compared_with_the_board(tmp_path: Path) -> None:
    edit = change("run.reraises", outcome=Outcome.DIVERGES)
    comparison = compared(tmp_path, edit, overlay="fixtures/faults/swallows")
    assert [item.claim for item in comparison.regressions] == ["run.reraises"]
    assert any("overlay" in note for note in comparison.notes)


def test_a_replaced_board_of_one_name_is_compared(tmp_path: Path) -> None:
    other = PICO.model_copy(update={"unique_id": "e66141047345ab12"})
    old = write_run(tmp_path, Recipe(id="old", boards=(PICO,)))
    edit = change("run.reraises", outcome=Outcome.DIVERGES)
    new = write_run(tmp_path, Recipe(id="new", boards=(other,), edit=edit, started=LATER))
    assert [c.claim for c in reports.compare([old], new).regressions] == ["run.reraises"]


def test_a_board_that_is_gone_is_told(tmp_path: Path) -> None:
    old = write_run(tmp_path, Recipe(id="old", boards=(UNIX, PICO)))
    new = write_run(tmp_path, Recipe(id="new", boards=(UNIX,), started=LATER))
    comparison = reports.compare([old], new)
    assert comparison.notes == ["not in the new run: pico"]
    assert "1 board" in comparison.headline()
    assert comparison.exit_code == 3


def test_a_run_that_was_cut_off_cannot_say_that_nothing_is_worse(tmp_path: Path) -> None:
    old = write_run(tmp_path, Recipe(id="old"))
    new = write_run(tmp_path, Recipe(id="new", started=LATER, claims=CLAIMS[:20]))
    text = (new / "run.json").read_text(encoding="utf-8")
    finished = "2026-03-31T08:01:35.000Z"
    assert finished in text
    (new / "run.json").write_text(text.replace(finished, ""), encoding="utf-8")
    comparison = reports.compare([old], new)
    assert "the new run did not finish" in comparison.notes
    assert f"{len(CLAIMS) - 20} claims" in comparison.headline()
    assert comparison.exit_code == 3


def test_a_selection_of_claims_is_compared_for_what_it_has(tmp_path: Path) -> None:
    comparison = compared(tmp_path, claims=CLAIMS[:20])
    assert comparison.undecided == []
    assert comparison.exit_code == 3
    assert comparison.headline().startswith(
        "Nothing worse, less compared than before (5 claims missing)"
    )
    assert any("latency.switch-cost" in note for note in comparison.notes)


def test_nothing_to_compare_is_a_usage_error(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    with pytest.raises(UsageError, match="there is no such run"):
        reports.compare([tmp_path / "nowhere"], run)
    with pytest.raises(UsageError, match="the new run holds no results"):
        reports.compare([run], tmp_path / "nowhere")
    with pytest.raises(UsageError, match="compared with itself"):
        reports.compare([run], run)
    with pytest.raises(UsageError, match="compared with itself"):
        reports.compare([tmp_path], run)  # the directory that holds it, and no other
    shutil.copytree(run, tmp_path / "copy")
    with pytest.raises(UsageError, match="is a copy of"):
        reports.compare([tmp_path / "copy"], run)


def test_all_three_forms_say_the_same_and_stay_harmless(tmp_path: Path) -> None:
    edit = change("run.reraises", outcome=Outcome.DIVERGES, actual=HOSTILE)
    comparison = compared(tmp_path, edit, slower=1.3)
    console = Console(file=io.StringIO(), width=80)
    comparison.render_terminal(console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    markdown = comparison.to_markdown()
    page = comparison.write_html(tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    for text in (told, markdown, page):
        assert "run.reraises" in text
        assert "1 thing worse, 5 cannot be told" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<img" not in page
    assert "<img" not in markdown
    assert "@everyone" not in markdown
    assert all(line.count("|") == 8 for line in markdown.splitlines() if line.startswith("|"))


def test_several_olds_make_a_history(tmp_path: Path) -> None:
    olds = [
        write_run(tmp_path, Recipe(id=f"old{n}", started=START + timedelta(n), samples=300))
        for n in range(3)
    ]
    edit = change("run.reraises", outcome=Outcome.DIVERGES)
    new = write_run(tmp_path, Recipe(id="new", started=LATER, edit=edit, samples=300))
    page = (
        reports.compare(olds, new).write_html(tmp_path / "compare.html").read_text(encoding="utf-8")
    )
    assert "Claims whose outcome changed" in page
    assert page.count("<svg") == 8  # three currents, five latencies


def median(value: float, *, n: int, low: float, high: float, maximum: float) -> Span:
    row = {"median": value, "n": n, "low": low, "high": high, "maximum": maximum}
    return of_median(row, comparisons=60)


def test_more_comparisons_ask_for_more() -> None:
    row = {"median": 100.0, "n": 200, "low": 98.0, "high": 103.0, "maximum": 150.0}
    one, many = of_median(row, 1), of_median(row, 60)
    assert one == pytest.approx((100.0, 98.0, 103.0))
    assert many.low < one.low
    assert one.high < many.high < 110


def test_few_samples_reach_to_their_maximum() -> None:
    calm = median(50e-6, n=12, low=48e-6, high=55e-6, maximum=8e-3)
    busy = median(3e-3, n=12, low=2e-3, high=3.5e-3, maximum=4e-3)
    assert calm.high == 8e-3
    assert moved(calm, busy, 0.1) is None
    assert moved(calm, median(30e-3, n=12, low=29e-3, high=31e-3, maximum=32e-3), 0.1)


def test_from_nothing_to_something_is_a_change() -> None:
    nothing = median(0.0, n=100, low=0.0, high=0.0, maximum=0.0)
    assert moved(nothing, median(64.0, n=100, low=64.0, high=64.0, maximum=64.0), 0.1)
    assert moved(nothing, nothing, 0.1) is None


def test_a_single_number_has_no_interval_and_decides_nothing(tmp_path: Path) -> None:
    def once(result: Result) -> Result:
        few = [m.model_copy(update={"n": 1}) for m in result.measurements]
        return result.model_copy(update={"measurements": few})

    old = write_run(tmp_path, Recipe(id="old", edit=once, samples=300))
    recipe = Recipe(id="new", edit=once, slower=3, started=LATER, samples=300)
    comparison = reports.compare([old], write_run(tmp_path, recipe))
    assert comparison.regressions == comparison.undecided == []
