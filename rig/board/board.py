"""A board: identify it, push device tests to it, bring it back when it goes astray."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from rig.board.away import AwayFollower
from rig.board.connection import STEP_S, Connection
from rig.board.events import OUTPUT_KEPT, TICKS_PERIOD_US, EventReader
from rig.board.execution import Ended, Execution
from rig.board.features import FEATURES
from rig.board.follow import NOT_WHOLE, Follower, read_out
from rig.board.link import Link
from rig.board.overlays import REMOTE, NotHeld, Overlay, ahead, put, remove
from rig.board.pasting import SLOW, Stalled
from rig.board.port import Disconnected, Silence
from rig.board.program import Packing, Program, program
from rig.board.secret import scrub
from rig.errors import RigError
from rig.firmware import refusal, version
from rig.results import BoardInfo

SLOWEST_WIRE = 5_000
"""Bytes per second: half of what 115200 baud carries, for the deadline of an upload."""
CRC32 = "binascii.crc32"
FOREIGN = (
    "import sys\n"
    "print(sys.implementation.name,'.'.join([str(n) for n in sys.implementation.version[:3]]),"
    "sys.version)"
)
THREAD_S = 2.0
"""For a thread to begin and end, which takes milliseconds."""
RESULT_S = 10.0
"""Board seconds a device test may take unless it says otherwise."""


@dataclass
class Board(Connection):
    """One board on one port: what it is, and what it makes of device tests."""

    overlay: Overlay | None = None  # what stands first on its sys.path
    ticks_period: int = field(default=TICKS_PERIOD_US, init=False)
    packed_below: int = field(default=1 << 62, init=False)  # characters it has room to unpack
    secrets: tuple[str, ...] = field(default=(), init=False)  # words that nothing may tell of
    packing: Packing | Literal[""] = field(default="", init=False)  # '' for what the features allow

    # -- what it is -----------------------------------------------------------------------

    def identify(self, asyncio: bool = True) -> BoardInfo:
        """Ask the board what it is and which features it has; once, without any overlay.

        Raises RigError for a board that does not say, and for firmware that cannot be judged: no
        MicroPython, one before 1.21, and, unless `asyncio` is false, one without asyncio.
        """
        overlay, self.overlay = self.overlay, None
        try:
            execution = self.run("identify", features=FEATURES)
            if NOT_WHOLE in execution.damage and not execution.lost:  # it has no binascii.crc32
                self.packing = "source"
                execution = self.run("identify", features=FEATURES)
        finally:
            self.overlay = overlay
        if execution.ended is not Ended.FINISHED or execution.damage:
            self.refuse_foreign()
            problem = execution.how or "; ".join(execution.damage)
            if execution.lost:
                raise RigError(
                    f"board {self.name} on {self.port}: its link loses bytes on the way to the "
                    f"board, in small pieces too ({problem})",
                    "another cable, no hub, the board's UART instead of its own USB or the other "
                    "way round; is the baud rate right?",
                )
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
        if "_thread" in self.info.features and not self.starts_threads():
            self.info.features.remove("_thread")
        period = said["ticks_period"]
        if isinstance(period, int) and period > 0:
            self.ticks_period = period
        return self.info

    def which_loop(self) -> dict[str, str]:
        """The `queue` and the digest of the `asyncio` that device tests meet, an overlay's if there
        is one; empty where the board does not say."""
        execution = self.run("loop_identity")
        if execution.ended is not Ended.FINISHED or execution.damage:
            return {}
        modules = [event for event in execution.events if event.name in ("file", "names")]
        said = "\n".join(f"{event.name} {event.data}" for event in modules)
        kinds = {event.name for event in modules}
        what = "files" if kinds == {"file"} else "frozen" if kinds == {"names"} else "mixed"
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        queue = [str(event.data[0]) for event in execution.all("queue") if event.data]
        return {"queue": queue[0] if queue else "", "asyncio": f"{what} {digest}"}

    def starts_threads(self) -> bool:
        """Whether a thread runs when one is started: an emulator of one core has the module, and
        never comes back from the question."""
        return self.run("thread", deadline=THREAD_S).ended is Ended.FINISHED

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
        execution = self.push(
            device_test,
            code,
            deadline,
            before_start=before_start,
            while_running=while_running,
            away=away,
        )
        execution.params, execution.prefix = params, prefix
        execution.hosted = while_running is not None or "wlan" in params
        scrub(execution, self.secrets)
        return execution

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
        """Run a finished program; see `run`. `keep_output` bounds what is kept of its output.

        A program that does not arrive whole is sent once more, slowly: that is its link's fault.
        """
        packing = self.packing or self.packing_of(code)
        call = partial(
            self._push, device_test, code, deadline, before_start, while_running, keep_output, away
        )
        execution = call(packing)
        if execution.no_room:
            self.packed_below = min(self.packed_below, len(code.text))
            if packing != "source" and not before_start:
                execution = call("source")
        if execution.lost and not self.info.lost:
            self.lossy = True
            self.wire.pace = SLOW
            if not before_start:
                told = f"bytes were lost on the way to the board; again, in pieces of {SLOW.piece}"
                first, execution = execution, call(packing)
                execution.recovery[:0] = [*first.recovery, told]
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
        stalled = False
        try:
            text = code.packed(nonce, packing)  # the board is still booting
            self.reset(execution)
            if self.wire is not link:  # the ladder opened the port anew
                link, sent, received = self.wire, 0, 0
            uploading = time.monotonic()
            execution.reset_s = uploading - started
            self.send_ahead(link)
            seconds = STEP_S + len(text) / (SLOW.bytes_per_s if self.lossy else SLOWEST_WIRE)
            if while_running:
                self.clock.keep_step(True)
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
            stalled = isinstance(error, Stalled)
            execution.ended = Ended.TIMED_OUT
            execution.how = f"the upload got stuck: {error}"
        except Disconnected as error:
            execution.ended = Ended.DISCONNECTED
            execution.how = str(error)
        except NotHeld as error:
            execution.ended = Ended.RAISED
            execution.missing = execution.how = str(error)
        if while_running:
            self.clock.keep_step(False)
        execution.own_time = bool(self.activity)
        read_out(execution, reader)
        asked = not execution.missing  # the program was sent
        execution.no_room = asked and code.had_no_room(execution, reader.started, packing)
        if execution.no_room:
            execution.damage.clear()
        elif execution.traceback and not code.blames_script(execution.traceback, packing):
            execution.damage.append(f"the loader failed, not the script: {execution.how}")
        doubtful = while_running or execution.ended not in (Ended.FINISHED, Ended.RAISED)
        if doubtful and (why := self.clock.trouble(started)):
            execution.damage.append(why)
        execution.traceback = code.map_traceback(execution.traceback)
        if self.overlay and f"ImportError: no module named '{self.overlay.mark}'" in execution.how:
            execution.missing = f"what was put in {self.overlay.remote} is not there"
        if execution.missing:
            execution.damage = [f"the overlay is not there: {execution.missing}"]
        execution.bytes_sent = link.sent - sent
        execution.bytes_received = link.received - received
        execution.lost = stalled or (
            asked and code.came_damaged(execution, reader.started, packing)
        )
        self.clean = execution.ended in (Ended.FINISHED, Ended.RAISED)
        if self.clean:
            self.reset_ahead()
        else:
            if self.before_recovery:
                self.before_recovery()
            self.recover(execution)
            if self.no_emulator and self.no_emulator not in execution.damage:
                execution.damage.append(self.no_emulator)
        scrub(execution, self.secrets)
        return execution

    def packing_of(self, code: Program) -> Packing:
        """The fewest bytes that the board's features and memory allow."""
        if len(code.text) >= self.packed_below:
            return "source"
        return "deflate" if {"deflate", CRC32} <= set(self.info.features) else "literal"

    # -- overlays -------------------------------------------------------------------------

    def put_overlay(self, directory: str, remote: str = REMOTE) -> Overlay:
        """Have an overlay's modules stand first on its path; see `rig.board.overlays.put`."""
        return put(self, directory, remote)

    def remove_overlay(self, remote: str = REMOTE) -> None:
        """Take an overlay off the board again."""
        remove(self, remote)

    def send_ahead(self, link: Link) -> None:
        """Have an overlay in RAM that the file system cannot hold. Raises NotHeld."""
        for command in ahead(self.overlay, "deflate" in self.info.features):
            link.paste(command, self.within(STEP_S))
            came = link.read_to(b"\x04>", self.within(STEP_S), "the end of a command")
            if failure := came[:-2].partition(b"\x04")[2].strip():
                raise NotHeld(failure.decode("utf-8", "replace").splitlines()[-1])
