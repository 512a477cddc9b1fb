"""Serial ports as the system lists them, and what their USB ids say of the way to a board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

UART_BRIDGES = {
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x0D28: "DAPLink",
    0x10C4: "Silicon Labs CP210x",
    0x1366: "SEGGER J-Link",
    0x1A86: "WCH CH340",
}
"""USB vendors whose serial ports stand between the host and a board's UART."""
STLINK = (0x0483, range(0x3744, 0x3760))


@dataclass(frozen=True)
class Port:
    """A serial port that could be a board's."""

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str = ""
    description: str = ""

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
    """Every serial port of this machine."""
    from serial.tools import list_ports

    return [_port(found) for found in list_ports.comports()]


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
    )
