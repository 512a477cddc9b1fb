"""What a meter shows of a short event, seen in how it shows the frame's own pulses.

A wake-up of the CPU is far shorter than a sample. Whether it shows depends on three things that no
data sheet of a whole set-up states, and that each capture contains: how far a step is spread over
samples (a filter, a mean), how much of the time the meter looks at all (one that takes an instant
of each millisecond misses most of what happens in it), and how coarse its steps are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from rig.meters.samples import Currents, Samples
from rig.power.framing import HALF, WINDOW_GUARD_S, Frame, within
from rig.power.levels import RESOLUTION, SIGMA_OF_MAD, SIGMAS, Levels
from rig.power.looking import EXACT, edges, has_gaps
from rig.power.steps import NEAR, step

WAKE_S = 50e-6
"""The least wake-up that sleeping must be told from: about what one round of the loop costs."""
PAIRS, SHARES = (0.0, 0.9, 1.0), (0.0, 0.45, 1.0)
"""Of a step, what two neighbouring increments hold, and how high an event shorter than a sample
stands for that. A meter of means has all of a step in two; a mean of n has 2/n of it in two, and
shows an event at 1/n."""
WHOLE = 0.95
"""Of a step, in two increments: a meter of means has it at most edges, one of running means not."""
STUCK = 10
"""Readings in a row that are the same."""
MOST_REPEATS, FEWEST_CHANGES, IN_STEP = 100, 6, 0.9
"""Samples of one reading, at most; changes of it that are looked at, at least; and the part of them
that keeps to its pace."""
GRID_SEEN = 1e-3
"""Of the contrast: what is finer is how floats are rounded."""
OFF_TO_STEP = float(np.sqrt(12 * 3 / special.chdtri(3, special.ndtr(SIGMAS))))
"""Edges of three free numbers are nearer to their places than so by chance 1 in 30,000 times."""
SHORTER = float(special.stdtrit(3, 0.99) * 2 / np.sqrt(6))
"""Times how far edges are off: pulses look shorter than that by chance in one of 100 captures."""
SURE = 0.05
"""One-sided: how often a meter that sees all of the time shows no more edges half-way."""


@dataclass(frozen=True, slots=True)
class Response:
    """How the least wake-up looks in this capture."""

    least_a: float  # how high it stands in its highest sample, in amperes
    width: int  # over how many samples it is spread
    seen: float  # the share of all wake-ups that show at all, at least; 1 where it looks always
    gaps: bool  # the pulses' edges show that it does not look all the time
    grid_a: float  # the steps of what it gives, after what it does to its readings; 0 for none seen
    sticks: bool  # it tells changes only from an unknown size on
    spread: bool  # most steps take more than two of its samples
    off: float  # how far the pulses' edges are from their places, of an interval
    kept: float  # of the least wake-up, what its own two changes of load leave of it
    span_a: float  # from floor to busy

    @property
    def step_a(self) -> float:
        """The meter's own step, before it spread its readings."""
        return self.grid_a * self.width

    def shown(self, share: float) -> float:
        """Of a rise by that share of the contrast in one reading, before it spreads that, the part
        that it surely shows: whole steps, where the edges are on a grid; else as much as a step
        can hide that leaves the edges as near to their places, four standard errors included."""
        by_grid = 0.0
        if self.grid_a > GRID_SEEN * self.span_a:
            step = self.grid_a * (self.width + 1) / self.span_a
            by_grid = float(np.floor(share / step)) * step / share
        return max(by_grid, 1 - OFF_TO_STEP * self.off / share, 0.0)


