"""The recovery ladder: from a Ctrl-C to the power switch, each step with its deadline."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from rig.board.arriving import FIRST, Patience
from rig.board.asking import asking
from rig.board.link import Link
from rig.board.port import Disconnected, Silence
from rig.errors import LooprigError

INTERRUPT_S = 0.5
INTERRUPTS = 3
HARD_RESET_S = 3.0
REOPEN_S = 2.5
"""A mute board's time after a reset and after its port was opened anew; more where it was seen to
take more, and as long as it shows that it boots (rig/board/arriving.py)."""
ABSENT_S = 5.0
"""How long a port that is not there may take to come back: a USB device that boots. All told a mute
board is lost after 4 s, or 9 s where RTS was tried, one whose port is gone after 5 s: within 20 s
of the fault, a test's usual deadline of 10 s included, where there is no power switch."""
SWITCH_S = 30.0
"""How long the power switch's command may take: uhubctl with -d 5 -r 100 takes 7 s and more."""


class Recoverable(Protocol):
    """What the ladder needs of a board: its link, its patience, and ways to have it back."""

    link: Link | None
    clean: bool
    power_cycle: str
    activity: str
    arrived_s: float
    seen: bytes
    deadline_scale: float
    attended: bool
    name: str
    port: str

    def within(self, seconds: float) -> float:
        """The instant of the board's clock by which a step of so many seconds must be over."""

    def arrive_back(self, patience: Patience) -> None:
        """To the raw prompt on the open port; raises Silence or Disconnected."""

    def soft_reset(self) -> None:
        """From the raw prompt through a soft reset; raises Silence or Disconnected."""

    def reopen(self, deadline: float) -> Link:
        """The port opened anew, under whatever name it is back; raises LooprigError."""


class Ladder:
    """Climbed until the board sits at a clean raw prompt; each rung is recorded."""

    def __init__(self, board: Recoverable) -> None:
        self.board = board
        self.listens = False  # the raw REPL answered, though the soft reset failed
        self.found_idle = False  # and no script was running when Ctrl-C came
        self.notes: list[str] = []  # what else is to be told of the rung that helped

    def climb(self, record: list[str]) -> str:
        """Try every step in turn. Returns '' once the board is back, else why it is lost."""
        board = self.board
        rungs: list[tuple[str, Callable[[], None]]] = [
            ("interrupt and soft reset", self.interrupt),
            ("machine.reset", self.hard_reset),
            ("close and reopen the port", self.reopen),
        ]
        if board.power_cycle:
            switch = (f"power cycle ({board.power_cycle})", self.power_cycle)
            rungs.insert(2 if board.activity else 3, switch)  # an emulator's costs nothing
        else:
            rungs.append(("reset by RTS", self.reset_line))
        if board.attended and not board.power_cycle:
            rungs.append(("unplugged and plugged in by hand", self.replugged))
        self.listens = self.found_idle = False
        self.notes = []
        tried = []
        for name, rung in rungs:
            if rung == self.hard_reset and not self.listens:
                continue  # nobody would hear it
            if rung == self.reset_line and not (board.link and board.link.has_lines()):
                continue
            try:
                rung()
            except (Silence, Disconnected, LooprigError, OSError) as error:
                record.append(f"{name}: {error}")
                tried.append(name)
                continue
            record.append("; ".join([f"{name}: the board is back", *self.notes]))
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
        self.board.soft_reset()

    def hard_reset(self) -> None:
        """`machine.reset()` through what still listens, then the raw REPL anew."""
        self.link().send(b"\r\x03\x03\r\x01import machine;machine.reset()\x04")
        self.await_raw(HARD_RESET_S)

    def await_raw(self, quiet_s: float) -> None:
        """Ask for the raw REPL until it answers, then reset it softly."""
        seconds = max(quiet_s, 1.0 + 2 * self.board.arrived_s / self.board.deadline_scale)
        self.board.arrive_back(Patience(seconds, seconds))
        self.board.soft_reset()

    def reopen(self) -> None:
        """Close the port and open it again, waiting for it to be there: a reset board drops off
        the bus and comes back."""
        self.reopened(REOPEN_S)

    def reopened(self, quiet_s: float) -> None:
        self.board.reopen(self.board.within(ABSENT_S))
        self.await_raw(quiet_s)

    def reset_line(self) -> None:
        """What resets a board whose USB bridge has RTS at its reset pin, as most ESP32s have."""
        seen = self.board.seen
        self.link().pulse_reset()
        try:
            self.await_raw(FIRST.quiet_s)
        except (Silence, Disconnected):
            self.board.seen = seen  # said while the lines moved: not how they stand
            raise

    def replugged(self) -> None:
        """Ask who sits at the terminal to be the power switch, and wait until the board answers."""
        with asking(self.board.name, self.board.port) as deadline:
            while True:
                try:
                    return self.reopened(FIRST.quiet_s)
                except (Silence, Disconnected, LooprigError, OSError):
                    if time.monotonic() >= deadline:
                        raise

    def power_cycle(self) -> None:
        """The bench's own command for the board's power, then a fresh port.

        Whether the board comes back is what counts: uhubctl crashes or complains after it switched
        (mvp/uhubctl 602, 649; embassy-rs/teleprobe 13).
        """
        command = self.board.power_cycle
        said = ""
        try:
            done = subprocess.run(
                shlex.split(command),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SWITCH_S,
            )
            if done.returncode:
                said = f"{command}: exit {done.returncode} {done.stderr.strip()[-200:]}".rstrip()
        except (subprocess.TimeoutExpired, OSError, ValueError) as error:
            said = f"{command}: {error}"
        try:
            self.reopened(FIRST.quiet_s)
        except (Silence, Disconnected, LooprigError) as error:
            raise Silence(f"the board to come back ({said or 'switched'}): {error}") from error
        if said:
            self.notes.append(said)
