"""Serial ports as the system lists them, and what their names and USB ids say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rig import usb_ids
from rig.errors import UsageError

PLAYED = "LOOPRIG_PORTS"
"""An environment variable that names a JSON file of ports to take for the system's: a list of
objects with the names that pyserial gives (device, vid, pid, serial_number, description, …). Read
anew each time. For machines whose ports pyserial does not list, and for playing such machines. One
without a device is a USB device that has no serial port."""
UNKNOWN = dict.fromkeys(
    ("vid", "pid", "serial_number", "description", "location", "product", "manufacturer")
)
USB_DEVICES = Path("/sys/bus/usb/devices")
DUMMY_DIGITS = 4
"""A number that is shorter, that only counts up or repeats one digit, was given to many."""


@dataclass(frozen=True)
class Port:
    """A serial port that could be a board's; without a `device`, a USB device that has none."""

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
        return self.vid is not None and not usb_ids.is_bridge(self.vid, self.pid or 0)

    @property
    def other(self) -> str:
        """What it is known to be that is no board: `a Nordic PPK2`; else ''."""
        return usb_ids.other(self.vid, self.pid, self.description)

    @property
    def bootloader(self) -> str:
        """What to do about a board that sits in its bootloader; '' for a port that does not."""
        return usb_ids.bootloader(self.vid, self.pid)

    @property
    def maybe_board(self) -> bool:
        """Whether a board is what its USB ids suggest; of others nothing is known."""
        return usb_ids.maybe_board(self.vid, self.pid) and not self.other and not self.bootloader

    @property
    def interface(self) -> int | None:
        """The number of its USB interface, where the system tells it."""
        number = self.location.rpartition(":")[2].rpartition(".")[2]
        return int(number, 16) if ":" in self.location and number.isalnum() else None

    @property
    def place(self) -> str:
        """Where in the tree of hubs its device is plugged; '' where the system does not tell."""
        return self.location.partition(":")[0]

    def same_device(self, other: Port) -> bool:
        """Whether both are ports of one USB device."""
        if (self.vid, self.pid, self.serial_number) != (other.vid, other.pid, other.serial_number):
            return False
        if self.place and other.place:
            return self.place == other.place
        return self.vid is not None and bool(self.serial_number) and not is_dummy(other)


def listed() -> list[Port]:
    """Every serial port of this machine, or of the one that is played (PLAYED)."""
    return [found for found in map(_port, _system()) if found.device]


def _system() -> Iterable[Any]:
    """The ports as pyserial lists them: the one place where the rig asks."""
    played = os.environ.get(PLAYED)
    if played:
        return _played(Path(played))
    from serial.tools import list_ports

    return list(list_ports.comports())


def _played(path: Path) -> list[SimpleNamespace]:
    """The ports of the file. Raises UsageError for one that holds no list of them."""
    where, hint = f"the environment's {PLAYED}: {path}", "mend the file, or unset it"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}", hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: it is no JSON", hint) from error
    ports = found if isinstance(found, list) else []
    fits = [isinstance(each, dict) and "device" in each for each in ports]
    if not isinstance(found, list) or not all(fits):
        raise UsageError(f"{where}: it is no list of objects with a device", hint)
    return [SimpleNamespace(**{**UNKNOWN, **each}) for each in ports]


def attached() -> list[Port]:
    """The serial ports of USB devices. Others have to be named."""
    return [port for port in listed() if port.usb]


def bootloaders() -> list[Port]:
    """USB devices without a serial port that are boards in their bootloader, such as a Pico whose
    BOOTSEL was held: as far as Linux tells, or the machine that is played."""
    if os.environ.get(PLAYED):
        found = [_port(each) for each in _system() if not each.device]
    else:
        found = [_of_sysfs(folder) for folder in sorted(USB_DEVICES.glob("*-*[0-9]"))]
    return [port for port in found if port.bootloader]


def _of_sysfs(folder: Path) -> Port:
    def read(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    vid, pid = read("idVendor"), read("idProduct")
    if not (vid and pid) or list(folder.glob("*/tty*")):  # an interface, or listed as a port
        return Port("")
    return Port("", int(vid, 16), int(pid, 16), read("serial"), read("product"), folder.name)


def lookup(device: str) -> Port:
    """What the system knows of a port, by any of its names and under the name given; a path or URL
    that it does not list is only that."""
    from dataclasses import replace

    wanted = canonical(device)
    found = next((port for port in listed() if canonical(port.device) == wanted), None)
    return replace(found, device=device) if found else Port(device)


def canonical(device: str, system: str = sys.platform) -> str:
    """One name for all names of a port: links such as /dev/serial/by-id are followed, macOS's
    `tty.` is its `cu.`, and Windows tells neither `com3` nor `\\\\.\\COM3` from COM3."""
    if "://" in device:
        return device
    if system == "win32":
        return device.upper().removeprefix("\\\\.\\")
    if system == "darwin" and device.startswith("/dev/tty."):
        return "/dev/cu." + device.removeprefix("/dev/tty.")
    return os.path.realpath(device)


def is_dummy(port: Port) -> bool:
    """Whether its serial number was never given to one device alone."""
    number = port.serial_number.strip().lstrip("0").upper()
    counts_up = len(number) > 3 and number in "123456789ABCDEF1234567890"
    return len(set(number)) < 2 or counts_up or (number.isdigit() and len(number) < DUMMY_DIGITS)


def identity(port: Port, among: Iterable[Port] | None = None) -> str:
    """The serial number by which a port's device is found again; '' where it has none, a known
    dummy, or one that another device here has as well.

    A CP210x is sold with `0001`, clones of it and of FTDI's chips with one number for all.
    """
    if is_dummy(port):
        return ""
    others = listed() if among is None else among
    same = [each for each in others if each.serial_number == port.serial_number]
    return port.serial_number if all(each.same_device(port) for each in same) else ""


def with_serial_number(number: str, interface: int | None = None) -> list[Port]:
    """The ports of the USB device with that serial number, of all its interfaces or of one; those
    of several devices where they share it."""
    found = [port for port in listed() if port.serial_number == number]
    if interface is not None:
        found = [port for port in found if port.interface == interface] or found
    return sorted(found, key=lambda port: port.interface or 0)


def _port(found: Any) -> Port:
    words = [found.description, getattr(found, "product", None)]
    words = [word for word in dict.fromkeys(words) if word and word != "n/a"]
    return Port(
        device=found.device or "",
        vid=found.vid,
        pid=(found.pid or 0) if found.vid is not None else None,
        serial_number=found.serial_number or "",
        description=" ".join(w for w in words if not any(w != v and w in v for v in words)),
        location=getattr(found, "location", None) or "",
    )
