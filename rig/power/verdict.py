"""From a framed capture to the class of a wait, with everything the judgement rests on.

The derivations are in docs/power.md; every number here that is not measured in the capture
itself is a definition of what a class means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rig.power.framing import PULSE_GUARD_S, WINDOW_GUARD_S, Frame, cut
from rig.power.samples import Currents, Samples
from rig.results import Estimate

Kind = Literal["sleeps", "polls", "spins", "unclear"]

# -- definitions: what the classes mean ---------------------------------------------------------
HALF = 0.5
"""Nearer to busy than to the floor: the decision with the largest margin to both sides."""
FULLY = 0.9
"""Spinning is the CPU never stopping: its current is the busy one, give or take the code."""
SPIN_S = 50e-3
"""A stretch that spins for less is work, not waiting."""
POLL_HZ = 5.0
"""Waking more often than this beyond what the wait's own tasks ask for is polling."""
SMALLEST_WAKE = 0.05
"""A wake-up is seen if it keeps the board busy for so much of one sample: about what a poll of
the loop costs at 1 kHz. A floor noisier than that cannot tell sleeping from polling."""
RESOLUTION = 0.002
"""Of the contrast: no meter's step or range is trusted to be finer than that."""

# -- error rates --------------------------------------------------------------------------------
SIGMAS = 4.0
"""Of every one-sided decision on noise: one in 30,000, so that dozens of looks at one capture
and thousands of captures stay below one false accusation."""
RESAMPLES = 1000
LEVEL = 0.95


@dataclass(slots=True)
class Verdict:
    """How a wait was judged. Currents in amperes, times in seconds."""

    kind: Kind
    ratio: Estimate
    active_fraction: float
    wake_rate_hz: float | None
    spin_fraction: float
    window_a: float
    floor_a: float
    busy_a: float
    drift_a: float
    noise_a: float
    contrast: float
    duration_s: float
    why: str = ""  # for `unclear`: what stood in the way
    more_helps: bool = True  # a longer capture could decide it
    attempts: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def charge_c(self) -> float:
        return self.window_a * self.duration_s

    def __str__(self) -> str:
        rate = f", {self.wake_rate_hz:.0f} wake-ups/s" if self.wake_rate_hz else ""
        return (
            f"{self.kind}: R {self.ratio.value:.3f} ({self.ratio.low:.3f} to "
            f"{self.ratio.high:.3f}), {self.window_a * 1e3:.3g} mA between a floor of "
            f"{self.floor_a * 1e3:.3g} and {self.busy_a * 1e3:.3g} mA busy{rate}"
            + (f"; {self.why}" if self.why else "")
        )


@dataclass(frozen=True, slots=True)
class Levels:
    """What the capture says of itself: its two levels, their noise, and how they moved."""

    floor_a: float
    busy_a: float
    noise_a: float  # standard deviation of one sample at the floor
    drift_a: float  # between the calibrations before and after the window
    floor_error_a: float
    busy_error_a: float
    correlation: float  # samples that carry as much as one independent one

    @property
    def span_a(self) -> float:
        return self.busy_a - self.floor_a

    def mean_error(self, samples: int) -> float:
        """Standard error of a mean over so many samples, in amperes."""
        return self.noise_a * float(np.sqrt(self.correlation / max(samples, 1)))


def levels(samples: Samples, frame: Frame) -> Levels:
    """Floor and busy level with their noise, drift and errors, from the frame's own parts."""
    pulses = [_inside(samples, frame, "busy", k) for k in range(3)]
    floors = [_inside(samples, frame, "floor", k) for k in range(2)]
    centred = np.concatenate([part - part.mean() for part in floors])
    noise = float(max(centred.std(), 0.0))
    correlation = max(1.0, *(_correlation_time(part) for part in floors))
    before = (pulses[0].mean() + pulses[1].mean()) / 2
    floor_moved = float(floors[1].mean() - floors[0].mean())
    busy_moved = float(pulses[2].mean() - before)
    busy_noise = float(np.sqrt(np.mean([part.var() for part in pulses])))
    return Levels(
        floor_a=float((floors[0].mean() + floors[1].mean()) / 2),
        busy_a=float((before + pulses[2].mean()) / 2),
        noise_a=noise,
        drift_a=float(np.sqrt((floor_moved**2 + busy_moved**2) / 2)),
        floor_error_a=noise * float(np.sqrt(correlation / sum(map(len, floors)))),
        busy_error_a=busy_noise * float(np.sqrt(correlation / sum(map(len, pulses)))),
        correlation=correlation,
    )


