"""What supplies, boards and meters add to a current, as models that can be put together.

Each model takes a `Scene` and adds to it: a current over time, or something the meter does to its
readings. Sizes are drawn over as wide a range as seemed possible on a bench, from what nobody would
notice to more than the contrast between floor and busy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from rig.meters.samples import Samples
from rig.power.framing import Frame
from tests.power_simulation import frame

Array = NDArray[np.float64]
SUB = 8  # instants within a sample at which what is added is looked at
KINDS = ("sleeps", "polls", "spins", "spins-last-fifth")


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

    def size(self, low: float = 0.01, high: float = 1.5) -> float:
        """A current, log-uniform between those shares of the contrast."""
        return float(self.span_a * np.exp(self.random.uniform(np.log(low), np.log(high))))


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


def activity(kind: str, told: Frame, random: np.random.Generator) -> Activity:
    """What the CPU does in a frame whose window holds a wait of that kind."""
    end = told.parts[-1].end_s
    starts = [-10.0, *(p.start_s for p in told.pulses), end]
    lengths = [10.0, *(p.length_s for p in told.pulses), 10.0]
    window = told.window
    if kind == "polls":  # 10 to 1000 times a second, not quite evenly
        period = float(np.exp(random.uniform(np.log(1e-3), np.log(0.1))))
        count = int(window.length_s / period)
        at = (np.arange(count) + random.uniform(0, 1)) * period
        at += random.uniform(-0.5, 0.5, count) * period * random.choice([0.0, 0.02, 0.3])
        starts += list(window.start_s + at[(at > 0) & (at < window.length_s - 1e-3)])
        lengths += [random.uniform(50e-6, 150e-6)] * (len(starts) - len(lengths))
    elif kind.startswith("spins"):
        share = 0.2 if kind == "spins-last-fifth" else 1.0
        starts.append(window.end_s - share * window.length_s)
        lengths.append(share * window.length_s)
    return Activity(np.array(starts), np.array(lengths))


def record(scene: Scene, kind: str, scale: float) -> tuple[Samples, Frame]:
    """What the meter reads, and the frame in board time."""
    random, dt = scene.random, scene.interval_s
    told = frame(1.5 * scale, scale)
    clock, lead = random.uniform(0.98, 1.02), random.uniform(0.01, 0.4)
    count = int((lead + told.parts[-1].end_s * clock + random.uniform(0, 0.1)) / dt)
    start = np.arange(count) * dt
    start = start + random.uniform(-0.5, 0.5, count) * dt * scene.jitter
    busy = activity(kind, told, random)

    def board(t: Array) -> Array:
        return (t - lead) / clock

    if scene.aperture > 0:
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
    return Samples(np.ascontiguousarray(current), dt), told


# -- what is added ------------------------------------------------------------------------------
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
        np.exp(scene.random.uniform(np.log(2e-3), np.log(40e-3))),
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
    size, period = scene.size(0.02, 1.5), np.exp(scene.random.uniform(np.log(0.05), np.log(4)))
    share, phase = scene.random.uniform(0.05, 0.95), scene.random.uniform(0, 1)
    scene.added.append(lambda t, on: size * ((t / period + phase) % 1 < share))


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


def spikes(scene: Scene) -> None:
    """A meter that switches its range: at each change of load, and now and then in between."""
    size = scene.size(0.05, 5) * scene.random.choice([-1, 1])
    rate = np.exp(scene.random.uniform(np.log(0.3), np.log(50)))

    def add(t: Array, on: Array) -> Array:
        starts = scene.random.uniform(t[0], t[-1], scene.random.poisson(rate * (t[-1] - t[0])))
        edges = t[np.flatnonzero(np.diff(on))]
        starts = np.concatenate([starts, edges])
        return np.asarray(Activity(starts, np.full(len(starts), 300e-6)).at(t) * size)

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
    size, stay = scene.size(0.02, 1.2), np.exp(scene.random.uniform(np.log(0.05), np.log(3)))

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


# -- what a meter does --------------------------------------------------------------------------
def coarse(scene: Scene) -> None:
    """A range far too large: few steps between floor and busy."""
    step, at = scene.size(0.005, 0.5), scene.random.uniform(0, 1)
    scene.readings.append(lambda current: np.round(current / step + at) * step)


def filtered(scene: Scene) -> None:
    """A slow input: a low pass of first order."""
    tau = np.exp(scene.random.uniform(np.log(0.5e-3), np.log(20e-3)))
    keep = float(np.exp(-scene.interval_s / tau))

    def change(current: Array) -> Array:
        out, _ = signal.lfilter([1 - keep], [1, -keep], current, zi=[keep * current[0]])
        return np.asarray(out)

    scene.readings.append(change)


def slow(scene: Scene) -> None:
    """A meter of few readings a second, each a mean."""
    scene.interval_s = 1 / float(scene.random.choice([50, 100, 200, 400]))


def fast(scene: Scene) -> None:
    scene.interval_s = 1 / float(scene.random.choice([2000, 5000]))


def jittered(scene: Scene) -> None:
    scene.jitter = scene.random.uniform(0.05, 1)


def instants(scene: Scene) -> None:
    """No integration, or over a part of the time only."""
    scene.aperture = float(scene.random.choice([0.0, 0.02, 0.1, 0.3, 0.6]))


def averaged(scene: Scene) -> None:
    """A moving mean of several readings."""
    count = int(scene.random.integers(2, 12))
    scene.readings.append(
        lambda c: np.convolve(
            np.pad(c, (count - 1, 0), mode="edge"), np.full(count, 1 / count), "valid"
        )
    )


# -- not looked at while the rule was made --------------------------------------------------------
def popcorn(scene: Scene) -> None:
    """Burst noise: a bistable defect."""
    size, stay = scene.size(0.01, 0.5), np.exp(scene.random.uniform(np.log(1e-3), np.log(0.2)))

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


def heavy(scene: Scene) -> None:
    """Impulsive noise of no variance."""
    size = scene.size(1e-4, 0.05)
    scene.readings.append(lambda c: c + size * scene.random.standard_cauchy(len(c)))


def sawtooth(scene: Scene) -> None:
    """A storage capacitor that is topped up."""
    size, period = scene.size(0.01, 1), np.exp(scene.random.uniform(np.log(3e-3), np.log(1)))
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
    size, rate = scene.size(0.02, 0.8), np.exp(scene.random.uniform(np.log(1), np.log(200)))

    def add(t: Array, on: Array) -> Array:
        starts = scene.random.uniform(t[0], t[-1], scene.random.poisson(rate * (t[-1] - t[0])))
        return np.asarray(-Activity(np.sort(starts), np.full(len(starts), 500e-6)).at(t) * size)

    scene.added.append(add)


def coarse_then_averaged(scene: Scene) -> None:
    coarse(scene)
    averaged(scene)


def companding(scene: Scene) -> None:
    """Steps that grow with the current: a number of few digits."""
    digits = int(scene.random.integers(2, 5))

    def change(current: Array) -> Array:
        step: Array
        with np.errstate(divide="ignore"):
            step = 10.0 ** (np.ceil(np.log10(np.abs(current) + 1e-12)) - digits)
        return np.asarray(np.round(current / step) * step)

    scene.readings.append(change)


Model = Callable[[Scene], None]
MODELS: dict[str, Model] = {
    f.__name__: f
    for f in (white, walk, flicker, ripple, beacons, led, led_steady, warming, spikes, hum,
              neighbour, alias, coarse, filtered, slow, fast, jittered, instants, averaged)
}  # fmt: skip
HELD_OUT: dict[str, Model] = {
    f.__name__: f
    for f in (popcorn, swelling, heavy, sawtooth, storm, droops, coarse_then_averaged, companding)
}
METERS = {"slow", "fast"}  # they set the interval, which others build on
BOARDS = ((15.2e-3, 2.8e-3), (2e-3, 20e-3), (1.3e-3, 22.7e-3), (0.1e-3, 10e-3), (30e-3, 50e-3))


def scene(names: list[str], random: np.random.Generator) -> Scene:
    """A board's scene with these models; always a little white noise, as every meter has."""
    floor_a, span_a = BOARDS[random.integers(len(BOARDS))]
    made = Scene(random, floor_a, span_a)
    known = MODELS | HELD_OUT
    for name in sorted(names, key=lambda n: n not in METERS):
        known[name](made)
    little = made.size(1e-4, 0.01) * np.sqrt(SUB)
    if random.uniform() < 0.8:
        made.added.append(lambda t, on: random.normal(0, little, len(t)))
    return made
