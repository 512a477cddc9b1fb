"""A program's way into the raw REPL: raw paste with its flow control, or in pieces without.

A link that loses what comes too fast gets smaller pieces (`Pace`): USB-Serial-JTAG drops what is
not read within 50 ms (esp-idf 11192, micropython 19651), J-Link's ring holds 64 bytes
(micropython 17212).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from rig.activity import Clock
from rig.board.port import Silence

RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
PLAIN_CHUNK = 256
PLAIN_PAUSE_S = 0.01
"""Boards without raw paste have no flow control: mpremote's pace for them."""


class Stalled(Silence):
    """A paste that the board does not go on with: bytes of it were lost."""


class Pace(NamedTuple):
    """Bytes at a time, and the pause after them."""

    piece: int
    pause_s: float

    @property
    def bytes_per_s(self) -> float:
        """What it carries, with as much time again for a loaded host."""
        return self.piece / self.pause_s / 2


class Wire(Protocol):
    """What a paste needs of a link (rig/board/link.py)."""

    use_raw_paste: bool
    pace: Pace | None
    clock: Clock
    stall_s: float  # for how long a paste may make no progress

    def send(self, data: bytes) -> None: ...

    def has_more(self) -> bool: ...

    def read_exactly(self, count: int, deadline: float, what: str) -> bytes: ...

    def read_to(self, ending: bytes, deadline: float, what: str) -> bytes: ...


SLOW = Pace(48, 0.06)
"""For a link that was seen to lose bytes: less than the smallest ring and packet, and longer than
the 50 ms after which USB-Serial-JTAG gives up on what was not read."""


def paste(
    link: Wire, code: bytes, deadline: float, before_start: Callable[[], None] | None = None
) -> None:
    """At the raw prompt: send code, by raw paste where the board has it, and start it.

    `before_start` is called when all but the byte that starts it has been sent.
    Raises Silence at the deadline.
    """
    if link.use_raw_paste:
        link.send(b"\x05A\x01")
        answer = link.read_exactly(2, deadline, "the answer to raw paste")
        if answer == b"R\x01":
            _raw_paste(link, code, deadline, before_start)
            return
        link.use_raw_paste = False
        if answer != b"R\x00":  # older than raw paste: it saw Ctrl-A, and prints its header
            rest = RAW_PROMPT.removeprefix(answer)
            link.read_to(rest, deadline, "the raw REPL's prompt")
    pace = link.pace or Pace(PLAIN_CHUNK, PLAIN_PAUSE_S)
    for start in range(0, len(code), pace.piece):
        link.send(code[start : start + pace.piece])
        time.sleep(pace.pause_s)
    if before_start:
        before_start()
    link.send(b"\x04")
    answer = link.read_exactly(2, deadline, "the raw REPL to take the code")
    if answer[:1] == b">":  # the prompt after an R\x00
        answer = answer[1:] + link.read_exactly(1, deadline, "the raw REPL to take the code")
    if answer != b"OK":
        raise Silence("the raw REPL to take the code", answer)


def _raw_paste(
    link: Wire, code: bytes, deadline: float, before_start: Callable[[], None] | None
) -> None:
    """Flow control as docs/reference/repl.rst has it: the window's size, then \\x01 for each
    further window; \\x04 from the board ends the paste early (a syntax error)."""
    window = struct.unpack("<H", link.read_exactly(2, deadline, "the paste window"))[0]
    room, sent = window, 0
    while sent < len(code):
        if room == 0 or link.has_more():
            stalled = min(deadline, link.clock.by(link.stall_s))
            mark = read_mark(link, stalled, "room in the paste window")
            if mark == b"\x01":
                room += window
            elif mark == b"\x04":
                link.send(b"\x04")
                return
            else:
                raise Silence("flow control in the midst of a raw paste", mark)
            continue
        piece = code[sent : sent + min(room, link.pace.piece if link.pace else room)]
        link.send(piece)
        sent += len(piece)
        room -= len(piece)
        if link.pace:
            time.sleep(link.pace.pause_s)
    if before_start:
        before_start()
    link.send(b"\x04")
    while True:
        mark = read_mark(link, deadline, "the end of the raw paste")
        if mark == b"\x04":
            return
        if mark != b"\x01":
            raise Silence("flow control at the end of a raw paste", mark)


def read_mark(link: Wire, deadline: float, what: str) -> bytes:
    """A byte of the board's flow control; raises Stalled where none comes."""
    try:
        return link.read_exactly(1, deadline, what)
    except Silence as error:
        raise Stalled(what, error.seen) from error
