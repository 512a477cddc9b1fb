"""The bytes of an open port, and why one does not open.

pyserial looks at each byte's deadline by itself: two system calls and an object for each read, and
another to hear how much more there is. A POSIX port is a file descriptor, which says all it has at
once; elsewhere, and for URLs, pyserial does it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import sys
from typing import NamedTuple

import serial

from rig.board import suspects
from rig.errors import RigError, UsageError

SYSTEM = sys.platform
READ_SLICE_S = 0.05
"""How long one read may block. Set once, when the port opens: changing it on an open RFC 2217
port costs over a second."""
MOST = 1 << 16
"""Bytes of one read."""


class Lines(NamedTuple):
    """How DTR and RTS are set before the port opens; None leaves pyserial's way, both on."""

    dtr: bool | None = None
    rts: bool | None = None


class Disconnected(Exception):
    """The port went away while it was in use."""


class Silence(Exception):
    """The deadline of a step passed; the message says what was awaited and what came."""

    def __init__(self, what: str, seen: bytes = b"") -> None:
        super().__init__(f"waited for {what}, got {seen[-200:]!r}")
        self.seen = seen


class PortAbsent(UsageError):
    """There is no such port, or not just now."""


class PortBusy(RigError):
    """Another program holds the port."""


class PortSettling(RigError):
    """Windows does not open the port of a device that starts: it will in a moment."""


WINDOWS_BUSY = ("PermissionError(13", "Access is denied", "WinError 5")
WINDOWS_SETTLING = ("OSError(22", "WinError 22", "WinError 31", "OSError(31", "does not recognize")


def explain_port(device: str, error: BaseException) -> UsageError | RigError:
    """Why a port did not open, and what to do about it."""
    said = str(error)
    number = getattr(error, "errno", None)
    if "invalid URL" in said or "unknown protocol" in said:
        return UsageError(f"port {device}: {said}", "a device path, COMn, socket:// or rfc2217://")
    if SYSTEM == "win32":  # an open port is a denied one there
        if any(mark in said for mark in WINDOWS_BUSY):
            hint = "close what uses it: Thonny, a serial monitor, a slicer, mpremote, another run"
            return PortBusy(f"port {device}: busy, another program has it open", hint)
        if any(mark in said for mark in WINDOWS_SETTLING):
            hint = "unplug it and plug it in again; another cable, or a port without a hub"
            return PortSettling(f"port {device}: its device does not respond ({said})", hint)
    if number == errno.EACCES or "Permission denied" in said or "PermissionError" in said:
        return RigError(f"port {device}: permission denied", suspects.dialout())
    if number == errno.EBUSY or "exclusively lock" in said or "Resource" in said:
        who = "lsof" if SYSTEM == "darwin" else "fuser"
        hint = f"another program holds it (a terminal, mpremote, another run?): {who} {device}"
        if suspects.runs("ModemManager"):
            hint += f"; {suspects.MODEM_MANAGER}"
        return PortBusy(f"port {device}: busy", hint)
    if number == errno.ENOENT or "No such file" in said or "FileNotFoundError" in said:
        hint = "looprig boards lists them"
        cause = suspects.of_absence()
        return PortAbsent(f"port {device}: there is no such port", cause or hint)
    if number in (errno.ENOTTY, errno.EISDIR) or "ioctl" in said or "Is a directory" in said:
        return RigError(f"port {device}: it is no serial port", "looprig boards lists them")
    return RigError(f"port {device}: {said}", "is the board plugged in and powered?")


def arrived(port: serial.SerialBase, wait_s: float = READ_SLICE_S) -> bytes:
    """What has arrived, waiting a slice for the first byte; b'' if none came.

    A POSIX port can wait less. Raises OSError for a port that went away.
    """
    if not is_descriptor(port):
        data = bytes(port.read(1))
        return data + more(port) if data else b""
    if not select.select([port.fd], [], [], wait_s)[0]:
        return b""
    try:
        data = os.read(port.fd, MOST)
    except BlockingIOError:  # another program took it
        return b""
    if not data:
        raise serial.SerialException("it is ready to be read, and has nothing")
    return data


def more(port: serial.SerialBase) -> bytes:
    """What else has arrived, without waiting."""
    count = port.in_waiting
    if not count:
        return b""
    if not port.portstr.startswith("socket://"):
        return bytes(port.read(count))
    port.timeout = 0  # a socket knows no count: it says 1 for any
    try:
        return bytes(port.read(MOST))
    finally:
        port.timeout = READ_SLICE_S


def write(port: serial.SerialBase, data: bytes) -> None:
    """Write all of it; raises SerialTimeoutException where nothing is taken."""
    if is_descriptor(port):
        with contextlib.suppress(BlockingIOError):
            data = data[os.write(port.fd, data) :]
    if data:
        port.write(data)


def is_descriptor(port: serial.SerialBase) -> bool:
    """Whether the port is a plain POSIX one; those of URLs (`spy://`) build upon its class."""
    return os.name == "posix" and type(port) is serial.Serial
