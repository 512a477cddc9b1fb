"""Serial ports as the system lists them, and what their USB ids say of the way to a board."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PLAYED = "LOOPRIG_PORTS"
"""An environment variable that names a JSON file of ports to take for the system's: a list of
objects with the names that pyserial gives (device, vid, pid, serial_number, description, …). Read
anew each time. For machines whose ports pyserial does not list, and for playing such machines."""

UART_BRIDGES = {
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x0D28: "DAPLink",
    0x10C4: "Silicon Labs CP210x",
    0x1366: "SEGGER J-Link",
    0x1A86: "WCH CH340",
}
"""USB vendors whose serial ports stand between the host and a board's UART."""
UNKNOWN = dict.fromkeys(
    ("vid", "pid", "serial_number", "description", "location", "product", "manufacturer")
)
STLINK = (0x0483, range(0x3744, 0x3760))


@dataclass(frozen=True)
class Port:
    """A serial port that could be a board's."""

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str = ""
    description: str = ""
    location: str = ""  # `1-1.2:1.0`: bus, hub ports, then configuration and interface

    @property
    def usb(self) -> str:
        """`2e8a:0005`, or nothing for a port that is no USB device."""
        return f"{self.vid:04x}:{self.pid:04x}" if self.vid is not None else ""

    @property
    def own_usb(self) -> bool:
        """Whether the port is the board's own USB rather than a bridge to its UART."""
        if self.vid is None or self.vid in UART_BRIDGES:
            return False
        return not (self.vid == STLINK[0] and self.pid in STLINK[1])


def listed() -> list[Port]:
    """Every serial port of this machine, or of the one that is played (PLAYED)."""
    return [_port(found) for found in _system()]


def _system() -> Iterable[Any]:
    """The ports as pyserial lists them: the one place where the rig asks."""
    played = os.environ.get(PLAYED)
    if played:
        found = json.loads(Path(played).read_text(encoding="utf-8"))
        return [SimpleNamespace(**{**UNKNOWN, **each}) for each in found]
    from serial.tools import list_ports

    return list(list_ports.comports())


def attached() -> list[Port]:
    """The serial ports worth asking: those of USB devices. Others have to be named."""
    return [port for port in listed() if port.usb]


def lookup(device: str) -> Port:
    """What the system knows of a port; a path or URL that it does not list is only that."""
    return next((port for port in listed() if port.device == device), Port(device))


def _port(found: Any) -> Port:
    return Port(
        device=found.device,
        vid=found.vid,
        pid=found.pid or 0,
        serial_number=found.serial_number or "",
        description=found.description or "",
        location=getattr(found, "location", None) or "",
    )
