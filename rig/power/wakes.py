"""Polling: wake-ups that this wait makes, with the noise that this capture has.

Nothing here knows what a noise is made of. Polling is said where what the window shows begins and
ends with it, fills it, and is not in the floors. docs/power.md has why.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rig.meters.samples import Currents
from rig.power.levels import RESOLUTION, SIGMA_OF_MAD, SIGMAS, Levels
from rig.power.quiet import Quiet
from rig.power.response import Response
from rig.power.surroundings import above, blocks, risings, shown

POLL_HZ = 5.0
"""Waking more often than this beyond what the wait's own tasks ask for is polling."""
TALLEST = 1.5
"""Times the contrast: what stands higher than that in a sample is not the CPU's."""
BUSY = 0.5
"""Of the contrast: a stretch that high is work or spinning, whatever else it is."""
END_S = 10e-3
"""Next to the window's ends, where a level that is the wait's own begins and ends."""
CHANCE = float(special.ndtr(-SIGMAS))
STRETCHES = 8
"""Of the window, each of which has to show polling for the whole to be polling."""
GAPS, FEW, END_SHARE = 2.5, 1 / 24, 1 / 100
"""What polls is active within so many mean gaps of both ends of the window, or this share of it,
and a mean gap is no more than a 24th: few other things that come and go do both there."""


