"""The live view of a run: a line a board, and above it what was unexpected so far."""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from rig.plan import Plan
from rig.results import Outcome, Result

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

REDRAW_S = 0.1
LINE_S = 10.0
"""How often a log, which is no terminal, is told how far the run is."""
SHOWN = 200
BAD = (Outcome.DIVERGES, Outcome.CRASHED, Outcome.INCONCLUSIVE, Outcome.ERRORED)


def plain(line: str) -> str:
    """A board's text as a line for a terminal: no controls, and no end of it."""
    return "".join(c if c.isprintable() else " " for c in line)[:SHOWN]


class Progress:
    """A line a board on a terminal; elsewhere a line now and then, and one for each that is
    unexpected. `stream` is given up where it takes nothing any more.

    Only the process that the user started has one. `total` is how many results are to come.
    """

    def __init__(self, stream: TextIO, plan: Plan, total: int) -> None:
        self.stream = stream
        boards = [kind.name for kind in plan.kinds]
        done = Counter(board for _, board in plan.done)
        self.due = {board: total // len(boards) for board in boards} if boards else {}
        if plan.done:  # a resumed run may have more to do on one board than on another
            self.due = {board: len(plan.claims) - done[board] for board in boards}
        self.counts: dict[str, Counter[Outcome]] = {board: Counter() for board in boards}
        self.running: dict[str, str] = {}
        self.drawn = 0.0
        self.told = time.monotonic()
        self.shown = plan.progress
        self.live: Live | None = None
        if plan.progress and stream.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.live import Live

            console = Console(file=stream, force_terminal=True)
            self.live = Live(console=console, auto_refresh=False, transient=True)
            self.live.start()

    def begins(self, nodeid: str) -> None:
        """A test has begun."""
        name, _, board = nodeid.rpartition("::")[2].partition("[")
        self.running[board.rstrip("]")] = name.removeprefix("test_")
        self.draw()
        self.log()

    def took(self, result: Result) -> None:
        """A result has come."""
        self.counts.setdefault(result.board, Counter())[result.outcome] += 1
        self.running.pop(result.board, None)
        if result.unexpected or result.outcome is Outcome.ERRORED or result.now_conforms:
            said = "now conforms" if result.now_conforms else str(result.outcome)
            self.say(f"{result.board}: {result.claim} {said}: {result.why or result.actual}")
        self.draw()

    def say(self, line: str) -> None:
        """A line of its own, above the boards. The board's text is shown without controls."""
        if not self.shown:
            return
        if self.live:
            self.live.console.print(plain(line), markup=False, highlight=False, emoji=False)
        else:
            try:
                self.stream.write(plain(line) + "\n")
                self.stream.flush()
            except OSError:
                self.shown = False

    def log(self) -> None:
        """How far each board is, for who reads a log."""
        if not self.live and time.monotonic() - self.told >= LINE_S:
            self.told = time.monotonic()
            each = (
                f"{board} {counts.total()}/{self.due.get(board, 0)}"
                for board, counts in self.counts.items()
            )
            self.say(f"… {', '.join(each)}")

    def draw(self) -> None:
        """Show where each board is, not more often than an eye follows."""
        if self.live and time.monotonic() - self.drawn >= REDRAW_S:
            self.drawn = time.monotonic()
            self.live.update(self.table(), refresh=True)

    def table(self) -> Table:
        """A line a board: how far it is, what was bad, what it does."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        table.add_column(width=20)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis")
        for board, counts in self.counts.items():
            count, due = counts.total(), self.due.get(board, 0)
            bad = " ".join(f"{counts[kind]} {kind}" for kind in BAD if counts[kind])
            doing = "done" if count >= due else self.running.get(board, "").replace("_", " ")
            table.add_row(
                Text(board),
                ProgressBar(total=max(due, 1), completed=count),
                Text(f"{count}/{due}"),
                Text(bad),
                Text(doing, style="dim"),
            )
        return table

    def close(self) -> None:
        if self.live:
            self.live.stop()
            self.live = None
        with contextlib.suppress(OSError):
            self.stream.flush()
            if self.stream.fileno() > 2:
                self.stream.close()
