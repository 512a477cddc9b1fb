"""The supply of a virtual board: an instrument switches it, and the board's holder obeys.

An instrument has the `Switch`; the holder has the `Supply`. What passes between them is a datagram
on a Unix socket: `on`, `off`, or `gap SECONDS` for a circuit that opens and closes again. A board
lives through a gap shorter than `HOLD_UP_S`: 10 µF that may fall from 3.3 V to 2 V carry 20 mA for
0.65 ms.
"""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

HOLD_UP_S = 1e-3
BOOT_S = 0.15
"""From power to a USB port: a chip boots, the host sees it and gives it a name."""


class Switch:
    """An instrument's end. Without a path it switches nothing: the board has another."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.closed = False  # what it said last
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def on(self) -> None:
        if not self.closed:
            self.closed = True
            self._say("on")

    def off(self) -> None:
        if self.closed:
            self.closed = False
            self._say("off")

    def gap(self, seconds: float) -> None:
        """The circuit is open for so long, where it was closed."""
        if self.closed and seconds:
            self._say(f"gap {seconds:.6f}")

    def _say(self, text: str) -> None:
        if self.path is not None:
            with contextlib.suppress(OSError):  # the board is gone already
                self.socket.sendto(text.encode(), str(self.path))


class Supply:
    """The holder's end: whether the board has power, and when that changes next.

    It has none until an instrument gives it.
    """

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.on = False
        self.losses = 0
        self.boots_at: float | None = None

    def hear(self) -> None:
        """Take what instruments said."""
        with contextlib.suppress(BlockingIOError):
            while True:
                word, _, seconds = self.socket.recv(64).decode("ascii", "replace").partition(" ")
                self.obey(word, float(seconds or 0))

    def obey(self, word: str, seconds: float) -> None:
        if word == "on":
            if not self.on and self.boots_at is None:
                self.boots_at = time.monotonic() + BOOT_S
            return
        if word == "gap" and seconds < HOLD_UP_S:
            return
        off = self.on
        self.losses += off
        self.on = False
        self.boots_at = None
        if word == "gap":
            self.boots_at = time.monotonic() + seconds + BOOT_S

    def patience(self) -> float | None:
        """Seconds until the board has booted; None where nothing is under way."""
        return None if self.boots_at is None else max(0.0, self.boots_at - time.monotonic())

    def turn(self) -> bool:
        """Whether the board has power now."""
        if self.boots_at is not None and time.monotonic() >= self.boots_at:
            self.boots_at = None
            self.on = True
        return self.on
