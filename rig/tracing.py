"""`looprig run --trace`: what goes over a board's wire, as it goes, and the current beside it.

A line is a time in seconds since the test began, by this host's clock, a direction, and what went:

    0.0132 > '\\x05A\\x01'          sent to the board
    0.0150 < 'R\\x01'              came from it
    2.4101 ~ 1.31 to 24.1 mA       a capture, when the meter had taken it
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from rig.board.link import SENT
from rig.board.secret import hidden
from rig.meters.samples import Samples

LONGEST = 160
"""Characters of a line's text; an upload is a few lines, not a screenful."""
COLUMNS = 64
RAMP = " .:-=+*#%@"
"""From the least to the most of a capture, a column's mean each: ASCII, for any terminal."""
MEASURED = "~"


class Trace:
    """Writes lines; what comes in pieces is put together until the line ends or the other side
    speaks. `secrets` are words that no line may hold."""

    def __init__(self, write: Callable[[str], object], now: Callable[[], float] = time.monotonic):
        self.write, self.now = write, now
        self.secrets: tuple[str, ...] = ()
        self.began = now()
        self.way = ""
        self.since = 0.0
        self.held = b""

    def begin(self, what: str) -> None:
        """A test begins: times count from here."""
        self.flush()
        self.began = self.now()
        self.write(f"# {what}\n")

    def went(self, way: str, data: bytes) -> None:
        """Bytes that were sent or came."""
        if way != self.way:
            self.flush()
        if not self.held:
            self.way, self.since = way, self.now()
        *lines, self.held = (self.held + data).split(b"\n")
        for line in lines:
            self.line(way, self.since, line + b"\n")
            self.since = self.now()
        if len(self.held) > LONGEST:
            self.flush()

    def flush(self) -> None:
        """What has no end of line yet."""
        if self.held:
            self.line(self.way, self.since, self.held)
            self.held = b""

    def line(self, way: str, at: float, data: bytes) -> None:
        front = f"{at - self.began:9.4f} {way} "
        if self.secrets and way == SENT:  # a program is sent packed: they could be unpacked of it
            self.write(f"{front}{len(data)} bytes, not shown: the board is told a secret\n")
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        text = hidden(text, self.secrets)
        shown = repr(text) if len(text) <= LONGEST else f"{text[:LONGEST]!r} … {len(data)} bytes"
        self.write(f"{front}{shown}\n")

    def current(self, samples: Samples, source: str) -> None:
        """A capture, when it is there."""
        self.flush()
        taken = samples.current_a[np.isfinite(samples.current_a)]
        at = f"{self.now() - self.began:9.4f} {MEASURED} "
        if not len(taken):
            self.write(f"{at}no sample of a current\n")
            return
        least, most = float(taken.min()), float(taken.max())
        means = [float(part.mean()) for part in np.array_split(taken, min(COLUMNS, len(taken)))]
        low, high = min(means), max(means)
        steps = [round((mean - low) / ((high - low) or 1.0) * (len(RAMP) - 1)) for mean in means]
        told = f"{least * 1e3:.4g} to {most * 1e3:.4g} mA, {source}, in {samples.duration_s:.3f} s"
        self.write(f"{at}{told}\n{at}|{''.join(RAMP[step] for step in steps)}|\n")
