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

import serial

from rig.errors import RigError, UsageError

READ_SLICE_S = 0.05
"""How long one read may block. Set once, when the port opens: changing it on an open RFC 2217
port costs over a second."""
MOST = 1 << 16
"""Bytes of one read."""


class Disconnected(Exception):
    """The port went away while it was in use."""


def explain_port(device: str, error: BaseException) -> UsageError | RigError:
    """Why a port did not open, and what to do about it."""
    said = str(error)
    number = getattr(error, "errno", None)
    if number == errno.EACCES or "Permission denied" in said or "PermissionError" in said:
        return RigError(
            f"port {device}: permission denied",
            "add yourself to the dialout group (sudo usermod -aG dialout $USER, then log in again)",
        )
    if number == errno.EBUSY or "exclusively lock" in said or "Resource temporarily" in said:
        return RigError(
            f"port {device}: busy",
            f"another program holds it (a terminal, mpremote, another run?): fuser {device}",
        )
    if number == errno.ENOENT or "No such file" in said or "FileNotFoundError" in said:
        return UsageError(f"port {device}: there is no such port", "looprig boards lists them")
    if "invalid URL" in said or "unknown protocol" in said:
        return UsageError(f"port {device}: {said}", "a device path, COMn, socket:// or rfc2217://")
    return RigError(f"port {device}: {said}", "is the board plugged in and powered?")


def arrived(port: serial.SerialBase) -> bytes:
    """What has arrived, waiting a slice for the first byte; b'' if none came.

    Raises OSError for a port that went away.
    """
    if not is_descriptor(port):
        data = bytes(port.read(1))
        return data + more(port) if data else b""
    if not select.select([port.fd], [], [], READ_SLICE_S)[0]:
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
