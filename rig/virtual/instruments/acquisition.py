"""An acquisition of a virtual instrument: the board is watched, the model makes the readings."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rig.virtual.current_model import CurrentModel


class Recorded(Protocol):
    """A board's activity over a time: the host's, or one of the board's own."""

    @property
    def over(self) -> bool:
        """Whether all of it is known."""

    @property
    def passed_ns(self) -> int:
        """Nanoseconds since it began."""

    def stop(self) -> None:
        """End now, if not before."""

    def duty(self, interval_s: float, wait: bool = True) -> NDArray[np.float64]:
        """The share of each interval that the board was active, shape (n,), 0 to 1."""


class Watched(Protocol):
    """A board whose activity can be recorded."""

    def record(self, length_ns: int) -> Recorded:
        """What it does from now on."""


class Acquisition:
    """`count` readings of a board (or of nothing, where there is none), from now on."""

    def __init__(
        self,
        board: Watched | None,
        model: CurrentModel,
        interval_s: float,
        count: int,
        range_a: float,
    ) -> None:
        self.interval_s, self.count = interval_s, count
        self.ending = False  # aborted: what was taken is complete a few milliseconds later
        self.signal = model.signal(range_a)
        self.start_ns = time.monotonic_ns()
        self.made: NDArray[np.float64] = np.empty(0)
        self.recording: Recorded | None = None
        if board is None:  # a synthetic signal needs no waiting for
            self.made = self.signal.readings(np.zeros(count), interval_s)
        else:
            length = int(count * interval_s * 1e9)
            self.recording = board.record(length)

    @property
    def age_s(self) -> float:
        """Seconds since its first reading began, in the time that the board lives in."""
        if self.recording is not None:
            return self.recording.passed_ns / 1e9
        return (time.monotonic_ns() - self.start_ns) / 1e9

    @property
    def done(self) -> bool:
        """Whether it has ended, by itself or aborted."""
        return self.recording is None or self.recording.over

    def abort(self) -> None:
        """Stop where it is; what was taken stays."""
        self.ending = True
        if self.recording is not None:
            self.recording.stop()

    def readings(self, wait: bool = True) -> NDArray[np.float64]:
        """Every reading in amperes, shape (n,): all of them, or those that are final by now."""
        if self.recording is not None:
            duty = self.recording.duty(self.interval_s, wait)[: self.count]
            fresh = self.signal.readings(duty[len(self.made) :], self.interval_s)
            self.made = np.concatenate((self.made, fresh)) if len(fresh) else self.made
        return self.made
