"""Sleeping or polling: what of either this capture would have shown, with the noise that it has.

Nothing here knows what a noise is made of. Sleeping is said where the window shows no polling, and
where polling, put into this very window, would show at every rate. Polling is said where what the
window shows begins and ends with it, fills it, and is not in the floors. docs/power.md has why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, stats

from rig.meters.samples import Currents, Samples
from rig.power.framing import PULSE_GUARD_S, WINDOW_GUARD_S, Frame, cut
from rig.power.levels import CHI_SQUARED_MEDIAN, RESOLUTION, SIGMA_OF_MAD, SIGMAS, Levels
from rig.power.response import Response

POLL_HZ = 5.0
"""Waking more often than this beyond what the wait's own tasks ask for is polling."""
SHORT = 9
"""A wake-up is a rise above the median of so many samples around it (times the response's width):
drift and hum are none. It may fill up to four of them."""
LONG_S = 0.2
"""One that lasts longer rises above the median of so much …"""
LONG_HIGH = 0.25
"""… by so much of the contrast at least, for it fills whole samples."""
BLOCK_S = 60e-3
"""Of which levels are taken: whole periods of 50 Hz, nearly of 60 Hz, and four to a floor."""
TALLEST = 1.5
"""Times the contrast: what stands higher than that in a sample is not the CPU's."""
END_S = 10e-3
"""Next to the window's ends, where a level that is the wait's own begins and ends."""
CHANCE = float(stats.norm.sf(SIGMAS))
STRETCHES = 8
"""Of the window, each of which has to show polling for the whole to be polling."""
GAPS, END_SHARE = 1.5, 1 / 36
"""The first and last wake-up are within so many mean gaps of the window's ends, and that is no more
than this share of it: few other things that come and go do both there."""
FASTER = 1.9
"""Each rate at which polling is put in over the one before."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The window and the floors of a capture, without guards; in amperes."""

    floors: tuple[Currents, Currents]
    window: Currents
    interval_s: float
    block: int  # samples
    ends: tuple[float, float, float, float]  # means next to the window's: within, without
    pulses: tuple[float, float, float]  # means

    short: int  # samples
    long: int

    @property
    def window_s(self) -> float:
        return len(self.window) * self.interval_s

    def is_own(self, span_a: float, first: bool, last: bool) -> bool:
        """Whether a busy stretch begins (`first`) or ends with the window as the wait does."""
        before, entry, exit_, after = self.ends
        others = (self.pulses[0] + self.pulses[2]) / 2
        begins = entry - before > span_a / 2 and self.pulses[1] - others < span_a / 2
        return (first and begins) or (last and exit_ - after > span_a / 2)

    @property
    def floors_s(self) -> float:
        return sum(map(len, self.floors)) * self.interval_s


