"""A wire that misbehaves on command: a PTY between the rig and a board.

It stands for bad cables, hubs and ports: it drops, doubles, corrupts and delays bytes, carries
no more than a baud rate does, falls silent, floods, and closes as if it were unplugged. POSIX.

    with FaultBench(board_port, folder / "wire") as bench:
        bench.to_host.corrupt = 0.01
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import select
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 4096
"""Bytes read at once, and held before the sender has to wait: a PTY's own buffer."""
TICK_S = 0.002
"""How often a throttled or delayed wire looks whether it may carry more."""


class Direction:
    """One direction of the wire. All settings hold from the next byte on.

    `drop`, `double`, `corrupt` are probabilities a byte; `delay_s` is added to each piece;
    `bytes_per_s` limits the rate (0 for none); `mute` swallows everything; `flood` is sent over
    and over, with what the other end says lost in it. `crlf` ends lines as boards do where the Unix
    port does not, which upstream's runner insists on; it would spoil binary data.
    """

    def __init__(self, seed: int) -> None:
        self.drop = self.double = self.corrupt = 0.0
        self.delay_s = 0.0
        self.bytes_per_s = 0
        self.mute = False
        self.flood = b""
        self.crlf = False
        self._last = b""
        self.carried = 0
        self.damaged = 0
        self._random = random.Random(seed)
        self._queue: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._free_at = 0.0  # when the throttled line has carried what it was given

    def clear(self) -> None:
        """A good wire again."""
        self.drop = self.double = self.corrupt = 0.0
        self.delay_s = 0.0
        self.bytes_per_s = 0
        self.mute = False
        self.flood = b""

    @property
    def full(self) -> bool:
        return self._held >= CHUNK

    def put(self, data: bytes) -> None:
        """Bytes that one end sent."""
        if self.mute:
            return
        if self.crlf:
            split = self._last == b"\r" and data.startswith(b"\n")  # CR and LF came apart
            self._last = data[-1:]
            data = re.sub(rb"(?<!\r)\n", b"\r\n", data)[split:]
        if self.drop or self.double or self.corrupt:
            data = self._spoil(data)
        self._queue.append((time.monotonic() + self.delay_s, data))
        self._held += len(data)

    def _spoil(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self._random.random() < self.drop:
                self.damaged += 1
                continue
            if self._random.random() < self.corrupt:
                self.damaged += 1
                byte ^= self._random.randrange(1, 256)
            out.append(byte)
            if self._random.random() < self.double:
                self.damaged += 1
                out.append(byte)
        return bytes(out)

    def deliver(self, write: Callable[[bytes], int]) -> float | None:
        """Hand over what is due; returns seconds until more may be, None when that is unknown."""
        if self.flood:
            write(self.flood)
            return TICK_S
        while self._queue:
            now = time.monotonic()
            due, data = self._queue[0]
            if due > now:
                return min(due - now, TICK_S)
            if self.bytes_per_s:
                # a UART sends on while we look elsewhere, but not what it has not been given
                self._free_at = max(self._free_at, now - 2 * TICK_S)
                allowed = int((now - self._free_at) * self.bytes_per_s)
                if allowed < 1:
                    return TICK_S
                data = data[:allowed]
            count = write(data)
            if not count:
                return TICK_S
            if self.bytes_per_s:
                self._free_at += count / self.bytes_per_s
            self.carried += count
            self._held -= count
            rest = self._queue[0][1][count:]
            if rest:
                self._queue[0] = (due, rest)
            else:
                self._queue.popleft()
        return None


class FaultBench:
    """The wire with its two ends: `target` is a board's port, `link` the path clients open."""

    def __init__(self, target: str, link: Path, seed: int = 1) -> None:
        self.link = link
        self.to_board = Direction(seed)
        self.to_host = Direction(seed + 1)
        self.board = os.open(target, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.master = self.slave = -1
        self._wake_r, self._wake_w = os.pipe()
        self._reopen_at: float | None = None
        self._unplug = False
        self.cue = b""  # what a board says right before a sleep that takes its USB away
        self.cue_s = 0.0  # and for how long
        self._running = True
        self._plug()
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()

    def stop(self) -> None:
        self._running = False
        os.write(self._wake_w, b".")
        self._thread.join()
        self._pull()
        for fd in (self.board, self._wake_r, self._wake_w):
            os.close(fd)

    def close_port(self, seconds: float | None = None) -> None:
        """Unplug it, for so long or for good."""
        self._reopen_at = None if seconds is None else time.monotonic() + seconds
        self._unplug = True
        os.write(self._wake_w, b".")

    def clear(self) -> None:
        """A good wire again, in both directions."""
        self.to_board.clear()
        self.to_host.clear()

    # -- in the relay's thread ------------------------------------------------------------

    def _plug(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        temporary = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        temporary.symlink_to(os.ttyname(self.slave))
        temporary.replace(self.link)

    def _pull(self) -> None:
        if self.master >= 0:
            self.link.unlink(missing_ok=True)
            os.close(self.slave)
            os.close(self.master)
        self.master = self.slave = -1

    def _writer(self, fd: int) -> Callable[[bytes], int]:
        def write(data: bytes) -> int:
            try:
                return os.write(fd, data)
            except BlockingIOError:
                return 0
            except OSError:  # the other end has gone
                return len(data)

        return write

    def _relay(self) -> None:
        while self._running:
            if self._unplug:
                self._unplug = False
                self._pull()
            now = time.monotonic()
            if self.master < 0 and self._reopen_at is not None and now >= self._reopen_at:
                self._reopen_at = None
                self._plug()
            waits = [self.to_board.deliver(self._writer(self.board))]
            if self.master >= 0:
                waits.append(self.to_host.deliver(self._writer(self.master)))
            if self._reopen_at is not None:
                waits.append(max(0.0, self._reopen_at - now))
            sources = [self._wake_r]
            if not self.to_host.full or self.to_host.mute:
                sources.append(self.board)
            if self.master >= 0 and (not self.to_board.full or self.to_board.mute):
                sources.append(self.master)
            known = [wait for wait in waits if wait is not None]
            ready = select.select(sources, [], [], min(known) if known else None)[0]
            with contextlib.suppress(OSError):
                if self.board in ready:
                    data = os.read(self.board, CHUNK)
                    if self.cue and self.cue in data:
                        self._pull()
                        self._reopen_at = time.monotonic() + self.cue_s
                    if self.master >= 0:  # nobody hears a board whose port is gone
                        self.to_host.put(data)
            with contextlib.suppress(OSError):
                if self.master in ready:
                    self.to_board.put(os.read(self.master, CHUNK))
            if self._wake_r in ready:
                os.read(self._wake_r, 64)
