"""The port of a board with manners: a PTY that knows whether it is open, or RFC 2217 with lines."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import serial.rfc2217

WRITE_S = 0.5


IN_CLOSE, IN_OPEN = 0x8 | 0x10, 0x20
EVENT = struct.Struct("iIII")  # inotify(7)


def watch(path: str) -> int:
    """A descriptor that tells of each opening and closing of a file; -1 where there is none."""
    if not sys.platform.startswith("linux"):
        return -1
    libc = ctypes.CDLL(None, use_errno=True)
    fd = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    libc.inotify_add_watch(fd, path.encode(), IN_OPEN | IN_CLOSE)
    return fd


class PtyWire:
    """A PTY whose slave nobody keeps open: the master polls HUP while no client has it."""

    url = ""

    def __init__(self) -> None:
        self.master = -1
        self.link = Path()
        self.clients = 0
        self.watch = -1

    def plug(self, link: Path) -> None:
        self.master, slave = os.openpty()
        self.clients = 0
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        temporary = link.with_name(f".{link.name}.new")
        temporary.symlink_to(os.ttyname(slave))
        temporary.replace(link)
        self.link = link
        name = os.ttyname(slave)
        os.close(slave)
        self.watch = watch(name)

    def pull(self) -> None:
        if self.master >= 0:
            self.link.unlink(missing_ok=True)
            os.close(self.master)
            if self.watch >= 0:
                os.close(self.watch)
        self.master = self.watch = -1

    def close(self) -> None:
        self.pull()

    def edges(self) -> Iterator[bool]:
        """True for each opening since it was last asked, False for each closing."""
        if self.watch < 0:  # no inotify: what was closed and opened again meanwhile is missed
            if self.is_open() != bool(self.clients):
                self.clients = int(not self.clients)
                yield bool(self.clients)
            return
        try:
            told = os.read(self.watch, 4096)
        except BlockingIOError:
            return
        for _, mask, _, length in EVENT.iter_unpack(told):
            assert length == 0, "only folders have names in their events"
            self.clients += 1 if mask & IN_OPEN else -1
            if self.clients == (mask & IN_OPEN > 0):
                yield bool(self.clients)

    def fileno(self) -> int:
        return self.master

    def is_open(self) -> bool:
        if self.master < 0:
            return False
        poll = select.poll()
        poll.register(self.master, 0)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    def read(self) -> bytes:
        try:
            return os.read(self.master, 4096)
        except OSError:  # closed meanwhile
            return b""

    def swallow(self) -> bool:
        """Drop what the client sent so far; whether that was anything."""
        return bool(b"".join(iter(self.read, b"")))

    def write(self, data: bytes) -> None:
        """A client that does not read loses what does not fit, as over USB."""
        deadline = time.monotonic() + WRITE_S
        while data and time.monotonic() < deadline and self.is_open():
            try:
                data = data[os.write(self.master, data) :]
            except BlockingIOError:
                select.select([], [self.master], [], 0.01)
            except OSError:
                return

    def hold(self, seconds: float) -> None:
        """As ModemManager does with each new port: open it, lock it, type at it."""
        with contextlib.suppress(OSError):
            fd = os.open(self.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(fd, b"AT+GCAP\r")
            time.sleep(seconds)  # that is what is played
            os.close(fd)


class Rfc2217Wire:
    """A server of RFC 2217 whose client sets DTR and RTS; one client at a time.

    To pyserial's PortManager it is the serial port itself.
    """

    baudrate = 115200
    bytesize, parity, stopbits = 8, "N", 1
    xonxoff = rtscts = break_condition = False
    cts = dsr = ri = cd = False

    def __init__(self, lines: Callable[[bool, bool], None]) -> None:
        self.lines = lines
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.setblocking(False)
        self.url = f"rfc2217://127.0.0.1:{self.server.getsockname()[1]}"
        self.client: socket.socket | None = None
        self.was_open = False
        self._dtr = self._rts = False

    @property
    def dtr(self) -> bool:
        return self._dtr

    @dtr.setter
    def dtr(self, on: bool) -> None:
        self._dtr = on
        self.lines(self._dtr, self._rts)

    @property
    def rts(self) -> bool:
        return self._rts

    @rts.setter
    def rts(self, on: bool) -> None:
        self._rts = on
        self.lines(self._dtr, self._rts)

    def reset_input_buffer(self) -> None: ...

    def reset_output_buffer(self) -> None: ...

    def plug(self, link: Path) -> None: ...

    def pull(self) -> None: ...

    def hold(self, seconds: float) -> None: ...

    def close(self) -> None:
        if self.client:
            self.client.close()
        self.server.close()

    def fileno(self) -> int:
        return self.client.fileno() if self.client else -1

    def edges(self) -> Iterator[bool]:
        """True for an opening since it was last asked, False for a closing."""
        if self.is_open() != self.was_open:
            self.was_open = not self.was_open
            yield self.was_open

    def is_open(self) -> bool:
        if self.client is None:
            with contextlib.suppress(BlockingIOError):
                self.client, _ = self.server.accept()
                self.client.setblocking(True)
                self.manager = serial.rfc2217.PortManager(self, SimpleNamespace(write=self.tell))
        return self.client is not None

    def write(self, data: bytes) -> None:
        if self.client is not None:
            self.tell(b"".join(self.manager.escape(data)))

    def tell(self, data: bytes) -> None:
        """What is escaped already, or is telnet's own."""
        if self.client is not None:
            with contextlib.suppress(OSError):
                self.client.sendall(data)

    def read(self) -> bytes:
        assert self.client is not None
        try:
            data = self.client.recv(4096)
        except OSError:
            data = b""
        if not data:  # the bridge drops its lines when nobody has it open
            self.client.close()
            self.client = None
            self._dtr = self._rts = False
            self.lines(False, False)
            return b""
        return b"".join(self.manager.filter(data))

    def swallow(self) -> bool:
        return False
