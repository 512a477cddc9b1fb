"""The recovery ladder: from a Ctrl-C to the power switch, each step with its deadline."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rig.board.link import Disconnected, Link, Silence
from rig.errors import LooprigError

if TYPE_CHECKING:
    from rig.board.board import Board

INTERRUPT_S = 1.0
RESET_S = 3.0
REOPEN_S = 5.0
POWER_S = 8.0
LADDER_S = 14.0
"""A board that has not come back by then is lost, so that a run learns it within 15 s."""
REOPEN_LOOK_S = 0.05


class Ladder:
    """Climbed until the board sits at a clean raw prompt; each rung is recorded."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def climb(self, record: list[str]) -> str:
        """Try every step in turn. Returns '' once the board is back, else why it is lost."""
        board = self.board
        limit = board.within(LADDER_S)
        rungs: list[tuple[str, float, Callable[[float], None]]] = [
            ("interrupt and soft reset", INTERRUPT_S + RESET_S, self.interrupt),
            ("machine.reset", RESET_S, self.hard_reset),
            ("close and reopen the port", REOPEN_S, self.reopen),
        ]
        if board.power_cycle:
            rungs.append((f"power cycle ({board.power_cycle})", POWER_S, self.power_cycle))
        tried = []
        for name, seconds, rung in rungs:
            deadline = min(limit, board.within(seconds))
            if rung != self.power_cycle and time.monotonic() >= limit:
                break
            try:
                rung(max(deadline, board.within(1.0)))
            except (Silence, Disconnected, LooprigError, OSError) as error:
                record.append(f"{name}: {error}")
                tried.append(name)
                continue
            record.append(f"{name}: the board is back")
            board.clean = True
            return ""
        when = datetime.now(UTC).strftime("%H:%M:%S UTC")
        return f"at {when}, after {', '.join(tried) or 'nothing that could be tried'}"

    def link(self) -> Link:
        if self.board.link is None:
            raise Disconnected("the port is closed")
        return self.board.link

    def interrupt(self, deadline: float) -> None:
        """Ctrl-C until the raw prompt shows, then a soft reset."""
        link = self.link()
        step = (deadline - time.monotonic()) / 4
        for attempt in range(3):
            try:
                link.interrupt(time.monotonic() + step)
                break
            except Silence:
                if attempt == 2:
                    raise
        link.soft_reset(deadline)

    def hard_reset(self, deadline: float) -> None:
        """`machine.reset()` through whatever still listens, then the raw REPL anew."""
        link = self.link()
        link.send(b"\r\x03\x03\r\x01import machine;machine.reset()\x04")
        self.await_raw(deadline)

    def await_raw(self, deadline: float) -> None:
        """Ask for the raw REPL until it answers."""
        while True:
            with contextlib.suppress(Silence):
                self.link().interrupt(min(deadline, time.monotonic() + 0.5))
                self.link().soft_reset(deadline)
                return
            if time.monotonic() >= deadline:
                raise Silence("the raw REPL did not come back")

    def reopen(self, deadline: float) -> None:
        """Close the port and open it again, waiting for it to be there: a reset board drops off
        the bus and comes back."""
        board = self.board
        if board.link:
            board.link.close()
            board.link = None
        while True:
            try:
                board.link = Link(board.port, board.baudrate)
                break
            except LooprigError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(REOPEN_LOOK_S)  # a poll: pyserial cannot be told of a new port
        self.await_raw(deadline)

    def power_cycle(self, deadline: float) -> None:
        """The bench's own command for the board's power, then a fresh port."""
        command = shlex.split(self.board.power_cycle)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=deadline - time.monotonic()
            )
        except (subprocess.TimeoutExpired, FileNotFoundError) as error:
            raise Silence(f"{self.board.power_cycle}: {error}") from error
        if done.returncode:
            raise Silence(f"{self.board.power_cycle}: exit {done.returncode}, {done.stderr[-200:]}")
        self.reopen(deadline)
