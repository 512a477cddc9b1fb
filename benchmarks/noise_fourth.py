"""Models of a fourth kind, written before the rule was changed for what seed 36009945 showed.

They were judged once by the rule as it was, and once by the one after it; docs/power.md has both.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import Activity, Array, Scene, log_uniform


def dimmed(scene: Scene) -> None:
    """An LED that is dimmed by pulses, and breathes or jumps from one brightness to another."""
    size, period = scene.size(0.02, 1.5), 1 / log_uniform(scene.random, 60, 4000)
    breath, depth = log_uniform(scene.random, 0.3, 8), scene.random.uniform(0, 1)
    jumps, phase = scene.random.uniform() < 0.4, scene.random.uniform(0, 1)

    def add(t: Array, on: Array) -> Array:
        turn = np.sin(2 * np.pi * (t / breath + phase))
        share = 0.5 + 0.45 * depth * (np.sign(turn) if jumps else turn)
        return np.asarray(size * ((t / period + phase) % 1 < share))

    scene.added.append(add)


def pulse_skips(scene: Scene) -> None:
    """A regulator that skips pulses at light load and switches evenly at full: it changes over some
    time after the load does, and costs more meanwhile."""
    peak, length = scene.size(0.05, 2), log_uniform(scene.random, 2e-6, 200e-6)
    rate, late = log_uniform(scene.random, 20, 5000), log_uniform(scene.random, 0.2e-3, 80e-3)
    costs, wander = scene.size(0.002, 0.15), scene.random.uniform(0, 0.3)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        stays = max(int(late / step), 1)
        # Full switching from a change of load on until it was light for so long.
        at = np.where(on > 0, np.arange(len(t)), -stays)
        full = np.arange(len(t)) - np.maximum.accumulate(at) < stays
        gaps = scene.random.normal(1, wander, int((t[-1] - t[0]) * rate) + 20).clip(0.2) / rate
        starts = t[0] + np.cumsum(gaps)
        skipping = Activity(starts, np.full(len(starts), length))
        edges = np.append(t, t[-1] + step)
        share = np.diff(skipping.until(edges)) / np.maximum(np.diff(edges), 1e-12)
        return np.asarray(np.where(full, costs, peak * share))

    scene.added.append(add)


def many_instants(scene: Scene) -> None:
    """A meter that gives the mean of 4 to 64 instants, and one such mean for each sample."""
    scene.instants, scene.gapless = int(scene.random.choice([4, 8, 16, 64])), False


def sinc(scene: Scene) -> None:
    """A sigma-delta converter: its filter looks at three intervals for each sample."""
    weights = np.array([1.0, 4.0, 1.0]) / 6
    scene.readings.append(lambda c: np.convolve(np.pad(c, 1, mode="edge"), weights, "valid"))


def fan(scene: Scene) -> None:
    """Something warms; a fan comes on with hysteresis, runs up, and takes pulses as it turns."""
    size, tau = scene.size(0.05, 1.0), log_uniform(scene.random, 0.3, 8)
    turns, deep = log_uniform(scene.random, 20, 400), scene.random.uniform(0.02, 0.6)
    drift, low, high = scene.size(0.01, 0.5), *sorted(scene.random.uniform(0, 1, 2))

    def add(t: Array, on: Array) -> Array:
        step, every = (t[-1] - t[0]) / max(len(t) - 1, 1), 16
        heat, runs, out = scene.random.uniform(0, 1), False, np.empty(len(t))
        warm = np.empty(len(t))
        for k in range(0, len(t), every):
            heat += ((0.0 if runs else 1.0) - heat) * step * every / tau
            runs = heat > (low if runs else high)
            out[k : k + every], warm[k : k + every] = runs, heat
        speed, _ = signal.lfilter([step / 0.2], [1, step / 0.2 - 1], out, zi=[out[0]])
        angle = np.cumsum(speed) * step * turns
        return np.asarray(drift * warm + size * speed * (1 + deep * np.sign(np.sin(6.28 * angle))))

    scene.added.append(add)


def sampled_guard(scene: Scene) -> None:
    """A brown-out guard and a reference that a chip asleep wakes for an instant now and then, to
    fill their capacitors; awake they stay on. The period is of an RC oscillator."""
    size, period = scene.size(0.02, 3), log_uniform(scene.random, 1e-3, 0.3)
    length, jitter = log_uniform(scene.random, 5e-6, 300e-6), log_uniform(scene.random, 1e-4, 0.03)

    def add(t: Array, on: Array) -> Array:
        gaps = period * scene.random.normal(1, jitter, int((t[-1] - t[0]) / period * 1.3) + 20)
        starts = t[0] - period * scene.random.uniform() + np.cumsum(gaps.clip(period / 4))
        step = (t[-1] - t[0]) / max(len(t) - 1, 1)
        edges = np.append(t, t[-1] + step)
        share = np.diff(Activity(starts, np.full(len(starts), length)).until(edges))
        return np.asarray(np.where(on > 0, 0.0, size * share / np.maximum(np.diff(edges), 1e-12)))

    scene.added.append(add)


def sensor(scene: Scene) -> None:
    """A sensor on the same rail that measures by itself, 100 times a second or some other rate: a
    peak as it wakes, then its conversion; each eighth time it says what it has."""
    rate = float(scene.random.choice([12.5, 25, 50, 100, 100, 100, 200, 400]))
    rate *= scene.random.uniform(0.97, 1.03)
    peak, size = scene.size(0.02, 1), scene.size(0.005, 0.5)
    length, says = min(log_uniform(scene.random, 0.2e-3, 5e-3), 0.5 / rate), scene.size(0.01, 1)

    def add(t: Array, on: Array) -> Array:
        turn = t * rate + scene.random.uniform(0, 8)
        since = (turn % 1) / rate
        told = says * ((turn.astype(int) % 8 == 0) & (since > length) & (since < length + 1e-3))
        return np.asarray(peak * (since < 0.1e-3) + size * (since < length) + told)

    scene.added.append(add)


FOURTH = (dimmed, pulse_skips, many_instants, sinc, fan, sampled_guard, sensor)
