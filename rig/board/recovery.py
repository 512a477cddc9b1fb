"""The recovery ladder: from a Ctrl-C to the power switch, each step with its deadline."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from rig.board.link import Link, Silence
from rig.board.port import Disconnected
from rig.errors import LooprigError

INTERRUPT_S = 0.5
INTERRUPTS = 3
RESET_S = 5.0
HARD_RESET_S = 3.0
REOPEN_S = 2.5
ABSENT_S = 5.0
"""How long a port that is not there may take to come back: a USB device that boots."""
POWER_S = 8.0
"""All told a mute board is lost after 4 s, one whose port is gone after 5 s, and either after
8 s more where there is a power switch: within 15 s of the fault, a test's usual deadline of 10 s
included where no switch helps."""


class Recoverable(Protocol):
    """What the ladder needs of a board: its link, its patience, and ways to have it back."""

    link: Link | None
    clean: bool
    power_cycle: str

    def within(self, seconds: float) -> float:
        """The `time.monotonic` instant by which a step of so many seconds must be over."""

    def reopen(self, deadline: float) -> Link:
        """The port opened anew, under whatever name it is back; raises LooprigError."""


class Ladder:
    """Climbed until the board sits at a clean raw prompt; each rung is recorded."""

    def __init__(self, board: Recoverable) -> None:
        self.board = board
        self.listens = False  # the raw REPL answered, though the soft reset failed
        self.found_idle = False  # and no script was running when Ctrl-C came

    def climb(self, record: list[str]) -> str:
        """Try every step in turn. Returns '' once the board is back, else why it is lost."""
        board = self.board
        rungs: list[tuple[str, Callable[[], None]]] = [
            ("interrupt and soft reset", self.interrupt),
            ("machine.reset", self.hard_reset),
            ("close and reopen the port", self.reopen),
        ]
        if board.power_cycle:
            rungs.append((f"power cycle ({board.power_cycle})", self.power_cycle))
        self.listens = self.found_idle = False
        tried = []
        for name, rung in rungs:
            if rung == self.hard_reset and not self.listens:
                continue  # nobody would hear it
            try:
                rung()
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

    def interrupt(self) -> None:
        """Ctrl-C until the raw prompt shows, then a soft reset."""
        link = self.link()
        for attempt in range(1, INTERRUPTS + 1):
            try:
                said = link.interrupt(self.board.within(INTERRUPT_S))
                self.found_idle = attempt == 1 and b"\x04" not in said
                break
            except Silence:
                if attempt == INTERRUPTS:
                    raise
        self.listens = True
        link.soft_reset(self.board.within(RESET_S))

    def hard_reset(self) -> None:
        """`machine.reset()` through what still listens, then the raw REPL anew."""
        self.link().send(b"\r\x03\x03\r\x01import machine;machine.reset()\x04")
        self.await_raw(self.board.within(HARD_RESET_S))

    def await_raw(self, deadline: float) -> None:
        """Ask for the raw REPL until it answers, then reset it softly."""
        link = self.link()
        while True:
            try:
                link.interrupt(min(deadline, self.board.within(INTERRUPT_S)))
                break
            except Silence:
                if time.monotonic() >= deadline:
                    raise
        link.soft_reset(self.board.within(RESET_S))

    def reopen(self) -> None:
        """Close the port and open it again, waiting for it to be there: a reset board drops off
        the bus and comes back."""
        board = self.board
        if board.link:
            board.link.close()
            board.link = None
        board.reopen(board.within(ABSENT_S))
        self.await_raw(board.within(REOPEN_S))

    def power_cycle(self) -> None:
        """The bench's own command for the board's power, then a fresh port."""
        command = shlex.split(self.board.power_cycle)
        patience = self.board.within(POWER_S - REOPEN_S) - time.monotonic()
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=patience)
        except (subprocess.TimeoutExpired, OSError) as error:
            raise Silence(f"{self.board.power_cycle} to switch the board: {error}") from error
        if done.returncode:
            raise Silence(
                f"{self.board.power_cycle} to switch the board: exit {done.returncode}",
                done.stderr.encode(),
            )
        self.reopen()
