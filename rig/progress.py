"""The live line of a run: how far each board is, and what was unexpected so far."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TextIO

from rig.plan import Plan
from rig.results import Outcome, Result

REDRAW_S = 0.1


class Progress:
    """A line on a terminal, redrawn; elsewhere only what is unexpected, a line each."""

    def __init__(self, stream: TextIO, plan: Plan, total: int) -> None:
        self.stream = stream
        self.live = plan.progress and stream.isatty()
        self.total = total
        self.counts: dict[str, Counter[Outcome]] = {s.name: Counter() for s in plan.stations}
        self.running: dict[str, str] = {}
        self.drawn = 0.0

    def begins(self, nodeid: str) -> None:
        """A test has begun."""
        name, _, board = nodeid.rpartition("::")[2].partition("[")
        self.running[board.rstrip("]").partition("@")[0].rstrip("]")] = name.removeprefix("test_")
        self.draw()

    def took(self, result: Result) -> None:
        """A result has come."""
        self.counts.setdefault(result.board, Counter())[result.outcome] += 1
        if result.unexpected or result.outcome is Outcome.ERRORED or result.now_conforms:
            said = "now conforms" if result.now_conforms else str(result.outcome)
            self.say(f"{result.board}: {result.claim} {said}: {result.why or result.actual}")
        self.draw()

    def say(self, line: str) -> None:
        """A line of its own, above the live line. The board's text is shown without controls."""
        plain = "".join(c if c.isprintable() else " " for c in line)
        self.stream.write(f"\r\x1b[K{plain[:200]}\n" if self.live else f"{plain[:200]}\n")
        self.stream.flush()

    def draw(self) -> None:
        if not self.live or time.monotonic() - self.drawn < REDRAW_S:
            return
        self.drawn = time.monotonic()
        done = sum(sum(counter.values()) for counter in self.counts.values())
        parts = [
            f"{name} {sum(counter.values())} {self.running.get(name, '')}"
            for name, counter in self.counts.items()
        ]
        self.stream.write(f"\r\x1b[K[{done}/{self.total}] {' · '.join(parts)}"[:140])
        self.stream.flush()

    def close(self) -> None:
        if self.live:
            self.stream.write("\r\x1b[K")
        self.stream.flush()
        if self.stream is not sys.stderr:
            self.stream.close()
