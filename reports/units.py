"""Numbers with their units, as people read them: three digits and an SI prefix."""

from __future__ import annotations

import math

_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
_SPACE = "\u202f"  # a narrow space that does not break, between a number and its unit
_UNSCALED = {"", "1", "%"}
_ABSENT = "–"  # noqa: RUF001


def _digits(value: float) -> str:
    """Three significant digits, never as a power of ten where it can be helped."""
    size = abs(value)
    if size != 0 and (size >= 1e6 or size < 1e-4):
        return f"{value:.2e}"
    if size >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def quantity(value: float | None, unit: str) -> str:
    """`0.00124, "A"` as `1.24 mA`; a missing or undefined number as a dash."""
    if value is None or not math.isfinite(value):
        return _ABSENT
    if unit in _UNSCALED:
        return _digits(value)
    if value == 0:
        return f"0{_SPACE}{unit}"
    if unit == "B" and abs(value) < 10_000:
        return f"{value:.0f}{_SPACE}B" if value == int(value) else f"{value:.1f}{_SPACE}B"
    size = abs(value)
    scale, prefix = next(
        ((scale, prefix) for scale, prefix in _PREFIXES if size >= scale * 0.9995), _PREFIXES[-1]
    )
    if unit == "s" and scale > 1:
        scale, prefix = 1.0, ""
    return f"{_digits(value / scale)}{_SPACE}{prefix}{unit}"


def interval(low: float | None, high: float | None, unit: str) -> str:
    """The 95 % interval, as `1.20 … 1.31 mA`."""
    shown_low, shown_high = quantity(low, unit), quantity(high, unit)
    if _ABSENT in (shown_low, shown_high):
        return _ABSENT
    low_number, _, low_unit = shown_low.partition(_SPACE)
    if low_unit and low_unit == shown_high.partition(_SPACE)[2]:
        return f"{low_number} … {shown_high}"
    return f"{shown_low} … {shown_high}"


def ratio(value: float | None) -> str:
    """R as a number of three decimals: it lies between 0 (floor) and 1 (busy)."""
    if value is None or not math.isfinite(value):
        return _ABSENT
    return f"{round(value, 3) + 0.0:.3f}"  # adding zero takes the sign off a zero


def percent(value: float | None) -> str:
    """A share or a relative change: `0.124` as `12.4 %`."""
    return _ABSENT if value is None or not math.isfinite(value) else f"{value * 100:.3g}{_SPACE}%"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 board`, `2 boards`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def difference(by: float, unit: str) -> str:
    """A change of a quantity with its sign, `+3.1 µs`."""
    return f"{'−' if by < 0 else '+'}{quantity(abs(by), unit)}"  # noqa: RUF001


def signed(change: float | None) -> str:
    """A relative change with its sign, `+12.4 %`; nothing for none."""
    if change is None or not math.isfinite(change):
        return ""
    if change >= 2:
        return f"× {1 + change:.3g}"  # noqa: RUF001
    return f"{'+' if change >= 0 else '−'}{percent(abs(change))}"  # noqa: RUF001
