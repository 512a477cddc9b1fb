"""Emulators: each a file here that says what it runs and with which command.

docs/adding-an-emulator.md has the contract; a command of the user's own, named in the bench, is
held to the same.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from rig.errors import UsageError, nearest
from rig.virtual.emulators import qemu, rp2040js
from rig.virtual.image import Firmware
from rig.wires import BoardWires


class Emulator(Protocol):
    """What a file here offers."""

    NAME: str
    INSTALL: str
    OWN_CLOCK: bool
    """Whether its clock is not the host's: others may run beside it and nobody is late by it."""

    def runs(self, firmware: Firmware) -> bool:
        """Whether it can run such a firmware, were it installed."""

    def missing(self) -> str:
        """What of it is not on this machine, '' when all of it is."""

    WIRES: BoardWires | None
    """What it wires where no bench says; None for one that wires nothing."""

    def command(self, firmware: Firmware, wires: BoardWires | None = None) -> list[str]:
        """What starts it, with such wires. Raises UsageError for those that it cannot have."""


MOST = 8
"""Copies of one firmware's board: beyond, the longest claims are most of the run."""

ALL: Sequence[Emulator] = (rp2040js, qemu)
"""In the order in which they are preferred: docs/adding-an-emulator.md has the measurement."""


EMULATOR_BYTES = 512 << 20
"""Of memory for each, and for the process that drives it: 110 MB and 160 MB were seen."""


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def copies(emulator: Emulator, firmwares: int) -> int:
    """How many of it share one of so many firmwares' claims where nobody said: two more than
    there are cores, for one that hangs keeps none busy, and never more than there is memory for."""
    if not emulator.OWN_CLOCK:
        return 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // EMULATOR_BYTES
    return max(1, min(cores() + 2, memory, MOST) // firmwares)


def choose(firmware: Firmware, named: str = "") -> Emulator:
    """The emulator of that name, else the first that runs the firmware and is installed.

    Raises UsageError where there is none, saying how to get one.
    """
    known = {emulator.NAME: emulator for emulator in ALL}
    if named and named not in known:
        raise UsageError(f"there is no emulator {named!r}", nearest(named, list(known)))
    able = [known[named]] if named else [one for one in ALL if one.runs(firmware)]
    if not able or not able[0].runs(firmware):
        who = f"{named} does not run" if named else "no emulator here runs"
        raise UsageError(
            f"firmware {firmware.path}: {who} {firmware.kind.upper()} files for {firmware.chip}",
            'name a command that does in a bench file (emulator = "…"), '
            "see docs/adding-an-emulator.md",
        )
    for emulator in able:
        if not emulator.missing():
            return emulator
    lacks = "; ".join(f"{one.NAME}: {one.missing()} (to install: {one.INSTALL})" for one in able)
    raise UsageError(f"firmware {firmware.path}: no emulator for it is installed", lacks)
