"""Models that were written when the rule was done, of other shapes than those it was made with.

They are for `python -m benchmarks.power_noise --unseen`; to make a rule right by them would make
them seen.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import SUB, Activity, Array, Scene, log_uniform


def chirp(scene: Scene) -> None:
    """A tone whose pitch runs: a fan that starts, a converter that spreads its spectrum."""
    size, low = scene.size(0.01, 0.8), log_uniform(scene.random, 0.5, 200)
    rise, span = log_uniform(scene.random, 0.2, 5), scene.random.uniform(1.2, 10)
    scene.added.append(lambda t, on: size * signal.chirp((t - t[0]) % rise, low, rise, low * span))


def radio_slots(scene: Scene) -> None:
    """A telephone beside it: 0.58 ms in each 4.6 ms, in groups that come and go."""
    size, stay = scene.size(0.02, 1.2), log_uniform(scene.random, 0.05, 2)

    def add(t: Array, on: Array) -> Array:
        at = t[0] + np.cumsum(scene.random.exponential(stay, int((t[-1] - t[0]) / stay * 3) + 20))
        talks = np.searchsorted(at, t) % 2 == scene.random.integers(2)
        return np.asarray(size * (talks & (t % 4.615e-3 < 0.577e-3)))

    scene.added.append(add)


def recharge(scene: Scene) -> None:
    """A capacitor that is kicked full and decays, at random or evenly."""
    size, period = scene.size(0.02, 1.5), log_uniform(scene.random, 5e-3, 2)
    decay, even = period * scene.random.uniform(0.05, 1), scene.random.uniform() < 0.5

    def add(t: Array, on: Array) -> Array:
        count = int((t[-1] - t[0]) / period * 3) + 10
        gaps = np.full(count, period) if even else scene.random.exponential(period, count)
        starts = t[0] - scene.random.uniform(0, 2) * period + np.cumsum(gaps)
        since = t - starts[np.maximum(np.searchsorted(starts, t) - 1, 0)]
        return np.asarray(np.where(since > 0, size * np.exp(-np.maximum(since, 0) / decay), 0.0))

    scene.added.append(add)


def heater(scene: Scene) -> None:
    """A load that is switched slowly, with ramps: pulse-width control of something warm."""
    size, period = scene.size(0.05, 1.2), log_uniform(scene.random, 0.1, 5)
    share, ramp = scene.random.uniform(0.1, 0.9), scene.random.uniform(0.01, 0.3)
    phase = scene.random.uniform(0, 1)

    def add(t: Array, on: Array) -> Array:
        turn = (t / period + phase) % 1
        return np.asarray(size * np.clip(np.minimum(turn, share - turn) / ramp, 0, 1))

    scene.added.append(add)


def another_chip(scene: Scene) -> None:
    """A second processor on the board that ticks: 1 ms, 10 ms, one frame of a display."""
    size = scene.size(0.01, 1)
    period = float(scene.random.choice([1e-3, 2e-3, 10e-3, 16.7e-3, 100e-3]))
    length = min(log_uniform(scene.random, 20e-6, 5e-3), period / 2)
    off = scene.random.uniform(-1e-4, 1e-4)

    def add(t: Array, on: Array) -> Array:
        starts = np.arange(t[0] - scene.random.uniform(0, 1) * period, t[-1], period * (1 + off))
        return np.asarray(size * Activity(starts, np.full(len(starts), length)).at(t))

    scene.added.append(add)


def writes(scene: Scene) -> None:
    """A memory card or a flash that writes now and then, for a while each time."""
    size, rate = scene.size(0.05, 2), log_uniform(scene.random, 0.2, 20)

    def add(t: Array, on: Array) -> Array:
        starts = np.sort(scene.random.uniform(t[0], t[-1], scene.random.poisson(rate * np.ptp(t))))
        lengths = scene.random.lognormal(np.log(8e-3), 1, len(starts))
        return np.asarray(size * Activity(starts, lengths).at(t))

    scene.added.append(add)


def soakage(scene: Scene) -> None:
    """What a board that was busy goes on drawing: capacitors and wells that fill again."""
    size, tau = scene.size(0.005, 0.3), log_uniform(scene.random, 2e-3, 0.3)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / len(t) / tau
        fallen = np.maximum(-np.diff(on, prepend=on[0]), 0) * size
        return np.asarray(signal.lfilter([1.0], [1.0, -np.exp(-step)], fallen))

    scene.added.append(add)


def modulated(scene: Scene) -> None:
    """Noise that a slow wave makes larger and smaller, never none."""
    size, period = scene.size(2e-3, 0.2), log_uniform(scene.random, 0.05, 8)

    def add(t: Array, on: Array) -> Array:
        depth = 1 + 0.9 * np.sin(2 * np.pi * t / period + scene.random.uniform(0, 7))
        return np.asarray(scene.random.laplace(0, size * np.sqrt(SUB), len(t)) * depth)

    scene.added.append(add)


def gain_wanders(scene: Scene) -> None:
    """A gain that is not one number: what is read is more or less by a few per cent, slowly."""
    size, tau = log_uniform(scene.random, 1e-3, 0.1), log_uniform(scene.random, 1e-2, 3)

    def change(current: Array) -> Array:
        keep = np.exp(-scene.interval_s / tau)
        steps = scene.random.normal(0, size * np.sqrt(1 - keep**2), len(current))
        return np.asarray(current * (1 + signal.lfilter([1.0], [1.0, -keep], steps)))

    scene.readings.append(change)


def rings(scene: Scene) -> None:
    """A sharp filter: a step overshoots and rings."""
    cut, order = scene.random.uniform(0.1, 0.8), int(scene.random.integers(2, 5))
    b, a = signal.butter(order, cut)
    scene.readings.append(
        lambda c: np.asarray(signal.lfilter(b, a, c, zi=signal.lfilter_zi(b, a) * c[0])[0])
    )


def slews(scene: Scene) -> None:
    """An amplifier that follows no faster than it can."""
    most = scene.size(0.05, 2)

    def change(current: Array) -> Array:
        out = np.empty_like(current)
        last = current[0]
        for k, value in enumerate(current):
            last += np.clip(value - last, -most, most)
            out[k] = last
        return out

    scene.readings.append(change)


def clumps(scene: Scene) -> None:
    """Samples whose clock wanders within the capture."""
    size, period = log_uniform(scene.random, 1e-4, 5e-3), log_uniform(scene.random, 0.2, 5)
    scene.gapless = False

    def change(current: Array) -> Array:
        at = np.arange(len(current)) * scene.interval_s
        late = at + size * np.sin(2 * np.pi * at / period)
        return np.asarray(np.interp(late, at, current))

    scene.readings.append(change)


UNSEEN = (
    chirp, radio_slots, recharge, heater, another_chip, writes, soakage, modulated, gain_wanders,
    rings, slews, clumps,
)  # fmt: skip
