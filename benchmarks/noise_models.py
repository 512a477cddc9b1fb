"""What supplies and boards add to a current, as models that can be put together.

Each model takes a `Scene` and adds to it. Sizes are drawn over as wide a range as seemed possible
on a bench, from what nobody would notice to more than the contrast between floor and busy.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from benchmarks.noise_scene import SUB, Activity, Array, Scene, log_uniform


def white(scene: Scene) -> None:
    size = scene.size(1e-3, 0.3) * np.sqrt(SUB)
    scene.added.append(lambda t, on: scene.random.normal(0, size, len(t)))


def walk(scene: Scene) -> None:
    size = scene.size(0.005, 0.5)

    def add(t: Array, on: Array) -> Array:
        steps = scene.random.normal(0, size * np.sqrt(scene.interval_s / SUB / 1.5), len(t))
        return np.asarray(np.cumsum(steps))

    scene.added.append(add)


def flicker(scene: Scene) -> None:
    """1/f noise."""
    size = scene.size(0.003, 0.3)

    def add(t: Array, on: Array) -> Array:
        spectrum = np.fft.rfft(scene.random.normal(0, 1, len(t)))
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
        noise = np.fft.irfft(spectrum, len(t))
        return np.asarray(noise * size / noise.std())

    scene.added.append(add)


def ripple(scene: Scene) -> None:
    """A DC-DC at light load: it charges in bursts, more often the more is drawn, and runs
    through at full load."""
    size, length = scene.size(0.02, 1.5), scene.random.uniform(50e-6, 1e-3)
    period, uneven = (
        log_uniform(scene.random, 2e-3, 40e-3),
        scene.random.uniform(0, 0.5),
    )

    def add(t: Array, on: Array) -> Array:
        gaps = period * (1 + uneven * scene.random.uniform(-1, 1, int(t[-1] / period * 3) + 10))
        starts = np.cumsum(gaps) + t[0] - period
        return np.asarray(
            np.where(on > 0, 0.0, Activity(starts, np.full(len(starts), length)).at(t) * size)
        )

    scene.added.append(add)


def beacons(scene: Scene) -> None:
    """A radio that listens every one to ten beacon intervals of 102.4 ms."""
    size, length = scene.size(0.1, 10), scene.random.uniform(1e-3, 6e-3)
    period = 0.1024 * scene.random.choice([1, 2, 3, 10])

    def add(t: Array, on: Array) -> Array:
        starts = np.arange(t[0] - period * scene.random.uniform(0, 1), t[-1], period)
        starts += scene.random.uniform(0, 1e-3, len(starts))
        return np.asarray(Activity(starts, np.full(len(starts), length)).at(t) * size)

    scene.added.append(add)


def led(scene: Scene) -> None:
    """An LED that blinks."""
    size, period = scene.size(0.02, 1.5), log_uniform(scene.random, 0.05, 4)
    share, phase = scene.random.uniform(0.05, 0.95), scene.random.uniform(0, 1)
    scene.added.append(lambda t, on: np.asarray(size * ((t / period + phase) % 1 < share)))


def led_steady(scene: Scene) -> None:
    size = scene.size(0.05, 5)
    scene.added.append(lambda t, on: np.full(len(t), size))


def warming(scene: Scene) -> None:
    """A regulator or a board that warms with what it gives, and since it was switched on."""
    size, tau, since = scene.size(0.01, 0.5), scene.random.uniform(0.05, 5), scene.size(0.01, 0.5)

    def add(t: Array, on: Array) -> Array:
        step = (t[-1] - t[0]) / len(t) / tau
        heat = signal.lfilter([step], [1, step - 1], on)
        return np.asarray(size * heat + since * np.exp(-(t - t[0]) / scene.random.uniform(1, 20)))

    scene.added.append(add)


def hum(scene: Scene) -> None:
    mains, size = (
        scene.random.choice([50.0, 60.0]) * scene.random.uniform(0.998, 1.002),
        scene.size(0.005, 1),
    )
    parts = [
        (k, scene.random.uniform(0, 1) / k, scene.random.uniform(0, 2 * np.pi))
        for k in (1, 2, 3, 5)
    ]
    parts[0] = (1, 1.0, parts[0][2])
    scene.added.append(
        lambda t, on: size * sum(a * np.sin(2 * np.pi * k * mains * t + p) for k, a, p in parts)
    )


def neighbour(scene: Scene) -> None:
    """Another device on the hub that comes and goes."""
    size, stay = scene.size(0.02, 1.2), log_uniform(scene.random, 0.05, 3)

    def add(t: Array, on: Array) -> Array:
        at = (
            t[0]
            - stay
            + np.cumsum(scene.random.exponential(stay, int((t[-1] - t[0]) / stay * 3) + 20))
        )
        return np.asarray(size * (np.searchsorted(at, t) % 2))

    scene.added.append(add)


def alias(scene: Scene) -> None:
    """A tone near a multiple of the sampling rate, seen slow."""
    size, rate = scene.size(0.01, 1), 1 / scene.interval_s
    tone = rate * scene.random.integers(1, 4) + scene.random.uniform(-0.2, 0.2) * rate
    scene.added.append(lambda t, on: size * np.sin(2 * np.pi * tone * t))


def popcorn(scene: Scene) -> None:
    """Burst noise: a bistable defect."""
    size, stay = scene.size(0.01, 0.5), log_uniform(scene.random, 1e-3, 0.2)

    def add(t: Array, on: Array) -> Array:
        at = t[0] + np.cumsum(scene.random.exponential(stay, int((t[-1] - t[0]) / stay * 3) + 20))
        return np.asarray(size * (np.searchsorted(at, t) % 2))

    scene.added.append(add)


def swelling(scene: Scene) -> None:
    """Noise that comes and goes."""
    size, period, phase = (
        scene.size(0.01, 0.5),
        scene.random.uniform(0.3, 6),
        scene.random.uniform(0, 7),
    )
    scene.added.append(
        lambda t, on: (
            scene.random.normal(0, size * np.sqrt(SUB), len(t))
            * np.maximum(np.sin(2 * np.pi * t / period + phase), 0)
        )
    )


def sawtooth(scene: Scene) -> None:
    """A storage capacitor that is topped up."""
    size, period = scene.size(0.01, 1), log_uniform(scene.random, 3e-3, 1)
    scene.added.append(lambda t, on: size * (1 - (t / period) % 1))


def storm(scene: Scene) -> None:
    """Bursts of pulses, such as a servo or a disk makes, for a while."""
    size, period, start = (
        scene.size(0.05, 1),
        scene.random.uniform(3e-3, 40e-3),
        scene.random.uniform(0, 3),
    )
    length, width = scene.random.uniform(0.2, 3), scene.random.uniform(1e-4, 3e-3)

    def add(t: Array, on: Array) -> Array:
        pulse = (t - start) % period < width
        return np.asarray(size * (pulse & (t > start) & (t < start + length)).astype(float))

    scene.added.append(add)


def droops(scene: Scene) -> None:
    """Falls of the current: another supply that takes over for an instant."""
    size, rate = scene.size(0.02, 0.8), log_uniform(scene.random, 1, 200)

    def add(t: Array, on: Array) -> Array:
        starts = scene.random.uniform(t[0], t[-1], scene.random.poisson(rate * (t[-1] - t[0])))
        return np.asarray(-Activity(np.sort(starts), np.full(len(starts), 500e-6)).at(t) * size)

    scene.added.append(add)


def bursts(scene: Scene) -> None:
    """A DC-DC that takes its input in packets of charge: as many as the load asks for, and without
    a pause where it asks for all that the inductor gives."""
    packet = scene.floor_a * log_uniform(scene.random, 1e-3, 0.3)
    peak = scene.floor_a + scene.span_a * scene.random.uniform(1.05, 3)

    def add(t: Array, on: Array) -> Array:
        step = np.diff(t, append=2 * t[-1] - t[-2])
        edges = np.append(t - step / 2, t[-1] + step[-1] / 2)
        asked = scene.floor_a * (edges - edges[0]) + scene.span_a * scene.spent(edges)
        asked -= asked[0]
        whole = np.floor(asked / packet)
        since = edges - np.interp(whole * packet, asked, edges)
        given = packet * whole - np.maximum(packet - since * peak, 0)
        wide = np.maximum(step, 1e-9)  # a meter of instants has none
        return np.asarray((np.diff(given) - np.diff(asked)) / wide)

    scene.added.append(add)


def steps(scene: Scene) -> None:
    """A level that changes a few times: a range that is left, a peripheral that is switched."""
    count, size = int(scene.random.integers(1, 5)), scene.size(0.01, 1)

    def add(t: Array, on: Array) -> Array:
        at = scene.random.uniform(t[0], t[-1], count)
        heights = scene.random.normal(0, size, count)
        return np.asarray(sum(h * (t > a) for a, h in zip(at, heights, strict=True)))

    scene.added.append(add)


MODELS = (
    white, walk, flicker, ripple, bursts, beacons, led, led_steady, warming, hum, neighbour, alias,
    popcorn, swelling, sawtooth, storm, droops, steps,
)  # fmt: skip
