"""Models of a fifth kind, written when the rule was as it is, and judged at first sight.

What they do to a wake-up, or leave in its place, is not among the others': docs/power.md has what
came of them.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import Activity, Array, Scene, log_uniform


def hops(scene: Scene) -> None:
    """A regulator between two modes: at light load it hops from one to the other as it likes, and
    each costs something else; at a change of load it takes the even one, for a while."""
    costs, ripple = scene.size(0.01, 0.4), scene.size(0.01, 0.6)
    stays, period = log_uniform(scene.random, 3e-3, 1.0), log_uniform(scene.random, 2e-4, 2e-2)
    holds = log_uniform(scene.random, 1e-3, 0.1)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        turns = t[0] + np.cumsum(scene.random.exponential(stays, int((t[-1] - t[0]) / stays) + 20))
        even = np.searchsorted(turns, t) % 2 == 1
        at = np.where(on > 0, np.arange(len(t)), -len(t))
        even |= np.arange(len(t)) - np.maximum.accumulate(at) < holds / step
        return np.asarray(np.where(even, costs, ripple * (t / period % 1 < 0.15)))

    scene.added.append(add)


def charger(scene: Scene) -> None:
    """A battery's charger: a pulse now and then that keeps it full, and falls off by itself."""
    size, every = scene.size(0.05, 2), log_uniform(scene.random, 0.1, 3)
    tau, length = log_uniform(scene.random, 5e-3, 0.5), log_uniform(scene.random, 20e-3, 1)

    def add(t: Array, on: Array) -> Array:
        starts = t[0] - every * scene.random.uniform() + every * np.arange(200)
        starts += scene.random.normal(0, 0.05 * every, 200)
        since = t[:, None] - starts[None, starts < t[-1]][:, -64:]
        pulse = (since > 0) & (since < length)
        return np.asarray((size * np.exp(-np.where(pulse, since, 0) / tau) * pulse).sum(axis=1))

    scene.added.append(add)


def missing_codes(scene: Scene) -> None:
    """A converter whose codes are unevenly wide, and some of which never come."""
    step = scene.size(1e-3, 0.1)
    uneven, gone = scene.random.uniform(0, 0.9), scene.random.uniform(0, 0.4)
    first = scene.floor_a - 4 * scene.span_a
    widths = step * (1 + uneven * scene.random.uniform(-1, 1, int(12 * scene.span_a / step)))
    codes = first + np.cumsum(widths)
    codes = codes[scene.random.uniform(size=len(codes)) >= gone]

    def change(current: Array) -> Array:
        at = np.searchsorted(codes, current).clip(1, len(codes) - 1)
        nearer = current - codes[at - 1] < codes[at] - current
        return np.asarray(np.where(nearer, codes[at - 1], codes[at]))

    scene.readings.append(change)


def beats(scene: Scene) -> None:
    """Two disturbers of almost the same frequency: what they add together comes and goes."""
    size, near = scene.size(0.01, 1), log_uniform(scene.random, 0.3, 20)
    first, phase = log_uniform(scene.random, 40, 3000), scene.random.uniform(0, 6.28)

    def add(t: Array, on: Array) -> Array:
        wave = np.sin(2 * np.pi * first * t) + np.sin(2 * np.pi * (first + near) * t + phase)
        return np.asarray(size / 2 * np.maximum(wave, -0.2))

    scene.added.append(add)


def self_heating(scene: Scene) -> None:
    """A shunt that its own current warms: the gain follows the load, late."""
    gain = scene.random.uniform(-0.05, 0.05)
    tau = log_uniform(scene.random, 5e-3, 3)

    def change(current: Array) -> Array:
        share = scene.interval_s / (tau + scene.interval_s)
        warm = (current / (scene.floor_a + scene.span_a)) ** 2
        heat, _ = signal.lfilter([share], [1, share - 1], warm, zi=[(1 - share) * warm[0]])
        return np.asarray(current * (1 + gain * heat))

    scene.readings.append(change)


def lingers(scene: Scene) -> None:
    """A regulator, or a transceiver, that stays awake for some time after each load."""
    size, holds = scene.size(0.01, 0.8), log_uniform(scene.random, 0.2e-3, 60e-3)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        at = np.where(on > 0, np.arange(len(t)), -len(t))
        since = np.arange(len(t)) - np.maximum.accumulate(at)
        return np.asarray(size * ((since > 0) & (since < max(holds / step, 1))))

    scene.added.append(add)


def coupled(scene: Scene) -> None:
    """A current probe that lets nothing steady through: what lasts sags, and swings back after."""
    share = scene.interval_s / log_uniform(scene.random, 0.2, 5)

    def change(current: Array) -> Array:
        sagged, _ = signal.lfilter([share], [1, share - 1], current, zi=[(1 - share) * current[0]])
        return np.asarray(current - sagged + scene.floor_a)

    scene.readings.append(change)


def clocked(scene: Scene) -> None:
    """A chip's own clock for its timer, woken for an instant at an even rate while the CPU rests,
    and a long wake-up each eighth time."""
    size, rate = scene.size(0.02, 2), float(scene.random.choice([8, 10, 16, 32, 64, 128, 1000]))
    rate *= scene.random.uniform(0.98, 1.02)
    length = log_uniform(scene.random, 3e-6, 1e-3)

    def add(t: Array, on: Array) -> Array:
        starts = t[0] + (scene.random.uniform() + np.arange(int((t[-1] - t[0]) * rate) + 2)) / rate
        lengths = np.where(np.arange(len(starts)) % 8 == 0, 4 * length, length)
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        share = np.diff(Activity(starts, lengths).until(np.append(t, t[-1] + step)))
        return np.asarray(np.where(on > 0, 0.0, size * share / step))

    scene.added.append(add)


FIFTH = (hops, charger, missing_codes, beats, self_heating, lingers, coupled, clocked)
