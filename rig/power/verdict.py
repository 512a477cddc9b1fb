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
from scipy import special

from rig.meters.samples import Currents, Samples
from rig.power.asleep import Asleep
from rig.power.framing import Frame
from rig.power.levels import RESOLUTION, SIGMAS, Levels, levels
from rig.power.looking import unlike
from rig.power.quiet import quiet
from rig.power.response import response
from rig.power.spinning import BEYOND, FULLY, HALF, Spinning, spinning
from rig.power.wakes import CHANCE, Evidence
from rig.results import Estimate

Kind = Literal["sleeps", "polls", "spins", "unclear"]

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
    interval_s: float = 0.0  # of the meter's samples
    once: bool = False  # it polls, unless something else came and went with the window
    coincidence: float = 1.0  # of which this is the chance, for something that does so once
    in_step: bool = False  # it sleeps, or it polls in step with a meter that looks now and then
    looks: bool = False  # this capture shows that its meter looks all the time
    if_looking: bool = False  # it sleeps, if its meter does
    astray: bool = False  # its edges show that its meter does not
    entered: bool = False  # it spins, unless a busy reading was said again into the window
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
    seen = response(samples, frame, level)
    parts = quiet(samples, frame, seen)
    window = parts.window
    active = window > level.floor_a + level.visible_a + level.floor_drift_a
    evidence = Evidence(parts, level, seen, expected_wakes_hz)
    ratio = _ratio(window, np.concatenate(parts.floors), level)
    spins = spinning(parts, level, ratio)
    verdict = Verdict(
        kind="unclear",
        ratio=ratio,
        active_fraction=float(active.mean()),
        wake_rate_hz=evidence.wakes / parts.window_s,
        spin_fraction=spins.fraction,
        window_a=float(window.mean()),
        floor_a=level.floor_a,
        busy_a=level.busy_a,
        drift_a=level.drift_a,
        noise_a=level.noise_a,
        contrast=_contrast(level),
        duration_s=frame.window.length_s,
        interval_s=samples.interval_s,
    )
    if parts.slow and waveform:
        verdict.why = (
            f"the meter spreads a step over {seen.width} samples of "
            f"{samples.interval_s * 1e3:.2g} ms: what is left of the pulses reaches far into "
            "floor and window"
        )
    elif _spins(verdict, level, spins) and not waveform:
        verdict.more_helps = False
        verdict.why = (
            "it does not spin, but this meter gives means only, too slow to see wake-ups, so "
            "that sleeping and polling look alike"
        )
    elif verdict.rests:
        _sleeps_or_polls(verdict, level, evidence)
    return verdict


def _contrast(level: Levels) -> float:
    """The span over the larger of what noise and drift leave uncertain in a level."""
    error = max(level.floor_error_a, level.busy_error_a, level.drift_a)
    return float(min(level.span_a / error, 1e6)) if error > 0 else 1e6


def _spins(verdict: Verdict, level: Levels, spins: Spinning) -> bool:
    """Decide whether it spins; returns whether it certainly does not."""
    low, high = verdict.ratio.low, verdict.ratio.high
    if verdict.contrast < SIGMAS:
        verdict.why = (
            f"busy and floor are {level.span_a * 1e3:.3g} mA apart, only {verdict.contrast:.1f} "
            f"times the noise ({level.floor_error_a * 1e3:.2g} mA) or drift "
            f"({level.drift_a * 1e3:.2g} mA) of this capture"
        )
    elif spins.certain:
        verdict.kind, verdict.entered = "spins", spins.entered
        if low > BEYOND:
            verdict.kind = "unclear"
            verdict.why = f"R = {verdict.ratio.value:.2f}: something draws more than the busy CPU"
        elif verdict.ratio.value < HALF * verdict.spin_fraction:
            verdict.kind = "unclear"
            verdict.why = (
                f"{verdict.spin_fraction:.0%} of the window is as high as the busy current, and "
                f"R is {verdict.ratio.value:.2f}: the rest would be below the floor"
            )
    elif low > HALF and high < FULLY:
        verdict.why = (
            f"R = {verdict.ratio.value:.2f} is neither the floor nor the busy current: it "
            "rests, but far above the floor that the board's profile names"
        )
        verdict.more_helps = False
    elif spins.possible or low > HALF:
        verdict.why = (
            f"{max(verdict.spin_fraction, spins.possible):.0%} of the window is as high as the "
            "busy current or higher, but not from its beginning, nor to its end, as evenly as the "
            "busy pulses are: spinning, or something else in the supply"
        )
    elif high > HALF:
        verdict.why = f"R may be anything from {low:.2f} to {high:.2f}"
    else:
        verdict.rests = True
    return verdict.rests


