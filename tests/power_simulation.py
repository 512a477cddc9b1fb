"""Simulated captures: a board of known behaviour, current by current, without any board."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.meters.samples import Samples
from rig.power.capture import ODD
from rig.power.framing import Frame, Part

SETTLE_S, PULSE_S, FLOOR_S = 0.06, 0.04, 0.25


@dataclass(frozen=True)
class Board:
    """A board and its meter. Currents in amperes.

    `noise_a` is white noise of a sample, `drift_a` the standard deviation of a random walk
    over the length of the window; the board's clock runs `clock` times as fast as the meter's.
    """

    floor_a: float = 1.3e-3
    busy_a: float = 24e-3
    noise_a: float = 0.0
    drift_a: float = 0.0
    clock: float = 1.0


PICO = Board(floor_a=15.2e-3, busy_a=18e-3, noise_a=3e-3, drift_a=0.2e-3)
"""The smallest contrast that a board is known to have: 20 %."""


def frame(window_s: float, scale: float = 1.0, odd_s: float = 0.0) -> Frame:
    """The frame of a power test in board time; its pulses are so odd as `odd_us` makes them."""
    lengths = [
        ("settle", SETTLE_S),
        ("busy", PULSE_S * scale + odd_s),
        ("floor", FLOOR_S * scale),
        ("busy", PULSE_S * scale + 3 * odd_s),
        ("window", window_s),
        ("floor", FLOOR_S * scale),
        ("busy", PULSE_S * scale + 5 * odd_s),
        ("tail", SETTLE_S),
    ]
    parts, now = [], 0.0
    for label, length in lengths:
        parts.append(Part(label, now, now + length))
        now += length + 1e-4
    window = next(part for part in parts if part.label == "window")
    return Frame(tuple(part for part in parts if part.label != "window"), window)


def duty(kind: str, seconds: NDArray[np.float64], length_s: float) -> NDArray[np.float64]:
    """What the wait keeps the CPU busy, 0 to 1, at times since the window's start, shape (n,)."""
    wake = 60e-6
    step = float(seconds[1] - seconds[0]) if len(seconds) > 1 else 1e-3

    def polls(period: float) -> NDArray[np.float64]:
        # The share of each sample that lies within a wake-up's 60 µs after a multiple.
        def spent(t: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.floor(t / period) * wake + np.minimum(t % period, wake)

        return (spent(seconds + step) - spent(seconds)) / step

    if kind == "sleeps":
        return np.zeros_like(seconds)
    if kind == "spins":
        return np.ones_like(seconds)
    if kind == "spins-last-fifth":
        return (seconds > 0.8 * length_s).astype(float)
    if kind.startswith("polls-"):  # polls-10ms
        return polls(float(kind.removeprefix("polls-").removesuffix("ms")) / 1e3)
    raise ValueError(kind)


def simulate(
    kind: str,
    board: Board,
    window_s: float = 1.5,
    scale: float = 1.0,
    rate_hz: float = 1000.0,
    seed: int | None = None,
) -> tuple[Samples, Frame]:
    """A capture of a wait of that kind, and its frame in board time."""
    random = np.random.default_rng(seed)
    told = frame(window_s, scale, ODD / rate_hz)
    lead = random.uniform(0.01, 0.4)
    length = lead + told.parts[-1].end_s * board.clock + random.uniform(0, 0.1)
    dt = 1 / rate_hz
    meter_s = np.arange(int(length / dt), dtype=np.float64) * dt
    board_s = np.asarray((meter_s - lead) / board.clock, dtype=np.float64)
    activity = np.where((board_s < 0) | (board_s > told.parts[-1].end_s), 1.0, 0.0)
    for part in told.pulses:
        # The share of each sample within the pulse.
        inside = np.clip(board_s + dt - part.start_s, 0, dt) - np.clip(
            board_s + dt - part.end_s, 0, dt
        )
        activity = np.maximum(activity, inside / dt)
    within = (board_s >= told.window.start_s) & (board_s < told.window.end_s)
    activity[within] = duty(kind, board_s[within] - told.window.start_s, window_s)
    current = board.floor_a + (board.busy_a - board.floor_a) * activity
    current += random.normal(0, board.noise_a, len(current)) if board.noise_a else 0
    if board.drift_a:
        steps = random.normal(0, board.drift_a * np.sqrt(dt / window_s), len(current))
        current += np.cumsum(steps)
    return Samples(current, dt), told
