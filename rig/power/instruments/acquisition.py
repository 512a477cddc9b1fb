"""An acquisition of a virtual instrument: the board is watched, the model makes the readings."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from rig.power.model import CurrentModel
from rig.power.runnable import PidFile, Recording

OBSERVE_S = 0.5e-3
"""How often the board's process is looked at: the real resolution of every virtual meter."""


class Acquisition:
    """`count` readings of a board (or of nothing, where there is no pid file), from now on."""

    def __init__(
        self,
        board: PidFile | None,
        model: CurrentModel,
        interval_s: float,
        count: int,
        range_a: float,
    ) -> None:
        self.model, self.interval_s, self.range_a = model, interval_s, range_a
        self.count = count
        self.start_ns = time.monotonic_ns()
        self.ready: NDArray[np.float64] | None = None
        self.recording: Recording | None = None
        if board is None:  # a synthetic signal needs no waiting for
            self.ready = model.currents(np.zeros(count), interval_s, range_a)
        else:
            length = int(count * interval_s * 1e9)
            self.recording = Recording(board, self.start_ns, length, int(OBSERVE_S * 1e9))

    @property
    def taken(self) -> int:
        """How many readings have been taken by now."""
        if self.ready is not None:
            return len(self.ready)
        elapsed = (time.monotonic_ns() - self.start_ns) / 1e9
        return min(self.count, int(elapsed / self.interval_s))

    @property
    def done(self) -> bool:
        """Whether it has ended, by itself or aborted."""
        return self.recording is None or not self.recording.thread.is_alive()

    def abort(self) -> None:
        """Stop where it is; what was taken stays."""
        if self.recording is not None:
            self.recording.stop(time.monotonic_ns())

    def readings(self) -> NDArray[np.float64]:
        """Every reading in amperes, shape (n,); waits for the acquisition to end."""
        if self.ready is None:
            assert self.recording is not None
            duty = self.recording.duty(self.interval_s)[: self.count]
            self.ready = self.model.currents(duty, self.interval_s, self.range_a)
        return self.ready
