"""From a framed capture to the class of a wait, with everything the judgement rests on.

The derivations are in docs/power.md; every number here that is not measured in the capture
itself is a definition of what a class means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from rig.meters.samples import Currents, Samples
from rig.power.framing import WINDOW_GUARD_S, Frame, cut
from rig.power.levels import RESOLUTION, SIGMAS, Levels, inside, levels
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

# -- error rates --------------------------------------------------------------------------------
NORMAL_97_5 = 1.96  # standard deviations to the ends of a 95 % interval
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
    rests: bool = False  # it certainly does not spin
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


def judge(
    samples: Samples, frame: Frame, expected_wakes_hz: float = 0.0, waveform: bool = True
) -> Verdict:
    """The class of the wait in an aligned capture.

    `expected_wakes_hz` is how often the wait's own tasks ask to be woken; `waveform` is false
    for a meter that gives means only, which cannot tell sleeping from polling.
    """
    level = levels(samples, frame)
    part = cut(frame.window, WINDOW_GUARD_S)
    window = samples.between(part.start_s, part.end_s)
    floors = [inside(samples, frame, "floor", k) for k in range(2)]
    active = window > level.floor_a + level.visible_a + level.floor_drift_a
    verdict = Verdict(
        kind="unclear",
        ratio=_ratio(window, np.concatenate(floors), level),
        active_fraction=float(active.mean()),
        wake_rate_hz=_wakes(window, level, samples.interval_s) / part.length_s,
        spin_fraction=float(_spinning(window, level, samples.interval_s).mean()),
        window_a=float(window.mean()),
        floor_a=level.floor_a,
        busy_a=level.busy_a,
        drift_a=level.drift_a,
        noise_a=level.noise_a,
        contrast=_contrast(level),
        duration_s=frame.window.length_s,
    )
    floor_wakes = sum(_wakes(floor, level, samples.interval_s) for floor in floors)
    floor_s = sum(map(len, floors)) * samples.interval_s
    allowed_hz = expected_wakes_hz + POLL_HZ
    if floor_wakes:  # the floor itself wakes: its share is not the wait's
        allowed_hz += _rate_high(floor_wakes, floor_s)
    if _spins(verdict, level) and not waveform:
        verdict.more_helps = False
        verdict.why = (
            "it does not spin, but this meter gives means only, too slow to see wake-ups, so "
            "that sleeping and polling look alike"
        )
    elif verdict.rests:
        _sleeps_or_polls(verdict, level, float(np.median(window)), allowed_hz, samples.interval_s)
    return verdict


def _contrast(level: Levels) -> float:
    """The span over the larger of what noise and drift leave uncertain in a level."""
    error = max(level.floor_error_a, level.busy_error_a, level.drift_a)
    return float(min(level.span_a / error, 1e6)) if error > 0 else 1e6


def _spins(verdict: Verdict, level: Levels) -> bool:
    """Decide whether it spins; returns whether it certainly does not."""
    low, high = verdict.ratio.low, verdict.ratio.high
    if verdict.contrast < SIGMAS:
        verdict.why = (
            f"busy and floor are {level.span_a * 1e3:.3g} mA apart, only {verdict.contrast:.1f} "
            f"times the noise ({level.floor_error_a * 1e3:.2g} mA) or drift "
            f"({level.drift_a * 1e3:.2g} mA) of this capture"
        )
    elif verdict.spin_fraction > 0 or (low > HALF and high >= FULLY):
        verdict.kind = "spins"
    elif low > HALF:
        verdict.why = (
            f"R = {verdict.ratio.value:.2f} is neither the floor nor the busy current: it "
            "rests, but far above the floor that the board's profile names"
        )
        verdict.more_helps = False
    elif high > HALF:
        verdict.why = f"R may be anything from {low:.2f} to {high:.2f}"
    else:
        verdict.rests = True
    return verdict.rests


def _sleeps_or_polls(
    verdict: Verdict, level: Levels, usual_a: float, allowed_hz: float, interval_s: float
) -> None:
    """Decide between sleeping and polling for a wait that does not spin.

    `usual_a` is the window's median, which wake-ups raise only where they fill the samples.
    """
    window_s = verdict.duration_s - 2 * WINDOW_GUARD_S
    wakes = round((verdict.wake_rate_hz or 0) * window_s)
    # Wake-ups as fast as the samples leave no gaps to count, only a level that is too high.
    raised_a = verdict.window_a - level.floor_a
    raised = verdict.ratio.low > 0 and raised_a > SIGMAS * level.floor_drift_a
    merged = raised and verdict.active_fraction > HALF and allowed_hz * interval_s < HALF
    smallest_a = SMALLEST_WAKE * level.span_a
    # The level could be that of wake-ups in every sample unless its upper bound says otherwise.
    upper = (verdict.ratio.high - verdict.ratio.value) * SIGMAS / NORMAL_97_5
    highest_a = usual_a - level.floor_a + upper * level.span_a
    if merged or _rate_low(wakes, window_s) > allowed_hz:
        verdict.kind = "polls"
    elif level.visible_a > smallest_a or highest_a > smallest_a:
        verdict.more_helps = level.visible_a <= smallest_a
        verdict.why = (
            f"it does not spin, but {level.noise_a * 1e3:.2g} mA of noise and "
            f"{level.floor_drift_a * 1e3:.2g} mA of drift would hide wake-ups at a contrast of "
            f"{level.span_a * 1e3:.3g} mA, so that sleeping and polling look alike"
        )
    elif wakes / window_s > allowed_hz:
        verdict.why = f"{wakes} wake-ups are too few to tell polling from sleeping"
    else:
        verdict.kind = "sleeps"


def _rate_low(count: int, seconds: float) -> float:
    """Lower bound of a Poisson rate, one-sided at 97.5 %."""
    return float(stats.chi2.ppf(0.025, 2 * count) / 2 / seconds) if count else 0.0


def _rate_high(count: int, seconds: float) -> float:
    return float(stats.chi2.ppf(0.975, 2 * count + 2) / 2 / seconds)


def _wakes(samples: Currents, level: Levels, interval_s: float) -> int:
    """How many separate times the current rose visibly above its surroundings, their median
    over a fifth of a second: slow drift is none."""
    width = min(round(0.2 / interval_s), len(samples)) | 1
    above = samples - ndimage.median_filter(samples, width, mode="nearest") > level.visible_a
    return int(np.count_nonzero(np.diff(above.astype(np.int8)) == 1) + bool(above[:1].any()))


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
    error = SIGMAS * (level.mean_error(length) + level.drift_a / 2) / level.span_a
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
    busy = np.hypot(level.busy_error_a, level.busy_drift_a / 2)
    shift += value * random.normal(0, busy, len(shift))
    shift += random.normal(0, level.floor_drift_a / 2, len(shift))
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


def charge_per_wake(verdicts: Sequence[Verdict], rates_hz: Sequence[float]) -> Estimate:
    """The slope of mean current over wake rate, in coulombs, with its 95 % interval.

    Weighted least squares; each current's error is the half width of its R's interval, and the
    slope's interval is widened by how badly a straight line fits (chi-squared per degree).
    """
    rates = np.asarray(rates_hz, dtype=float)
    current = np.array([v.window_a - v.floor_a for v in verdicts])
    spans = np.array([v.busy_a - v.floor_a for v in verdicts])
    widths = np.array([(v.ratio.high - v.ratio.low) / 2 for v in verdicts])
    error = np.maximum(widths * spans, RESOLUTION * spans / 10) / NORMAL_97_5
    weight = 1 / error**2
    centre = float((weight * rates).sum() / weight.sum())
    spread = float((weight * (rates - centre) ** 2).sum())
    slope = float((weight * (rates - centre) * current).sum() / spread)
    fitted = (weight * current).sum() / weight.sum() + slope * (rates - centre)
    free = len(rates) - 2
    misfit = float((weight * (current - fitted) ** 2).sum() / free) if free > 0 else 1.0
    half = float(stats.t.ppf(0.975, max(free, 1))) * float(np.sqrt(max(misfit, 1.0) / spread))
    return Estimate(value=slope, low=slope - half, high=slope + half)
