"""The benchmark of `looprig compare` in small, and the judgement where the truth is plain."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.compare_power import PUBLISHED, measured, names
from benchmarks.simulated_board import COSTS, LONG, STEADY, UNSTEADY, WAKES, Truth, comparison
from reports.effects import Side, effect
from reports.history import _split
from reports.tails import Events, _prior, shares, tail
from reports.verdicts import Figure, judge, of_samples


def test_a_steady_board_is_judged_as_it_is() -> None:
    """Ten of equals and ten of each change, of a fixed seed: it is a change of the judgement that
    makes one fail, and no chance. The shares themselves are in docs/repeats.md."""
    figures, wakes = range(COSTS + WAKES), range(COSTS, COSTS + WAKES)
    ends = wakes[:LONG], wakes[LONG:]

    def draw(random: np.random.Generator, truth: Truth) -> list[Figure]:
        return comparison(STEADY, random, truth)

    rows = {row.what: row for row in measured("", draw, figures, *ends, 10, PUBLISHED + 9, True)}
    assert rows["equals: anything named"].said <= 1
    assert rows["one figure 10 % slower: the same"].said <= 1
    assert rows["one figure 10 % slower: found"].said >= 8
    assert rows["every wake, 1 in 50 late: found"].said >= 8
    assert rows["one of 400 wakes a run, 1 in 50 late: found"].said >= 8


def test_an_unsteady_board_raises_no_alarm() -> None:
    """Runs ± 5 %, two modes, drift, bursts."""
    random = np.random.default_rng(PUBLISHED + 10)
    drawn = (comparison(UNSTEADY, random, Truth()) for _ in range(8))
    assert sum(names(judge(figures, 0.1)) for figures in drawn) <= 1


def test_the_interval_is_students() -> None:
    """Against the textbook's numbers: two sides of five, difference 10, pooled deviation 1."""
    old = Side(np.array([-9.0, -9.5, -10.0, -10.5, -11.0]))
    new = Side(np.array([1.0, 0.5, 0.0, -0.5, -1.0]))
    found = effect(old, new)
    assert found is not None
    assert not found.relative
    assert found.change == pytest.approx(10)
    assert found.error == pytest.approx(0.5)  # sqrt(0.625 * 2 / 5)
    assert found.high - found.change == pytest.approx(2.306 * 0.5, rel=1e-3)  # t, 8 degrees


def test_one_run_a_side_has_no_interval() -> None:
    assert effect(Side(np.array([1.0])), Side(np.array([2.0]))) is None


def test_a_clock_that_ticks_coarsely_tells_no_change_of_a_tick() -> None:
    """All samples of the old runs are ten ticks, all of the new eleven: between 9.5 and 11.5."""
    was, now = ([np.full(40, ticks * 1e-6) for _ in range(5)] for ticks in (10, 11))
    old, new, step = of_samples(was, now, "s")
    (judged,) = judge([Figure("b", "c", "w", "s", "latency", old, new, (was, now), step)], 0.1)
    assert judged.verdict == "cannot be told"
    assert judged.effect is not None
    assert judged.effect.low < 0 < judged.effect.high
    counted, also, _ = of_samples(was, now, "B")  # bytes are counted, and one is one
    (judged,) = judge([Figure("b", "c", "w", "B", "latency", counted, also)], 0.05)
    assert judged.verdict == "worse"


def test_a_burst_in_one_run_is_no_share_of_late_ones() -> None:
    """Fisher's test of all samples alone would call it one in a million."""
    random = np.random.default_rng(0)
    sides = [[random.normal(1e-3, 1e-5, 200) for _ in range(5)] for _ in range(2)]
    sides[1][2][50:90] += 5e-3
    found = tail(sides[0], sides[1], 0.0, 0.1)
    assert found is not None
    assert (found.old, found.new) == (0.0, 0.04)
    assert shares([found.events])[0] > 0.05
    for run in sides[1]:
        run[::25] += 5e-3
    spread = tail(sides[0], sides[1], 0.0, 0.1)
    assert spread is not None
    assert shares([spread.events])[0] < 0.001


def test_spreads_lean_on_one_another_as_far_as_they_are_alike() -> None:
    """Variances drawn as the model has them, of 10 degrees of freedom around 0.5: both are found
    again. One figure far more unsteady than nine calm ones keeps its doubt."""
    random = np.random.default_rng(3)
    true = 10 * 0.5 / random.chisquare(10, 4000)
    drawn = true * random.chisquare(8, 4000) / 8
    prior, lean = _prior([Events(0.0, 1.0, float(spread), 8, 0.4) for spread in drawn])
    assert prior == pytest.approx(0.5, rel=0.1)
    assert lean == pytest.approx(10, rel=0.15)
    calm = [Events(0.0, 1.0, 0.15 + 0.02 * n, 8, 0.4) for n in range(9)]
    alone, together = shares(calm[:1])[0], shares(calm)[0]
    assert together < alone  # the same figure, better known
    wild = Events(0.0, 2.0, 4.0, 8, 0.4)
    assert shares([*calm, wild])[-1] > 0.01
    assert shares([Events(1.0, 0.0, 0.0, 8, 0.4)] * 4) == [1.0] * 4


def test_a_series_breaks_where_it_broke_and_noise_does_not() -> None:
    random = np.random.default_rng(1)
    noise = np.exp(random.normal(0, 0.03, 20))
    assert _split(noise)[1] > 0.05
    noise[12:] *= 1.15
    at, chance = _split(noise)
    assert at == 12
    assert chance < 0.001
