"""Sleeping: what of polling this capture would have shown, with the noise that it has.

It is said where the window shows no polling, and where polling, put into this very window, would
show at every rate. docs/power.md has why.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import product

import numpy as np
from scipy import special

from rig.meters.samples import Currents
from rig.power.framing import HALF
from rig.power.levels import RESOLUTION
from rig.power.response import WAKE_S
from rig.power.surroundings import SIDE, Rest, Shown, Way, above, foretold, risings, shown, ways
from rig.power.wakes import BUSY, CHANCE, POLL_HZ, Evidence

LONG_HIGH = 0.25
"""What lasts longer than a few samples is a wake-up from so much of the contrast on, for it fills
whole samples."""
REST = 0.1
"""Of the busy pulses, the part that may be at rest: a busy CPU is never."""
PARTS = (0.5, 0.7)
"""Of the least wake-up's height, thresholds at which it is looked for."""
FASTER = 1.9
"""Each rate at which polling is put in over the one before."""
PERIODS, TRAINS, FORESEEN = 0.25, 40, 3
"""Samples from one period to the next of those that may be foretold, wake-ups in each that is
tried, and how many of the periods that show least are put into the window."""


class Asleep:
    """Whether a capture shows that its wait sleeps."""

    def __init__(self, evidence: Evidence, looking: bool = False) -> None:
        """`looking`: that the meter looks all the time is known from elsewhere."""
        self.evidence = evidence
        self.parts, self.level = evidence.parts, evidence.level
        self.response, self.expected_hz = evidence.response, evidence.expected_hz
        if looking:
            self.response = replace(self.response, seen=1.0)
        # The meter shows whole steps: of what a wake-up adds, so many at least. A mean of n gives
        # 1/n of its steps, as of the wake-up; n is known to a factor of two.
        self.step_a = self.response.grid_a * min(self.response.width, 2)
        self.least_a = least_a = self.response.least_a * self.response.kept
        # Where nothing moves only the edges tell which steps it has before it spreads them.
        self._shows = 1.0
        if self.response.spread and self.level.noise_a == 0:
            self._shows = self.response.shown(min(WAKE_S / self.parts.interval_s, 1.0))
            self.step_a, least_a = self.response.grid_a, least_a * self._shows
        if self.step_a:
            self.least_a = float(np.floor(least_a / self.step_a + 1e-6) * self.step_a)
        self._levels: dict[tuple[Way, bool], Shown | None] = {}
        self._trains: dict[float, tuple[Currents, Currents]] = {}

    def hides(self) -> str:
        """Why this capture does not show that it sleeps; empty where it does.

        The window must show no polling, and show it at every rate at which it is put in. One way
        of looking for wake-ups and one for levels that do both are enough.
        """
        if self.response.sticks:
            return (
                "its readings stay the same for long and then change by anything: a meter that "
                "tells changes only, from a size on that would hide wake-ups"
            )
        if self._shows < HALF:
            return (
                "its readings do not move at all, and a step is spread over several of them: of "
                "the steps that it takes before that nothing is seen"
            )
        busy = np.quantile(np.concatenate(self.parts.busy), REST)
        if busy < self.level.floor_a + BUSY * self.level.span_a:
            return (
                "in the busy pulses, too, it falls to the floor: what the CPU takes comes out of "
                "something that is filled now and then, or the noise is as large as that"
            )
        if self.response.kept < HALF:
            return (
                "the busy pulses look shorter than they were: each change of load adds something "
                f"of its own, which leaves {self.response.kept:.0%} of the least wake-up"
            )
        if self._most() < 0:
            return (
                "the pulses' edges do not show that this meter looks all the time, and of wake-ups "
                f"it might see only {self.response.seen:.0%}"
            )
        if not self._fine():
            return (
                f"its smallest wake-up would be {self.response.least_a * 1e3:.2g} mA high in a "
                f"sample, less than this meter's step ({self.step_a * 1e3:.2g} mA) or "
                f"{RESOLUTION:.1%} of the contrast, which no meter is trusted beyond"
            )
        wakes, seconds = self.evidence.wakes, self.parts.window_s
        if self.expected_hz and wakes > self.evidence.allowed_hz * seconds:
            return (  # those that the tasks ask for may be smaller than the least that polls
                f"{wakes} wake-ups in {seconds:.2g} s are more than the tasks ask "
                "for, and too few or too uneven to be sure that they are this wait's"
            )
        raised = {way: self._raised(way) for way in ways(self.parts)}
        level = [way for way, why in raised.items() if not why]
        if not level:
            return min(raised.values(), key=len)
        rests: list[Rest] = [
            lambda part: above(part, self.parts.short),
            foretold(self.parts, self.response.width),
        ]
        reasons = []
        for rest, part in product(rests, PARTS):
            if not (why := self._hidden(rest, part * self.least_a, level)):
                return ""
            reasons.append(why)
        return min(reasons, key=len)

    def could_show(self) -> bool:
        """Whether a longer capture could: not where the meter or the noise hides a wake-up, unless
        that is by chance."""
        visible_a = min(self.level.visible_a, self.evidence.stands_out_a)
        if self._most() < 0 or self.response.kept < HALF:
            return True
        return self._fine() and self.response.least_a >= visible_a

    def _fine(self) -> bool:
        return self.least_a >= RESOLUTION * self.level.span_a and self.least_a > 0

    def _most(self) -> int:
        """How often the current may leave its surroundings in a wait that sleeps: fewer times
        than what polls, at twice the least rate, would be seen; -1 where none says nothing."""
        rate = POLL_HZ * self.response.seen * self.parts.window_s
        if self.response.seen == 1:
            return int(rate)
        # Each alone may err more often: where the edges show gaps two captures are needed, and
        # where they do not it is improbable that there are any.
        return min(int(rate), int(np.ceil(special.pdtrik(CHANCE**0.5, 2 * rate))) - 1)

    def _hidden(self, rest: Rest, threshold_a: float, level: list[Way]) -> str:
        """Why looking in that way does not show that there is no polling."""
        window, seconds = self.parts.window, self.parts.window_s
        far = self.evidence.window_over[self.parts.long]
        found = self._left(rest(window), far, threshold_a)
        if found > self.expected_hz * seconds + self._most():
            return (
                f"{found} times in {seconds:.2g} s the current left its surroundings by "
                f"{threshold_a * 1e3:.2g} mA, {threshold_a / self.response.least_a:.0%} of what a "
                "wake-up would"
            )
        least = POLL_HZ * self.response.seen * seconds
        for hz in (*self._rates(), *self._foreseen(rest)):
            put, far = self._put(hz)
            # More than the tasks ask for by polling: they may have had fewer than they asked for.
            if self._left(rest(put), far, threshold_a) - found <= least:
                level = [way for way in level if self._raises(put, way)]
                if not level:
                    return f"polling at {hz:.0f} Hz, put into it, would not have shown"
        return ""

    def _left(self, near: Currents, far: Currents, threshold_a: float) -> int:
        """How often the current left its surroundings, the `near` ones or the `far`, upwards or
        down: wake-ups in most samples leave gaps, and where a meter adds spikes of its own they
        may be below the floor. What is taller than a wake-up can be is none."""
        possible = far < self.evidence.tallest_a
        far_a = max(threshold_a, LONG_HIGH * self.level.span_a)
        ups = max(risings((near > threshold_a) & possible), risings((far > far_a) & possible))
        return max(ups, risings(near < -threshold_a), risings(far < -far_a))

    def _shown(self, way: Way, unasked: bool = False) -> Shown | None:
        """The window's levels, or those of what is `unasked` in it."""
        if (way, unasked) not in self._levels:
            window = self._unasked if unasked else self.parts.window
            self._levels[way, unasked] = shown(self.parts, window, BUSY * self.level.span_a, way)
        return self._levels[way, unasked]

    def _raised(self, way: Way) -> str:
        """What level of the window could be that of wake-ups in every sample; empty for none."""
        half, seen = self.least_a / 2, self._shown(way)
        if seen is None:
            return "all of it is far above the floors"
        if seen.most_a > half:
            return f"between floor and window the level may differ by {seen.most_a * 1e3:.2g} mA"
        if seen.raised_a > half:
            return f"a stretch of the window is {seen.raised_a * 1e3:.2g} mA above the floors"
        return ""

    def _raises(self, put: Currents, way: Way) -> bool:
        """Whether the window with that polling in it has a level that the window may not have."""
        seen, half = self._shown(way), self._added(put, way) / 2
        if seen is None or half == np.inf:
            return half == np.inf
        # A median may rise of what is put in, and not of the same that was there: a mean does,
        # and of what the tasks asked for, too.
        mean = Way(way.length, mean=True)
        there = self._shown(mean, unasked=True)
        if there is None or min(there.steps_a) - there.error_a > self._added(put, mean) / 2:
            return False
        return max(seen.most_a, seen.raised_a) <= half

    @cached_property
    def _unasked(self) -> Currents:
        """The window without the wake-ups that show, where tasks ask for some: no more than those
        do (`hides`). What hides in every sample is still in it."""
        window = self.parts.window
        if not self.expected_hz:
            return window
        over = self.evidence.window_over
        asked = np.zeros(len(window), bool)
        for around, least_a in self.evidence.scales:
            asked |= (over[around] > least_a) & (over[around] < self.evidence.tallest_a)
        return np.where(asked, window - over[self.parts.long], window)

    def _added(self, put: Currents, way: Way) -> float:
        """What that polling adds to the window's level, in amperes."""
        seen, more = self._shown(way), shown(self.parts, put, BUSY * self.level.span_a, way)
        if seen is None or more is None:
            return float("inf")
        return min(b - a for a, b in zip(seen.steps_a, more.steps_a, strict=True))

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

    def _foreseen(self, rest: Rest) -> list[float]:
        """The rates at which that way of looking shows least of polling: where the floors have
        something as often as it polls, what foretells that foretells polling, too."""
        dt, reach = self.parts.interval_s, self.response.width + SIDE
        shows = []
        for period in np.arange(2.0, reach, PERIODS):
            train = self._train(1 / (period * dt))[: max(round(TRAINS * period), TRAINS)]
            shows.append((float(np.quantile(rest(train), 1 - 0.5 / period)), period))
        return [1 / (period * dt) for _, period in sorted(shows)[:FORESEEN]]

    def _train(self, hz: float) -> Currents:
        """The smallest wake-ups at that rate, as this meter would show them, over the window."""
        count, width = len(self.parts.window), self.response.width
        period = 1 / (hz * self.parts.interval_s)
        at = (np.arange(0.37 * period, count, period)).astype(int)
        counts = np.bincount(at, minlength=count)[:count].astype(float)
        shape = np.full(min(width, count), self.least_a)
        return np.asarray(np.convolve(counts, shape)[:count])