def _sleeps_or_polls(verdict: Verdict, level: Levels, evidence: Evidence) -> None:
    """Decide between sleeping and polling for a wait that does not spin."""
    seen = evidence.response
    verdict.looks, verdict.astray = seen.seen == 1, seen.gaps
    if evidence.polls():
        verdict.kind, verdict.coincidence = "polls", evidence.coincidence
        return
    asleep = Asleep(evidence)
    hidden = asleep.hides()
    if not hidden:
        verdict.kind = "sleeps"
        if evidence.response.gaps:
            verdict.kind, verdict.in_step = "unclear", True
            verdict.why = (
                "it sleeps, or it polls in step with this meter: the pulses' edges show that it "
                "does not look all the time; a capture with samples at another interval would tell"
            )
        return
    if not (verdict.looks or verdict.astray):
        verdict.if_looking = not Asleep(evidence, looking=True).hides()
    verdict.more_helps = asleep.could_show()
    verdict.why = (
        f"it does not spin, but sleeping and polling look alike: {hidden} (noise of a sample "
        f"{level.noise_a * 1e3:.2g} mA, contrast {level.span_a * 1e3:.3g} mA)"
    )


def confirm(verdict: Verdict, earlier: Sequence[Verdict]) -> None:
    """Set a verdict beside those of the captures before it.

    Two that poll make it polling: what comes and goes with one window does not do so with two. One
    is enough where the ends are met so closely that chance does it less often than noise.
    So it is with spinning that only goes on from the pulse before: a link that loses readings may
    say the last one of the pulse for long after it.
    It sleeps where it was for polling in step with the meter only that it was not said, and one
    before it, at another interval, was so too: no period is in step with both. So it does where
    noise hid whether the meter looks all the time, and one before it, of the same meter, showed
    that it does. Where one polls or spins and another sleeps it is neither.
    """
    polled = any(each.once for each in earlier)
    entered = any(each.entered for each in earlier)
    others = [each for each in earlier if each.in_step]
    if verdict.kind == "polls":
        verdict.once = True
        if not polled and verdict.coincidence > CHANCE:
            verdict.kind = "unclear"
            verdict.why = "it polls, or something else came and went with it; a second would tell"
    elif verdict.kind == "spins" and verdict.entered and not entered:
        verdict.kind = "unclear"
        verdict.why = "it spins, or one busy reading was said again; a second would tell"
    elif verdict.in_step and any(unlike(v.interval_s, verdict.interval_s) for v in others):
        verdict.kind, verdict.in_step, verdict.why = "sleeps", False, ""
    elif (
        verdict.if_looking and any(v.looks for v in earlier) and not any(v.astray for v in earlier)
    ):
        verdict.kind, verdict.why = "sleeps", ""
    if verdict.kind == "sleeps" and (polled or entered):
        verdict.kind = "unclear"
        shown = "polling" if polled else "spinning"
        verdict.why = f"one capture shows {shown}, and another does not"


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
    half = float(special.stdtrit(max(free, 1), 0.975)) * float(np.sqrt(max(misfit, 1.0) / spread))
    return Estimate(value=slope, low=slope - half, high=slope + half)
