"""What a meter shows of a short event, seen in how it shows the frame's own pulses.

A wake-up of the CPU is far shorter than a sample. Whether it shows depends on three things that no
data sheet of a whole set-up states, and that each capture contains: how far a step is spread over
samples (a filter, a mean), how much of the time the meter looks at all (one that takes an instant
of each millisecond misses most of what happens in it), and how coarse its steps are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from rig.meters.samples import Currents, Samples
from rig.power.framing import Frame
from rig.power.levels import RESOLUTION, SIGMAS, Levels

WAKE_S = 50e-6
"""The least wake-up that sleeping must be told from: about what one round of the loop costs."""
EVEN_STEP = 0.75
"""Of a step at an unknown phase, the larger of its two increments, on average."""
NEAR = 3
"""Samples: as near to where a pulse begins and ends as alignment is good for."""
SURE = 0.05
"""One-sided: how often a meter that sees all of the time shows no more edges half-way."""


@dataclass(frozen=True, slots=True)
class Response:
    """How the least wake-up looks in this capture."""

    least_a: float  # how high it stands in its highest sample, in amperes
    width: int  # over how many samples it is spread
    seen: float  # the share of all wake-ups that show at all, at least
    step_a: float  # the meter's own step, 0 where none is seen


def response(samples: Samples, frame: Frame, level: Levels) -> Response:
    """The meter's response, from the edges of the three pulses."""
    dt = samples.interval_s
    step_a = step(samples, frame)
    margin = SIGMAS * level.noise_a / level.span_a + min(step_a / level.span_a, 0.1) + RESOLUTION
    edges = [(p.start_s, 1.0) for p in frame.pulses] + [(p.end_s, -1.0) for p in frame.pulses]
    rises, firsts = [], []
    for instant, sign in edges:
        at = samples.index(instant)
        near = samples.current_a[max(at - NEAR - 1, 0) : at + NEAR + 3]
        moves = np.diff(near) * sign / level.span_a
        moved = np.flatnonzero(moves > margin)
        if len(moved):
            rises.append(float(moves.max()))
            firsts.append(float(moves[moved[0]]))
    rise = float(np.median(rises)) if rises else 0.0
    share = min(rise / EVEN_STEP, 1.0)
    width = max(round(1 / share), 1) if share > 0 else 1
    # A meter that looks all the time catches each edge at another phase, whatever it does to its
    # readings afterwards; one that takes instants shows all edges alike. The lower bound of the
    # share of edges that differ from the steepest is one of the time that it looks.
    caught = sum(first < max(firsts) - 2 * margin for first in firsts)
    looking = float(stats.beta.ppf(SURE, caught, len(edges) - caught)) if caught else 0.0
    wake = min(WAKE_S / dt, 1.0)
    return Response(
        least_a=level.span_a * wake * share,
        width=width,
        seen=min(looking + wake, 1.0),
        step_a=step_a * width,
    )


def step(samples: Samples, frame: Frame) -> float:
    """The meter's step in amperes: the common divisor of all differences between its readings.

    Readings that are on no grid have none that is worth the name. Where the waits show fewer than
    three values, the whole capture is looked at.
    """
    quiet = np.concatenate(
        [samples.between(p.start_s, p.end_s) for p in (*frame.floors, frame.window)]
    )
    values = np.unique(quiet)
    if len(values) < 3:
        values = np.unique(samples.current_a)
    return _divisor(np.diff(values), 1e-6 * float(np.abs(values).max()))


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
