"""Boards whose truth is known: what `benchmarks/compare_power.py` has `looprig compare` judge.

A board has the figures of the latency chapter: costs of few samples, wakes of many, and counts of
bytes. What makes real ones hard is in it: runs differ by themselves (placement, warmth), some have
two modes, all drift through a session, samples of a run depend on those before, some are late by
far and come in bursts, and clocks tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import signal

from reports.verdicts import Figure, of_samples

Array = np.ndarray[Any, np.dtype[np.float64]]
COSTS, WAKES, COUNTS = 24, 10, 8
"""Figures of each kind; the chapter has about as many on a board without power figures."""
LONG = 3
"""The first so many wakes have as many samples as the figures that are to show a share of late ones
(`WAKES` of host/latency.py): two of latency.steady-period, one of latency.event-to-task."""
_WAKES = (*(400,) * LONG, 300, 93, 72, 40, 40, 40, 40)
"""Samples of a run, as the chapter's other figures of 40 or more have them."""
_FEW = (6, 8, 12, 15)  # samples of a cost
_WIDTHS = ((0.0, 0.005, 0.01, 0.02), (0.01, 0.02, 0.05, 0.1))
"""Of the samples of a run, relative: costs are the same code again and again, wakes meet a tick."""
_TICK = 1e-6  # of ticks_us
_LATE_S = 1e-3  # by so much a seeded late wake is late: the loop's own tick
_MEMORY = 0.6  # of one sample for the one before it, AR(1)


@dataclass(frozen=True)
class World:
    """What kind of board is drawn."""

    name: str
    spread: float  # of a figure from run to run, relative standard deviation, before its sampling
    modes: float  # share of figures that have two modes …
    drift: float = 0.02  # of all figures, through a session of ten runs, at most
    apart: float = 0.08  # … so far apart, a run having either
    late: float = 0.002  # share of late samples, at most
    bursts: float = 0.1  # share of runs with a burst of late samples


STEADY = World("steady", 0.005, modes=0.0)
USUAL = World("usual", 0.015, modes=0.05)
UNSTEADY = World("unsteady", 0.05, drift=0.1, modes=0.3, late=0.01, bursts=0.3)
WORLDS = (STEADY, USUAL, UNSTEADY)


NONE, EVERY_WAKE = -1, -2


@dataclass(frozen=True)
class Truth:
    """What was changed: one figure slowed by a factor; in one, or every wake, a share made late."""

    slow: int = NONE
    factor: float = 1.0
    late_in: int = NONE
    late: float = 0.0


@dataclass(frozen=True)
class _Kind:
    """A figure of a board, as it is."""

    base: float
    samples: int
    tick: float
    width: float  # of the samples of a run, relative
    late: float
    modes: bool


def board(world: World, random: np.random.Generator) -> list[_Kind]:
    """The figures of a board, but for its counts: costs, then wakes."""
    kinds = []
    for number in range(COSTS + WAKES):
        wake = number >= COSTS
        rounds = 1 if wake else int(random.choice((1, 32)))  # a cost is the mean of so many
        base = float(np.exp(random.uniform(np.log(5e-5), np.log(3e-3))))
        kinds.append(
            _Kind(
                base,
                _WAKES[number - COSTS] if wake else int(random.choice(_FEW)),
                _TICK / rounds,
                float(random.choice(_WIDTHS[wake])),
                float(random.uniform(0, world.late)) if wake else 0.0,
                bool(random.random() < world.modes),
            )
        )
    return kinds


def comparison(
    world: World,
    random: np.random.Generator,
    truth: Truth,
    repeats: int = 5,
) -> list[Figure]:
    """The figures of base and change, measured by turns."""
    kinds = board(world, random)
    slope = random.uniform(-world.drift, world.drift)
    figures = []
    for number, kind in enumerate(kinds):
        everywhere = truth.late_in == EVERY_WAKE and number >= COSTS
        factor = truth.factor if number == truth.slow else 1.0
        late = truth.late if number == truth.late_in or everywhere else 0.0
        sides: tuple[list[Array], list[Array]] = ([], [])
        for run in range(2 * repeats):
            warm = slope * run / (2 * repeats)
            now = (factor, late) if run % 2 else (1.0, 0.0)
            sides[run % 2].append(_run(world, kind, warm, *now, random))
        old, new, step = of_samples(*sides, "s")
        figures.append(Figure("simulated", "", str(number), "s", "latency", old, new, sides, step))
    for number in range(COUNTS):
        counts = [np.full(3, 64.0 * (number + 1))] * repeats
        old, new, step = of_samples(counts, counts, "B")
        figures.append(Figure("simulated", "", f"count {number}", "B", "latency", old, new))
    return figures


def _run(
    world: World,
    kind: _Kind,
    warm: float,
    factor: float,
    seeded: float,
    random: np.random.Generator,
) -> Array:
    mode = world.apart * random.integers(2) if kind.modes else 0.0
    center = kind.base * factor * np.exp(random.normal(0, world.spread) + warm + mode)
    noise = random.normal(0, 1, kind.samples)
    noise[1:] *= np.sqrt(1 - _MEMORY**2)
    noise = signal.lfilter([1], [1, -_MEMORY], noise)
    taken: Array = center * np.exp(kind.width * noise)
    if kind.late:
        late = random.random(kind.samples) < kind.late
        if random.random() < world.bursts:
            at = int(random.integers(kind.samples - 5))
            late[at : at + 5] = True
        taken[late] += kind.base * random.pareto(1.5, int(late.sum()))
    taken[random.random(kind.samples) < seeded] += _LATE_S
    quantised: Array = np.round(taken / kind.tick) * kind.tick
    return quantised
