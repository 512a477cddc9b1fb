"""What meters do to a current, as models that can be put together with those of noise_models.py."""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import Activity, Array, Scene, log_uniform


def coarse(scene: Scene) -> None:
    """A range far too large: few steps between floor and busy."""
    step, at = scene.size(0.005, 0.5), scene.random.uniform(0, 1)
    scene.readings.append(lambda current: np.round(current / step + at) * step)


def filtered(scene: Scene) -> None:
    """A slow input: a low pass of first order."""
    tau = log_uniform(scene.random, 0.5e-3, 20e-3)
    keep = float(np.exp(-scene.interval_s / tau))

    def change(current: Array) -> Array:
        out, _ = signal.lfilter([1 - keep], [1, -keep], current, zi=[keep * current[0]])
        return np.asarray(out)

    scene.readings.append(change)


def slow(scene: Scene) -> None:
    """A meter of few readings a second, each a mean."""
    scene.interval_s = 1 / float(scene.random.choice([50, 100, 200, 400]))
    scene.settable = False


def fast(scene: Scene) -> None:
    scene.interval_s = 1 / float(scene.random.choice([2000, 5000]))


def jittered(scene: Scene) -> None:
    scene.jitter, scene.gapless = scene.random.uniform(0.05, 1), False


def instants(scene: Scene) -> None:
    """No integration, or over a part of the time only."""
    scene.gapless = False
    scene.aperture = float(scene.random.choice([0.0, 0.02, 0.1, 0.3, 0.6]))


def averaged(scene: Scene) -> None:
    """A moving mean of several readings."""
    count = int(scene.random.integers(2, 12))
    scene.readings.append(
        lambda c: np.convolve(
            np.pad(c, (count - 1, 0), mode="edge"), np.full(count, 1 / count), "valid"
        )
    )


def spikes(scene: Scene) -> None:
    """A meter that switches its range: at each change of load, and now and then in between."""
    size = scene.size(0.05, 5) * scene.random.choice([-1, 1])
    rate = log_uniform(scene.random, 0.3, 50)

    def add(t: Array, on: Array) -> Array:
        starts = scene.random.uniform(t[0], t[-1], scene.random.poisson(rate * (t[-1] - t[0])))
        edges = t[np.flatnonzero(np.diff(on))]
        starts = np.concatenate([starts, edges])
        return np.asarray(Activity(starts, np.full(len(starts), 300e-6)).at(t) * size)

    scene.added.append(add)


def heavy(scene: Scene) -> None:
    """Impulsive noise of no variance."""
    size = scene.size(1e-4, 0.05)
    scene.readings.append(lambda c: c + size * scene.random.standard_cauchy(len(c)))


def companding(scene: Scene) -> None:
    """Steps that grow with the current: a number of few digits."""
    digits = int(scene.random.integers(2, 5))

    def change(current: Array) -> Array:
        step: Array
        with np.errstate(divide="ignore"):
            step = 10.0 ** (np.ceil(np.log10(np.abs(current) + 1e-12)) - digits)
        return np.asarray(np.round(current / step) * step)

    scene.readings.append(change)


def coarse_then_averaged(scene: Scene) -> None:
    coarse(scene)
    averaged(scene)


def held(scene: Scene) -> None:
    """Fewer readings than samples, means or instants: each is said again until the next."""
    count, mean = int(scene.random.integers(2, 12)), scene.random.uniform() < 0.5
    scene.gapless = False

    def change(current: Array) -> Array:
        if mean:
            starts = np.arange(0, len(current), count)
            means = np.add.reduceat(current, starts) / np.diff(starts, append=len(current))
            return np.asarray(np.repeat(means, count)[: len(current)])
        return np.asarray(np.repeat(current[::count], count)[: len(current)])

    scene.readings.append(change)


def dropouts(scene: Scene) -> None:
    """A link that loses readings now and then, and says the last one instead."""
    scene.gapless = False
    share, length = log_uniform(scene.random, 1e-3, 0.3), int(scene.random.integers(1, 20))

    def change(current: Array) -> Array:
        lost = np.zeros(len(current), dtype=bool)
        for at in np.flatnonzero(scene.random.uniform(size=len(current)) < share / length):
            lost[max(at, 1) : at + length] = True
        last = np.maximum.accumulate(np.where(lost, 0, np.arange(len(current))))
        return np.asarray(current[last])

    scene.readings.append(change)


def outliers(scene: Scene) -> None:
    """Readings that are of nothing: a bit that fell over, a collision on a bus."""
    size, rate = scene.size(0.05, 10), log_uniform(scene.random, 1e-4, 3e-2)

    def change(current: Array) -> Array:
        wrong = scene.random.uniform(size=len(current)) < rate
        return np.asarray(current + wrong * scene.random.normal(0, size, len(current)))

    scene.readings.append(change)


def line_cycles(scene: Scene) -> None:
    """A multimeter that integrates over line cycles: each reading is the mean of so many."""
    cycles = float(scene.random.choice([0.02, 0.06, 0.2, 1.0]))
    scene.interval_s = cycles / float(scene.random.choice([50.0, 60.0]))
    scene.settable = False


def sticks(scene: Scene) -> None:
    """A converter with hysteresis: a reading stays until the current has left it by a step."""
    step, noise = scene.size(0.002, 0.3), scene.size(1e-3, 0.03)

    def change(current: Array) -> Array:
        current = current + scene.random.normal(0, noise, len(current))
        out = np.empty_like(current)
        last = current[0]
        for k, value in enumerate(current):
            if abs(value - last) > step:
                last = value - np.copysign(step / 2, value - last)
            out[k] = last
        return out

    scene.readings.append(change)


METERS = (
    coarse, filtered, jittered, instants, averaged, spikes, heavy, companding,
    coarse_then_averaged, held, dropouts, outliers, sticks,
)  # fmt: skip
INTERVALS = (slow, fast, line_cycles)
"""They set the interval, which others build on."""
