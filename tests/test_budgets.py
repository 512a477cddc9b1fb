"""Budgets: what a wait may draw, by the bench file, with the errors of what it drew."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fixtures.evidence import Record
from rig import bench as benches
from rig.board.execution import Execution
from rig.claims import catalogue
from rig.commands.asked import check_budgets, choose_levels
from rig.commands.expect import expect
from rig.ending import of_run
from rig.errors import Inconclusive, UsageError
from rig.meters.samples import Samples
from rig.power.budget import judged, mean_interval, of_batches, whole_periods
from rig.power.framing import Frame, Part
from rig.results import (
    BoardInfo,
    Budget,
    Divergence,
    Estimate,
    Outcome,
    PowerRecord,
    Result,
    RunInfo,
    Systematic,
)
from rig.virtual.meter import available
from tests.feeding import power_run
from tests.run_factory import PICO, Recipe, change, write_run

CLAIM = "power.sleep-sleeps"
LIMITS = {CLAIM: "1.5 mA"}


def systematic(off_a: float) -> Systematic:
    return Systematic(window_a=off_a, floor_a=off_a, busy_a=off_a)


@pytest.mark.parametrize(
    ("mean_ma", "half_ma", "off_ma", "verdict"),
    [
        (1.60, 0.05, None, "over"),
        (1.60, 0.05, 0.06, "undecided"),  # what the instrument may be off by reaches below it
        (1.52, 0.05, None, "undecided"),
        (1.48, 0.05, None, "undecided"),
        (1.40, 0.05, None, "within"),
        (1.40, 0.05, 0.06, "undecided"),
        (1.40, 0.05, 0.04, "within"),
    ],
)
def test_over_is_said_only_if_all_of_the_interval_is(
    mean_ma: float, half_ma: float, off_ma: float | None, verdict: str
) -> None:
    mean = Estimate(
        value=mean_ma / 1e3, low=(mean_ma - half_ma) / 1e3, high=(mean_ma + half_ma) / 1e3
    )
    found = judged(LIMITS, CLAIM, mean, None if off_ma is None else systematic(off_ma / 1e3))
    assert found
    assert found.verdict == verdict
    assert "budget of 1.5 mA" in found.told
    assert f"{mean_ma:g} mA (" in found.told
    assert judged(LIMITS, "power.lock-sleeps", mean, None) is None


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    """Of 2000 windows of noise that has a memory of four samples: 95 %, less what BATCHES costs."""
    random = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        noise = np.convolve(random.normal(0, 1e-4, 1503), np.ones(4) / 4, "valid")
        found = of_batches(2e-3 + noise)
        held += found.low <= 2e-3 <= found.high
    assert 0.93 <= held / 2000 <= 0.97


def test_whole_periods_have_one_wake_each() -> None:
    """A window that ends with a wake-up has one too few within it: at 1 Hz that is a quarter."""
    seconds = np.arange(0, 6, 1e-3)
    current = np.full(len(seconds), 1e-3)
    for wake in (1.0, 2.0, 3.0, 4.0, 5.0):  # the window is from 1 s to 5 s: begin, three, end
        current[(seconds >= wake) & (seconds < wake + 0.01)] = 21e-3
    samples = Samples(current, 1e-3)
    frame = Frame((), Part("window", 1.0, 5.0))
    found = whole_periods(samples, frame, 1)
    assert found
    assert found.value == pytest.approx(1e-3 + 20e-3 * 0.01)
    assert mean_interval(samples, frame).value < 1e-3 + 20e-3 * 0.01 * 0.8
    assert whole_periods(samples, Frame((), Part("window", 1.0, 1.9)), 1) is None


# -- the result ---------------------------------------------------------------------------------


def record(budget: Budget, tmp_path: Path) -> Record:
    made = Record(catalogue()[CLAIM], BoardInfo(name="b"), tmp_path, tmp_path)
    made.executions.append(Execution("power/sleep", "b"))
    made.held(1, "kind == 'sleeps'", "")
    current = Estimate(value=1.6e-3, low=1.5e-3, high=1.7e-3)
    made.power(
        PowerRecord(
            wait="sleep", source="measured", kind="sleeps", ratio=current, active_fraction=0,
            window_a=1.6e-3, floor_a=1e-3, busy_a=2e-2, contrast=9, charge_c=1, duration_s=1,
            budget=budget,
        )
    )  # fmt: skip
    return made


def beside(verdict: str) -> Budget:
    values = {"limit_a": 1.5e-3, "value_a": 1.6e-3, "low_a": 1.55e-3, "high_a": 1.65e-3}
    return Budget.model_validate({**values, "instrument": False, "verdict": verdict})


def test_over_it_is_a_divergence_of_quality_with_the_number(tmp_path: Path) -> None:
    known = Divergence(reason="this port spins")
    for error, own in ((None, "conforms"), (Inconclusive("much noise"), "inconclusive")):
        result = record(beside("over"), tmp_path).result(error, known)
        assert (result.outcome, result.level, result.over_budget) == ("diverges", "quality", own)
        assert "1.6 mA (1.55 to 1.65 mA, 95 %), over its budget of 1.5 mA" in result.actual
        assert result.expected == "1.5 mA at most, by the bench's budget"
        assert result.expectation is None  # the known divergence is of the loop
        assert result.unexpected
    assert "much noise" in result.actual
    broken = record(beside("over"), tmp_path).result(AssertionError("it spins"), known)
    assert (broken.level, broken.over_budget, broken.expectation) == ("documented", None, known)


def test_what_straddles_it_is_said(tmp_path: Path) -> None:
    result = record(beside("undecided"), tmp_path).result(None, None)
    assert result.outcome is Outcome.CONFORMS
    assert "neither over nor within is sure" in result.actual
    info = RunInfo(looprig="0", id="x", started="", boards=[BoardInfo(name="b")])
    assert "1 budget within its interval" in of_run([result], info, ["documented"]).said


def test_the_exit_code_follows_it_where_quality_is_followed() -> None:
    info = RunInfo(looprig="0", id="x", started="", boards=[BoardInfo(name="b")])
    over = Result(
        claim=CLAIM, board="b", outcome=Outcome.DIVERGES, level="quality",
        over_budget=Outcome.CONFORMS,
    )  # fmt: skip
    assert of_run([over], info, ["documented"]).code == 0
    assert "1 divergence of level quality" in of_run([over], info, ["documented"]).said
    assert of_run([over], info, ["quality"]).code == 1
    hidden = over.model_copy(update={"over_budget": Outcome.INCONCLUSIVE})
    assert of_run([hidden], info, ["documented"]).code == 3  # as without a budget
    claims = {CLAIM: catalogue()[CLAIM]}
    assert choose_levels(["quality"], claims, budgets=True) == ["quality"]
    with pytest.raises(UsageError, match="no claim asked for is of it"):
        choose_levels(["quality"], claims)


def test_a_budget_becomes_no_known_divergence_of_the_port(tmp_path: Path) -> None:
    """One is the user's, the other the port's, and only that is written down for everybody."""
    for over, written in ((None, True), (Outcome.CONFORMS, False)):
        folder = tmp_path / str(written)
        edit = change(CLAIM, "pico", outcome=Outcome.DIVERGES, actual="x", over_budget=over)
        run = write_run(folder, Recipe(boards=(PICO,), edit=edit))
        expect([run], folder / "own", False, None)
        files = (folder / "own").glob("*.toml") if (folder / "own").is_dir() else ()
        assert any(CLAIM in file.read_text(encoding="utf-8") for file in files) == written


# -- the bench file -----------------------------------------------------------------------------


def bench(tmp_path: Path, budget: str, meter: str = 'meter = "m"\n') -> Path:
    path = tmp_path / "bench.toml"
    path.write_text(
        f'[board.b]\nkind = "virtual"\n{meter}[board.b.power]\n{budget}\n'
        '[meter.m]\nkind = "virtual"\n',
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ('budget = {"power.sleep-slepes" = "1.5 mA"}', "did you mean 'power.sleep-sleeps'"),
        ('budget = {"cancel.*" = "1.5 mA"}', "there is no claim 'cancel.*'"),
        ('budget = {"power.sleep-sleeps" = "1.5 mV"}', 'not of the form "1.5 mA"'),
        ('budget = {"power.sleep-sleeps" = "1.5"}', 'not of the form "1.5 mA"'),
        ('budget = {"power.sleep-sleeps" = "1.2.3 mA"}', 'not of the form "1.5 mA"'),
        ('budget = {"power.sleep-sleeps" = 1.5}', 'not of the form "1.5 mA"'),
        ('budget = {"power.sleep-sleeps" = "1500 A"}', "10 A at most"),
        ('budget = {"power.sleep-sleeps" = "0 mA"}', "above 0 A"),
        ('budget = {"power.sleep-sleeps" = ""}', "is empty"),
        ("budget = {}", "it names no claim"),
        ('budget = "1.5 mA"', "a table is meant here"),
    ],
)
def test_a_budget_that_is_none_is_said_before_anything_is_opened(
    budget: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        check_budgets(benches.load(bench(tmp_path, budget)))
    assert said in str(refused.value)
    assert "budget" in str(refused.value)


def test_a_claim_that_measures_nothing_and_a_board_that_is_not_measured(tmp_path: Path) -> None:
    other = next(name for name, claim in catalogue().items() if not claim.power)
    with pytest.raises(UsageError, match="measures no current"):
        check_budgets(benches.load(bench(tmp_path, f'budget = {{"{other}" = "1.5 mA"}}')))
    with pytest.raises(UsageError, match="the board has no meter"):
        benches.load(bench(tmp_path, f'budget = {{"{CLAIM}" = "1.5 mA"}}', meter=""))


def test_a_claim_without_quotes(tmp_path: Path) -> None:
    """A dotted key is a table within a table to TOML; it means the same."""
    loaded = benches.load(bench(tmp_path, f'budget.{CLAIM} = "1.5 mA"'))
    assert loaded.board["b"].power.budget == LIMITS
    assert check_budgets(loaded)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or not available(), reason="virtual boards are POSIX's")
def test_a_run_over_and_within_its_budgets(tmp_path: Path) -> None:
    limits = '{"power.sleep-sleeps" = "1 mA", "power.gather-sleeps" = "20 mA"}'
    text = f'floor = "raw-wait"\nbudget = {limits}'
    code, results = power_run(
        bench(tmp_path, text), tmp_path, *("power.sleep-sleeps", "power.gather-sleeps")
    )
    found = {each.claim: each for each in results}
    over, within = found["power.sleep-sleeps"], found["power.gather-sleeps"]
    assert (over.outcome, over.level) == ("diverges", "quality")
    assert "over its budget of 1 mA" in over.actual
    assert within.outcome is Outcome.CONFORMS
    assert "within its budget of 20 mA" in within.actual
    assert code == 0
