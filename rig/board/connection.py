"""A board's connection: its port open, the board at a clean raw prompt, or a reason why not."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rig.activity import Clock, HostClock, SlowerClock
from rig.board.arriving import BOOT_S, FIRST, Patience, arrive
from rig.board.execution import Ended, Execution
from rig.board.link import RESET_PATIENCE_S, STALL_S, Link, Watch
from rig.board.mute import no_emulator, why_mute
from rig.board.pasting import SLOW
from rig.board.port import Disconnected, Lines, Silence
from rig.board.recovery import ABSENT_S, Ladder
from rig.board.reopening import BUSY_S, home_of, opened, reopened
from rig.errors import BoardLost, LooprigError, RigError
from rig.ports import Port, lookup
from rig.results import BoardInfo

STEP_S = 10.0
"""Deadline of one step of the protocol (a reset with its boot.py, an answer), unscaled. A boot.py
that was seen to take longer has twice its time on top."""
COMES_BACK = 3
"""How often a port may go away and come back until a board is at its prompt."""


@dataclass
class Connection:
    """One board on one port.

    `deadline_scale` multiplies every deadline, for boards slower than real time; nothing else
    relates the board's time to the host's. An emulated board has a clock that can be asked, at the
    port `activity`: every deadline is measured by it, too.
    """

    name: str
    port: str
    baudrate: int = 115200
    kind: str = "serial"
    deadline_scale: float = 1.0
    power_cycle: str = ""
    attended: bool = False  # somebody is there to be its power switch
    lines: Lines = field(default=Lines(), kw_only=True)
    activity: str = field(default="", kw_only=True)  # host:port of an emulator's activity
    emulator: int = field(default=0, kw_only=True)  # its process
    boot_s: float = field(default=0.0, kw_only=True)  # from a soft reset to the prompt, as measured
    lossy: bool = field(default=False, kw_only=True)  # its link was seen to lose bytes
    watch: Watch | None = field(default=None, kw_only=True)  # told of all that goes over the wire
    home: Port | None = field(default=None, init=False)  # by which its device is found again
    arrived_s: float = field(default=0.0, init=False)  # from the open port to the prompt
    seen: bytes = field(default=b"", init=False)  # what came instead of a prompt
    info: BoardInfo = field(init=False)
    link: Link | None = field(default=None, init=False)
    clean: bool = field(default=False, init=False)  # it sits at the raw prompt
    resetting: bool = field(default=False, init=False)  # a soft reset was sent ahead
    before_recovery: Callable[[], object] | None = field(default=None, init=False)  # once it failed
    no_emulator: str = field(default="", init=False)  # why it is lost by no doing of its own

    def __post_init__(self) -> None:
        self.info = BoardInfo(name=self.name, kind=self.kind, port=self.port)
        self.ladder = Ladder(self)
        self.clock: Clock = (
            SlowerClock(self.activity) if self.activity else HostClock(self.emulator)
        )

    def within(self, seconds: float) -> float:
        """The instant of the board's clock by which a step of so many seconds must be over."""
        return self.clock.by(seconds * self.deadline_scale)

    # -- opening --------------------------------------------------------------------------

    def open(self, climb: bool = True) -> None:
        """Open the port and come to the raw prompt, by the recovery ladder if need be and wanted.

        Raises RigError or UsageError saying why the port does not open or does not answer.
        """
        began = time.monotonic()
        try:
            self._open(climb)
        except RigError as error:
            if self.kind != "emulated":
                raise
            raise no_emulator(error, self.clock.trouble(began)) from error

    def _open(self, climb: bool) -> None:
        port = lookup(self.port)
        if port.other:
            what = f"port {self.port} (board {self.name}): it is {port.other}; nothing was sent"
            raise RigError(what, "name the board's own port: looprig boards lists them")
        self.take(opened(self.port, self.baudrate, self.lines, self.deadline_scale))
        self.home = self.home or home_of(self.port)
        try:
            self.arrive_back(FIRST)
        except (Silence, Disconnected) as error:
            if climb:
                self.recover(Execution("open", self.name))
            else:
                self.close()
            if self.info.lost or not climb:
                if isinstance(error, Disconnected):
                    raise RigError(f"board {self.name}: {error}", "looprig boards") from error
                raise why_mute(self.name, port, self.seen, bool(self.power_cycle)) from error

    def arrive_back(self, patience: Patience) -> None:
        """To the raw prompt, after a port that goes away on the way as well: opening resets some
        boards whose port is their own USB."""
        for left in reversed(range(COMES_BACK)):
            try:
                self.arrive(patience)
                return
            except Disconnected:
                if not left:
                    raise
            try:
                self.reopen(self.within(ABSENT_S))
            except LooprigError as error:
                raise Disconnected(error.what) from error

    def arrive(self, patience: Patience) -> None:
        """Come to the raw prompt on an open port; raises Silence or Disconnected."""
        if self.link is None:
            raise Disconnected("the port is closed")
        scale = self.deadline_scale
        try:
            self.arrived_s = arrive(self.link, patience.scaled(scale), scale)
        except Silence as error:
            self.seen = error.seen or self.seen
            raise
        self.clean = True

    def take(self, link: Link) -> None:
        """Talk through this link from now on."""
        self.link = link
        self.link.clock = self.clock
        self.link.watch = self.watch
        self.link.pace = SLOW if self.lossy else None
        self.link.stall_s = STALL_S * self.deadline_scale

    def reopen(self, deadline: float) -> Link:
        """The port opened anew, under whatever name it is back; raises LooprigError."""
        before, self.link = self.link, None
        if before:
            before.close()
        home = self.home or home_of(self.port)
        busy = self.within(BUSY_S)
        self.take(reopened(home, self.baudrate, self.lines, deadline, busy, self.clock))
        assert self.link is not None
        self.port = self.link.device_name
        if before:
            self.link.sent, self.link.received = before.sent, before.received
        return self.link

    def close(self) -> None:
        """Leave the board at its friendly REPL and close the port."""
        if self.link:
            with contextlib.suppress(Disconnected, Silence):
                if self.resetting:
                    self.link.await_reset(self.within(self.reset_s))
                if self.clean:
                    self.link.send(b"\r\x02")
            self.link.close()
        self.link = None
        self.clean = self.resetting = False

    @property
    def wire(self) -> Link:
        """The open link; raises BoardLost once the board was given up."""
        if self.link is None and not self.info.lost:
            try:
                self.open()
            except LooprigError as error:  # it was there when the run began
                if not self.info.lost:
                    self.recover(Execution("open", self.name))
                if self.info.lost:
                    self.info.lost += f" ({error.what})"
        if self.info.lost:
            raise BoardLost(f"board {self.name} is lost: {self.info.lost}")
        assert self.link is not None
        return self.link

    # -- resets ---------------------------------------------------------------------------

    @property
    def reset_s(self) -> float:
        """Seconds that a soft reset may take, unscaled."""
        return STEP_S + 2 * self.boot_s / self.deadline_scale

    def soft_reset(self, ahead: bool = False) -> None:
        """From the raw prompt through a soft reset, to which Ctrl-D was sent ahead or is sent now.

        The first one has as long as any boot.py was ever told to take, and is measured: the others
        have that much. Raises Silence or Disconnected.
        """
        link = self.wire
        patience = max(RESET_PATIENCE_S * self.deadline_scale, 1.5 * self.boot_s)
        began = self.clock.now()
        if not ahead:
            link.send(b"\x04")
        boot_by = 0.0 if self.boot_s else self.within(BOOT_S)
        link.await_reset(self.within(self.reset_s), patience, boot_by)
        if not ahead and not self.boot_s:
            self.boot_s = self.clock.now() - began

    def reset_ahead(self) -> None:
        """Send the next test's soft reset already, so that the board boots while hosts judge."""
        with contextlib.suppress(Silence, Disconnected):
            self.wire.send(b"\x04")
            self.resetting = True

    def reset(self, execution: Execution) -> None:
        """A soft reset; up the ladder when that does not work. Raises BoardLost."""
        ahead, self.resetting = self.resetting, False
        try:
            if self.clean:
                self.soft_reset(ahead)
                return
        except (Silence, Disconnected) as error:
            self.clean = False
            if self.before_recovery:
                self.before_recovery()
            execution.recovery.append(f"soft reset before the test failed: {error}")
        self.recover(execution)

    def recover(self, execution: Execution) -> None:
        """Bring the board back to a clean raw prompt, or say in `info.lost` that nothing did."""
        began = time.monotonic()
        lost = self.ladder.climb(execution.recovery)
        if execution.ended is Ended.TIMED_OUT and self.ladder.found_idle and not execution.woken:
            execution.damage.append(
                "nothing ran any more when it was interrupted: its end was lost"
            )
        if lost:
            self.info.lost = lost
            if why := self.clock.trouble(began):
                self.no_emulator = why
                self.info.lost += f" ({why})"
            self.close()
