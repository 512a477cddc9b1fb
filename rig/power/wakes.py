"""Sleeping or polling: what of either this capture would have shown, with the noise that it has.

Nothing here knows what a noise is made of. Sleeping is said where the window shows no polling, and
where polling, put into this very window, would show at every rate. Polling is said where what the
window shows begins and ends with it, fills it, and is not in the floors. docs/power.md has why.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rig.meters.samples import Currents
from rig.power.levels import RESOLUTION, SIGMA_OF_MAD, SIGMAS, Levels
from rig.power.quiet import Quiet
from rig.power.response import Response
from rig.power.surroundings import Rest, above, blocks, foretold, risings, shown

POLL_HZ = 5.0
"""Waking more often than this beyond what the wait's own tasks ask for is polling."""
LONG_HIGH = 0.25
"""What lasts longer than a few samples is a wake-up from so much of the contrast on, for it fills
whole samples."""
TALLEST = 1.5
"""Times the contrast: what stands higher than that in a sample is not the CPU's."""
BUSY = 0.5
"""Of the contrast: a stretch that high is work or spinning, whatever else it is."""
PARTS = (0.5, 0.7)
"""Of the least wake-up's height, thresholds at which it is looked for."""
END_S = 10e-3
"""Next to the window's ends, where a level that is the wait's own begins and ends."""
CHANCE = float(stats.norm.sf(SIGMAS))
STRETCHES = 8
"""Of the window, each of which has to show polling for the whole to be polling."""
GAPS, FEW, END_SHARE = 2.5, 1 / 24, 1 / 100
"""What polls is active within so many mean gaps of both ends of the window, or this share of it,
and a mean gap is no more than a 24th: few other things that come and go do both there."""
FASTER = 1.9
"""Each rate at which polling is put in over the one before."""