def quiet(samples: Samples, frame: Frame, response: Response) -> Quiet:
    """The parts; where the meter is slow, without what is left of the pulse before each."""
    dt = samples.interval_s
    tail_s = 7 * response.width * dt if response.width > 1 else 0.0
    floors = []
    for part in frame.floors:
        inner = cut(part, PULSE_GUARD_S)
        late = min(max(tail_s - PULSE_GUARD_S, 0.0), inner.length_s / 2)
        floors.append(samples.between(inner.start_s + late, inner.end_s))
    inner = cut(frame.window, WINDOW_GUARD_S)
    late = min(max(tail_s - WINDOW_GUARD_S, 0.0), inner.length_s / 4)
    window = samples.between(inner.start_s + late, inner.end_s)
    shortest = min(map(len, (*floors, window)))
    block = max(min(round(BLOCK_S / dt), shortest // 2), 1)
    start, end = frame.window.start_s, frame.window.end_s

    def mean(start_s: float, end_s: float) -> float:
        first = samples.index(start_s)
        return float(samples.current_a[first : max(samples.index(end_s), first + 1)].mean())

    ends = (
        float(floors[0][-block:].mean()),
        mean(start + PULSE_GUARD_S, start + PULSE_GUARD_S + END_S),
        mean(end - PULSE_GUARD_S - END_S, end - PULSE_GUARD_S),
        mean(
            frame.floors[1].start_s + PULSE_GUARD_S, frame.floors[1].start_s + PULSE_GUARD_S + END_S
        ),
    )
    first, second, third = (
        mean(p.start_s, p.end_s) for p in (cut(p, PULSE_GUARD_S) for p in frame.pulses)
    )
    return Quiet(
        floors=(floors[0], floors[1]),
        window=window,
        interval_s=dt,
        block=block,
        ends=ends,
        pulses=(first, second, third),
        short=SHORT * response.width,
        long=max(round(LONG_S / dt), SHORT * response.width),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a window shows that polling would."""

    ups: int  # separate rises above the surroundings
    downs: int  # and falls below them: wake-ups in most samples leave gaps
    steps_a: tuple[float, float]  # from the floor into the window, and from it down to the floor
    error_a: float  # four standard errors of such a step, by those within window and floors
    raised_a: float  # the window's highest stretch over the floors' highest


def shown(parts: Quiet, window: Currents, threshold_a: float, tallest_a: float) -> Shown:
    """What `window`, in the place of the parts' own, shows at that threshold."""
    near, far = above(window, parts.short), above(window, parts.long)
    possible = far < tallest_a
    far_a = max(threshold_a, LONG_HIGH * tallest_a / TALLEST)
    within, before, after = (blocks(part, parts.block) for part in (window, *parts.floors))
    differences = np.concatenate([np.diff(within), np.diff(before), np.diff(after)])
    # Robust: a step now and then is no noise of the level, and can be at one of the ends only.
    error = float(np.sqrt(np.median(differences**2) / CHI_SQUARED_MEDIAN))
    return Shown(
        ups=max(_risings((near > threshold_a) & possible), _risings((far > far_a) & possible)),
        downs=max(_risings(near < -threshold_a), _risings(far < -far_a)),
        steps_a=(float(within[0] - before[-1]), float(within[-1] - after[0])),
        error_a=SIGMAS * error,
        raised_a=float(within.max() - max(before.max(), after.max())),
    )


def blocks(part: Currents, length: int) -> Currents:
    """Medians of stretches of at least that many samples, shape (n,); the first and last are at
    the very ends."""
    return np.array(
        [np.median(piece) for piece in np.array_split(part, max(len(part) // length, 1))]
    )


def _risings(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    return int(np.count_nonzero(np.diff(mask.astype(np.int8)) == 1) + bool(mask[:1].any()))


def above(part: Currents, around: int) -> Currents:
    """The current over the median of so many samples around each, shape (n,), in amperes."""
    return np.asarray(
        part - ndimage.median_filter(part, min(around, len(part)) | 1, mode="nearest")
    )


class Evidence:
    """The evidence of one capture for either class."""

    def __init__(self, parts: Quiet, level: Levels, response: Response, expected_hz: float) -> None:
        self.parts, self.level, self.response = parts, level, response
        self.expected_hz = expected_hz
        self.allowed_hz = expected_hz + POLL_HZ
        self.tallest_a = TALLEST * level.span_a
        # Visible: over the noise, over what no meter is trusted with, and over one of its steps.
        least = max(RESOLUTION * level.span_a, 1.5 * response.step_a)
        near = np.concatenate([above(floor, parts.short) for floor in parts.floors])
        noise = SIGMAS * SIGMA_OF_MAD * float(np.median(np.abs(near)))
        self.visible_a = max(level.visible_a, least)
        self.scales = ((parts.short, max(noise, least)), (parts.long, self.visible_a))

    # -- polling -----------------------------------------------------------------------------
    def polls(self) -> bool:
        often = any(self._wakes_too_often(*scale) for scale in self.scales)
        return often or self._is_raised_throughout()

    def wakes(self) -> int:
        """How many times the window's current visibly rose."""
        return max(len(self._rises(self.parts.window, *scale)) for scale in self.scales)

    def _rises(self, part: Currents, around: int, visible_a: float) -> Currents:
        """When it rose, in seconds since the part began, shape (n,)."""
        over = above(part, around)
        mask = (over > visible_a) & (over < self.tallest_a)
        first = np.diff(mask.astype(np.int8), prepend=0) == 1
        return np.asarray(np.flatnonzero(first) * self.parts.interval_s)

    def _wakes_too_often(self, around: int, visible_a: float) -> bool:
        """Wake-ups that fill the window, more of them than the floors' rate explains."""
        parts = self.parts
        at = self._rises(parts.window, around, visible_a)
        beside = sum(len(self._rises(floor, around, visible_a)) for floor in parts.floors)
        # Noise goes both ways, and a wake-up only up: as many as there are falls may be noise.
        falls = len(self._rises(-parts.window, around, visible_a))
        own = len(at) - falls
        if rate_low(max(own, 0), parts.window_s) <= self.allowed_hz:
            return False
        own -= round(self.expected_hz * parts.window_s)
        share = parts.floors_s / (parts.floors_s + parts.window_s)
        if own <= 0 or stats.binom.cdf(beside, own + beside, share) > CHANCE:
            return False
        in_stretch, _ = np.histogram(at, STRETCHES, (0.0, parts.window_s))
        if in_stretch.min() < in_stretch.mean() / 2 or in_stretch.max() > in_stretch.mean() * 2:
            return False
        gap = GAPS * parts.window_s / len(at)
        if gap > END_SHARE * parts.window_s:
            return False  # too few to say that they begin and end with the window
        return bool(at[0] <= gap and parts.window_s - at[-1] <= gap)

    def _is_raised_throughout(self) -> bool:
        """Wake-ups as fast as the samples leave no gaps to count, only a level that is too high:
        from where the window begins to where it ends, and not in the pulse before it."""
        parts = self.parts
        if self.allowed_hz * parts.interval_s * self.response.width > 0.25:
            return False  # what the tasks ask for fills the samples
        seen = shown(parts, parts.window, self.visible_a, self.tallest_a)
        least = min(seen.steps_a)
        if least <= max(seen.error_a, RESOLUTION * self.level.span_a, 1.5 * self.response.step_a):
            return False
        before, entry, exit_, after = parts.ends
        if min(entry - before, exit_ - after) < least / 2:
            return False  # something else came or went, near the window's ends
        if parts.pulses[1] - (parts.pulses[0] + parts.pulses[2]) / 2 > least / 2:
            return False  # it was there in the pulse before: a busy CPU does not poll
        within = blocks(parts.window, parts.block)
        beside = np.concatenate([blocks(floor, parts.block) for floor in parts.floors])
        return bool(within.min() > beside.max() + least / 2)

    # -- sleeping ----------------------------------------------------------------------------
    def hides(self) -> str:
        """Why this capture does not show that it sleeps; empty where it does.

        The window must show no polling, and show it at every rate at which it is put in.
        """
        window, half = self.parts.window, self.response.least_a / 2
        if self.response.seen * POLL_HZ * self.parts.window_s < 1:
            return (
                "the pulses' edges show that this meter takes instants and no means: it would "
                "miss most wake-ups between them"
            )
        if half < max(RESOLUTION * self.level.span_a, self.response.step_a):
            return (
                f"its smallest wake-up would be {2e3 * half:.2g} mA high in a sample, and this "
                f"meter's step is {self.response.step_a * 1e3:.2g} mA"
            )
        if why := self._polling_in(window):
            return why
        for hz in self._rates():
            if not self._polling_in(window + self._train(hz)):
                return f"polling at {hz:.0f} Hz, put into it, would not have shown"
        return ""

    def could_show(self) -> bool:
        """Whether a longer capture could: not where the meter or the noise hides a wake-up."""
        half = self.response.least_a / 2
        clear = half >= max(RESOLUTION * self.level.span_a, self.response.step_a)
        return clear and 2 * half >= self.level.visible_a

    def _rates(self) -> Currents:
        """From twice the least that is polling, for what its own tasks ask for may coincide with
        a few, to one in each sample."""
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

    def _polling_in(self, window: Currents) -> str:
        """What in it could be polling; empty for nothing."""
        half = self.response.least_a / 2
        seen = shown(self.parts, window, half, self.tallest_a)
        most = (self.expected_hz + POLL_HZ * self.response.seen) * self.parts.window_s
        if max(seen.ups, seen.downs) > most:
            return (
                f"{max(seen.ups, seen.downs)} times in {self.parts.window_s:.2g} s the current "
                f"left its surroundings by {half * 1e3:.2g} mA, half of what a wake-up would"
            )
        if max(map(abs, seen.steps_a)) + seen.error_a > half:
            return (
                f"between floor and window the level may differ by "
                f"{(max(map(abs, seen.steps_a)) + seen.error_a) * 1e3:.2g} mA"
            )
        if seen.raised_a > half:
            return f"a stretch of the window is {seen.raised_a * 1e3:.2g} mA above the floors"
        return ""


def rate_low(count: int, seconds: float) -> float:
    """Lower bound of a Poisson rate, one-sided at 97.5 %."""
    return float(stats.chi2.ppf(0.025, 2 * count) / 2 / seconds) if count else 0.0
