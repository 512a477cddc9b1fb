"""An emulated board as the rest of the rig sees it: a port, a power switch, and its own clock."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rig.errors import RigError, UsageError
from rig.networks import NetworkStation
from rig.virtual import emulators, image
from rig.wires import BoardWires

ROOT = Path(__file__).resolve().parent.parent.parent
LINE_LIMIT = 1 << 16
ERROR = re.compile(r"\w*[Ee]rror:? ")
"""What it died of, in what Python and Node.js print then."""
READY_S = 60.0
"""Node.js and QEMU begin in a second, and on a loaded machine in ten."""
COMMAND = "{firmware}"
"""What makes an `emulator` of the bench a command, rather than the name of one of ours."""
WIRES = "{wires}"
"""Where in such a command the bench's wires go."""


def check(firmware: Path, emulator: str = "", wires: BoardWires | None = None) -> None:
    """Raises UsageError for a file that is no firmware, or that no emulator here runs, or none with
    such wires."""
    if COMMAND in emulator:  # what ours runs `command` looks at
        image.read(firmware)
    command(firmware, emulator, wires)


def command(firmware: Path, emulator: str, wires: BoardWires | None) -> list[str]:
    """What starts the emulator, a command of the bench's or one of ours. Raises UsageError."""
    if COMMAND not in emulator:
        found = image.read(firmware)
        return emulators.choose(found, emulator).command(found, wires)
    if wires and WIRES not in emulator:
        raise UsageError(
            f"emulator = {emulator!r}: it is not told of the wires that the bench names",
            f"put {WIRES} into the command (docs/adding-an-emulator.md), or leave wires out",
        )
    filled = emulator.replace(COMMAND, shlex.quote(str(firmware)))
    return shlex.split(filled.replace(WIRES, shlex.quote(wires.told() if wires else "{}")))


def thread_of(said: dict[str, object]) -> bytes:
    """The kernel's id of the thread that is the core, as who measures reads it: an emulator that
    lives in the host's time says it. Raises ValueError, KeyError or TypeError."""
    thread = said["thread"]
    if type(thread) is not int or not 0 < thread < 1 << 32:
        raise ValueError(thread)
    return thread.to_bytes(8, sys.byteorder)


class EmulatedBoard:
    """An emulator's process, by the contract of docs/adding-an-emulator.md.

    `emulator` is the name of one of ours, '' for the first that runs the firmware, or a command
    with `{firmware}` in it. Raises UsageError where there is none for such a firmware and wires.
    """

    def __init__(
        self,
        name: str,
        firmware: Path,
        emulator: str,
        folder: Path,
        wires: BoardWires | None = None,
    ) -> None:
        self.name = name
        self.wires = wires
        self.command = command(firmware, emulator, wires)
        self.port = self.activity = ""
        self.followed = False  # its output has a reader, who closes it
        self.pid_file = folder / f"{name}.pid"
        self.supply: Path | None = None  # no instrument feeds it
        self.network: NetworkStation | None = None  # it has none that the host is on
        self.fenced: list[str] | None = None  # of this machine it reaches nothing
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the emulator)
        try:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self.log,
            )  # fmt: skip
        except OSError as error:
            self.log.close()
            raise RigError(
                f"emulated board {name}: {self.command[0]}: {error.strerror}", "is it installed?"
            ) from error

    def wait_ready(self) -> None:
        """Until it says where its console is. Raises RigError with what it said instead."""
        line = self._first_line()
        try:
            said = json.loads(line)
            self.port, self.activity = said["console"], said.get("activity", "")
            if not (isinstance(self.port, str) and isinstance(self.activity, str) and self.port):
                raise ValueError(line)
            if "thread" in said:
                self.pid_file.write_bytes(thread_of(said))
        except (ValueError, KeyError, TypeError) as error:
            raise RigError(
                f"emulated board {self.name} did not start: {self._trouble(line)}",
                f"try by hand: {shlex.join(self.command)}",
            ) from error
        self.followed = True
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        """An emulator that starts anew at a reset has another thread then, and says so. What else
        it prints is read and dropped, so that it never waits for a reader."""
        assert self.process.stdout is not None
        with contextlib.suppress(OSError), self.process.stdout:
            while line := self.process.stdout.readline(LINE_LIMIT):
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    thread = thread_of(json.loads(line))
                    with self.pid_file.open("r+b") as file:  # in place: who measures mapped it
                        file.write(thread)

    def _first_line(self) -> bytes:
        """What it says first: all of it by its end, or by the deadline."""
        assert self.process.stdout is not None
        out = self.process.stdout.fileno()
        line, until = b"", time.monotonic() + READY_S
        while b"\n" not in line and len(line) < LINE_LIMIT:
            if not select.select([out], [], [], max(0.0, until - time.monotonic()))[0]:
                self.process.kill()
                break
            if not (piece := os.read(out, 1)):  # what follows the line is for _follow
                break
            line += piece
        return line

    def _trouble(self, line: bytes) -> str:
        """What it said, or how it ended, where it should have said where its console is."""
        if self.process.poll() is None:
            self.process.kill()
        code = self.process.wait()
        self.log.seek(0)
        said = self.log.read().decode("utf-8", "replace").strip().splitlines()
        if line.strip():
            return repr(line[:200].decode("utf-8", "replace"))
        if code == -signal.SIGKILL and not said:
            return f"it says nothing for {READY_S:.0f} s"
        named = next((text for text in said if ERROR.match(text)), "")
        return named or (said[-1] if said else f"exit {code}")

    @property
    def emulator(self) -> int:
        """Its process, by which one that has ended or stands still is told."""
        return self.process.pid

    @property
    def power_cycle(self) -> str:
        """A command that switches the board off and on."""
        return f"kill -USR2 {self.process.pid}"

    def stop(self) -> None:
        """Close its lifeline and wait for its end."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout and not self.followed:
            self.process.stdout.close()
        self.log.close()
