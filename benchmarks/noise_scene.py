"""A wait of known truth on a board, beneath what is added to its current, as a meter reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rig.meters.samples import Samples
from rig.power.capture import ODD
from rig.power.framing import Frame
from rig.power.response import WAKE_S
from tests.power_simulation import frame

Array = NDArray[np.float64]
SUB = 8  # instants within a sample at which what is added is looked at
LONGEST_WAKE_S = 1e-3
CLOCKS = (0.98, 1.02)  # how many times as fast as the meter's the board's runs
UNEVEN = 0.3  # of a named rate's period
MOST_DUTY = 0.3  # of polling: more would be called spinning by nobody, and polling by few


@dataclass
class Scene:
    """A board, a wait and a meter, before anything is added. Amperes and seconds."""

    random: np.random.Generator
    floor_a: float
    span_a: float
    interval_s: float = 1e-3
    added: list[Callable[[Array, Array], Array]] = field(default_factory=list)
    """Each gives a current at instants, told how busy the CPU is at them."""
    readings: list[Callable[[Array], Array]] = field(default_factory=list)
    jitter: float = 0.0  # of the interval
    aperture: float = 1.0  # of the interval: what the meter looks at
    instants: int = 0  # so many of them, evenly, whose mean is a sample; 0 for all of the aperture
    settable: bool = True  # its interval: the rig asks for another in each second attempt
    gapless: bool = False  # its adapter says that it looks all the time
    wait: int = 0  # seed of what the wait itself does, the same in each attempt
    spent: Callable[[Array], Array] = np.zeros_like
    """Seconds that the CPU has been busy by each instant; set when it is recorded."""

    def size(self, low: float = 0.01, high: float = 1.5) -> float:
        """A current, log-uniform between those shares of the contrast."""
        return float(self.span_a * log_uniform(self.random, low, high))


class Activity:
    """When the CPU is busy: intervals that do not overlap; exact over any stretch."""

    def __init__(self, starts: Array, lengths: Array) -> None:
        order = np.argsort(starts)
        self.starts = starts[order]
        # What would reach into the next begins it.
        self.lengths = np.minimum(lengths[order], np.append(np.diff(self.starts), np.inf))
        self.before = np.concatenate(([0.0], np.cumsum(self.lengths)))

    def until(self, t: Array) -> Array:
        """Busy seconds before each instant."""
        k = np.searchsorted(self.starts, t, side="right") - 1
        within = np.clip(t - self.starts[k], 0, self.lengths[k])
        return np.asarray(np.where(k >= 0, self.before[np.maximum(k, 0)] + within, 0.0))

    def at(self, t: Array) -> Array:
        if len(self.starts) == 0:
            return np.zeros(len(t))
        k = np.searchsorted(self.starts, t, side="right") - 1
        return np.asarray(((k >= 0) & (t - self.starts[k] < self.lengths[k])).astype(float))


def log_uniform(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def activity(kind: str, told: Frame, scene: Scene) -> Activity:
    """What the CPU does in a frame whose window holds a wait of that kind."""
    random = np.random.default_rng(scene.wait)
    end = told.parts[-1].end_s
    starts = [-10.0, *(p.start_s for p in told.pulses), end]
    lengths = [10.0, *(p.length_s for p in told.pulses), 10.0]
    window = told.window
    if kind.startswith("polls"):  # 10 to 1000 times a second, not quite evenly
        period, uneven = log_uniform(random, 1e-3, 0.1), random.choice([0.0, 0.02, 0.3])
        wake = min(log_uniform(random, WAKE_S, LONGEST_WAKE_S), max(MOST_DUTY * period, WAKE_S))
        if kind != "polls":  # the least there is, at a rate that is named
            period, uneven, wake = 1 / float(kind.removeprefix("polls-")), UNEVEN, WAKE_S
        count = int(window.length_s / period)
        at = (np.arange(count) + scene.random.uniform(0, 1)) * period
        at += scene.random.uniform(-0.5, 0.5, count) * period * uneven
        starts += list(window.start_s + at[(at > 0) & (at < window.length_s - 1e-3)])
        lengths += [wake] * (len(starts) - len(lengths))
    elif kind.startswith("spins"):
        share = 0.2 if kind == "spins-last-fifth" else 1.0
        starts.append(window.end_s - share * window.length_s)
        lengths.append(share * window.length_s)
    return Activity(np.array(starts), np.array(lengths))


def record(scene: Scene, kind: str, scale: float, faster: float = 1) -> tuple[Samples, Frame]:
    """What the meter reads, so many times faster if it can, and the frame in board time."""
    random, dt = scene.random, scene.interval_s / (faster if scene.settable else 1)
    told = frame(1.5 * scale, scale, ODD * dt)
    clock, lead = random.uniform(*CLOCKS), random.uniform(0.01, 0.4)
    count = int((lead + told.parts[-1].end_s * clock + random.uniform(0, 0.1)) / dt)
    start = np.arange(count) * dt
    start = start + random.uniform(-0.5, 0.5, count) * dt * scene.jitter
    busy = activity(kind, told, scene)

    def board(t: Array) -> Array:
        return (t - lead) / clock

    scene.spent = lambda t: busy.until(board(t)) * clock

    if scene.instants:
        at = start[:, None] + dt * scene.aperture * np.arange(scene.instants) / scene.instants
        duty = busy.at(board(at.ravel())).reshape(at.shape).mean(axis=1)
    elif scene.aperture > 0:
        last = start + dt * scene.aperture
        duty = (busy.until(board(last)) - busy.until(board(start))) / (dt * scene.aperture) * clock
    else:
        duty = busy.at(board(start))
    inner = start[:, None] + dt * scene.aperture * (np.arange(SUB) + 0.5) / SUB
    extra = np.zeros(count)
    on = busy.at(board(inner.ravel()))
    for add in scene.added:
        extra += add(inner.ravel(), on).reshape(inner.shape).mean(axis=1)
    current = scene.floor_a + scene.span_a * duty + extra
    for change in scene.readings:
        current = change(current)
    return Samples(np.ascontiguousarray(current), dt, gapless=scene.gapless), told
