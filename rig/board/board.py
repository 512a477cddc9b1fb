"""A board: identify it, push device tests to it, bring it back when it goes astray."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from rig.board.away import AwayFollower
from rig.board.events import OUTPUT_KEPT, TICKS_PERIOD_US, EventReader
from rig.board.execution import Ended, Execution
from rig.board.features import FEATURES
from rig.board.follow import NOT_WHOLE, Follower, read_out
from rig.board.link import RESET_PATIENCE_S, Link, Silence
from rig.board.overlays import upload
from rig.board.port import Disconnected
from rig.board.program import Packing, Program, program
from rig.board.recovery import Ladder
from rig.board.reopening import reopened, serial_number_of
from rig.errors import BoardLost, LooprigError, RigError
from rig.firmware import refusal, version
from rig.results import BoardInfo

OPEN_S = 5.0
"""Opening its port resets many a board: its boot is in here."""
STEP_S = 10.0
"""Deadline of one step of the protocol (a reset with its boot.py, an answer), unscaled."""
SLOWEST_WIRE = 5_000
"""Bytes per second: half of what 115200 baud carries, for the deadline of an upload."""
CRC32 = "binascii.crc32"
FOREIGN = (
    "import sys\n"
    "print(sys.implementation.name,'.'.join([str(n) for n in sys.implementation.version[:3]]),"
    "sys.version)"
)
RESULT_S = 10.0
"""Board seconds a device test may take unless it says otherwise."""


@dataclass
class Board:
    """One board on one port.

    `deadline_scale` multiplies every deadline, for boards slower than real time; nothing else
    relates the board's time to the host's.
    """

    name: str
    port: str
    baudrate: int = 115200
    kind: str = "serial"
    deadline_scale: float = 1.0
    power_cycle: str = ""
    overlay: str = ""  # directory on the board that goes first on its sys.path
    serial_number: str = field(default="", init=False)  # of its USB, by which it is found again
    info: BoardInfo = field(init=False)
    link: Link | None = field(default=None, init=False)
    ticks_period: int = field(default=TICKS_PERIOD_US, init=False)
    clean: bool = field(default=False, init=False)  # it sits at the raw prompt
    resetting: bool = field(default=False, init=False)  # a soft reset was sent ahead
    packed_below: int = field(default=1 << 62, init=False)  # characters it has room to unpack
    packing: Packing | Literal[""] = field(default="", init=False)  # '' for what the features allow

    def __post_init__(self) -> None:
        self.info = BoardInfo(name=self.name, kind=self.kind, port=self.port)
        self.ladder = Ladder(self)

    # -- connection -----------------------------------------------------------------------

    def within(self, seconds: float) -> float:
        """The `time.monotonic` instant by which a step of so many seconds must be over."""
        return time.monotonic() + seconds * self.deadline_scale

    def open(self) -> None:
        """Open the port and come to the raw prompt, by the recovery ladder if need be.

        Raises RigError or UsageError saying why the port does not open or does not answer.
        """
        self.link = Link(self.port, self.baudrate)
        self.serial_number = self.serial_number or serial_number_of(self.port)
        try:
            self.link.interrupt(self.within(OPEN_S))
            self.clean = True
        except (Silence, Disconnected) as error:
            self.recover(Execution("open", self.name))
            if self.info.lost:
                raise RigError(
                    f"port {self.port} (board {self.name}): no MicroPython answers ({error})",
                    "is it running MicroPython, is its REPL on this port, is the baud rate right?",
                ) from error

    def reopen(self, deadline: float) -> Link:
        """The port opened anew, under whatever name it is back; raises LooprigError."""
        before, self.link = self.link, None
        self.link = reopened(self.port, self.baudrate, self.serial_number, deadline)
        self.port = self.link.device_name
        if before:
            before.close()
            self.link.sent, self.link.received = before.sent, before.received
        return self.link

    def close(self) -> None:
        """Leave the board at its friendly REPL and close the port."""
        if self.link:
            with contextlib.suppress(Disconnected, Silence):
                if self.resetting:
                    self.link.await_reset(self.within(STEP_S))
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

    # -- what it is -----------------------------------------------------------------------

    def identify(self, asyncio: bool = True) -> BoardInfo:
        """Ask the board what it is and which features it has; once, without any overlay.

        Raises RigError for a board that does not say, and for firmware that cannot be judged: no
        MicroPython, one before 1.21, and, unless `asyncio` is false, one without asyncio.
        """
        overlay, self.overlay = self.overlay, ""
        try:
            execution = self.run("identify", features=FEATURES)
            if NOT_WHOLE in execution.damage:  # or a board without binascii.crc32
                self.packing = "source"
                execution = self.run("identify", features=FEATURES)
        finally:
            self.overlay = overlay
        if execution.ended is not Ended.FINISHED or execution.damage:
            self.refuse_foreign()
            problem = execution.how or "; ".join(execution.damage)
            raise RigError(
                f"board {self.name} on {self.port} does not identify itself: {problem}",
                "run looprig doctor, or try mpremote with this port",
            )
        said = {name: execution.value(name) for name in dict.fromkeys(execution.names)}
        self.info = self.info.model_copy(
            update={
                "platform": str(said["platform"]),
                "implementation": str(said["implementation"]),
                "version": version(said["version"], str(said["sys_version"])),
                "sys_version": str(said["sys_version"]),
                "build": str(said["build"]),
                "mpy": said["mpy"] if isinstance(said["mpy"], int) else 0,
                "thread": str(said["thread"] or ""),
                "machine": str(said["machine"]),
                "unique_id": str(said["unique_id"]),
                "memory": said["memory"] if isinstance(said["memory"], int) else 0,
                "features": sorted(str(name) for name in said["features"]),
                "starved": sorted(str(name) for name in said["starved"]),
            }
        )
        if refused := refusal(self.info, str(said["asyncio"]) if asyncio else ""):
            raise refused
        period = said["ticks_period"]
        if isinstance(period, int) and period > 0:
            self.ticks_period = period
        return self.info

    def refuse_foreign(self) -> None:
        """Ask the little that every Python can answer; raises RigError for firmware that cannot be
        judged."""
        execution = self.push("identify", Program(FOREIGN, bare=True), RESULT_S)
        said = execution.output.split(maxsplit=2)
        if len(said) == 3:
            name, numbers, sys_version = said
            update = {"implementation": name, "version": version([numbers], sys_version)}
            if refused := refusal(self.info.model_copy(update=update)):
                raise refused

    # -- running --------------------------------------------------------------------------

    def run(
        self,
        device_test: str,
        *,
        deadline: float = RESULT_S,
        prefix: str = "",
        before_start: Callable[[], None] | None = None,
        while_running: Callable[[Link], None] | None = None,
        away: float = 0.0,
        **params: Any,
    ) -> Execution:
        """Push one device test and follow it to its end, from a soft reset.

        `device_test` and `prefix` are paths under device_tests without `.py`; `deadline` is in
        seconds of board time; `before_start` is called right before the script starts, and
        `while_running` right after, with the link, to talk to the script's standard input.
        `away` is for a script whose sleep takes the port away: it keeps its events, and after so
        many seconds of board time they are asked for.
        Whatever the board does, an Execution comes back, and the board has been recovered;
        raises BoardLost when nothing brought it back, RigError for a fault of the rig.
        """
        named = self.info.implementation == "micropython" and CRC32 in self.info.features
        code = program(device_test, params, prefix, self.overlay, kept=away > 0, named=named)
        return self.push(
            device_test,
            code,
            deadline,
            before_start=before_start,
            while_running=while_running,
            away=away,
        )

    def push(
        self,
        device_test: str,
        code: Program,
        deadline: float,
        *,
        before_start: Callable[[], None] | None = None,
        while_running: Callable[[Link], None] | None = None,
        keep_output: int = OUTPUT_KEPT,
        away: float = 0.0,
    ) -> Execution:
        """Run a finished program; see `run`. `keep_output` bounds what is kept of its output."""
        packing = self.packing or self.packing_of(code)
        call = partial(
            self._push, device_test, code, deadline, before_start, while_running, keep_output, away
        )
        execution = call(packing)
        if execution.no_room:
            self.packed_below = min(self.packed_below, len(code.text))
            if packing != "source" and not before_start:
                execution = call("source")
        return execution

    def _push(
        self,
        device_test: str,
        code: Program,
        deadline: float,
        before_start: Callable[[], None] | None,
        while_running: Callable[[Link], None] | None,
        keep_output: int,
        away: float,
        packing: Packing,
    ) -> Execution:
        execution = Execution(device_test, self.name)
        if 0 < self.info.memory < len(code.text):  # less than its parsed text takes
            execution.no_room, execution.ended = True, Ended.RAISED
            execution.how = f"{len(code.text)} bytes of source, {self.info.memory} of free heap"
            return execution
        nonce = secrets.token_hex(4)
        reader = EventReader(nonce, self.ticks_period, keep_output, code.proof(packing))
        link = self.wire
        sent, received = link.sent, link.received
        started = time.monotonic()
        try:
            text = code.packed(nonce, packing)  # the board is still booting
            self.reset(execution)
            if self.wire is not link:  # the ladder opened the port anew
                link, sent, received = self.wire, 0, 0
            uploading = time.monotonic()
            execution.reset_s = uploading - started
            seconds = STEP_S + len(text) / SLOWEST_WIRE
            link.paste(text, self.within(seconds), before_start)
            running = time.monotonic()
            execution.upload_s = running - uploading
            if while_running:
                while_running(link)
            until = self.within(deadline)
            scale = self.deadline_scale
            follower = Follower(link, reader, execution, until, scale)
            if code.kept:
                follower = AwayFollower(
                    link, reader, execution, until, scale,
                    nonce=nonce, away_s=away * scale, reopen=self.reopen, ask_from=until,
                )  # fmt: skip
            follower.follow()
            link = follower.link
            execution.run_s = time.monotonic() - running
        except Silence as error:
            execution.ended = Ended.TIMED_OUT
            execution.how = f"the upload got stuck: {error}"
        except Disconnected as error:
            execution.ended = Ended.DISCONNECTED
            execution.how = str(error)
        read_out(execution, reader)
        execution.no_room = code.had_no_room(execution, reader.started, packing)
        if execution.no_room:
            execution.damage.clear()
        elif execution.traceback and not code.blames_script(execution.traceback, packing):
            execution.damage.append(f"the loader failed, not the script: {execution.how}")
        execution.traceback = code.map_traceback(execution.traceback)
        execution.bytes_sent = link.sent - sent
        execution.bytes_received = link.received - received
        self.clean = execution.ended in (Ended.FINISHED, Ended.RAISED)
        if self.clean:
            self.reset_ahead()
        else:
            self.recover(execution)
        return execution

    def packing_of(self, code: Program) -> Packing:
        """The fewest bytes that the board's features and memory allow."""
        if len(code.text) >= self.packed_below:
            return "source"
        return "deflate" if {"deflate", CRC32} <= set(self.info.features) else "literal"

    def reset_ahead(self) -> None:
        """Send the next test's soft reset already, so that the board boots while hosts judge."""
        with contextlib.suppress(Silence, Disconnected):
            self.wire.send(b"\x04")
            self.resetting = True

    def reset(self, execution: Execution) -> None:
        """A soft reset; up the ladder when that does not work. Raises BoardLost."""
        ahead, self.resetting = self.resetting, False
        patience = RESET_PATIENCE_S * self.deadline_scale
        try:
            if self.clean:
                if ahead:
                    self.wire.await_reset(self.within(STEP_S), patience)
                else:
                    self.wire.soft_reset(self.within(STEP_S), patience)
                return
        except (Silence, Disconnected) as error:
            self.clean = False
            execution.recovery.append(f"soft reset before the test failed: {error}")
        self.recover(execution)

    def recover(self, execution: Execution) -> None:
        """Bring the board back to a clean raw prompt, or say in `info.lost` that nothing did."""
        lost = self.ladder.climb(execution.recovery)
        if execution.ended is Ended.TIMED_OUT and self.ladder.found_idle:
            execution.damage.append(
                "nothing ran any more when it was interrupted: its end was lost"
            )
        if lost:
            self.info.lost = lost
            self.close()

    # -- overlays -------------------------------------------------------------------------

    def put_overlay(self, directory: str, remote: str = "looprig_overlay") -> None:
        """Copy an overlay's modules to the board's file system and use them from now on."""
        link = self.wire
        self.reset(Execution("overlay", self.name))
        upload(link, directory, remote)
        self.overlay = (
            remote  # relative: boards start in /, and a board may have no root of its own
        )

    def remove_overlay(self, remote: str = "looprig_overlay") -> None:
        """Take an uploaded overlay off the board again."""
        self.overlay = ""
        self.run("remove_tree", path=remote)
