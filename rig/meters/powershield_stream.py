"""What a PowerShield sends while it measures: readings of two bytes, messages between them.

A reading is `value * 16 ** -n` amperes, n in the upper four bits, value in the lower twelve. n = 15
is none: `F0` begins a message, its kind is the next byte, `FF FF` ends it (UM2269; lengths as in
ST's Utilities/pwr_scripts/stlinkpwr_cmd.py, where an LPM01A's overcurrent is shorter).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MARK, END = 0xF0, b"\xff\xff"
TEXTS = (0xF1, 0xF2)
TIME, ENDED, OVERCURRENT, POWER_DOWN = 0xF3, 0xF4, 0xF5, 0xF6
LENGTHS = {
    TIME: (9,), ENDED: (4,), OVERCURRENT: (4, 8), POWER_DOWN: (4,), 0xF7: (6,), 0xF8: (6,),
    0xF9: (5,), 0xFA: (4,), 0xFB: (4,),
}  # fmt: skip
"""Bytes of a message with its two marks."""
LAST = bytes((MARK, ENDED)) + END
"""No reading has these bytes: they end a stream that was told to stop."""
ACKNOWLEDGED = re.compile(rb"ack start\s*?(?:\r\n\r\n|\r\n(?!\r)|\n)")
FULL = 100
"""Per cent of its buffer: what comes then is lost."""
SLACK_MS = 3
"""Its clock counts milliseconds, and a timestamp may be late by one or two."""


@dataclass
class Stream:
    """Readings in amperes, shape (n,); `lost` by its own timestamps, `cut` why it gave up."""

    current_a: NDArray[np.float64]
    lost: int = 0
    stamps: int = 0  # how often it told its own time
    broken: bool = False  # a message that is none: bytes are missing
    cut: str = ""
    warnings: list[str] = field(default_factory=list)


def begin(data: bytes) -> int:
    """Where the stream begins, behind the answer to `start`; the end of the data for not yet."""
    found = ACKNOWLEDGED.search(data)
    return found.end() if found else len(data)


def parse(data: bytes, rate_hz: int) -> Stream:
    """Take it apart. `rate_hz` is of the readings, for what is missing between two timestamps."""
    at = begin(data)
    pieces: list[NDArray[np.uint16]] = []
    stream = Stream(np.empty(0))
    count, stamped = 0, None
    while at < len(data) - 1:
        mark = data.find(MARK, at)
        while mark >= 0 and (mark - at) % 2:  # the lower byte of a reading
            mark = data.find(MARK, mark + 1)
        stop = mark if mark >= 0 else len(data) - (len(data) - at) % 2
        words = np.frombuffer(data[at:stop], ">u2")
        pieces.append(words)
        count += len(words)
        at = stop
        if mark < 0 or mark + 1 >= len(data):
            break
        length = message(data, mark)
        if not length:
            stream.broken = len(data) - mark > 32  # else only its end is not here yet
            break
        kind, body = data[mark + 1], data[mark + 2 : mark + length - 2]
        at = mark + length
        if kind == TIME:
            ms, load = int.from_bytes(body[:4], "big") & 0x7FFF_FFFF, body[4]
            if stamped is not None:
                due = (ms - stamped[0] - SLACK_MS) * rate_hz // 1000
                if count - stamped[1] < due:
                    stream.lost += due - (count - stamped[1])
            if load >= FULL:
                stream.lost += 1
                stream.warnings.append("its buffer was full: a lower rate_hz")
            stamped = (ms, count)
            stream.stamps += 1
        elif kind in TEXTS:
            text = body.decode("ascii", "replace").strip()
            stream.warnings.append(f"it says {text!r}")
            stream.lost += kind == TEXTS[0]
        elif kind in (OVERCURRENT, POWER_DOWN):
            stream.cut = "overcurrent" if kind == OVERCURRENT else "it switched its output off"
        elif kind == ENDED:
            break
    words = np.concatenate(pieces) if pieces else np.empty(0, np.uint16)
    stream.broken |= bool(np.any(words >> 12 == 0xF))
    stream.current_a = (words & 0xFFF) * 16.0 ** -(words >> 12).astype(np.float64)
    return stream


def message(data: bytes, at: int) -> int:
    """Bytes of the message that begins there; 0 for none that is known and whole."""
    kind = data[at + 1]
    if kind in TEXTS:
        end = data.find(END, at + 2, at + 300)
        return end + 2 - at if end >= 0 else 0
    for length in LENGTHS.get(kind, ()):
        if data[at + length - 2 : at + length] == END:
            return length
    return 0
