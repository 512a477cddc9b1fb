"""Whether a wait keeps the CPU busy: a stretch of its window at the busy level, or all of it.

Something else in the supply can be as high as a busy CPU. So what spins also begins or ends where
the wait does, and is as even as the frame's own busy pulses are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from rig.meters.samples import Currents
from rig.power.levels import RESOLUTION, SIGMAS, Levels
from rig.power.quiet import BLOCK_S, Quiet
from rig.results import Estimate

HALF = 0.5
"""Nearer to busy than to the floor: the decision with the largest margin to both sides."""
FULLY = 0.9
"""Spinning is the CPU never stopping: its current is the busy one, give or take the code."""
BEYOND = 1.5
"""More than that above the floor is nothing that the CPU could draw."""
SPIN_S = 50e-3
"""A stretch that spins for less is work, not waiting."""
UNEVEN = 2.0
"""Times the differences between neighbouring samples of the busy pulses: as even as they are, by a
median of a hundred."""
LOWER, FEWEST = 25, 10
"""Per cent of a stretch that may be lower though it spins; of so many samples or more."""
MEDIAN_ERROR = 1.25  # of normal noise: a median's error over a mean's
END_S = 3e-3
"""Next to the window's ends, where a level that is the wait's own begins and ends; more where the
noise needs it."""


@dataclass(frozen=True, slots=True)
class Spinning:
    """What of a window is at the busy level."""

    certain: bool
    fraction: float
    possible: float  # the share of the window that is not certainly less than spinning
    entered: bool = False  # certain by how it goes on from the pulse before the window only


def spinning(parts: Quiet, level: Levels, ratio: Estimate) -> Spinning:
    """Whether the window spins, by its stretches and by its whole mean, R of which is `ratio`."""
    if level.span_a <= 0:
        return Spinning(False, 0.0, 0.0)
    window = parts.window
    needed = (2 * SIGMAS * level.noise_a / level.span_a) ** 2 * level.correlation
    end_s = float(np.clip(needed * parts.interval_s, END_S, BLOCK_S))
    begins, ends = parts.is_own(level.span_a, end_s)
    found = _stretches(window, level, parts.interval_s, needed)
    # Most of SPIN_S over the middle, be it by other things too: that could spin.
    length = round(SPIN_S / parts.interval_s)
    possible = found
    if length >= FEWEST:
        possible = found | _high(window, level.floor_a + HALF * level.span_a, length)
    length = max(length, int(np.ceil(2 * needed)))  # a quantile's variance is 1.9 times a mean's
    if FEWEST <= length <= min(map(len, parts.floors)):
        resting_a = min(float(np.quantile(floor, LOWER / 100)) for floor in parts.floors)
        highest_a = resting_a + HALF * level.span_a
        if any(_high(floor, highest_a, length).any() for floor in parts.floors):
            # What is as high and as long as spinning comes while the board is at its floor.
            return Spinning(False, float(found.mean()), float(possible.mean()))
    own = (found[0] and begins) or (found[-1] and ends)
    stretch = own and _is_even(parts, window[found], level)
    whole = ratio.low > HALF and ratio.high >= FULLY and _mostly_busy(window, level, ratio)
    whole = whole and ratio.low < 2 - FULLY and begins and ends and _is_even(parts, window, level)
    entered = bool(stretch and not whole and not (found[-1] and ends))
    return Spinning(bool(stretch or whole), float(found.mean()), float(possible.mean()), entered)


def _high(part: Currents, least_a: float, length: int) -> NDArray[np.bool_]:
    """Which samples are in the middle of so many of which most are higher, shape (n,)."""
    length = min(length, len(part))
    high = ndimage.percentile_filter(part, LOWER, length, mode="nearest") > least_a
    high[: length // 2] = False  # fewer than so many
    high[len(part) - (length - 1) // 2 :] = False
    return np.asarray(high)


def _is_even(parts: Quiet, busy: Currents, level: Levels) -> bool:
    """Whether neighbouring samples differ no more than those of the pulses do.

    Polling that costs as much as spinning, by what it makes others draw, is as high and uneven.
    """
    pulses = [np.abs(np.diff(pulse)) for pulse in parts.busy]
    usual = UNEVEN * float(np.median(np.concatenate(pulses)))
    return float(np.median(np.abs(np.diff(busy)))) <= usual + RESOLUTION * level.span_a


def _mostly_busy(window: Currents, level: Levels, ratio: Estimate) -> bool:
    """Whether most samples are at the busy level, rather than a few far beyond it."""
    lower, median, upper = (np.quantile(window, [0.1, 0.5, 0.9]) - level.floor_a) / level.span_a
    error = MEDIAN_ERROR * (ratio.high - ratio.value)
    within = lower + _tenth(level) > HALF and upper - _tenth(level) < BEYOND
    return bool(median + error >= FULLY and within)


def _tenth(level: Levels) -> float:
    """How far from the middle the outer tenths of noise begin at most, over the contrast: 1.3
    standard deviations of normal noise, and as much as 50 samples leave open."""
    return 2 * max(level.noise_a, level.busy_noise_a) / level.span_a


def _stretches(
    window: Currents, level: Levels, interval_s: float, needed: float
) -> NDArray[np.bool_]:
    """Which samples lie in a stretch of at least SPIN_S at the busy level, shape (n,).

    The stretch looked at is as long as its mean needs (`needed` samples) to tell busy from floor by
    SIGMAS on either side of the middle; noise too large for any stretch of the window finds none.
    """
    found = np.zeros(len(window), dtype=bool)
    length = max(round(SPIN_S / interval_s), int(np.ceil(needed)), 1)
    if length > len(window):
        return found
    sums = np.concatenate(([0.0], np.cumsum(window)))
    means = (sums[length:] - sums[:-length]) / length
    ratios = (means - level.floor_a) / level.span_a
    error = SIGMAS * (level.mean_error(length) + level.drift_a / 2) / level.span_a
    starts = (ratios - error > HALF) & (ratios + max(error, 0.01) >= FULLY)
    starts &= ratios - error < 2 - FULLY  # as far above the busy level as it may be below
    if not starts.any():
        return found

    # All of it is busy, not a few samples that are far beyond.
    def quantile(percent: int) -> NDArray[np.float64]:
        values = ndimage.percentile_filter(window, percent, length, mode="nearest")
        return np.asarray((values[length // 2 :][: len(starts)] - level.floor_a) / level.span_a)

    starts &= quantile(50) + MEDIAN_ERROR * max(error, 0.01) >= FULLY
    starts &= (quantile(10) + _tenth(level) > HALF) & (quantile(90) - _tenth(level) < BEYOND)
    if not starts.any():
        return found
    marks = np.zeros(len(window) + 1)
    np.add.at(marks, np.flatnonzero(starts), 1)
    np.add.at(marks, np.flatnonzero(starts) + length, -1)
    return np.asarray(np.cumsum(marks[:-1]) > 0)