def _inside(samples: Samples, frame: Frame, label: str, number: int) -> Currents:
    part = cut([p for p in frame.parts if p.label == label][number], PULSE_GUARD_S)
    return samples.between(part.start_s, part.end_s)


def _correlation_time(part: Currents) -> float:
    """Integrated autocorrelation time in samples, to the first crossing of zero."""
    x = part - part.mean()
    variance = float(np.dot(x, x))
    if len(x) < 8 or variance / len(x) < (1e-6 * abs(float(part.mean()))) ** 2:
        return 1.0
    most = min(len(x) // 4, 400)
    rho = np.array([np.dot(x[:-k], x[k:]) / variance for k in range(1, most)])
    below = np.flatnonzero(rho <= 2 / np.sqrt(len(x)))
    until = int(below[0]) if len(below) else len(rho)
    return float(1 + 2 * rho[:until].sum())


def judge(samples: Samples, frame: Frame, expected_wakes_hz: float = 0.0) -> Verdict:
    """The class of the wait in an aligned capture.

    `expected_wakes_hz` is how often the wait's own tasks ask to be woken.
    """
    level = levels(samples, frame)
    part = cut(frame.window, WINDOW_GUARD_S)
    window = samples.between(part.start_s, part.end_s)
    floor = np.concatenate([_inside(samples, frame, "floor", k) for k in range(2)])
    ratio = _ratio(window, floor, level)
    threshold = level.floor_a + max(
        SIGMAS * level.noise_a * np.sqrt(1 + 1 / len(floor)) + level.drift_a,
        RESOLUTION * level.span_a,
    )
    active = window > threshold
    wakes = _wakes(active)
    spin = _spinning(window, level, samples.interval_s)
    verdict = Verdict(
        kind="unclear",
        ratio=ratio,
        active_fraction=float(active.mean()),
        wake_rate_hz=wakes / part.length_s,
        spin_fraction=float(spin.mean()),
        window_a=float(window.mean()),
        floor_a=level.floor_a,
        busy_a=level.busy_a,
        drift_a=level.drift_a,
        noise_a=level.noise_a,
        contrast=_contrast(level),
        duration_s=frame.window.length_s,
    )
    _decide(verdict, level, threshold, _wakes(floor > threshold), len(floor), samples.interval_s,
            expected_wakes_hz)  # fmt: skip
    return verdict


def _contrast(level: Levels) -> float:
    """The span over the larger of what noise and drift leave uncertain in a level."""
    error = max(level.floor_error_a, level.busy_error_a, level.drift_a)
    return float(min(level.span_a / error, 1e6)) if error > 0 else 1e6


def _decide(
    verdict: Verdict,
    level: Levels,
    threshold: float,
    floor_wakes: int,
    floor_samples: int,
    interval_s: float,
    expected_hz: float,
) -> None:
    """Set the verdict's class, or why there is none."""
    if verdict.contrast < SIGMAS:
        verdict.why = (
            f"busy and floor are {level.span_a * 1e3:.3g} mA apart, only {verdict.contrast:.1f} "
            f"times the noise ({level.floor_error_a * 1e3:.2g} mA) or drift "
            f"({level.drift_a * 1e3:.2g} mA) of this capture"
        )
        return
    if verdict.spin_fraction > 0:
        verdict.kind = "spins"
        return
    low, high = verdict.ratio.low, verdict.ratio.high
    if high > HALF:
        if low > HALF and high >= FULLY:
            verdict.kind = "spins"
        elif low > HALF:
            verdict.why = (
                f"R = {verdict.ratio.value:.2f} is neither the floor nor the busy current: it "
                "rests, but far above the floor that the board's profile names"
            )
            verdict.more_helps = False
        else:
            verdict.why = f"R may be anything from {low:.2f} to {high:.2f}"
        return
    window_s = verdict.duration_s - 2 * WINDOW_GUARD_S
    wakes = round((verdict.wake_rate_hz or 0) * window_s)
    floor_hz = _rate_high(floor_wakes, floor_samples * interval_s) if floor_wakes else 0.0
    allowed_hz = expected_hz + floor_hz + POLL_HZ
    hidden = (threshold - level.floor_a) / level.span_a > SMALLEST_WAKE
    # Wake-ups as fast as the samples leave no gaps to count, only a level that is too high.
    raised_a = verdict.window_a - level.floor_a
    merged = verdict.active_fraction > HALF and low > 0 and raised_a > SIGMAS * level.drift_a
    merged = merged and allowed_hz * interval_s < HALF
    if merged or _rate_low(wakes, window_s) > allowed_hz:
        verdict.kind = "polls"
    elif hidden:
        verdict.why = (
            f"it does not spin, but {level.noise_a * 1e3:.2g} mA of noise and "
            f"{level.drift_a * 1e3:.2g} mA of drift would hide wake-ups at a contrast of "
            f"{level.span_a * 1e3:.3g} mA, so that sleeping and polling look alike"
        )
    elif _rate_high(wakes, window_s) > allowed_hz and wakes / window_s > allowed_hz:
        verdict.why = f"{wakes} wake-ups are too few to tell polling from sleeping"
    else:
        verdict.kind = "sleeps"


def _rate_low(count: int, seconds: float) -> float:
    """Lower bound of a Poisson rate, one-sided at 97.5 %."""
    return float(stats.chi2.ppf(0.025, 2 * count) / 2 / seconds) if count else 0.0


def _rate_high(count: int, seconds: float) -> float:
    return float(stats.chi2.ppf(0.975, 2 * count + 2) / 2 / seconds)


def _wakes(active: NDArray[np.bool_]) -> int:
    """How many separate stretches of activity there are."""
    if not len(active):
        return 0
    return int(np.count_nonzero(np.diff(active.astype(np.int8)) == 1) + bool(active[0]))


def _spinning(window: Currents, level: Levels, interval_s: float) -> NDArray[np.bool_]:
    """Which samples lie in a stretch of at least SPIN_S at the busy level, shape (n,).

    The stretch looked at is as long as its mean needs to tell busy from floor by SIGMAS on
    either side of the middle; noise too large for any stretch of the window finds none.
    """
    found = np.zeros(len(window), dtype=bool)
    if level.span_a <= 0:
        return found
    needed = (2 * SIGMAS * level.noise_a / level.span_a) ** 2 * level.correlation
    length = max(round(SPIN_S / interval_s), int(np.ceil(needed)), 1)
    if length > len(window):
        return found
    sums = np.concatenate(([0.0], np.cumsum(window)))
    means = (sums[length:] - sums[:-length]) / length
    ratios = (means - level.floor_a) / level.span_a
    error = SIGMAS * (level.mean_error(length) + level.drift_a) / level.span_a
    starts = (ratios - error > HALF) & (ratios + max(error, 0.01) >= FULLY)
    if not starts.any():
        return found
    marks = np.zeros(len(window) + 1)
    np.add.at(marks, np.flatnonzero(starts), 1)
    np.add.at(marks, np.flatnonzero(starts) + length, -1)
    found = np.cumsum(marks[:-1]) > 0
    return np.asarray(found)


def _ratio(window: Currents, floor: Currents, level: Levels) -> Estimate:
    """R with its 95 % interval: moving-block bootstrap of the window's and the floor's means,
    widened by the error of the busy level and by the drift between the calibrations."""
    span = level.span_a
    value = float((window.mean() - level.floor_a) / span)
    random = np.random.default_rng(0)  # the same capture gives the same interval
    shift = _block_means(window, level.correlation, random) - window.mean()
    shift -= _block_means(floor, level.correlation, random) - floor.mean()
    shift += value * random.normal(0, level.busy_error_a, len(shift))
    shift += random.normal(0, level.drift_a / 2, len(shift))
    low, high = np.quantile(shift / span, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=value, low=value + float(low), high=value + float(high))


def _block_means(
    samples: Currents, correlation: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Means of RESAMPLES moving-block resamples, shape (RESAMPLES,).

    Blocks are several correlation times long, and at least the cube root of the length.
    """
    n = len(samples)
    length = int(np.clip(max(np.cbrt(n), 4 * correlation), 1, max(n // 4, 1)))
    sums = np.concatenate(([0.0], np.cumsum(samples)))
    blocks = (sums[length:] - sums[:-length]) / length
    chosen = random.integers(0, len(blocks), (RESAMPLES, max(1, n // length)))
    return np.asarray(blocks[chosen].mean(axis=1))
