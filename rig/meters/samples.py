"""What a meter yields: current at a fixed interval, and what is known to be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.errors import RigError

OVERRANGE = 9.9e37
"""SCPI's "not a number I could measure" (SCPI-1999, 7.2.1.4): ±9.9E37, and 9.91E37 for NaN."""
IMPOSSIBLE_A = 1e9
"""Beyond any current; Owon says 1E9 for overrange."""
OVER_RANGE = 1.2
"""Of its range, what a meter can show."""

Currents = NDArray[np.float64]


@dataclass(slots=True)
class Samples:
    """One acquisition. `current_a` has shape (n,), in amperes; sample k was taken at
    `k * interval_s` from the first.

    Samples that a meter could not measure are NaN and counted in `overrange`; `lost` counts
    those it did not deliver, `clipped` those that sat at the end of the range.
    """

    current_a: Currents
    interval_s: float
    overrange: int = 0
    lost: int = 0
    clipped: int = 0
    warnings: list[str] = field(default_factory=list)
    range_a: float | None = None  # the fixed range they were taken in
    range: NDArray[np.int8] | None = None  # number of each sample's range, where it changes
    ranges_a: tuple[float, ...] = ()  # what those hold; empty where they are those of its accuracy
    marker: Currents | None = None  # level of a digital input, 0 to 1, that marks the pulses
    gapless: bool = False  # by its maker's word each is a mean of all that was since the last

    @property
    def duration_s(self) -> float:
        return len(self.current_a) * self.interval_s

    def index(self, seconds: float) -> int:
        """The sample at that time of the capture, kept within it."""
        return int(np.clip(round(seconds / self.interval_s), 0, len(self.current_a)))

    def between(self, start_s: float, end_s: float) -> Currents:
        """The samples of an interval, as a view of shape (k,), in amperes."""
        return self.current_a[self.index(start_s) : self.index(end_s)]


def from_readings(
    readings: NDArray[Any], interval_s: float, range_a: float | None = None, lost: int = 0
) -> Samples:
    """Samples of raw readings in amperes, of any float type and shape (n,).

    Overrange readings become NaN; readings within a part in ten thousand of the range's end
    count as clipped. Raises RigError when there is no reading at all.
    """
    if readings.size == 0:
        raise RigError("the meter delivered no samples", "check its trigger and its memory")
    current = _native(readings)
    good = (current < IMPOSSIBLE_A) & (current > -IMPOSSIBLE_A)  # false for NaN too
    overrange = int(len(current) - np.count_nonzero(good))
    if overrange:
        current[~good] = np.nan
    clipped = 0
    if range_a is not None:
        end = range_a * OVER_RANGE * 0.9999
        clipped = int(np.count_nonzero(current >= end) + np.count_nonzero(current <= -end))
    return Samples(
        current, interval_s, overrange=overrange, lost=lost, clipped=clipped, range_a=range_a
    )


def _native(readings: NDArray[Any]) -> Currents:
    """The readings as float64 of this machine's byte order, without a second copy where the
    instrument sent doubles: a million samples are fetched as often as there is memory for one."""
    if readings.dtype.kind == "f" and readings.itemsize == 8 and readings.flags.writeable:
        if not readings.dtype.isnative:
            readings = readings.byteswap(inplace=True).view(readings.dtype.newbyteorder("="))
        return readings
    return readings.astype(np.float64)


def coarsest(number: NDArray[Any], every: int) -> NDArray[np.int8]:
    """Of each `every` samples the largest range, shape (n // every,): the least exact of them."""
    count = len(number) // every
    return np.asarray(number[: count * every].reshape(count, every).max(axis=1), np.int8)


def decimate(values: Currents, every: int) -> Currents:
    """Means of `every` values each, shape (n // every,)."""
    count = len(values) // every
    return np.asarray(values[: count * every].reshape(count, every).mean(axis=1))
