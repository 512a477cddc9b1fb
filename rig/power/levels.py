"""What a capture says of itself: its two levels, their noise, and how they moved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rig.meters.samples import Currents, Samples
from rig.power.framing import WINDOW_GUARD_S, Frame, cut, within

SIGMAS = 4.0
"""Of every one-sided decision on noise: one in 30,000, so that dozens of looks at one capture
and thousands of captures stay below one false accusation."""
RESOLUTION = 0.002
"""Of the contrast: no meter's step or range is trusted to be finer than that."""
SIGMA_OF_MAD = 1.4826  # of normal noise: standard deviation over median absolute deviation
CHI_SQUARED_MEDIAN = 0.455  # with one degree of freedom


@dataclass(frozen=True, slots=True)
class Levels:
    """What the capture says of itself: its two levels, their noise, and how they moved."""

    floor_a: float
    busy_a: float
    noise_a: float  # standard deviation of one sample at the floor
    busy_noise_a: float  # the same when busy, of the pulse that has most
    floor_drift_a: float  # how far the floor strays over the length of the window
    busy_drift_a: float
    floor_error_a: float
    busy_error_a: float
    correlation: float  # samples that carry as much as one independent one

    @property
    def span_a(self) -> float:
        return self.busy_a - self.floor_a

    @property
    def drift_a(self) -> float:
        return max(self.floor_drift_a, self.busy_drift_a)

    @property
    def visible_a(self) -> float:
        """How far above its surroundings a sample must be to count as activity."""
        return max(SIGMAS * self.noise_a, RESOLUTION * self.span_a)

    def mean_error(self, samples: int) -> float:
        """Standard error of a mean over so many samples, in amperes."""
        return self.noise_a * float(np.sqrt(self.correlation / max(samples, 1)))


def levels(samples: Samples, frame: Frame) -> Levels:
    """Floor and busy level with their noise, drift and errors, from the frame's own parts."""
    pulses = [within(samples, pulse) for pulse in frame.pulses]
    floors = [within(samples, floor) for floor in frame.floors]
    centred = np.concatenate([part - np.median(part) for part in floors])
    spread = float(centred.std())
    correlation = max(1.0, *(_correlation_time(part) for part in floors))
    before = (pulses[0].mean() + pulses[1].mean()) / 2
    busy_noise = float(np.sqrt(np.mean([part.var() for part in pulses])))
    return Levels(
        floor_a=float((floors[0].mean() + floors[1].mean()) / 2),
        busy_a=float((before + pulses[2].mean()) / 2),
        # Robust: a floor that wakes now and then has wake-ups, which are counted, not noise.
        noise_a=float(np.median(np.abs(centred)) * SIGMA_OF_MAD),
        busy_noise_a=float(max(part.std() for part in pulses)),
        floor_drift_a=_floor_drift(samples, frame, floors, spread**2 * correlation),
        busy_drift_a=float(abs(pulses[2].mean() - before)),
        floor_error_a=spread * float(np.sqrt(correlation / sum(map(len, floors)))),
        busy_error_a=busy_noise * float(np.sqrt(correlation / sum(map(len, pulses)))),
        correlation=correlation,
    )


def _floor_drift(samples: Samples, frame: Frame, floors: list[Currents], variance: float) -> float:
    """How far the floor strays while the window lasts: the larger of what it did, and of what
    a random walk with the steps seen within the floors and the window would do.

    The floors alone give three differences, too few to bound a walk that happened to come
    back; those between the window's own stretches, in which a wait's activity can only add,
    give a dozen. What noise of that variance a sample adds to them is taken off.
    """
    length = frame.window.length_s
    did = abs(float(floors[1].mean() - floors[0].mean()))
    stretch = frame.floors[0].length_s / 2
    part = cut(frame.window, WINDOW_GUARD_S)
    window = samples.between(part.start_s, part.end_s)
    count = max(int(part.length_s / stretch), 1)
    means = [piece.mean() for piece in np.array_split(window, count)]
    squares = [float(d) ** 2 for d in np.diff(means)]
    squares += [float(b.mean() - a.mean()) ** 2 for a, b in (np.array_split(f, 2) for f in floors)]
    noise = 2 * variance / max(stretch / samples.interval_s, 1)
    step = max(float(np.median(squares)) / CHI_SQUARED_MEDIAN - noise, 0.0)
    walked = float(np.sqrt(step / stretch * length))
    return max(did, walked)


def _correlation_time(part: Currents) -> float:
    """Integrated autocorrelation time in samples, to the first crossing of zero."""
    x = part - part.mean()
    variance = float(np.dot(x, x))
    if len(x) < 8 or variance / len(x) <= (1e-6 * abs(float(part.mean()))) ** 2:
        return 1.0
    most = min(len(x) // 4, 400)
    rho = np.array([np.dot(x[:-k], x[k:]) / variance for k in range(1, most)])
    below = np.flatnonzero(rho <= 2 / np.sqrt(len(x)))
    until = int(below[0]) if len(below) else len(rho)
    return float(1 + 2 * rho[:until].sum())
