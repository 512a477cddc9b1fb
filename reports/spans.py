"""What two runs may differ by without anything having changed.

Of a hundred comparisons of equals, one or two pairs of 95 % intervals part by chance, so the
intervals are widened until all comparisons together err in 5 % of the cases (Bonferroni).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, NamedTuple

_ERROR = 0.05
# 1 - 2 / 2**n reaches 95 % here: a median of fewer samples has no 95 % interval at all.
FEWEST = 6


class Span(NamedTuple):
    """A value and the interval that it may lie in."""

    value: float
    low: float
    high: float

    @property
    def sound(self) -> bool:
        return all(map(math.isfinite, self))


def of_current(row: dict[str, Any], comparisons: int) -> Span:
    """A wait's mean current: R's interval in amperes, widened by the meter's drift."""
    scale = row["busy_a"] - row["floor_a"]
    low = row["floor_a"] + row["ratio_low"] * scale - row["drift_a"]
    high = row["floor_a"] + row["ratio_high"] * scale + row["drift_a"]
    value = row["window_a"]
    return _widened(Span(value, min(low, value), max(high, value)), comparisons)


def by_instrument(span: Span, row: dict[str, Any]) -> Span:
    """A current for a comparison with another instrument, or another of its ranges: what it may be
    off by does not cancel there. It is a bound, so it is added and not widened. Not sound where
    the maker's figure is not stated."""
    reach = row["window_off_a"]
    return Span(span.value, span.low - reach, span.high + reach)


def alike(was: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether two currents are of one instrument, in the same of its ranges as far as it says."""
    return bool(was["meter"] == now["meter"] and was["ranges"] == now["ranges"])


def of_median(row: dict[str, Any], comparisons: int) -> Span:
    """A measurement's median.

    The interval of a median lies between two of the sorted samples. Where there are so few that
    only the outermost are far enough apart, its ends are the maximum and, as the minimum is not
    kept, the maximum's distance on the other side.
    """
    value, n = row["median"], row["n"]
    chance_of_the_second = 2 * (1 + n) / 2**n if n < 1000 else 0.0
    if chance_of_the_second > _ERROR / max(1, comparisons):
        reach = row["maximum"] - value
        return Span(value, min(row["low"], value - reach), max(row["high"], row["maximum"]))
    return _widened(Span(value, row["low"], row["high"]), comparisons)


def _widened(span: Span, comparisons: int) -> Span:
    """The span for an error of 5 % in all comparisons together instead of in each."""
    normal = NormalDist()
    by = normal.inv_cdf(1 - _ERROR / 2 / max(1, comparisons)) / normal.inv_cdf(1 - _ERROR / 2)
    value, low, high = span
    return Span(value, value - (value - low) * by, value + (high - value) * by)


def moved(old: Span, new: Span, threshold: float) -> float | None:
    """The relative change from the old value, if it is one: if the spans do not touch. Infinite
    from around zero."""
    if not (old.sound and new.sound) or (new.low <= old.high and new.high >= old.low):
        return None
    by = new.value - old.value
    if old.low <= 0 <= old.high or old.value * new.value < 0:
        return math.copysign(math.inf, by)  # nothing is relative to what may be zero
    change = by / abs(old.value)
    return change if abs(change) > threshold else None
