"""The late ones: how many samples are late, and how late the latest in a hundred is.

A fault in two wakes of a hundred leaves every median alone. Late is what lies far out (Tukey's
outer fence, three times the middle half's width beyond it) of the samples of both sides together,
each less its run's own middle, so that neither side draws the line. Late samples come in bursts,
so that those that follow one another are one event, as where extremes are counted elsewhere; and in
some runs more than in others. So a share counts as changed if both say so, Fisher's exact test
of all samples and Student's t of the runs: alone, one takes a burst, the other a few samples, for
more than they are. A figure's spread leans on those of its board's others (`reports/leaning.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from reports.effects import Array, Side, between, middles
from reports.leaning import Spread, leaned

FEWEST = 40
"""Samples of each run: of fewer the 99th percentile is the latest, and one in fifty none."""
_FENCE = 3.0
_DOUBT = 0.05  # nothing above it is ever named: no more is asked of it
_SEED = 0  # the same page of the same runs


class Events(NamedTuple):
    """How unlike the late events of both sides are, by samples and by runs."""

    by_samples: float  # Fisher's chance of it
    apart: float  # of the runs' mean roots
    spread: Spread  # from run to run, both sides' pooled
    weight: float  # of whose variance so much is that of `apart`

    def chance(self, spread: Spread) -> float:
        """By samples and by runs, the greater of both."""
        error = math.sqrt(spread.variance * self.weight)
        if error:
            by_runs = float(2 * stats.t.sf(abs(self.apart) / error, spread.freedom))
        else:
            by_runs = 0.0 if self.apart else 1.0
        return max(self.by_samples, by_runs)


class Tail(NamedTuple):
    """Of a figure's late end."""

    old: float  # the share that is late
    new: float
    events: Events
    old_p99: float
    new_p99: float
    low: float  # of the 95 % interval of the p99's relative change
    high: float
    p_p99: float

    @property
    def change_p99(self) -> float:
        return self.new_p99 / self.old_p99 - 1


def tail(
    old: Sequence[Array],
    new: Sequence[Array],
    step: float,
    threshold: float,
    factor: float = 1.0,
    centers: Sequence[Array] = (),
) -> Tail | None:
    """None for too few samples or runs. `step` is the clock's; what is later by less than
    `threshold` of the middle is not late; `factor` as in effects.effect; `centers` are both sides'
    middles, where they are known."""
    if min(map(len, [*old, *new])) < FEWEST or min(len(old), len(new)) < 2:
        return None
    centers = centers or [middles(side) for side in (old, new)]
    rest = [
        [run - center for run, center in zip(side, each, strict=True)]
        for side, each in zip((old, new), centers, strict=True)
    ]
    joined = np.concatenate([run for side in rest for run in side])
    quarter, upper = np.percentile(joined, [25, 75])
    level = abs(float(np.concatenate(centers).mean()))
    width = max(float(upper - quarter), step if math.isfinite(step) else 0.0)
    fence = max(float(upper) + _FENCE * width, (threshold + factor - 1) * level)
    late = [[run > fence for run in side] for side in rest]
    events = [np.array([_events(run) for run in side]) for side in late]
    sizes = [np.array([len(run) for run in side]) for side in rest]
    shares = [float(np.concatenate(side).mean()) for side in late]
    return Tail(shares[0], shares[1], _share(events, sizes), *_latest(old, new, step, factor))


def _events(late: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """How many times it began to be late."""
    return int(late[0]) + int((late[1:] & ~late[:-1]).sum())


def _share(counts: Sequence[Array], sizes: Sequence[Array]) -> Events:
    pairs = [*zip(counts, sizes, strict=True)]
    table = [[int(count.sum()), int((size - count).sum())] for count, size in pairs]
    # Anscombe's: the root of a Poisson count has the same spread at any level
    usual = np.concatenate(sizes).mean()  # samples of a run, of which a count is
    roots = [np.sqrt(count * usual / size + 3 / 8) for count, size in pairs]
    freedom = sum(map(len, roots)) - 2
    return Events(
        float(stats.fisher_exact(table).pvalue),
        float(roots[1].mean() - roots[0].mean()),
        Spread(sum(float(((root - root.mean()) ** 2).sum()) for root in roots) / freedom, freedom),
        sum(1 / len(root) for root in roots),
    )


def shares(found: Sequence[Events]) -> list[float]:
    """The chance that a share of late ones is as unlike as these, of each of a board's figures."""
    spreads = leaned([events.spread for events in found])
    return [events.chance(spread) for events, spread in zip(found, spreads, strict=True)]


def _latest(
    old: Sequence[Array], new: Sequence[Array], step: float, factor: float
) -> tuple[float, float, float, float, float]:
    """(old, new, low, high, p) of the 99th percentile: p by runs, the interval by bootstrap."""
    tops = [np.array([np.percentile(run, 99) for run in side]) for side in (old, new)]
    means = [float(np.exp(np.log(top).mean())) if top.min() > 0 else math.nan for top in tops]
    if not all(map(math.isfinite, means)):
        return float(tops[0].mean()), float(tops[1].mean()), math.nan, math.nan, 1.0
    half = step / 2 if math.isfinite(step) else 0.0  # of a tick, which a percentile is known to
    known = between(Side(tops[0], 0.0, half), Side(tops[1], 0.0, half), factor)
    if known is None or not known.relative:
        return means[0], means[1], math.nan, math.nan, 1.0
    found = known.effect()
    logs = [np.log(top) for top in tops]
    if found.p > _DOUBT or max(np.ptp(log) for log in logs) == 0:
        return means[0], means[1], found.low, found.high, found.p
    drawn = stats.bootstrap(
        logs, lambda a, b, axis=-1: b.mean(axis=axis) - a.mean(axis=axis), n_resamples=999,
        method="percentile", rng=np.random.default_rng(_SEED),
    ).confidence_interval  # fmt: skip
    off = found.beyond
    ends = [math.expm1(float(drawn.low) - off), math.expm1(float(drawn.high) + off)]
    return means[0], means[1], ends[0], ends[1], found.p
