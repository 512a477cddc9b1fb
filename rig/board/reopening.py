"""A port that went away and comes back: a board that reset, or whose sleep took USB with it."""

from __future__ import annotations

import time
from dataclasses import replace

from rig.activity import Clock
from rig.board import suspects
from rig.board.link import Link
from rig.board.port import Lines, PortAbsent, PortBusy, PortSettling
from rig.errors import LooprigError
from rig.ports import Port, canonical, identity, listed, lookup

LOOK_S = 0.05
BUSY_S = 20.0
"""How long another program may hold a port that has just come (back): ModemManager probes some
10 to 15 s (micropython 1096, libusb_stm32 39)."""
BUSY_FIRST_S = 2.0
"""The same for a port that nothing is known of: who looks at it, as a desktop does, is gone by
then."""
SETTLING_S = 3.0
"""Windows: a device that resets is not opened at first (thonny 2520, 3052, 3774)."""


def home_of(port: str) -> Port:
    """What the system knows of a port, kept to find its device again; without a serial number
    that is not its device's alone."""
    found = lookup(port)
    return found if identity(found) else replace(found, serial_number="")


def where(home: Port) -> str:
    """The name under which the USB device of `home` is there now.

    A device that comes back may get another name, and its own name may go to another board that
    comes back at the same time. Raises PortAbsent where it is not there.
    """
    now = listed()
    own = canonical(home.device)
    number = home.serial_number
    if number:
        found = [port for port in now if port.serial_number == number]
    elif home.place:  # no number of its own: what is plugged where it was
        found = [port for port in now if port.usb == home.usb and port.place == home.place]
    else:
        return home.device
    if any(canonical(port.device) == own for port in found):
        return home.device
    if len(found) > 1 and home.place:  # several with one number, or several ports of one device
        found = [port for port in found if port.place == home.place] or found
    if len(found) > 1 and home.interface is not None:
        found = [port for port in found if port.interface == home.interface]
    if len(found) != 1:
        which = f"has serial number {number!r}" if number else f"is plugged at {home.place}"
        hint = suspects.of_absence() or "looprig boards lists what is there"
        raise PortAbsent(f"port {home.device}: no USB device {which}", hint)
    return found[0].device


def reopened(
    home: Port, baudrate: int, lines: Lines, deadline: float, busy: float, clock: Clock
) -> Link:
    """The port, opened as soon as it is there; raises LooprigError after the deadline, `busy` for
    one that another program holds. Both are instants of the clock."""
    while True:
        try:
            return Link(where(home), baudrate, lines)
        except LooprigError as error:
            until = max(deadline, busy) if isinstance(error, PortBusy) else deadline
            if clock.left(until) <= 0:
                raise
            time.sleep(LOOK_S)  # a poll: pyserial cannot be told of a new port


def opened(port: str, baudrate: int, lines: Lines, scale: float = 1.0) -> Link:
    """A port opened for the first time. One that is not there is told at once; one that another
    program holds, or that is just starting, gets a moment."""
    began = time.monotonic()
    while True:
        try:
            return Link(port, baudrate, lines)
        except (PortBusy, PortSettling) as error:
            seconds = SETTLING_S
            if isinstance(error, PortBusy):
                seconds = BUSY_S if suspects.runs("ModemManager") else BUSY_FIRST_S
            if time.monotonic() - began >= seconds * scale:
                raise
            time.sleep(LOOK_S)  # as above