def response(samples: Samples, frame: Frame, level: Levels) -> Response:
    """The meter's response, from the edges of the three pulses."""
    dt = samples.interval_s
    step_a = step(samples, frame)
    floors = [within(samples, floor) for floor in frame.floors]
    moved_a = np.abs(np.concatenate([np.diff(floor) for floor in floors]))
    # The least of two bounds for what a floor moves from one sample to the next.
    usual_a = min(SIGMAS * SIGMA_OF_MAD * float(np.median(moved_a)), float(moved_a.max()))
    margin = usual_a / level.span_a + min(step_a / level.span_a, 0.1) + RESOLUTION
    ends = [(p.start_s, 1.0) for p in frame.pulses] + [(p.end_s, -1.0) for p in frame.pulses]
    rises, highest, firsts, beyond = [], [0.0, 0.0], [], 0
    moving = [_moves(samples, *edge) / level.span_a for edge in ends]
    paths = [np.cumsum(moves) for moves in moving]
    most = sorted(float(path.max()) for path in paths)[-2]  # the highest may be something else's
    for moves, path in zip(moving, paths, strict=True):
        if path.max() < HALF * most:
            continue  # it is elsewhere: the board was held up in its pulse
        moved = np.flatnonzero(moves > margin)
        if len(moved):
            rises.append(float((moves[1:] + moves[:-1]).max()))
            highest.append(float(moves.max()))
        if path.max() > 1 + 2 * margin or path.min() < -2 * margin:
            beyond += 1
        elif len(moved):
            firsts.append(float(moves[moved[0]]))
    # A mean of two may hold a step in two increments, at some phases: the lower quartile does not,
    # and one increment never holds more of it than the highest sample of an event does.
    rise = float(np.quantile(rises, 0.25)) if rises else 0.0
    share = float(np.interp(rise, PAIRS, SHARES))
    repeated = repeats(samples.current_a)
    share = min(share, 1 / repeated, sorted(highest)[-2])
    width = max(round(1 / share), 1) if share > 0 else 1
    # A meter that looks all the time catches each edge at another phase, whatever it does to its
    # readings afterwards; one that takes instants shows all edges alike. The lower bound of the
    # share of edges that differ from the steepest is one of the time that it looks. What else
    # moves at an edge goes both ways: as many as go beyond both levels only seem to be half-way.
    caught = sum(first < max(firsts) - 2 * margin for first in firsts) - beyond
    looking = float(special.betaincinv(caught, len(ends) - caught, SURE)) if caught > 0 else 0.0
    off, longer = edges(samples, frame, width)
    always = samples.gapless or off < EXACT
    wake = min(WAKE_S / dt, 1.0)
    # A spike at each change of load, such as one of a range that switches, is in a wake-up twice,
    # and in a pulse: where pulses look shorter for it, a wake-up of that length does not show.
    shorter = longer if longer < -SHORTER * off else 0.0
    return Response(
        least_a=level.span_a * wake * share,
        width=width,
        seen=1.0 if always else min(looking + wake, 1.0),
        gaps=not always and has_gaps(off, samples, frame, width, level.span_a),
        grid_a=step_a,
        sticks=sticks(samples, frame, level, step_a),
        # A board that is held up at the end of a pulse spreads that edge, and not the others.
        spread=bool(rises) and float(np.median(rises)) < WHOLE,
        off=off,
        kept=float(np.clip(1 + shorter / wake, 0.0, 1.0)),
        span_a=level.span_a,
    )


def _moves(samples: Samples, instant: float, sign: float) -> Currents:
    """From sample to sample about an edge, upwards where it goes up, in amperes."""
    at = samples.index(instant)
    return np.diff(samples.current_a[max(at - NEAR - 1, 0) : at + NEAR + 3]) * sign


def repeats(current: Currents) -> int:
    """How many samples share one reading, where a meter reads less often than it is asked: almost
    all changes are then a multiple of so many samples apart. 1 where each may be its own."""
    changes = np.flatnonzero(np.diff(current))
    if len(changes) < FEWEST_CHANGES:
        return 1
    if np.mean(np.diff(changes) == 1) > 2 * (1 - IN_STEP):
        return 1  # of two in a row one is out of any step
    for count in range(MOST_REPEATS, 1, -1):
        if np.bincount(changes % count).max() >= IN_STEP * len(changes):
            return count
    return 1


def sticks(samples: Samples, frame: Frame, level: Levels, step_a: float) -> bool:
    """Whether readings stay the same while nothing on a grid explains it: a logger that tells
    changes only, from some size on that nobody knows. What is the same throughout is no sign."""
    floors = [within(samples, floor) for floor in frame.floors]
    pulses = [within(samples, pulse) for pulse in frame.pulses]
    window = within(samples, frame.window, WINDOW_GUARD_S)
    least_a = max(2 * step_a, 1e-6 * max(abs(level.floor_a), abs(level.busy_a)))
    most_a = level.floor_a + HALF * level.span_a
    return _differ([*floors, window], most_a, least_a) or _differ(pulses, np.inf, least_a)


def _differ(parts: list[Currents], most_a: float, least_a: float) -> bool:
    """Whether most readings are the same as those next to them, and not all of those the same."""
    values: list[float] = []
    same = 0
    for part in parts:
        changes = np.flatnonzero(np.diff(part)) + 1
        starts = np.concatenate(([0], changes))
        lengths = np.diff(starts, append=len(part))
        values += list(part[starts[lengths >= STUCK]])
        same += int(lengths[lengths >= STUCK].sum())
    low = [value for value in values if value < most_a]
    return same >= sum(map(len, parts)) / 2 and bool(low) and float(np.ptp(low)) > least_a
