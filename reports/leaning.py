"""How much runs of a figure differ, told by that figure's runs and by those of its board's others.

Five runs a side know their own spread with 8 degrees of freedom, and of forty figures some will
look far calmer than they are: it is what they have to overcome. The figures of one board are spread
by the same things, so that each figure's variance leans on what all have in common, the more the
more alike they are: Smyth, "Linear models and empirical Bayes methods for assessing differential
expression", 2004, a scaled inverse chi-square prior. What they have in common is found by medians,
and a figure that is far more unsteady than the others, such as one with two modes, leans on them
the less, the less it can be one of them: Phipson, Lee, Majewski, Alexander and Smyth, "Robust
hyperparameter estimation protects against hypervariable genes", 2016 (arXiv 1602.08678).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import optimize, special, stats

_SOME = 3  # figures that may lean on one another: two can be alike by chance
_ALIKE = 1e3  # half the degrees of freedom from which on figures are taken to spread alike
_ROUNDING = 1e-20  # a variance of what is all the same
_NORMAL = stats.norm.ppf(0.75)  # the middle half of a normal distribution, either way, in sigmas


class Spread(NamedTuple):
    """A variance, and how many degrees of freedom it is known with."""

    variance: float
    freedom: float


def leaned(found: Sequence[Spread]) -> list[Spread]:
    """Each spread as its board knows it. What did not vary at all is counted or ticked: it says
    nothing of others, and stays as it is."""
    varied = [spread for spread in found if spread.variance > _ROUNDING]
    if len(varied) < _SOME:
        return list(found)
    common = prior(varied)
    all_know = sum(spread.freedom for spread in varied)
    unlike = np.array([spread.variance for spread in varied]) / common.variance
    freedoms = np.array([spread.freedom for spread in varied])
    chances = stats.f.sf(unlike, freedoms, min(common.freedom, 2 * _ALIKE))
    weights = iter(stats.false_discovery_control(chances))
    return [
        _lean(each, common, float(next(weights)), all_know) if each.variance > _ROUNDING else each
        for each in found
    ]


def _lean(own: Spread, common: Spread, weight: float, all_know: float) -> Spread:
    """No more is known of it than all of them know together."""
    more = weight * min(common.freedom, all_know - own.freedom)
    freedom = own.freedom + more
    return Spread((more * common.variance + own.freedom * own.variance) / freedom, freedom)


def prior(found: Sequence[Spread]) -> Spread:
    """What the figures have in common, and how many degrees of freedom that is worth, from the
    variances' logarithms: they scatter by what their own degrees of freedom let expect, and by as
    much more as the figures are unlike."""
    half = np.array([spread.freedom for spread in found]) / 2
    logs = np.log([spread.variance for spread in found]) - special.digamma(half) + np.log(half)
    low, center, high = np.quantile(logs, [0.25, 0.5, 0.75])
    scatter = ((high - low) / 2 / _NORMAL) ** 2
    more = float(scatter - special.polygamma(1, half).mean())
    if more <= special.polygamma(1, _ALIKE):
        return Spread(math.exp(center), math.inf)
    lean = float(optimize.brentq(lambda x: special.polygamma(1, x) - more, 1e-3, _ALIKE))
    return Spread(math.exp(center + float(special.digamma(lean)) - math.log(lean)), 2 * lean)
