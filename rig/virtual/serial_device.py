"""A device at its serial port: the bytes that it takes and sends, on a PTY, until stdin closes.

A client that comes while the device streams gets what is on the way, as from a real one.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
import tty
from pathlib import Path
from typing import Protocol

TICK_S = 20e-3


class Device(Protocol):
    """What stands behind the port."""

    def take(self, data: bytes) -> None:
        """Bytes of the client, which may come in pieces."""
        ...

    def give(self) -> bytes:
        """What it sends now; asked for at each tick, whether or not anybody takes it."""
        ...

    def shut(self, seconds: float) -> None:
        """Its port has been closed for so long."""
        ...

    def end(self) -> None:
        """It is unplugged."""
        ...


def serve(device: Device, link: Path) -> None:
    """Until standard input closes; `link` is the port's path, there once "ready" was printed."""
    outer, inner = os.openpty()
    tty.setraw(inner)
    link.symlink_to(os.ttyname(inner))
    os.set_blocking(outer, False)
    os.close(inner)  # so that its closing shows
    print("ready", flush=True)
    opened, closed_at, out = False, 0.0, b""
    poll = select.poll()
    poll.register(outer, select.POLLIN | select.POLLHUP)
    poll.register(0, select.POLLIN | select.POLLHUP)
    while True:
        time.sleep(TICK_S)
        events = dict(poll.poll(0))
        if 0 in events and not os.read(0, 64):
            device.end()
            return
        now_open = not events.get(outer, 0) & select.POLLHUP
        if opened and not now_open:
            closed_at = time.monotonic()
        opened = now_open
        if not opened:
            if closed_at:
                device.shut(time.monotonic() - closed_at)
            device.give()  # nobody takes it
            out = b""
            continue
        with contextlib.suppress(OSError):
            if events.get(outer, 0) & select.POLLIN:
                device.take(os.read(outer, 4096))
        out += device.give()
        while out:
            try:
                out = out[os.write(outer, out) :]
            except BlockingIOError:
                break
            except OSError:
                out = b""
