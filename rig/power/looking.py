"""Whether a meter looks all the time, or might miss what happens in step with its samples.

A meter whose aperture is shorter than its interval says nothing of what is between. Of wake-ups at
random it misses a share, which the pulses' edges tell; of even polling it may miss all, where the
period fits its own: one capture of such a meter shows no sleep. Two do, at intervals that no such
period fits both of.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from rig.meters.samples import Samples
from rig.power.framing import Frame, within

BESIDE = 6
"""Samples on either side of an edge, of which its levels are taken; as many edges as that have
three numbers fitted to them, and as many left."""
EXACT = 0.025
"""Of the interval, how exactly the edges have to be in their places. Where b of the interval is not
looked at they are off by anything up to b: three are so near by chance in 4.2 (√3 · 0.025 / b)³ of
captures, and an even period of 10 to 1000 Hz stays within the blind part throughout the shortest
window in 0.03 b² of all cases. The product is about 1 in 5,000 at most, for any b over a wake-up's
0.05."""
LIKE, DENOMINATORS = 0.01, 5
"""Two intervals of a ratio so near to one of small whole numbers might have one blind period."""


def edges(samples: Samples, frame: Frame, width: int) -> tuple[float, float]:
    """How far the pulses' six edges are from where the board's clock has them, and by how much each
    pulse looks longer than it was told, both of an interval.

    Each lies where the meter's readings have half-way been to the new level: for a meter that sees
    all of the time, whatever it does to its readings afterwards, that is as late at each. Offset
    and ratio of the clocks, and that length, are fitted. (inf, 0) where the edges are too near to
    the capture's ends, or show no step.
    """
    current, dt = samples.current_a, samples.interval_s
    ends = [(each, sign) for p in frame.pulses for each, sign in ((p.start_s, 1), (p.end_s, -1))]
    # Of a short pulse, or of what is before the first and after the last, each edge has its part.
    parts = (*frame.pulses, frame.parts[0], frame.parts[-1])
    count = int(min(part.length_s for part in parts) / dt)
    ahead = max(min(4, count // 4), 1)
    late = max(min(3 + 2 * width, int(0.6 * (count - ahead))), 1)
    beside = max(min(BESIDE, count - ahead - late), 1)
    found = []
    for instant, _ in ends:
        first = samples.index(instant) - ahead
        last = first + ahead + late
        if first < beside or last + beside > len(current):
            return float("inf"), 0.0
        before = float(np.median(current[first - beside : first]))
        after = float(np.median(current[last : last + beside]))
        if before == after:
            return float("inf"), 0.0
        found.append(first + float(((current[first:last] - after) / (before - after)).sum()))
    told = np.array([(1.0, instant / dt, sign) for instant, sign in ends])
    fit = np.linalg.lstsq(told, np.array(found), rcond=None)[0]
    left = np.array(found) - told @ fit
    off = float(np.sqrt((left**2).sum() / (len(ends) - told.shape[1])))
    return off, -2 * float(fit[2])


def edges_noise(samples: Samples, frame: Frame, width: int, span_a: float) -> float:
    """How far the edges would be from their places by what floors and pulses add to them, of an
    interval: the larger of the two."""
    count = 7 + 2 * width
    found = []
    for parts in (frame.floors, frame.pulses):
        left: list[float] = []
        for part in parts:
            current = within(samples, part)
            for first in range(0, len(current) - count - BESIDE + 1, BESIDE):
                last = first + count
                level = float(np.median(current[last : last + BESIDE]))
                left.append(float((current[first:last] - level).sum()) / span_a)
        found.append(float(np.sqrt(np.mean(np.square(left)))) if left else 0.0)
    return max(found)


def has_gaps(off: float, samples: Samples, frame: Frame, width: int, span_a: float) -> bool:
    """Whether edges that are so far `off` (`edges`) are further from their places than a meter
    that looks all the time has them, and than the noise of this capture explains (one of 20 is, by
    chance)."""
    free = 2 * len(frame.pulses) - 3
    explained = edges_noise(samples, frame, width, span_a)
    explained *= float(np.sqrt(special.chdtri(free, 0.05) / free))
    return off > max(EXACT, explained)


def unlike(one_s: float, other_s: float) -> bool:
    """Whether polling in step with samples at one interval cannot be so at the other."""
    ratio = max(one_s, other_s) / min(one_s, other_s)
    return all(abs(ratio * q - round(ratio * q)) > LIKE * q for q in range(1, DENOMINATORS + 1))
