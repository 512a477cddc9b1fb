"""The stated model that turns a virtual board's activity into a current.

    I = floor + (busy - floor) * duty,  then burden, noise, drift, range and quantisation

in that order, as a shunt meter would add them. Everything derived from it is `modelled`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.meters.samples import OVERRANGE


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """Currents in amperes. `noise_a` is the standard deviation of white noise of each sample;
    `drift_a` how far a random walk strays in one second (standard deviation); `burden_ohm`
    the meter's shunt at `supply_v`, which starves the board the way a real one does.
    """

    floor_a: float = 1.3e-3
    busy_a: float = 24e-3
    noise_a: float = 0.0
    drift_a: float = 0.0
    step_a: float = 0.0
    burden_ohm: float = 0.0
    supply_v: float = 5.0
    seed: int | None = None

    def signal(self, range_a: float) -> Signal:
        """The readings of one acquisition, as they come."""
        return Signal(self, range_a)


class Signal:
    """One acquisition through the model: its noise and drift go on from piece to piece."""

    def __init__(self, model: CurrentModel, range_a: float) -> None:
        self.model, self.range_a = model, range_a
        self.random = np.random.default_rng(model.seed)
        self.strayed_a = 0.0

    def readings(self, duty: NDArray[np.float64], interval_s: float) -> NDArray[np.float64]:
        """The next readings in amperes, for activity of shape (n,)."""
        model = self.model
        current = model.floor_a + (model.busy_a - model.floor_a) * duty
        if model.burden_ohm:
            current *= 1 - np.minimum(current * model.burden_ohm / model.supply_v, 1)
        if model.noise_a:
            current += self.random.normal(0, model.noise_a, current.shape)
        if model.drift_a and len(current):
            steps = self.random.normal(0, model.drift_a * np.sqrt(interval_s), current.shape)
            walk = self.strayed_a + np.cumsum(steps)
            self.strayed_a = float(walk[-1])
            current += walk
        over = np.abs(current) > self.range_a * 1.2  # the usual 20 % of over-range
        if model.step_a:
            current = np.round(current / model.step_a) * model.step_a
        current[over] = np.copysign(OVERRANGE, current[over])
        return current
