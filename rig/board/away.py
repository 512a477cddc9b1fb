"""Following a script whose sleep takes the port away, and that keeps its events meanwhile.

The host keeps away, too, for as long as the script should take: what it sends would wake the board
in the midst of a capture. Then it opens the port, under whatever name that is back, and asks until
it is answered; the board tells its events when that was heard (device_tests/harness_kept.py). They
carry nonce, sequence and checksum as always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rig.board.execution import Ended
from rig.board.follow import Follower
from rig.board.link import Link
from rig.board.port import Disconnected, Silence
from rig.errors import LooprigError

ASK_S = 0.5
"""How often the script is asked: a question can be lost in a sleep that began meanwhile."""


@dataclass(kw_only=True)
class AwayFollower(Follower):
    """`away_s` is for how long the script is left alone once it runs; `reopen` opens the port by a
    instant of the link's clock."""

    nonce: str
    away_s: float
    reopen: Callable[[float], Link]
    ask_from: float  # a instant of the link's clock
    answers: int = 0  # to what was asked so far; the first is the loader's
    here: bool = True

    @property
    def question(self) -> bytes:
        """To the script a line with its nonce; to a REPL that listens, a comment."""
        return f"#{self.nonce}".encode()

    @property
    def told(self) -> bool:
        """Whether the script has told any of its events; the first may have been damaged."""
        return bool(self.reader.events) or self.reader.ended

    def follow(self) -> None:
        """Never raises for what a board does."""
        while not self.told:
            try:
                if not self.here:
                    self.link = self.reopen(self.deadline)
                    self.here = True
                if self.over_untold():
                    return
            except (Disconnected, Silence) as gone:  # Silence: a port that takes nothing any more
                if not self.answers:  # it does not sleep yet
                    self.ends(Ended.DISCONNECTED, str(gone))
                    return
                self.leave()
            except LooprigError as error:
                how = f"the port went away while the board slept and did not come back: {error}"
                self.ends(Ended.DISCONNECTED, how)
                return
        super().follow()

    def over_untold(self) -> bool:
        """Take what comes, and ask if it is time; whether the script ended without telling."""
        if self.link.clock.left(self.ask_from) <= 0:
            self.link.send(self.question + b"\n")
            self.ask_from = self.link.clock.by(ASK_S)
        data = self.link.read_some(min(self.ask_from, self.deadline))
        self.take(data)
        if data and self.over():  # the loader failed, the script raised, or the board reset
            return True
        if self.reader.starts > self.answers and not self.told:
            if not self.answers:  # it begins when all that it printed was heard
                self.ask_from = self.link.clock.by(self.away_s)
            self.link.send(self.question + (b"!\n" if self.answers else b"\n"))
            self.answers = self.reader.starts
        if self.question in self.tail and self.tail.endswith(b">>> "):
            self.ends(Ended.CRASHED, "the board reset while it slept: a friendly prompt answers")
            return True
        if self.told or self.link.clock.left(self.deadline) > 0:
            return False
        self.silent()
        return True

    def leave(self) -> None:
        """The port is away: so is the host, until the script should be done."""
        self.link.close()
        self.here = False
        self.tail = b""
        self.execution.away += 1
        now = self.link.clock.now()
        self.ask_from = max(self.ask_from, now + ASK_S)  # a port that comes and goes is not chased
        self.link.clock.rest(max(0.0, min(self.ask_from, self.deadline) - now))