class Evidence:
    """The evidence of one capture for either class."""

    def __init__(self, parts: Quiet, level: Levels, response: Response, expected_hz: float) -> None:
        self.parts, self.level, self.response = parts, level, response
        self.expected_hz = expected_hz
        self.allowed_hz = expected_hz + POLL_HZ
        self.tallest_a = TALLEST * level.span_a
        # Visible: over the noise, over what no meter is trusted with, and over one of its steps.
        least = max(RESOLUTION * level.span_a, 1.5 * response.step_a)
        self._trains: dict[float, tuple[Currents, Currents]] = {}
        self._over: dict[int, list[Currents]] = {}
        near = np.concatenate(self._floors_over(parts.short))
        noise = SIGMAS * SIGMA_OF_MAD * float(np.median(np.abs(near)))
        self.window_over = {
            around: above(parts.window, around) for around in (parts.short, parts.long)
        }
        self.visible_a = max(level.visible_a, least)
        self.scales = ((parts.short, max(noise, least)), (parts.long, self.visible_a))
        lowest = [blocks(part, parts.block).min() for part in (parts.window, *parts.floors)]
        self.lowest_a = float(min(lowest))

    # -- polling -----------------------------------------------------------------------------
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
        if own <= 0 or not stats.binom.cdf(few, total, share) <= CHANCE:
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
        return not self._goes_on(GAPS * gap, around, visible_a)

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
        return bool(within.min() > beside.max() + least / 2)

    # -- sleeping ----------------------------------------------------------------------------
    def hides(self) -> str:
        """Why this capture does not show that it sleeps; empty where it does.

        The window must show no polling, and show it at every rate at which it is put in. One way
        of looking that does both is enough.
        """
        least_a = self.response.least_a
        if self.response.sticks:
            return (
                "its readings stay the same for long and then change by anything: a meter that "
                "tells changes only, from a size on that would hide wake-ups"
            )
        if self._takes_instants():
            return (
                "the pulses' edges show that this meter takes instants and no means: it would "
                "miss most wake-ups between them"
            )
        if least_a / 2 < max(RESOLUTION * self.level.span_a, self.response.step_a):
            return (
                f"its smallest wake-up would be {least_a * 1e3:.2g} mA high in a sample, less than "
                f"twice this meter's step ({self.response.step_a * 1e3:.2g} mA) or "
                f"{RESOLUTION:.1%} of the contrast, which no meter is trusted beyond"
            )
        if self.expected_hz and self.wakes > self.allowed_hz * self.parts.window_s:
            return (  # those that the tasks ask for may be smaller than the least that polls
                f"{self.wakes} wake-ups in {self.parts.window_s:.2g} s are more than the tasks ask "
                "for, and too few or too uneven to be sure that they are this wait's"
            )
        if why := self._raised_in(self.parts.window):
            return why
        rests: list[Rest] = [
            lambda part: above(part, self.parts.short),
            foretold(self.parts, self.response.width),
        ]
        reasons = []
        for rest, part in product(rests, PARTS):
            if not (why := self._hidden(rest, part * least_a)):
                return ""
            reasons.append(why)
        return min(reasons, key=len)

    def _takes_instants(self) -> bool:
        return self.response.seen * POLL_HZ * self.parts.window_s < 1

    def could_show(self) -> bool:
        """Whether a longer capture could: not where the meter or the noise hides a wake-up."""
        if self._takes_instants():
            return True  # as far as these edges tell; others meet its samples at other phases
        half = self.response.least_a / 2
        clear = half >= max(RESOLUTION * self.level.span_a, self.response.step_a)
        return clear and 2 * half >= self.level.visible_a

    def _hidden(self, rest: Rest, threshold_a: float) -> str:
        """Why looking in that way does not show that there is no polling."""
        window, seconds = self.parts.window, self.parts.window_s
        found = self._left(rest(window), self.window_over[self.parts.long], threshold_a)
        least = POLL_HZ * self.response.seen * seconds
        if found > self.expected_hz * seconds + least:
            return (
                f"{found} times in {seconds:.2g} s the current left its surroundings by "
                f"{threshold_a * 1e3:.2g} mA, {threshold_a / self.response.least_a:.0%} of what a "
                "wake-up would"
            )
        for hz in self._rates():
            put, far = self._put(hz)
            # More than the tasks ask for by polling: they may have had fewer than they asked for.
            left = self._left(rest(put), far, threshold_a) - found
            if left <= least and not self._raised_in(put):
                return f"polling at {hz:.0f} Hz, put into it, would not have shown"
        return ""

    def _left(self, near: Currents, far: Currents, threshold_a: float) -> int:
        """How often the current left its surroundings, the `near` ones or the `far`, upwards or
        down: wake-ups in most samples leave gaps. What is taller than a wake-up can be is none."""
        possible = far < self.tallest_a
        far_a = max(threshold_a, LONG_HIGH * self.level.span_a)
        ups = max(risings((near > threshold_a) & possible), risings((far > far_a) & possible))
        return max(ups, risings(near < -threshold_a), risings(far < -far_a))

    def _raised_in(self, window: Currents) -> str:
        """What level in it could be that of wake-ups in every sample; empty for none."""
        half = self.response.least_a / 2
        seen = shown(self.parts, window, BUSY * self.level.span_a)
        if seen is None:
            return "all of it is far above the floors"
        if max(map(abs, seen.steps_a)) + seen.error_a > half:
            return (
                f"between floor and window the level may differ by "
                f"{(max(map(abs, seen.steps_a)) + seen.error_a) * 1e3:.2g} mA"
            )
        if seen.raised_a > half:
            return f"a stretch of the window is {seen.raised_a * 1e3:.2g} mA above the floors"
        return ""

    def _put(self, hz: float) -> tuple[Currents, Currents]:
        """The window with polling at that rate in it, and what that is over its surroundings."""
        if hz not in self._trains:
            put = self.parts.window + self._train(hz)
            self._trains[hz] = put, above(put, self.parts.long)
        return self._trains[hz]

    def _rates(self) -> Currents:
        """From twice the least that is polling to one in each sample."""
        first, last = 2 * POLL_HZ, 1 / self.parts.interval_s
        count = max(int(np.log(last / first) / np.log(FASTER)), 1)
        return np.append(first * FASTER ** np.arange(count), last)

    def _train(self, hz: float) -> Currents:
        """The smallest wake-ups at that rate, as this meter would show them, over the window."""
        count, width = len(self.parts.window), self.response.width
        period = 1 / (hz * self.parts.interval_s)
        at = (np.arange(0.37 * period, count, period)).astype(int)
        counts = np.bincount(at, minlength=count)[:count].astype(float)
        shape = np.full(min(width, count), self.response.least_a)
        return np.asarray(np.convolve(counts, shape)[:count])


def rate_low(count: int, seconds: float) -> float:
    """Lower bound of a Poisson rate, one-sided at 97.5 %."""
    return float(stats.chi2.ppf(0.025, 2 * count) / 2 / seconds) if count else 0.0
