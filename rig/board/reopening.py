"""A port that went away and comes back: a board that reset, or whose sleep took USB with it."""

from __future__ import annotations

import time

from rig.board.link import Link
from rig.errors import LooprigError, RigError
from rig.ports import listed, lookup

LOOK_S = 0.05


def serial_number_of(port: str) -> str:
    """The USB serial number behind a port, '' for one that is no USB device of this machine."""
    return lookup(port).serial_number


def where(port: str, serial_number: str) -> str:
    """The name under which the USB device of `port` is there now.

    A device that comes back may get another name, and its own name may go to another board that
    comes back at the same time. Raises RigError where it is not there.
    """
    if not serial_number:
        return port
    found = [each.device for each in listed() if each.serial_number == serial_number]
    if port in found:
        return port
    if len(found) != 1:  # none yet; or bridges that all say the same, and ours is not among them
        raise RigError(f"port {port}: no USB device has serial number {serial_number!r}")
    return found[0]


def reopened(port: str, baudrate: int, serial_number: str, deadline: float) -> Link:
    """The port, opened as soon as it is there; raises LooprigError after the deadline."""
    while True:
        try:
            return Link(where(port, serial_number), baudrate)
        except LooprigError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_S)  # a poll: pyserial cannot be told of a new port
