"""Meters that are opened before their boards, and kept open until the run ends."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rig.errors import LooprigError

if TYPE_CHECKING:
    from rig.meter_station import MeterStation
    from rig.meters.held import Owner

ABSENT_S = 5.0
"""A board that was given power may take so long until its port is there: it boots, the host sees
its USB."""
LOOK_S = 0.05


class Holding:
    """The owners of this run's meters, one to an instrument and channel."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.stack = stack
        self.owners: dict[tuple[str, int | None], Owner] = {}

    def has(self, meter: MeterStation) -> bool:
        """Whether the instrument is held already, on this channel or another."""
        return any(resource == meter.resource for resource, _ in self.owners)

    def hold(self, meter: MeterStation, alone: bool) -> MeterStation:
        """The same meter, open, with the address of its owner; or with what stood in the way,
        which whoever asks for it is told."""
        if not meter.entry.held:
            return meter
        from rig.meters.held import Owner

        key = (meter.resource, meter.entry.channel)
        if key not in self.owners:
            try:
                owner = Owner(meter.open(), alone)
            except LooprigError as error:
                return meter.model_copy(update={"trouble": (error.what, error.hint)})
            self.owners[key] = owner
            self.stack.callback(give_back, owner)
        owner = self.owners[key]
        return meter.model_copy(update={"address": owner.address, "key": owner.key})


def give_back(owner: Owner) -> None:
    """End its hold, and say what no test was told of: a lapse that fell between two of them."""
    owner.close()
    if owner.lapse:
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            print(f"between two tests {owner.lapse}; no result is of that time", file=sys.stderr)


def await_port(port: str, scale: float = 1.0) -> None:
    """Until a port that a board's power brings is there, or will not be: that is said later."""
    deadline = time.monotonic() + ABSENT_S * scale
    while port.startswith("/") and not Path(port).exists() and time.monotonic() < deadline:
        time.sleep(LOOK_S)  # a poll: the system tells nobody of a new port
