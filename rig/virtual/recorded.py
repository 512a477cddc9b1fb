"""What an emulated board did in each interval of its own time, as its emulator recorded it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rig.activity import Activity
from rig.errors import RigError

PERIOD_NS = 500_000
"""Of the emulated clock: the resolution of a virtual meter on an emulated board."""
LOOK_S = 0.02
"""How often an emulator is asked whether the recording's time is over."""


class Emulation:
    """An emulated board behind its activity port, to a virtual instrument."""

    def __init__(self, address: str) -> None:
        self.address = address

    def record(self, length_ns: int) -> EmulatedRecording:
        """What it does from now on, in its own time."""
        return EmulatedRecording(self.address, length_ns)


class EmulatedRecording:
    """A recording in emulated time, with what a virtual instrument asks of `Recording`."""

    def __init__(self, address: str, length_ns: int) -> None:
        self.activity = Activity(address)
        self.length_ns = length_ns
        self.start = self.activity.number("record", every_nanos=PERIOD_NS)
        self.kept: NDArray[np.float64] | None = None

    @property
    def passed_ns(self) -> int:
        """Emulated nanoseconds since it began, at most its length."""
        if self.kept is not None:
            return self.length_ns
        with self.failing():
            return min(self.activity.nanos() - self.start, self.length_ns)

    @contextlib.contextmanager
    def failing(self) -> Iterator[None]:
        """What its emulator fails at ends it, with nothing recorded: the next one is asked anew."""
        try:
            yield
        except RigError:
            self.kept = np.empty(0)
            self.activity.close()
            raise

    @property
    def over(self) -> bool:
        """Whether all of its time has passed."""
        return self.kept is not None or self.passed_ns >= self.length_ns

    def stop(self) -> None:
        """End it now; where its emulator has failed, with nothing."""
        with contextlib.suppress(RigError):
            self.length_ns = self.passed_ns
            self.take()

    def take(self) -> NDArray[np.float64]:
        """Active nanoseconds of each period so far, shape (n,)."""
        if self.kept is not None:
            return self.kept
        with self.failing():
            said = self.activity.ask("recorded")
            if said.get("nanos") != self.start:
                raise RigError("the emulator records for somebody else now", "one meter a board")
            try:
                active = np.asarray(list(said["active"]), dtype=float)
            except (KeyError, TypeError, ValueError) as error:
                raise RigError(f"the emulator's record is none: {error}") from error
        active = active[: self.length_ns // PERIOD_NS]
        if self.over:
            self.kept = active
            self.activity.close()
        return active

    def duty(self, interval_s: float, wait: bool = True) -> NDArray[np.float64]:
        """The share of each interval that the core ran, shape (n,), 0 to 1.

        Waits until the recording's time is over, or gives the intervals that are final by now.
        """
        while wait and not self.over:
            time.sleep(LOOK_S)  # an idle board's clock keeps to the host's: it will be over
        active = np.concatenate(([0.0], np.cumsum(self.take())))
        if not np.isfinite(active).all() or (np.diff(active) < 0).any():
            raise RigError("the emulator's record is none: times that are no times")
        edges = np.arange(len(active)) * float(PERIOD_NS)
        count = int(edges[-1] / 1e9 / interval_s + 1e-6)
        grid = np.arange(count + 1) * (interval_s * 1e9)
        cumulative = np.interp(grid, edges, active)
        return np.asarray(np.clip(np.diff(cumulative) / (interval_s * 1e9), 0.0, 1.0))
