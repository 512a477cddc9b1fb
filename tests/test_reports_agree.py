"""Pages that agree with themselves: what a reader sees in one place holds in the others."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import reports
from reports.spans import Span, moved
from rig.results import Measurement, Result
from tests.run_factory import CLAIMS, START, UNIX, Edit, Recipe, write_run

LATER = START + timedelta(days=1)


def with_figure(unit: str, median: float, reach: float) -> Edit:
    """The first latency claim's result with one figure more, known to within `reach`."""
    figure = Measurement(
        name="the figure", unit=unit, n=9, median=median, low=median - reach,
        high=median + reach, p99=median, maximum=median,
    )  # fmt: skip

    def edit(result: Result) -> Result:
        if result.claim != "latency.event-wake":
            return result
        return result.model_copy(update={"measurements": [*result.measurements, figure]})

    return edit


def page(out: Path, name: str = "index.html") -> str:
    return (out / name).read_text(encoding="utf-8").replace("\u202f", " ")


def site(tmp_path: Path, *recipes: Recipe) -> Path:
    runs = [write_run(tmp_path, recipe) for recipe in recipes]
    return reports.write_site(reports.load(runs), tmp_path / "report").parent


@pytest.mark.parametrize(
    ("unit", "first", "last", "reach", "said"),
    [
        ("1", 0.1, -0.348, 0.25, "−0.448"),  # noqa: RUF001
        ("1", 0.01, 0.45, 0.25, "+0.44"),
        ("s", -1e-3, 1e-3, 1e-4, "+2 ms"),
        ("s", 0.0, 0.0, 0.0, ""),
        ("s", 1e-3, 2e-3, 1e-4, "+100 %"),
        ("s", 1e-3, 4e-3, 1e-4, "× 4"),  # noqa: RUF001
    ],
)
def test_no_relative_change_of_numbers_around_zero(
    tmp_path: Path, unit: str, first: float, last: float, reach: float, said: str
) -> None:
    old = Recipe(id="old", edit=with_figure(unit, first, reach))
    new = Recipe(id="new", started=LATER, edit=with_figure(unit, last, reach))
    shown = page(site(tmp_path, old, new), "boards/unix.html")
    [row] = re.findall("<td>the figure</td>.*?</tr>", shown)
    assert f'data-label="change">{said}</td>' in row


def test_from_around_zero_a_change_has_no_ratio() -> None:
    around = Span(0.01, -0.24, 0.26)
    assert moved(around, Span(0.9, 0.65, 1.15), 0.1) == float("inf")
    assert moved(around, Span(-0.9, -1.15, -0.65), 0.1) == float("-inf")
    assert moved(around, Span(0.3, 0.05, 0.55), 0.1) is None


def test_an_interval_past_its_maximum_is_explained_where_it_stands(tmp_path: Path) -> None:
    wide = site(tmp_path / "wide", Recipe(edit=with_figure("s", 4e-6, 1e-6)))
    shown = page(wide, "latency.html")
    [row] = re.findall("the figure</th>.*?</tr>", shown, re.DOTALL)
    assert "3 … 5 µs" in row
    assert "↔" in row
    assert shown.count("↔") == 2  # there, and in the legend
    assert shown.index("reaches past all samples") < shown.index("<table")
    assert "↔" not in page(site(tmp_path / "plain", Recipe()), "latency.html")


def test_legends_stand_before_what_they_explain(tmp_path: Path) -> None:
    out = site(tmp_path, Recipe())
    for name, words in (("latency.html", "Block: 95"), ("power.html", "R is 0 at")):
        assert page(out, name).index(words) < page(out, name).index("<table")


def test_what_was_never_chosen_is_not_called_not_judged(tmp_path: Path) -> None:
    """A claim newer than one board's run, a power claim of a run without power, one cut off."""
    old = Recipe(
        id="old",
        boards=[UNIX.model_copy(update={"name": "a", "platform": "x"})],
        claims=CLAIMS[:18],
    )
    new = Recipe(
        id="new",
        boards=[UNIX.model_copy(update={"name": "b", "platform": "y"})],
        edit=lambda result: None if result.claim == CLAIMS[3][0] else result,
    )
    runs = [write_run(tmp_path, recipe) for recipe in (old, new)]
    loaded = reports.load(runs)
    out = reports.write_site(loaded, tmp_path / "report").parent
    shown = page(out)
    states = dict(
        re.findall(r'<code>([a-z.-]+)</code>.{0,400}?data-state="([a-z-]+)"', shown, re.DOTALL)
    )
    assert states[CLAIMS[20][0]] == "not-chosen"
    assert shown.count("not judged") == 3  # that cell, its tile and the filter
    assert shown.count('data-state="absent"') == 1


def test_power_claims_of_a_run_without_power_were_not_chosen(tmp_path: Path) -> None:
    def unpowered(result: Result) -> Result | None:
        return None if result.claim.startswith("power.") else result

    run = write_run(tmp_path, Recipe(edit=unpowered))
    text = (run / "run.json").read_text(encoding="utf-8")
    (run / "run.json").write_text(text.replace('"power": true', '"power": false'), encoding="utf-8")
    shown = page(reports.write_site(reports.load([run]), tmp_path / "report").parent)
    assert "not judged" not in shown
    assert "power.sleep-sleeps" not in shown


def test_a_meter_of_an_earlier_run_is_named_on_the_card(tmp_path: Path) -> None:
    bare = UNIX.model_copy(update={"meter": "", "modelled": False})
    claims = [claim for claim in CLAIMS if not claim[0].startswith("power.")]
    new = Recipe(id="new", boards=(bare,), claims=claims, started=LATER)
    shown = page(site(tmp_path, Recipe(id="old"), new))
    assert f"currents are of an earlier one, by {UNIX.meter}" in shown
    assert "1.62 mA" in shown
