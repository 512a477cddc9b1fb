"""A meter that several boards, workers or runs use: one capture at a time.

The kernel lock is per meter and falls with its process. The session lasts one capture: most
instruments serve one client, and one that stays connected shuts the others out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import ClassVar

from filelock import FileLock, Timeout

from rig.errors import RigError
from rig.meters.meter import Meter, Plan
from rig.meters.samples import Samples

TURN_S = 900.0
"""How long to wait for a turn: many boards may each have a capture of minutes before ours."""


class SharedMeter:
    """A `Meter` that is open, and held, from `arm` to `fetch` only."""

    holding: ClassVar[dict[str, SharedMeter]] = {}  # in this process, by the lock's file

    def __init__(self, name: str, lock: FileLock, opener: Callable[[], Meter]) -> None:
        self.lock, self.opener = lock, opener
        self.meter: Meter | None = None
        self.name = name
        meter = self._take()
        try:
            self.source, self.waveform = meter.source, meter.waveform
            self.max_rate_hz, self.accuracy = meter.max_rate_hz, meter.accuracy
            self.identity = meter.identify()
        finally:  # or nobody else had it again
            self.close()

    def _take(self) -> Meter:
        self.close()  # a capture that its board broke off was never fetched
        try:
            self.lock.acquire(timeout=TURN_S)
        except Timeout as error:
            raise RigError(
                f"meter {self.name}: other captures kept it busy for {TURN_S:g} s",
                "does another program hold it?",
            ) from error
        try:
            self.meter = self.opener()
        except BaseException:
            self.lock.release()
            raise
        self.holding[self.lock.lock_file] = self
        return self.meter

    def identify(self) -> str:
        return self.identity

    def powers(self) -> str:
        try:
            return self._take().powers()
        finally:
            self.close()

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        try:
            return self._take().arm(duration_s, rate_hz)
        except BaseException:
            self.close()
            raise

    def fetch(self) -> Samples:
        if self.meter is None:
            raise RigError(f"the meter {self.name} was not armed")
        try:
            return self.meter.fetch()
        finally:
            self.close()

    def close(self) -> None:
        """Give it to the next; it may be armed again."""
        meter, self.meter = self.meter, None
        if meter is not None:
            self.holding.pop(self.lock.lock_file, None)
            try:
                meter.close()
            finally:
                self.lock.release()


def powers(name: str, lock: FileLock, opener: Callable[[], Meter]) -> str:
    """Why the board behind a shared meter has no power now; '' for nothing wrong.

    Where a capture of this process has it, which its board broke off, that is ended for it. Raises
    RigError where the meter does not open, as one does whose output is off.
    """
    holder = SharedMeter.holding.get(lock.lock_file)
    if holder is None or holder.meter is None:
        return SharedMeter(name, lock, opener).powers()
    with contextlib.suppress(RigError):
        holder.meter.fetch()
    return holder.meter.powers()
