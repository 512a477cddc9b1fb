"""A measured number that knows how well it is known: no verdict on what cannot be told, or be.

A clock that counts microseconds cannot tell 0.2 µs from 0.7; a size that comes out negative was
not measured; a ratio of nothing is no ratio. Each figure has the interval that it may lie in, and
arithmetic keeps it. A comparison is true or false if it is so all over the interval, and raises
`Inconclusive` where it is not: a claim cannot be judged on a figure that does not resolve it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rig.errors import Inconclusive

_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def shown(value: float, unit: str) -> str:
    """A value with its unit, as `1.05 ms`; seconds with a prefix, bytes and ratios as they are."""
    if unit != "s" or value == 0 or not math.isfinite(value):
        return f"{value:.4g}{'' if unit == '1' else f' {unit}'}"
    scale, prefix = next((p for p in _PREFIXES if abs(value) >= p[0]), _PREFIXES[-1])
    return f"{value / scale:.3g} {prefix}{unit}"


@dataclass(frozen=True, eq=False)
class Figure:
    """A value in `unit` (SI, `1` for a ratio) that lies between `low` and `high`."""

    what: str
    value: float
    unit: str
    low: float
    high: float

    def __repr__(self) -> str:
        return shown(self.value, self.unit)

    def _against(self, other: Figure | float) -> Figure:
        return other if isinstance(other, Figure) else exactly("limit", other, self.unit)

    def _undecided(self, other: Figure) -> Inconclusive:
        return Inconclusive(
            f"{self.what}: {self!r}, and by what the measurement can tell apart anything from "
            f"{shown(self.low, self.unit)} to {shown(self.high, self.unit)}: no verdict on whether "
            f"it is within {other!r}"
        )

    def __le__(self, other: Figure | float) -> bool:
        limit = self._against(other)
        if self.high <= limit.low:
            return True
        if self.low > limit.high:
            return False
        raise self._undecided(limit)

    def __lt__(self, other: Figure | float) -> bool:
        limit = self._against(other)
        if self.high < limit.low:
            return True
        if self.low >= limit.high:
            return False
        raise self._undecided(limit)

    def __gt__(self, other: Figure | float) -> bool:
        return not self <= other

    def __ge__(self, other: Figure | float) -> bool:
        return not self < other

    def __eq__(self, other: object) -> bool:
        raise TypeError("figures are measured: ask for less or more, not for the same")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError(f"{self.what} is a figure: compare it with something")

    def __truediv__(self, other: Figure) -> Figure:
        """How many times the other it is. Raises Inconclusive where the other may be nothing."""
        if other.low <= 0:
            raise Inconclusive(
                f"{self.what} by {other.what}: a ratio of nothing, for {other.what} came out as "
                f"{other!r}, and the measurement cannot tell less than "
                f"{shown(other.high, other.unit)}"
            )
        return Figure(
            f"{self.what} by {other.what}",
            self.value / other.value,
            "1" if self.unit == other.unit else f"{self.unit}/{other.unit}",
            self.low / other.high,
            self.high / other.low,
        )

    def times(self, factor: float) -> Figure:
        """As many times it; the factor is exact and positive."""
        return Figure(
            self.what, self.value * factor, self.unit, self.low * factor, self.high * factor
        )


def exactly(what: str, value: float, unit: str) -> Figure:
    """A number that is no measurement."""
    return Figure(what, value, unit, value, value)


def measured(what: str, value: float, unit: str, resolution: float = 0.0) -> Figure:
    """A quantity that cannot be negative, such as a time or a size, known to within `resolution`.

    Raises Inconclusive for one that is no number, or is negative by more than that.
    """
    if not math.isfinite(value) or value < -resolution:
        raise Inconclusive(f"{what} came out as {shown(value, unit)}, which cannot be")
    return Figure(what, value, unit, max(0.0, value - resolution), value + resolution)


def duration(what: str, total: float, tick: float, count: int = 1) -> Figure:
    """The time of one of `count` things that took `total` seconds together, by a clock that goes
    on by `tick` seconds at a time."""
    one = measured(what, total, "s", tick)
    return Figure(what, total / count, "s", one.low / count, one.high / count)


def size(what: str, total: float, count: int = 1) -> Figure:
    """The bytes of one of `count` things that took `total` together: at least one each.

    Raises Inconclusive for none or less: garbage of before was collected between two readings.
    """
    if not math.isfinite(total) or total <= 0:
        raise Inconclusive(
            f"{what}: {count} of them took {total:.4g} B of heap, which cannot be; what was there "
            "before them was collected between the two readings"
        )
    return exactly(what, total / count, "B")


def growth(what: str, sizes: Sequence[float], costs: Sequence[Figure]) -> Figure:
    """The exponent b of cost = a · size^b: the slope of the straight line in logarithms.

    0 for a cost that does not depend on the size, 1 for one that grows in step with it. Its
    interval spans what the costs' own allow; a cost that may be nothing leaves it open.
    """
    logs = [math.log(one) for one in sizes]
    middle = sum(logs) / len(logs)
    spread = sum((one - middle) ** 2 for one in logs)
    weights = [(one - middle) / spread for one in logs]

    def slope(values: Sequence[float]) -> float:
        terms = (
            weight * (math.log(value) if value > 0 else -math.inf)
            for weight, value in zip(weights, values, strict=True)
            if weight
        )
        return sum(terms)

    steep = [c.high if w > 0 else c.low for w, c in zip(weights, costs, strict=True)]
    flat = [c.low if w > 0 else c.high for w, c in zip(weights, costs, strict=True)]
    values = [max(cost.value, cost.high / 2) for cost in costs]  # of nothing, half the resolution
    return Figure(what, slope(values), "1", slope(flat), slope(steep))
