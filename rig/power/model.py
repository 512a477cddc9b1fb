"""The stated model that turns a virtual board's activity into a current.

    I = floor + (busy - floor) * duty,  then burden, noise, drift, range and quantisation

in that order, as a shunt meter would add them. Everything derived from it is `modelled`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.power.samples import OVERRANGE


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

    def currents(
        self, duty: NDArray[np.float64], interval_s: float, range_a: float
    ) -> NDArray[np.float64]:
        """Readings in amperes, shape (n,), for activity of shape (n,)."""
        current = self.floor_a + (self.busy_a - self.floor_a) * duty
        if self.burden_ohm:
            current *= 1 - np.minimum(current * self.burden_ohm / self.supply_v, 1)
        random = np.random.default_rng(self.seed)
        if self.noise_a:
            current += random.normal(0, self.noise_a, current.shape)
        if self.drift_a:
            steps = random.normal(0, self.drift_a * np.sqrt(interval_s), current.shape)
            current += np.cumsum(steps)
        over = np.abs(current) > range_a * 1.2  # the usual 20 % over-range
        if self.step_a:
            current = np.round(current / self.step_a) * self.step_a
        current[over] = np.copysign(OVERRANGE, current[over])
        return current
