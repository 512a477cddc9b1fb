"""What lies between two sides of runs, with the interval that says how far it is known.

A run is the unit, not a sample: a reboot, where code came to lie and the room's warmth move all
samples of a run together, so that the spread within one says nothing of the next (Kalibera and
Jones, "Rigorous benchmarking in reasonable time", 2013, and arXiv 2007.10899). Each run gives one
value, and the spread of these values decides; what no number of runs shows, such as half a tick of
a clock, is added to the interval as a bound.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from reports.leaning import Spread

Array = np.ndarray[Any, np.dtype[np.float64]]
CONFIDENCE = 0.95
POWER = 0.9
"""Of changes of the size that is called the smallest to have shown, so many would have."""
MOST = 1000  # repeats of which it is asked whether they would have shown something
TRIM = 0.25
"""Cut from either end of a run's samples: what remains is the middle half, whose mean a few late
samples do not move, and which is finer than the median where a clock ticks coarsely."""
_FEW = 8  # samples, of which a quarter at either end is two
_TICKS = 2
"""A middle half that spans more ticks than that averages over them; of fewer, half a tick of its
mean is not known."""


class Side(NamedTuple):
    """One value a run, and what their spread cannot show."""

    values: Array
    within: float = 0.0  # standard error of a value by its own run's samples: the least spread
    beyond: float = 0.0  # by how much all values may be off alike, in their unit


class Effect(NamedTuple):
    """The change from old to new: relative to the old, or, around zero, in the values' unit."""

    old: float
    new: float
    change: float
    low: float  # of the 95 % interval
    high: float
    p: float  # of a change of this size where there is none
    error: float  # standard error, on the scale on which it was judged
    freedom: float
    beyond: float  # on that scale
    relative: bool
    runs: float  # a side

    def least(self, alpha: float, runs: float = 0.0) -> float:
        """The smallest change that would have shown at this level, in POWER of the cases; by so
        many runs a side, where they are not its own."""
        runs = runs or self.runs
        freedom = self.freedom + 2 * (runs - self.runs)
        reach = stats.t.isf(alpha / 2, freedom) + stats.t.ppf(POWER, freedom)
        far = float(reach * self.error * math.sqrt(self.runs / runs) + self.beyond)
        return math.expm1(min(far, 700.0)) if self.relative else far

    def repeats(self, alpha: float, size: float) -> int | None:
        """How many runs a side would have shown a change of this size; None if more than MOST."""
        if self.least(alpha, MOST) > size:
            return None
        return bisect_left(range(MOST), True, lo=2, key=lambda n: self.least(alpha, n) <= size)


class Between(NamedTuple):
    """Two sides, and what is known of how far their means lie apart."""

    old: float  # means, on the scale on which they are judged
    new: float
    spread: Spread  # from run to run, both sides' pooled
    within: float  # variance of a value by its own run's samples: the least
    weight: float  # of which so much is the variance of their difference
    beyond: float
    relative: bool

    def effect(self, spread: Spread | None = None) -> Effect:
        """The change, with how much runs differ, where more is known of it than they tell."""
        variance, freedom = spread or self.spread
        error = math.sqrt(max(variance, self.within) * self.weight)
        ends = (self.old, self.new)
        by = self.new - self.old
        if error <= 1e-12 * max(map(abs, ends)):  # all alike, but for rounding
            error = 0.0
        far = max(0.0, abs(by) - self.beyond)
        if error:
            p = float(2 * stats.t.sf(far / error, freedom))
        else:
            p = 0.0 if far > 1e-9 * max(map(abs, ends)) else 1.0
        reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error + self.beyond
        told = (by, by - reach, by + reach)
        if self.relative:
            told = tuple(math.expm1(min(end, 700.0)) for end in told)  # type: ignore[assignment]
            ends = math.exp(self.old), math.exp(self.new)
        runs = 2 / self.weight
        return Effect(*ends, *told, p, error, freedom, self.beyond, self.relative, runs)


def middles(runs: Sequence[Array]) -> Array:
    """The mean of the middle half of each run's samples."""
    if len({*map(len, runs)}) == 1:  # at once: a call costs more than what it counts
        at_once: Array = stats.trim_mean(np.stack(runs), TRIM, axis=1)
        return at_once
    return np.array([stats.trim_mean(run, TRIM) for run in runs])


def tick(sides: Sequence[Sequence[Array]]) -> float:
    """By how much neighbouring samples of a coarse clock differ; 0 where none shows."""
    joined = np.concatenate([np.concatenate(side) for side in sides])
    distinct = np.unique(joined)
    if len(distinct) < 2 or 2 * len(distinct) > len(joined):
        return 0.0
    gaps = np.diff(distinct)
    return float(gaps[gaps > 1e-9 * np.abs(distinct).max()].min(initial=math.inf))


def side(runs: Sequence[Array], step: float) -> Side:
    """A side from the samples of its runs, whose clock goes on by `step`."""
    quarters = np.quantile(np.concatenate(runs), [TRIM, 1 - TRIM])
    coarse = 0 < step < math.inf and quarters[1] - quarters[0] <= _TICKS * step
    return Side(middles(runs), _error(runs), step / 2 if coarse else 0.0)


def _error(runs: Sequence[Array]) -> float:
    """The mean standard error of the runs' trimmed means, from their winsorised deviations (Tukey
    and McLaughlin); 0 where there are too few samples. scipy.stats.mstats.trimmed_stde is the same,
    through masked arrays, at fifty times the price."""
    if min(map(len, runs)) < _FEW:
        return 0.0
    ends = [np.quantile(run, [TRIM, 1 - TRIM]) for run in runs]
    spreads = [run.clip(*end).std(ddof=1) for run, end in zip(runs, ends, strict=True)]
    sizes = np.sqrt([len(run) for run in runs])
    return float(np.mean(spreads / sizes)) / (1 - 2 * TRIM)


def between(old: Side, new: Side, factor: float = 1.0) -> Between | None:
    """One value a run, or its logarithm where all are positive, for Student's t.

    Both sides are taken to spread alike, which they do if nothing changed: so one run on one side
    is enough if the other has several. None for one run a side: their spread is not known.
    `factor` is what the sides may differ by through nothing of theirs: a bound, as `beyond` is.
    """
    freedom = len(old.values) + len(new.values) - 2
    if freedom < 1:
        return None
    values = np.concatenate([old.values, new.values])
    relative = bool(values.min() > max(old.beyond, new.beyond, 0.0))
    if relative:
        old, new = _logarithms(old), _logarithms(new)
        beyond = old.beyond + new.beyond + math.log(factor)
    else:
        beyond = old.beyond + new.beyond + (factor - 1) * float(np.abs(values).max())
    sides = (old, new)
    squares = sum(float(((each.values - each.values.mean()) ** 2).sum()) for each in sides)
    return Between(
        float(old.values.mean()),
        float(new.values.mean()),
        Spread(squares / freedom, freedom),
        (old.within**2 + new.within**2) / 2,
        sum(1 / len(each.values) for each in sides),
        beyond,
        relative,
    )


def _logarithms(one: Side) -> Side:
    center = float(np.exp(np.log(one.values).mean()))
    beyond = -math.log1p(-min(one.beyond / center, 0.999))  # the wider of its two ends
    return Side(np.log(one.values), one.within / center, beyond)
