"""Models of a third kind, written when the rule had been changed by what the others found.

Like those of noise_unseen.py they are for `--unseen`, alone or with the others.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import Activity, Array, Scene, log_uniform


def drops(scene: Scene) -> None:
    """Samples lost in bursts, and nothing in their place: what comes after is too early."""
    count, longest = int(scene.random.integers(1, 6)), int(scene.random.integers(2, 30))
    scene.gapless = False

    def change(current: Array) -> Array:
        lost = np.zeros(len(current), dtype=bool)
        for at in scene.random.integers(0, len(current), count):
            lost[at : at + int(scene.random.integers(1, longest))] = True
        return np.asarray(current[~lost])

    scene.readings.append(change)


def auto_zero(scene: Scene) -> None:
    """A multimeter that looks at its own zero now and then, and says its last reading meanwhile."""
    period, length = log_uniform(scene.random, 0.02, 2), int(scene.random.integers(1, 6))
    scene.gapless = False

    def change(current: Array) -> Array:
        every = max(round(period / scene.interval_s), 2 * length)
        k = np.arange(len(current))
        blind = k % every < length
        return np.asarray(current[np.maximum.accumulate(np.where(blind, 0, k))])

    scene.readings.append(change)


def two_ranges(scene: Scene) -> None:
    """A meter that ranges by itself, with hysteresis: the ranges differ in gain and zero."""
    up = scene.floor_a + scene.span_a * scene.random.uniform(0.02, 0.9)
    down = up * scene.random.uniform(0.5, 0.95)
    gain = scene.random.uniform(-0.03, 0.03)
    zero = scene.size(1e-4, 0.03) * scene.random.choice([-1, 1])

    def change(current: Array) -> Array:
        high = np.zeros(len(current), dtype=bool)
        last = True
        for k, value in enumerate(current):
            last = value > (down if last else up)
            high[k] = last
        return np.asarray(np.where(high, current * (1 + gain) + zero, current))

    scene.readings.append(change)


def shunt_tail(scene: Scene) -> None:
    """A shunt that warms with the square of the current, and says another one until it is cold."""
    gain = scene.random.uniform(-0.05, 0.05)
    taus = [log_uniform(scene.random, 0.02, 0.5), log_uniform(scene.random, 0.5, 10)]

    def change(current: Array) -> Array:
        square = (current / (scene.floor_a + scene.span_a)) ** 2
        heat = np.zeros(len(current))
        for tau in taus:
            step = scene.interval_s / tau
            keep = float(np.exp(-step))
            warm, _ = signal.lfilter([1 - keep], [1, -keep], square, zi=[keep * square[0]])
            heat += warm / len(taus)
        return np.asarray(current * (1 + gain * heat))

    scene.readings.append(change)


def twin(scene: Scene) -> None:
    """A second board on the same supply that is measured at the same time, by the same frame."""
    size, period = scene.size(0.2, 1.5), scene.random.uniform(2.0, 9.0)
    phase, works = scene.random.uniform(0, 1), scene.random.uniform() < 0.5

    def add(t: Array, on: Array) -> Array:
        since = (t + phase * period) % period
        pulses = [(0.06, 0.1), (0.35, 0.39), (period - 0.4, period - 0.36)]
        if works:
            pulses.append((0.39, period - 0.7))
        return np.asarray(size * sum((since >= a) & (since < b) for a, b in pulses))

    scene.added.append(add)


def overshoot(scene: Scene) -> None:
    """A supply with a slow loop: after each change of load it gives too much, then too little."""
    size, tau = scene.size(0.01, 0.8), log_uniform(scene.random, 2e-3, 0.15)
    rings = scene.random.uniform(0.3, 3)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        pole = np.exp((-1 + 2j * np.pi * rings) * step / tau)
        moved = np.diff(on, prepend=on[0])
        return np.asarray(size * signal.lfilter([1.0], [1.0, -pole], moved.astype(complex)).real)

    scene.added.append(add)


def dimmer(scene: Scene) -> None:
    """Pulses in step with the mains, twice a period: a dimmer, or a rectifier near its peak."""
    mains = scene.random.choice([50.0, 60.0]) * scene.random.uniform(0.999, 1.001)
    size, width = scene.size(0.01, 1.5), log_uniform(scene.random, 0.1e-3, 2e-3)
    phase = scene.random.uniform(0, 1)

    def add(t: Array, on: Array) -> Array:
        return np.asarray(size * ((t + phase) % (0.5 / mains) < width))

    scene.added.append(add)


def sof(scene: Scene) -> None:
    """A USB port that is spoken to each millisecond by a host whose crystal is not the meter's."""
    size, length = scene.size(0.01, 1), log_uniform(scene.random, 5e-6, 150e-6)
    period = 1e-3 * (1 + scene.random.uniform(-1e-4, 1e-4))
    asleep = scene.random.uniform() < 0.3  # only while the board is awake

    def add(t: Array, on: Array) -> Array:
        starts = np.arange(t[0] - scene.random.uniform(0, 1) * period, t[-1], period)
        spoken = Activity(starts, np.full(len(starts), length)).at(t)
        return np.asarray(size * spoken * (on if asleep else 1.0))

    scene.added.append(add)


LATER = (drops, auto_zero, two_ranges, shunt_tail, twin, overshoot, dimmer, sof)
