"""Following a script that runs on a board to its end, whatever that end is.

A board can print anything, the REPL's own end marks included, so marks alone are no end.
Finished means: the counted end event with the execution's nonce, then the marks, then an
answer of the raw REPL when it is asked whether it listens again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rig.board.events import EventReader
from rig.board.execution import Ended, Execution
from rig.board.link import ANSWER, BANNER, RAW_PROMPT, Link
from rig.board.port import Disconnected, Silence

SOFT_RESET = re.compile(rb"soft reboot\r\n(?:.{0,2000})raw REPL; CTRL-B to exit\r\n>\Z", re.DOTALL)
END_MARKS = re.compile(rb"\x04([^\x04]*)\x04>\Z")
TRACEBACK = ("Traceback (most recent call last):", '  File "')
TAIL = 1 << 15
PROBE_S = 2.0
"""How long the raw REPL may take to answer before its marks are taken for a forgery."""
NOT_WHOLE = "the upload did not arrive whole: the board never confirmed its checksum"
WOKEN = "the deadline passed while the script ran: it went on only when something was sent to it"
LAST_PROBE_S = 0.25
LAST_PROBES = 2
"""The same when the deadline has passed in silence, and the marks may have been lost; twice, for
a wire that loses marks may lose an answer too."""


@dataclass
class Follower:
    """Reads to the end of the script and says in `execution` how that was.

    `deadline` is an instant of the link's clock; `scale` is the board's deadline_scale.
    """

    link: Link
    reader: EventReader
    execution: Execution
    deadline: float
    scale: float = 1.0
    tail: bytes = b""
    asked: bool = False  # in vain: the raw REPL's answer may still come

    def follow(self) -> None:
        """Never raises for what a board does."""
        try:
            while True:
                data = self.link.read_some(self.deadline)
                self.take(data)
                if data and self.over():
                    return
                if not data:
                    self.silent()
                    return
                if self.link.clock.left(self.deadline) <= 0:  # a flood never ends in an empty read
                    self.too_late("the deadline passed while the board printed")
                    return
        except Disconnected as error:
            self.ends(Ended.DISCONNECTED, str(error))
        except Silence as error:
            self.ends(Ended.TIMED_OUT, str(error))

    def take(self, data: bytes) -> None:
        self.reader.feed(data)
        self.tail = (self.tail + data)[-TAIL:]

    def ends(self, ended: Ended, how: str) -> None:
        self.execution.ended = ended
        self.execution.how = how

    def over(self) -> bool:
        """Whether the script is over by the last bytes it printed."""
        tail = self.tail
        if tail.endswith(b">>> "):
            if BANNER.search(tail):
                how = "the board rebooted: it printed its boot banner and a friendly prompt"
                self.ends(Ended.CRASHED, how)
                return True
            return False
        if not tail.endswith(b">"):
            return False
        if tail.endswith(RAW_PROMPT) and SOFT_RESET.search(tail):
            self.reset_seen("the board reset itself while the script ran (a soft reset's banner)")
            return True
        marks = END_MARKS.search(tail)
        return bool(marks) and self.confirmed(PROBE_S)

    def confirmed(self, seconds: float) -> bool:
        """Whether the raw REPL listens again; says in `execution` what it left there."""
        try:
            more = self.link.challenge(self.link.clock.by(seconds * self.scale))
        except Silence as error:
            self.asked = True
            self.take(error.seen)
            return False
        self.take(more)
        if self.asked:  # answers that came too late stand after the marks
            self.tail = ANSWER.sub(b"", self.tail)
        if SOFT_RESET.search(self.tail):
            self.asked = True
            self.reset_seen("the script ended the interpreter: the board soft-reset itself")
            return True
        marks = END_MARKS.search(self.tail)
        if marks:
            self.reader.output.cut(len(marks[0]))
            traceback = marks[1].decode("utf-8", "backslashreplace").replace("\r\n", "\n")
            self.judge(traceback)
        else:
            self.doubt("the script is over, but the REPL's end marks did not come")
        return True

    def reset_seen(self, how: str) -> None:
        self.ends(Ended.CRASHED, how)
        if self.asked and self.reader.ended:  # a question damaged on its way can be a Ctrl-D
            self.execution.damage.append("the end event came, then a soft reset after a question")

    def judge(self, traceback: str) -> None:
        """Finished or raised, by what stood between the REPL's two end marks."""
        self.execution.traceback = traceback
        if traceback:
            lines = traceback.strip().splitlines()
            self.ends(Ended.RAISED, lines[-1] if lines else "")
            if not traceback.startswith((*TRACEBACK, "MemoryError: ")):  # of a compiler: no frames
                self.execution.damage.append("what stands for a traceback is none")
        elif self.reader.ended:
            self.ends(Ended.FINISHED, "")
        else:
            self.doubt("the REPL's end marks came without the script's end event")

    def doubt(self, how: str) -> None:
        self.ends(Ended.RAISED, how)
        self.execution.damage.append(how)

    def silent(self) -> None:
        """Nothing came until the deadline: the script hangs, or its end was lost on the way. One of
        which all came but for the answer has ended; one that goes on now had waited for something
        to be sent, as a core does that no interrupt wakes (micropython/micropython 18811)."""
        marked = self.asked
        for _ in range(LAST_PROBES):
            if self.confirmed(LAST_PROBE_S):
                whole = self.execution.ended in (Ended.FINISHED, Ended.RAISED)
                if whole and not (marked or self.execution.damage):
                    self.execution.woken, self.execution.traceback = True, ""
                    self.ends(Ended.TIMED_OUT, WOKEN)
                return
        self.too_late("the deadline passed while the script ran")

    def too_late(self, how: str) -> None:
        self.ends(Ended.TIMED_OUT, how)
        if self.reader.ended:  # its last act was done: what came after was damaged on the way
            self.execution.damage.append("the end event came, but the REPL did not come back")


def read_out(execution: Execution, reader: EventReader) -> None:
    """What the reader gathered, into the execution."""
    whole = execution.ended in (Ended.FINISHED, Ended.RAISED)
    reader.close(cut_short=not whole)
    execution.events = reader.events
    execution.output = reader.output.text()
    execution.dropped = reader.output.dropped
    execution.damage += reader.damage
    if not reader.started:
        execution.damage.append(NOT_WHOLE)
    if reader.overflow and whole:
        execution.damage.append(f"{reader.overflow} events more than can be kept")
