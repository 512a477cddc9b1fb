"""How to reach a meter, and the lock that keeps two runs off it."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from rig.entries import MeterEntry
from rig.errors import RigError
from rig.meters.accuracy import stated
from rig.ports import canonical
from rig.units import amperes, volts

if TYPE_CHECKING:
    from rig.meters.meter import Meter


SERIAL = re.compile(r"ASRL(\D.*)::INSTR", re.IGNORECASE)
"""A VISA name that holds a port's path, as PyVISA-py has it: ASRL/dev/ttyUSB0::INSTR."""
PTYS = "/dev/pts/"


def lock_of(port: str) -> FileLock:
    """The kernel lock that keeps two runs off one port or meter; it falls with its process."""
    line = SERIAL.fullmatch(port)
    path = line[1] if line else port
    where = port if "::" in path else _device(canonical(path))  # a VISA name is no path
    name = hashlib.sha256(where.encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"looprig-{name}.lock", mode=0o666)


def _device(path: str) -> str:
    """What a path stands for. The number of a PTY is the next one's as soon as it is closed, while
    a run that lost it may not have ended: when it was made tells them apart. A port that is
    unplugged keeps its name, for its run waits for it there."""
    if path.startswith(PTYS):
        with contextlib.suppress(OSError):
            return f"{path} of {Path(path).stat().st_ctime_ns}"
    return path


class MeterStation(BaseModel):
    """How to reach a meter."""

    model_config = ConfigDict(extra="forbid")
    name: str
    entry: MeterEntry
    resource: str
    modelled: bool = False
    address: str = ""  # of its owner, where one holds it for the run
    key: str = ""
    trouble: tuple[str, str] | None = None  # why it could not be opened, and what to do

    def open(self) -> Meter:
        """The meter, to be asked; raises RigError where there is none or it is another thing."""
        if self.trouble:
            raise RigError(*self.trouble)
        if self.address:
            from rig.meters.held import HeldMeter

            return HeldMeter(self.name, self.address, self.key)
        if not self.entry.shared:
            return self._open()
        from rig.meters.shared import SharedMeter

        return SharedMeter(self.name, lock_of(self.resource), self._open)

    def powers(self) -> str:
        """Why the board behind it has no power, or had none for a while; '' for nothing, and for a
        meter that is neither held for the run nor shared."""
        if self.address:
            with contextlib.closing(self.open()) as meter:
                return meter.powers()
        if not self.entry.shared or self.trouble:
            return ""
        from rig.meters.shared import powers

        return powers(self.name, lock_of(self.resource), self._open)

    def _open(self) -> Meter:
        from rig.meters.opening import open_meter

        entry = self.entry
        meter = open_meter(
            entry.kind,
            self.resource,
            backend=entry.backend,
            dialect="" if entry.kind == "virtual" else entry.dialect,
            range_a=amperes(entry.range) if entry.range else None,
            trigger=entry.trigger,
            channel=entry.channel,
            baud_rate=entry.baud_rate,
            # One that is passed on is switched by nobody: it was on when it was given away.
            voltage=volts(entry.voltage) if entry.voltage and entry.held else None,
            feeds=entry.feeds,
            modelled=self.modelled,
            options=entry.options,
        )
        if entry.accuracy:  # the user's own manual, or calibration, before ours
            meter.accuracy = stated(entry.accuracy)
        return meter
