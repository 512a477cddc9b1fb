"""What a reading is worth: the systematic error that a maker states for each range.

It is the same error in every sample of a range, so it does not get smaller the longer one measures
and is kept apart from the statistical one. None is stated where no manual was read: a report then
says so instead of a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rig.units import amperes


@dataclass(frozen=True, slots=True)
class Range:
    """One range: a reading I is off by at most `gain * |I| + offset_a`, in amperes."""

    up_to_a: float
    gain: float
    offset_a: float

    def error_a(self, current_a: float) -> float:
        return self.gain * abs(current_a) + self.offset_a


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The ranges of an instrument, smallest first, and where its figures are from."""

    ranges: tuple[Range, ...] = ()
    basis: str = ""

    def holding(self, range_a: float) -> tuple[int, Range] | None:
        """(number, range) of the smallest that holds a current; None where none is stated."""
        for number, each in enumerate(self.ranges):
            if each.up_to_a >= range_a * 0.999:
                return number, each
        return None


def table(basis: str, rows: Sequence[tuple[float, float, float]]) -> Accuracy:
    """Of rows (full scale in A, error in per cent of the reading, offset in A)."""
    return Accuracy(tuple(Range(a, percent / 100, offset) for a, percent, offset in rows), basis)


ROW = re.compile(r"\s*(?P<range>[^:]+?)\s*:\s*(?P<percent>[0-9.]+)\s*%\s*(\+\s*(?P<offset>.+))?")
FORM = "100 mA: 0.05 % + 5 µA"


def stated(lines: Sequence[str]) -> Accuracy:
    """What the bench file says, from the user's own manual: "100 mA: 0.05 % + 5 µA", a range each.

    Raises ValueError for what is none, for an error that is as large as the current, and for a
    range that is there twice.
    """
    rows = []
    for line in lines:
        found = ROW.fullmatch(line)
        if not found:
            raise ValueError(f'{line!r} is not of the form "{FORM}"')
        full_a, percent = amperes(found["range"]), float(found["percent"])
        offset_a = amperes(found["offset"]) if found["offset"] else 0.0
        if not (full_a > 0 and percent < 100 and offset_a < full_a):
            raise ValueError(f"{line!r}: its error is as large as what it measures")
        rows.append((full_a, percent, offset_a))
    rows.sort()
    if len({full_a for full_a, *_ in rows}) < len(rows):
        raise ValueError("a range is there twice")
    return table("the bench file", rows)


UNSTATED = Accuracy()
