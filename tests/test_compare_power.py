"""The benchmark of `looprig compare` in small, and the judgement where the truth is plain."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.compare_power import PUBLISHED, measured, names
from benchmarks.simulated_board import COSTS, LONG, STEADY, UNSTEADY, WAKES, Truth, comparison
from reports.effects import Side, between
from reports.history import _split
from reports.leaning import Spread, leaned, prior
from reports.tails import shares, tail
from reports.units import percent
from reports.verdicts import Figure, Judged, judge, of_samples


@pytest.mark.slow
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
    known = between(old, new)
    assert known is not None
    found = known.effect()
    assert not found.relative
    assert found.change == pytest.approx(10)
    assert found.error == pytest.approx(0.5)  # sqrt(0.625 * 2 / 5)
    assert found.high - found.change == pytest.approx(2.306 * 0.5, rel=1e-3)  # t, 8 degrees


def test_one_run_a_side_has_no_interval() -> None:
    assert between(Side(np.array([1.0])), Side(np.array([2.0]))) is None


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
    again, and two figures in a hundred that are a thousand times as unsteady change little."""
    random = np.random.default_rng(3)
    true = 10 * 0.5 / random.chisquare(10, 4000)
    drawn = true * random.chisquare(8, 4000) / 8
    for odd in (0, 80):
        drawn[:odd] *= 1000
        found = prior([Spread(float(variance), 8) for variance in drawn])
        assert found.variance == pytest.approx(0.5, rel=0.1)
        assert found.freedom == pytest.approx(10, rel=0.3)


def test_an_odd_figure_keeps_its_doubt_and_a_constant_one_its_certainty() -> None:
    alike = [Spread(0.8 + 0.05 * n, 8) for n in range(9)]
    told = leaned([*alike, Spread(100.0, 8), Spread(0.0, 8)])
    assert all(each.freedom > 50 for each in told[:9])
    assert all(abs(each.variance - 1.0) < 0.2 for each in told[:9])
    assert told[9].variance > 80
    assert told[9].freedom < 9
    assert told[10] == Spread(0.0, 8)
    assert leaned(alike[:2]) == alike[:2]


def test_what_cannot_be_told_says_how_many_repeats_would() -> None:
    """Runs of a figure ± 5 %: against the noncentral t's number for +10 %, at 2 %, nine of ten."""
    random = np.random.default_rng(4)

    def power(runs: int) -> float:
        shift = np.log(1.1) / (0.05 * np.sqrt(2 / runs))
        return float(stats.nct.sf(stats.t.isf(0.01, 2 * runs - 2), 2 * runs - 2, shift))

    wanted = next(runs for runs in range(2, 99) if power(runs) >= 0.9)

    def told(runs: int) -> Judged:
        old, new = (Side(np.exp(random.normal(0, 0.05, runs))) for _ in range(2))
        return judge([Figure("b", "c", "w", "s", "latency", old, new)], 0.1)[0]

    effects = [told(6).effect for _ in range(60)]
    asked = [each.repeats(0.02, 0.1) for each in effects if each]
    assert np.median([runs or 1000 for runs in asked]) == pytest.approx(wanted, abs=2)
    untold = next(each for _ in range(99) if (each := told(4)).verdict == "cannot be told")
    assert untold.repeats is not None
    assert f"; {untold.repeats} repeats a side would show {percent(0.1)}; +" in untold.sentence()
    ticking = Side(np.array([2.0, 2.01, 1.99]), beyond=0.5)
    (coarse,) = judge([Figure("b", "c", "w", "s", "latency", ticking, ticking)], 0.1)
    assert coarse.why == f"not even 1000 repeats a side would show {percent(0.1)}"


def test_a_series_breaks_where_it_broke_and_noise_does_not() -> None:
    random = np.random.default_rng(1)
    noise = np.exp(random.normal(0, 0.03, 20))
    assert _split(noise)[1] > 0.05
    noise[12:] *= 1.15
    at, chance = _split(noise)
    assert at == 12
    assert chance < 0.001
