"""One connection between the host and a board, and what an ill-mannered host does with it.

What was read when this host itself ended the connection is no whole: no read returns it.
"""

from __future__ import annotations

import ctypes
import platform
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from rig.errors import Unsupported

SO_ATTACH_FILTER = 26
"""socket(7). Alpha, MIPS, PA-RISC and SPARC number some options otherwise, not this one but on the
last two, on which nobody benches boards."""
DROP_ALL = struct.pack("=HBBI", 0x06, 0, 0, 0)
"""A classic BPF program (linux/Documentation/networking/filter.rst): BPF_RET, keep 0 bytes."""

LOOK_S = 0.02
"""How often a wait looks whether the test is over."""


def deafen(sock: socket.socket) -> None:
    """From now on the kernel drops whatever comes for this socket, and acknowledges nothing: to the
    other side it has vanished. Raises Unsupported where the host is not a Linux."""
    if sys.platform != "linux":
        raise Unsupported(f"network: a host that vanishes needs Linux, this is {platform.system()}")
    program = ctypes.create_string_buffer(DROP_ALL, len(DROP_ALL))
    sock.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", 1, ctypes.addressof(program))
    )


class Line:
    """A connection. Every wait ends with the socket's timeout, in TimeoutError."""

    def __init__(
        self, sock: socket.socket, call: Callable[[int], Line], over: Callable[[], bool]
    ) -> None:
        self.sock = sock
        self.call = call  # as a client, a port of the board's
        self.over = over  # whether the board's script has ended
        self.vanished = False  # who has vanished does not close either: that would be heard
        self.cut = False  # this host ended it, for the board's script had ended and it had not
        self.reads_on = False  # until the other side ends it
        self.told: list[tuple[Any, ...]] = []

    def tell(self, name: str, *data: Any) -> None:
        """Note for the judge what the host saw."""
        self.told.append((name, *data))

    def secure(self, context: ssl.SSLContext, **options: Any) -> None:
        """Speak TLS from here on."""
        self.sock = context.wrap_socket(self.sock, **options)

    def wait(self, event: threading.Event) -> bool:
        """Wait for something that another connection of the test brings; whether it came."""
        until = time.monotonic() + (self.sock.gettimeout() or 0)
        while not event.wait(LOOK_S):
            if self.over() or time.monotonic() > until:
                return False
        return True

    def _some(self, most: int) -> bytes:
        """What has come, b"" at the other side's end. Raises ConnectionAbortedError at ours."""
        got = self.sock.recv(most)
        if not got and self.cut:
            raise ConnectionAbortedError
        return got

    def line(self) -> bytes:
        """What comes up to a line feed, or the end."""
        got = b""
        while not got.endswith(b"\n") and (byte := self._some(1)):
            got += byte
        return got

    def exactly(self, count: int) -> bytes:
        """So many bytes, fewer at the end."""
        got = bytearray()
        while len(got) < count and (part := self._some(count - len(got))):
            got += part
        return bytes(got)

    def rest(self, pause_s: float = 0.0, piece: int = 1 << 16) -> bytes:
        """All that comes until the end, a piece at a time and no faster than that."""
        got = bytearray()
        self.reads_on = True
        try:
            while part := self._some(piece):
                got += part
                time.sleep(pause_s)
        finally:
            self.reads_on = False
        return bytes(got)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def send_each(self, parts: Iterable[bytes], gap_s: float) -> None:
        """Each part in a segment of its own, and under TLS in a record of its own."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            self.sock.sendall(part)
            time.sleep(gap_s)

    def end_sending(self) -> None:
        """Half-close: nothing more will come from here, and what comes is still read."""
        self.sock.shutdown(socket.SHUT_WR)

    def end_tls(self) -> None:
        """Say that nothing more will come (close_notify, RFC 8446 6.1), then half-close."""
        assert isinstance(self.sock, ssl.SSLSocket)
        patience = self.sock.gettimeout()
        self.sock.settimeout(0)
        with suppress(ssl.SSLError):  # the board's own need not come: nobody waits for it
            self.sock.unwrap()
        self.sock.settimeout(patience)
        self.end_sending()

    def reset(self) -> None:
        """Close with a reset instead of an end (SO_LINGER of no time, socket(7))."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):  # a thread that waits for it would keep it open
            self.sock.shutdown(socket.SHUT_RD)
        self.sock.close()

    def vanish(self) -> None:
        """Hear nothing more and acknowledge nothing, without a word."""
        deafen(self.sock)
        self.vanished = True

    def close(self) -> None:
        self.sock.close()
