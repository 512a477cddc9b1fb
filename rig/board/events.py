"""Reading events out of what a board prints, and keeping the rest within bounds.

What a board sends is untrusted: a record counts only with the execution's nonce, the next
sequence number and a right checksum, and its data are literals, never evaluated. The format
is that of device_tests/harness.py.
"""

from __future__ import annotations

import ast
import re
import time
import zlib
from typing import Any

from rig.board.execution import Event

RECORD_START = b"\x1e"
RECORD = re.compile(rb"(\d+) (-?\d+) ([^\s]{1,64}) (\(.*\)) (\d+)\Z", re.DOTALL)
DAMAGE_LIMIT = 20
LINE_LIMIT = 1 << 16
EVENT_LIMIT = 20_000
DATA_LIMIT = 1 << 22
OUTPUT_KEPT = 1 << 16
TICKS_PERIOD_US = 1 << 30
"""`time.ticks_us` wraps here on 32-bit ports (docs/library/time.rst: TICKS_PERIOD is unspecified
but a power of two)."""


def checksums(record: bytes) -> tuple[int, int]:
    """The harness's checksums of a record, up to and without the space before them: CRC-32, and
    what boards without it compute."""
    check = 0
    for byte in record:
        check = (check * 31 + byte) % 65521
    return zlib.crc32(record), check


def started(nonce: str, proof: str) -> bytes:
    """What the loader prints, after RS, when the upload has arrived whole."""
    return f"{nonce} ok {proof}".encode()


def end_record(nonce: str) -> str:
    """The record that closes an execution of a script without a harness."""
    record = f"{nonce} 0 0 end (0,)"
    return f"\x1e{record} {zlib.crc32(record.encode())}"


class BoundedOutput:
    """The head and the tail of what was printed, and how much between them was dropped."""

    def __init__(self, limit: int = OUTPUT_KEPT) -> None:
        self.head_limit = self.tail_limit = limit // 2
        self.head = bytearray()
        self.tail = bytearray()
        self.dropped = 0

    def add(self, data: bytes) -> None:
        room = self.head_limit - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        excess = len(self.tail) - self.tail_limit
        if excess > 0:
            del self.tail[:excess]
            self.dropped += excess

    def cut(self, length: int) -> None:
        """Take back the last `length` bytes."""
        from_tail = min(length, len(self.tail))
        if from_tail:
            del self.tail[-from_tail:]
        if length > from_tail:
            del self.head[max(0, len(self.head) - (length - from_tail)) :]

    def text(self) -> str:
        """Both parts as text; bytes that are not UTF-8 become backslash escapes."""
        gap = f"\n[{self.dropped} bytes dropped]\n".encode() if self.dropped else b""
        data = bytes(self.head) + gap + bytes(self.tail)
        return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


class EventReader:
    """Splits a board's output into events and other output, as it comes."""

    def __init__(
        self,
        nonce: str,
        ticks_period: int = TICKS_PERIOD_US,
        keep_output: int = OUTPUT_KEPT,
        proof: str = "-",
    ) -> None:
        self.marker = nonce.encode() + b" "
        self.ticks_period = ticks_period
        self.events: list[Event] = []
        self.output = BoundedOutput(keep_output)
        self.damage: list[str] = []
        self.overflow = 0  # events that were not kept
        self.starts = 0  # how often it was said that the upload arrived whole
        self.ended = False
        self._start_mark = started(nonce, proof)
        self._line = bytearray()  # an unfinished record, from its RS on
        self._next = 0
        self._heard_s = 0.0
        self._first: int | None = None
        self._last = 0
        self._wraps = 0
        self._kept = 0
        self._since: list[str] = []  # rejected records since the last good one

    @property
    def started(self) -> bool:
        return self.starts > 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes that the board printed, just now."""
        self._heard_s = time.monotonic()
        while data:
            if not self._line:
                start = data.find(RECORD_START)
                if start < 0:
                    self.output.add(data)
                    return
                self.output.add(data[:start])
                data = data[start:]
                self._line += RECORD_START
                data = data[1:]
            end = data.find(b"\n")
            restart = data.find(RECORD_START, 0, end if end >= 0 else len(data))
            if restart >= 0:  # a record cut short by the next: what came of it is output
                self._line += data[:restart]
                data = data[restart:]
                self._reject("a record without its end")
                continue
            if end < 0:
                self._line += data
                if len(self._line) > LINE_LIMIT:
                    self._reject(f"a record of more than {LINE_LIMIT} bytes")
                return
            self._line += data[: end + 1]
            data = data[end + 1 :]
            self._record()

    def close(self, cut_short: bool = False) -> None:
        """The execution is over: an unfinished record is output, and damage if it was ours.

        `cut_short`: the board crashed or was stopped, so that its last record may be a part of
        one.
        """
        if self._line:
            self._reject("a record without its end")
        if cut_short and len(self._since) == 1 and self._since[0] in self.damage:
            self.damage.remove(self._since[0])

    def _reject(self, why: str) -> None:
        """The pending line is no event: keep it as output; say so if it bore our nonce."""
        if bytes(self._line[1:]).startswith(self.marker):
            self._damaged(why)
            self._since.append(why)
        self.output.add(bytes(self._line))
        self._line.clear()

    def _damaged(self, why: str) -> None:
        if len(self.damage) < DAMAGE_LIMIT:
            self.damage.append(why)

    def _record(self) -> None:
        line = bytes(self._line[1:]).rstrip(b"\r\n")
        if not line.startswith(self.marker):
            self._reject("")
            return
        if line == self._start_mark and not self.events:
            self.starts += 1
            self._line.clear()
            return
        found = RECORD.match(line, len(self.marker))
        if not found:
            self._reject("a record that cannot be read")
            return
        sequence, us, name, data, check = found.groups()
        if int(check) not in checksums(line[: found.start(5) - 1]):
            self._reject(f"record {int(sequence)} fails its checksum")
            return
        self._line.clear()
        self._since.clear()
        if int(sequence) != self._next:
            self._damaged(f"record {int(sequence)} came where {self._next} was due")
        self._next = int(sequence) + 1
        if self.ended:
            self._damaged("a record after the end event")
            return
        self._kept += len(data)
        full = len(self.events) >= EVENT_LIMIT or self._kept > DATA_LIMIT
        if full and name != b"end":
            self.overflow += 1
            return
        try:
            values: tuple[Any, ...] = ast.literal_eval(data.decode("utf-8"))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            # It came whole, so this is what the board emitted: an object where the device test
            # has plain data. A host test's assertion sees that, and it is held against the board.
            values = (f"not plain data: {data.decode('utf-8', 'backslashreplace')}",)
        at_us = self._unwrap(int(us))
        event = Event(name.decode("utf-8", "replace"), at_us, values, self._heard_s)
        if event.name == "end":
            self.ended = True
            if values != (int(sequence),):
                self._damaged(f"the end event counts {values}, {int(sequence)} were sent")
            return
        self.events.append(event)

    def _unwrap(self, ticks: int) -> int:
        """Board microseconds since the first record, across wraps of the tick counter."""
        if self._first is None:
            self._first = self._last = ticks
        if ticks < self._last:
            self._wraps += 1
        self._last = ticks
        return ticks - self._first + self._wraps * self.ticks_period