class Evidence:
    """What in a capture could be wake-ups, and whether it is polling."""

    def __init__(self, parts: Quiet, level: Levels, response: Response, expected_hz: float) -> None:
        self.parts, self.level, self.response = parts, level, response
        self.expected_hz = expected_hz
        self.allowed_hz = expected_hz + POLL_HZ
        self.tallest_a = TALLEST * level.span_a
        # Visible: over the noise, over what no meter is trusted with, and over one of its steps.
        least = max(RESOLUTION * level.span_a, 1.5 * response.step_a)
        self.coincidence = 1.0  # the chance that something else comes and goes as near to its ends
        self._over: dict[int, list[Currents]] = {}
        near = np.concatenate(self._floors_over(parts.short))
        noise = SIGMAS * SIGMA_OF_MAD * float(np.median(np.abs(near)))
        self.window_over = {
            around: above(parts.window, around) for around in (parts.short, parts.long)
        }
        self.visible_a = max(level.visible_a, least)
        self.stands_out_a = max(
            noise, RESOLUTION * level.span_a
        )  # what rises above those beside it
        self.scales = ((parts.short, max(noise, least)), (parts.long, self.visible_a))
        lowest = [blocks(part, parts.block).min() for part in (parts.window, *parts.floors)]
        self.lowest_a = float(min(lowest))

    def polls(self) -> bool:
        often = any(self._wakes_too_often(*scale) for scale in self.scales)
        return often or self._is_raised_throughout()

    @cached_property
    def wakes(self) -> int:
        """How many times the window's current visibly rose."""
        rises = [self._rises(self.window_over[around], least) for around, least in self.scales]
        return max(map(len, rises))

    def _floors_over(self, around: int) -> list[Currents]:
        """The floors' currents over their surroundings."""
        if around not in self._over:
            self._over[around] = [above(floor, around) for floor in self.parts.floors]
        return self._over[around]

    def _rises(self, over: Currents, visible_a: float) -> Currents:
        """When a part rose `over` its surroundings, in seconds since it began, shape (n,)."""
        mask = self._active(over, visible_a)
        first = np.diff(mask.astype(np.int8), prepend=0) == 1
        return np.asarray(np.flatnonzero(first) * self.parts.interval_s)

    def _active(self, over: Currents, visible_a: float) -> NDArray[np.bool_]:
        return np.asarray((over > visible_a) & (over < self.tallest_a))

    def _falls(self, over: Currents, visible_a: float) -> int:
        """How often the window fell below all levels there are: where wake-ups fill most samples
        the gaps between them are falls too, down to the floor and no lower."""
        return risings((over < -visible_a) & (self.parts.window < self.lowest_a - visible_a / 2))

    def _wakes_too_often(self, around: int, visible_a: float) -> bool:
        """Wake-ups that fill the window, more of them than the floors' rate explains."""
        parts, over = self.parts, self.window_over[around]
        at = self._rises(over, visible_a)
        # Noise goes both ways, and a wake-up only up: as many as there are falls may be noise.
        own = len(at) - self._falls(over, visible_a)
        if rate_low(max(own, 0), parts.window_s) <= self.allowed_hz:
            return False
        # Both ways: what is mostly high in a floor falls where in the window it rises.
        beside = sum(
            max(len(self._rises(sign * floor, visible_a)) for sign in (1, -1))
            for floor in self._floors_over(around)
        )
        own -= round(self.expected_hz * parts.window_s)
        in_stretch, _ = np.histogram(at, STRETCHES, (0.0, parts.window_s))
        # What comes in groups says as much as so many fewer that do not.
        grouped = max(float(in_stretch.var() / in_stretch.mean()), 1.0)
        share = parts.floors_s / (parts.floors_s + parts.window_s)
        few, total = int(np.ceil(beside / grouped)), int((own + beside) / grouped)
        # Whole numbers: of others there is no binomial, and what is no number is not too likely.
        if own <= 0 or not special.bdtr(few, total, share) <= CHANCE:
            return False
        if in_stretch.min() < in_stretch.mean() / 3 or in_stretch.max() > in_stretch.mean() * 2:
            return False
        gap = parts.window_s / len(at)
        if gap > FEW * parts.window_s:
            return False  # too few to say that they begin and end with the window
        most = max(GAPS * gap, END_SHARE * parts.window_s)
        active = np.flatnonzero(self._active(over, visible_a))
        first, last = active[0] * parts.interval_s, active[-1] * parts.interval_s
        if first > most or parts.window_s - last > most:
            return False
        if self._goes_on(GAPS * gap, around, visible_a):
            return False
        near = (first + gap) * (parts.window_s - last + gap) / parts.window_s**2
        self.coincidence = min(self.coincidence, near)
        return True

    def _goes_on(self, seconds: float, around: int, visible_a: float) -> bool:
        """Whether what wakes in the window does so next to it, or beside the busy pulse before it,
        where this wait's polling cannot."""
        parts = self.parts
        before, after = (self._rises(over, visible_a) for over in self._floors_over(around))
        length_s = len(parts.floors[0]) * parts.interval_s
        beside = max(
            np.count_nonzero(before > length_s - seconds), np.count_nonzero(after < seconds)
        )
        if beside > GAPS / 2:
            return True
        over = [above(pulse, parts.short) for pulse in parts.busy]
        noise = SIGMAS * SIGMA_OF_MAD * float(np.median(np.abs(np.concatenate(over))))
        first, second, third = (risings(each > max(visible_a, noise)) for each in over)
        usual = len(parts.busy[1]) * parts.interval_s * GAPS / seconds  # at the window's rate
        return second > first + third and second > usual / 4

    def _is_raised_throughout(self) -> bool:
        """Wake-ups as fast as the samples leave no gaps to count, only a level that is too high:
        from where the window begins to where it ends, and not in the pulse before it."""
        parts = self.parts
        if self.allowed_hz * parts.interval_s * self.response.width > 0.25:
            return False  # what the tasks ask for fills the samples
        seen = shown(parts, parts.window, BUSY * self.level.span_a)
        if seen is None:
            return False
        least = min(seen.steps_a)
        if least <= max(seen.error_a, RESOLUTION * self.level.span_a, 1.5 * self.response.step_a):
            return False
        before, entry, exit_, after = parts.ends(END_S)
        if min(entry - before, exit_ - after) < least / 2:
            return False  # something else came or went, near the window's ends
        if parts.excess_before() > least / 2:
            return False  # it was there in the pulse before: a busy CPU does not poll
        within = blocks(parts.window, parts.block)
        beside = np.concatenate([blocks(floor, parts.block) for floor in parts.floors])
        if not within.min() > beside.max() + least / 2:
            return False
        self.coincidence = min(self.coincidence, (2 * END_S / parts.window_s) ** 2)
        return True


def rate_low(count: int, seconds: float) -> float:
    """Lower bound of a Poisson rate, one-sided at 97.5 %."""
    return float(special.chdtri(2 * count, 0.975) / 2 / seconds) if count else 0.0
