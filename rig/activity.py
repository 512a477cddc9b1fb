"""The clock of a board that can be asked for its time: an emulator's, by its activity port.

One JSON line asks, one answers; docs/adding-an-emulator.md has the questions. Nothing compares
such a clock with the host's.
"""

from __future__ import annotations

import contextlib
import json
import math
import socket
import time
from pathlib import Path
from typing import Any, Protocol

from rig.errors import RigError

ANSWER_S = 10.0
"""For one that a loaded host leaves no processor to; a live one answers in a millisecond."""
AGAIN_S = 1.0
"""For one that has just not answered."""
LEAST_REST_S = 0.002
LINE_LIMIT = 1 << 26
SELF = Path("/proc/self")
BACK_S = 0.001
"""What a clock may go back by rounding; one that began anew goes back by seconds."""
LATEST_NS = 1 << 63
"""Three hundred years."""


class Activity:
    """One connection to an activity port; raises RigError where nobody answers."""

    def __init__(self, address: str, patience_s: float | None = None) -> None:
        self.address = address
        patience_s = patience_s or ANSWER_S
        host, _, port = address.rpartition(":")
        try:
            self.socket = socket.create_connection((host, int(port)), timeout=patience_s)
        except (OSError, ValueError) as error:
            raise RigError(
                f"activity port {address}: {error}", "has the emulator ended? looprig doctor"
            ) from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.socket.makefile("rb")

    def ask(self, question: str, **arguments: Any) -> dict[str, Any]:
        """The answer, with `nanos` and what the question is for. Raises RigError."""
        line = json.dumps({"ask": question, **arguments}).encode() + b"\n"
        try:
            self.socket.sendall(line)
            said = self.lines.readline(LINE_LIMIT)
            answer = json.loads(said)
        except (OSError, ValueError, RecursionError) as error:
            self.close()  # an answer that comes late is to no later question
            raise RigError(f"activity port {self.address}: no answer ({error})") from error
        if not isinstance(answer, dict) or "error" in answer:
            raise RigError(f"activity port {self.address}: {question}: {answer}")
        return answer

    def nanos(self) -> int:
        """Nanoseconds of the emulator's clock; raises RigError."""
        return self.number("now")

    def number(self, question: str, **arguments: Any) -> int:
        """The `nanos` of an answer; raises RigError where that is no time."""
        said = self.ask(question, **arguments)
        nanos = said.get("nanos")
        if (
            not isinstance(nanos, (int, float))
            or isinstance(nanos, bool)
            or not 0 <= nanos < LATEST_NS
        ):
            raise RigError(f"activity port {self.address}: {question}: {str(said)[:200]}")
        return int(nanos)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self.lines.close()
            self.socket.close()


class Clock(Protocol):
    """What deadlines are measured by."""

    def now(self) -> float:
        """Seconds since some instant; it never goes back."""

    def by(self, seconds: float) -> float:
        """The instant that is so many seconds away, for a deadline: perhaps a little less."""

    def left(self, deadline: float) -> float:
        """Seconds until an instant of this clock, at least; 0 or less once it is there."""

    def rest(self, seconds: float) -> None:
        """Let so much time pass."""

    def trouble(self, since: float) -> str:
        """Why nothing can be said of what a board that lives by this clock did from `since` on, an
        instant of the host's (`time.monotonic`); '' if nothing was wrong."""

    def keep_step(self, step: bool) -> None:
        """Whether the board's clock may not run ahead of the host's, while somebody speaks to a
        script that waits."""


class HostClock:
    """The host's: for every board that lives in the host's time. `emulator` is the process of one
    that is emulated, else 0."""

    def __init__(self, emulator: int = 0) -> None:
        self.emulator = emulator

    def now(self) -> float:
        """`time.monotonic`."""
        return time.monotonic()

    def by(self, seconds: float) -> float:
        """Exactly."""
        return time.monotonic() + seconds

    def left(self, deadline: float) -> float:
        """Exactly."""
        return deadline - time.monotonic()

    def rest(self, seconds: float) -> None:
        """`time.sleep`."""
        time.sleep(seconds)

    def trouble(self, since: float) -> str:
        """Whether its emulator has ended, or stands still, by now."""
        return unwell(self.emulator) if self.emulator else ""

    def keep_step(self, step: bool) -> None:
        """It always does."""


