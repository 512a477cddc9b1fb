"""The current of a virtual board as a stream, for devices that send samples all the while."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rig.virtual.current_model import CurrentModel
from rig.virtual.runnable import PidFile, Recording

LONGEST_NS = 600 * 10**9


class Activity:
    """What has been drawn since the last look; without a pid file a board that sleeps."""

    def __init__(self, pid_file: Path | None, model: CurrentModel) -> None:
        self.board = PidFile(pid_file) if pid_file else None
        self.model = model
        self.recording: Recording | None = None

    def begin(self) -> None:
        """From now on; what is under way ends."""
        self.taken = 0
        self.signal = self.model.signal(10.0)
        self.start_ns = time.monotonic_ns()
        if self.recording is not None:
            self.recording.stop()
        if self.board is not None:
            self.recording = Recording(self.board, self.start_ns, LONGEST_NS)

    def currents(self, interval_s: float) -> NDArray[np.float64]:
        """The samples that are final by now and were not given yet, in amperes."""
        if self.recording is None:
            due = int((time.monotonic_ns() - self.start_ns) / 1e9 / interval_s)
            duty = np.zeros(max(due - self.taken, 0))
        else:
            duty = self.recording.duty_from(self.taken, interval_s)
        self.taken += len(duty)
        return self.signal.readings(duty, interval_s)
