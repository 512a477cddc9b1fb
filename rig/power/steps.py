"""The meter's own steps: a grid that its readings are on, exactly or beneath a little noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rig.meters.samples import Currents, Samples
from rig.power.framing import Frame, within

NEAR = 3
"""Samples: as near to where a pulse begins and ends as alignment is good for."""
EXACT = 1e-6
"""Of the largest reading, what floats and decimals round: less than it is no difference."""
OFTEN, OFF_GRID = 3, 0.05
"""Times that a value comes which is a step of the meter's; of a step, how far off it is none."""
USUAL = 0.99
"""Of the readings of a level, those that are no further from it than noise puts one at an edge."""
BY_CHANCE = 1e-3
"""That the edges of a meter without steps are all so near to a grid's lines: no more often."""
MOST_LINES = 40
"""Lines between floor and busy, beyond which a step hides no wake-up in a sample of 1 ms."""


def step(samples: Samples, frame: Frame) -> float:
    """The meter's step in amperes: the common divisor of all differences between its readings.

    Readings that are on no grid have none that is worth the name. Where most values come again and
    again the grid is theirs, unless the pulses' edges, which it cannot avoid, are off it: an
    outlier that is says nothing of the meter. Where the waits show fewer than three values, the
    whole capture is looked at. A noise that is added to such readings afterwards hides the grid
    from all that, and not from the edges (`_lines`). A few readings that were rounded once more
    have a divisor that is none of the meter's: it is trusted with no difference smaller than the
    least that the capture shows.
    """
    values, counts = np.unique(samples.current_a, return_counts=True)
    least = EXACT * float(np.abs(values).max())
    gaps = np.diff(values)
    gaps = gaps[gaps > least]
    shown = float(gaps.min()) if len(gaps) else 0.0
    divides = _divides(samples, frame, values, counts, least)
    return max(divides, _lines(samples, frame), shown)


def _divides(
    samples: Samples, frame: Frame, values: Currents, counts: NDArray[np.int64], least: float
) -> float:
    """The step of readings that are exactly on a grid; 0 for none. `values` are all that there are,
    and `counts` how often; no more than `least` is no difference."""
    often = values[counts >= OFTEN]
    if counts[counts >= OFTEN].sum() > len(samples.current_a) / 2 and len(often) > 1:
        grid = _divisor(np.diff(often), least)
        enough = 2 if len(often) == 2 else len(frame.pulses)  # two values are a weak grid
        if grid and _edges_off(samples, frame, grid, float(often[0])) < enough:
            return grid
    quiet = np.concatenate([within(samples, part) for part in (*frame.floors, frame.window)])
    gaps = np.diff(np.unique(quiet))
    if np.count_nonzero(gaps > least) < 2:
        gaps = np.diff(values)
    return _divisor(gaps, least)


def _lines(samples: Samples, frame: Frame) -> float:
    """The coarsest grid on which all pulses' edges are, within what noise adds; 0 for none.

    Each edge that a meter of means shows has a reading half-way, anywhere between the two levels.
    One that has steps has them on lines only, of which the levels are two. An edge without any
    says nothing of steps: a meter of instants has none.
    """
    low = float(np.median(np.concatenate([within(samples, part) for part in frame.floors])))
    high = float(np.median(np.concatenate([within(samples, part) for part in frame.pulses])))
    if not high > low:
        return 0.0  # half of a pulse is at the floor: it shows no levels
    parts = [within(samples, part) for part in (*frame.floors, *frame.pulses)]
    strayed = np.concatenate([np.abs(part - np.median(part)) for part in parts])
    near = float(np.quantile(strayed, USUAL)) / (high - low)
    half_way: list[float] = []
    for edge in _edges(samples, frame):
        path = (edge - low) / (high - low)
        between = path[(path > near) & (path < 1 - near)]
        if len(between) > 1:
            return 0.0  # it spreads what it has read
        half_way += list(between)
    found = np.array(half_way)
    for count in range(2, MOST_LINES):
        if (2 * count * near) ** len(found) > BY_CHANCE:
            break  # lines so close are met by chance
        if (np.abs(found * count - np.round(found * count)) <= count * near).all():
            return (high - low) / count
    return 0.0


def _edges_off(samples: Samples, frame: Frame, grid: float, origin_a: float) -> int:
    """At how many of the pulses' six edges a sample is off a grid."""
    off = 0
    for edge in _edges(samples, frame):
        steps = (edge - origin_a) / grid
        off += bool((np.abs(steps - np.round(steps)) > OFF_GRID).any())
    return off


def _edges(samples: Samples, frame: Frame) -> Iterator[Currents]:
    """The readings around each of the pulses' ends, in amperes."""
    for instant in (each for p in frame.pulses for each in (p.start_s, p.end_s)):
        at = samples.index(instant)
        yield samples.current_a[max(at - NEAR - 1, 0) : at + NEAR + 3]


def _divisor(gaps: Currents, least: float) -> float:
    """The largest number of which all gaps are multiples within what a float rounds."""
    gaps = gaps[gaps > least]
    if len(gaps) == 0:
        return 0.0
    divisor = float(gaps.min())
    while divisor > least:
        rest = np.abs(gaps - np.round(gaps / divisor) * divisor)
        rest = rest[rest > max(least, 0.02 * divisor)]
        if len(rest) == 0:
            return divisor
        divisor = float(rest.min())
    return 0.0