class SlowerClock:
    """The slower of two clocks, the host's and the board's own, from look to look.

    An emulated board that computes takes longer than its clock says, one that waits takes no time
    at all: a deadline that either clock alone would end accuses the board of the other's pace. One
    whose clock stands still though the host waited `STUCK_S` is stuck, and then the host's counts.

    The slower of two is never ahead of the host's: while the host's own time has not reached a
    deadline the emulator, which has better things to do, is not asked.
    """

    STUCK_S = 20.0
    FRESH_S = 0.05
    """A look that old is good enough to set a deadline by: a tenth of the shortest."""

    def __init__(self, address: str) -> None:
        self.activity: Activity | None = None
        self.silent = False
        self.address = address
        self.told = 0.0
        self.host = time.monotonic()
        self.board: float | None = None
        self.latest = 0.0  # that was ever seen of it
        self.moved = self.host
        self.last = (-math.inf, "")  # when there was trouble, and which

    def now(self) -> float:
        """Seconds since the first look."""
        self.count()
        return self.told

    def by(self, seconds: float) -> float:
        """From the last look, if that is fresh."""
        if self.board is None or time.monotonic() - self.host >= self.FRESH_S:
            self.count()
        return self.told + seconds

    def left(self, deadline: float) -> float:
        """By the host's time where that has not reached it, else by both."""
        left = deadline - self.told - (time.monotonic() - self.host)
        if left <= 0:
            self.count()
            left = deadline - self.told
        return left

    def rest(self, seconds: float) -> None:
        """Until both clocks have gone so far."""
        until = self.now() + seconds
        while (left := self.left(until)) > 0:
            time.sleep(max(left, LEAST_REST_S))

    def trouble(self, since: float) -> str:
        """Whether the emulator has ended, was started anew, did not answer, or its clock stood
        still: whoever was asked at such a time by the host's clock was asked too early."""
        self.count()
        when, what = self.last
        return what if when >= since else ""

    def count(self) -> None:
        """Add what passed since the last look."""
        host = time.monotonic()
        board = self.look()
        passed = host - self.host
        if board is None:
            self.note(f"its emulator does not answer at {self.address}")
        elif board < self.latest - BACK_S:
            self.note("its emulator began anew: its clock went back")
        elif self.board is not None:
            if board > self.board:
                passed = min(passed, board - self.board)
                self.moved = host
            elif host - self.moved < self.STUCK_S:
                passed = 0.0
            else:
                stands = f"the clock stands still for {self.STUCK_S:.0f} s"
                self.note(f"its emulator is stuck: {stands}")
        self.board = board
        self.latest = self.latest if board is None else board
        self.host = host
        self.told += passed

    def note(self, what: str) -> None:
        """There is trouble, now."""
        self.last = (time.monotonic(), what)

    def keep_step(self, step: bool) -> None:
        """Ask the emulator for it."""
        try:
            self.connected().ask("pace", to=int(step))
        except RigError:
            self.activity, self.silent = None, True
            self.note("its emulator was not heard to keep in step with the host's clock")

    def connected(self) -> Activity:
        """The connection; raises RigError."""
        if self.activity is None:
            self.activity = Activity(self.address, AGAIN_S if self.silent else ANSWER_S)
        return self.activity

    def look(self) -> float | None:
        """Seconds of the board's clock; None where nobody answers."""
        try:
            activity = self.connected()
            board = activity.nanos() / 1e9
        except RigError:
            self.activity, self.silent = None, True
            return None
        if self.silent:
            self.silent, self.moved = False, time.monotonic()
            activity.socket.settimeout(ANSWER_S)
        return board


def unwell(process: int) -> str:
    """Why nothing can be said of a board whose emulator is this process, with what that started;
    '' if nothing is wrong, and where there is no /proc."""
    if not SELF.exists():
        return ""
    for number in family(process):
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
            if state in "tT":
                return f"its emulator was stopped: process {number}"
            if number == process and state in "ZX":
                return "its emulator has ended"
    return "" if Path(f"/proc/{process}").exists() else "its emulator has ended"


def family(process: int) -> list[int]:
    """A process and all that it started, by what Linux tells of that."""
    try:
        tasks = Path(f"/proc/{process}/task").glob("*/children")
        lines = [path.read_text("utf-8") for path in tasks]
    except OSError:
        return [process]
    children = [int(child) for line in lines for child in line.split()]
    return [process, *(found for child in children for found in family(child))]
