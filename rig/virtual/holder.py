"""The process that holds a virtual board: a real interpreter behind a PTY.

It stands where a board's USB stack and supervisor stand. The interpreter talks to a wire of
its own; the holder relays it to the PTY that clients open, and adds what a board does but a
Unix process does not: Ctrl-C reaches a running program, a soft reset or `sys.exit()` prints
its banner and comes back to the same REPL, a crash reboots into the friendly REPL. Spare
interpreters (rig/virtual/spares.py), started ahead, make each of these cheap.

POSIX only (PTYs, fork): it is the virtual bench, nothing on the way to a real board.

    python -m rig.virtual.holder --link PATH --root DIR --pid-file FILE --interpreter NAME \
        --file-system own --network own

It prints `ready` once a client can connect, and how the board is fenced; it ends when its standard
input closes.
SIGUSR1 is the board's power switch: off and on again. With `--supply SOCKET` the board lives only
while an instrument gives it power (rig/virtual/supply.py): without, its interpreter dies and its
port is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import mmap
import os
import re
import selectors
import signal
import struct
import sys
import time
import tty
from collections.abc import Callable
from pathlib import Path

from rig.errors import RigError
from rig.virtual.cable import Cable
from rig.virtual.fence import NETWORKS, Fence
from rig.virtual.files import FILE_SYSTEMS, Files
from rig.virtual.interpreters import Interpreter, interpreter
from rig.virtual.spares import RAW_PROMPT, Spares
from rig.virtual.supply import Supply

SOFT_RESET = b"MPY: soft reboot\r\n"
FRIENDLY = re.compile(rb'Type "help\(\)" for more information\.\r\n>>> $')
INTERRUPT = b"\x03"
INTERRUPT_GAP_S = 0.05
"""The Unix port dies of a second SIGINT that arrives before the first was handled, where a
board does not: Ctrl-C that follows closer than this counts as one."""
OUTPUT_LIMIT = 1 << 16
"""Bytes held for a client that does not read; past it the interpreter waits, as on a wire."""
QUIET_S = 0.001
"""A script that has said nothing for so long waits for something: time to start a spare."""
IDLE_S = 0.02
"""The same at a prompt, where the client is about to send something."""
Handler = Callable[[], object]


class Holder:
    """Relays one virtual board, and never waits for anything else."""

    def __init__(
        self,
        interpreter: Interpreter,
        files: Files,
        fence: Fence,
        link: Path,
        pid_file: Path,
        supply: Path | None = None,
        cable: Path | None = None,
    ) -> None:
        self.link = link
        self.fenced = fence.holds
        self.spares = Spares(
            interpreter, files, fence
        )  # first, so that it inherits nothing of ours
        self.supply = Supply(supply) if supply else None
        self.cable = Cable(cable) if cable else None
        self.selector = selectors.DefaultSelector()
        self.watched: dict[int, tuple[int, Handler]] = {}
        self.settled = False  # nothing waits to be written, and the selector knows what to watch
        self.outer = self.slave = -1
        self.to_client = bytearray()
        self.last_interrupt = 0.0
        pid_file.write_bytes(bytes(16))  # the interpreter's pid, how often the power was lost
        with pid_file.open("r+b") as file:
            self.pid_page = mmap.mmap(file.fileno(), 16)
        self.wake_r, wake_w = os.pipe()
        for end in (self.wake_r, wake_w):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        for number in (signal.SIGUSR1, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the parent's
        self.running = True
        self.present(friendly=True)

    # -- interpreters ---------------------------------------------------------------------

    def read_nursery(self) -> None:
        """Hear of interpreters that started or ended; put a spare in the place of ours."""
        self.spares.hear()
        while self.current.pid in self.spares.ended:
            self.replace()

    def replace(self) -> None:
        """The interpreter ended: it was reset, or it crashed."""
        old = self.current
        while self.read_current():
            pass
        self.watch(old.fd, False, False, self.read_current)
        crashed = os.WIFSIGNALED(self.spares.forget(old))
        if not crashed:
            self.to_client += SOFT_RESET
        self.present(friendly=crashed or not old.raw)

    def present(self, friendly: bool) -> None:
        """Make a spare the board that the client sees."""
        self.current = child = self.spares.take()
        self.pid_page[:8] = struct.pack("<q", child.pid)
        child.raw = not friendly
        if friendly:
            child.to_write += b"\x02"  # it answers with its banner and the friendly prompt
        else:
            self.to_client += RAW_PROMPT
        self.settled = False

    # -- power ----------------------------------------------------------------------------

    def read_supply(self) -> None:
        assert self.supply is not None
        self.supply.hear()

    def obey_supply(self) -> None:
        """Have the port, and an interpreter behind it, exactly while there is power."""
        if self.supply is None:
            return
        powered = self.supply.turn()
        if powered and self.outer < 0:
            self.plug()
        elif not powered and self.outer >= 0:
            self.unplug()
            self.pid_page[8:] = struct.pack("<q", self.supply.losses)

    def plug(self) -> None:
        """Make the port, and put it where clients look for it."""
        self.outer, self.slave = os.openpty()  # the slave stays open: no EIO between clients
        tty.setraw(self.slave)
        os.set_blocking(self.outer, False)
        temporary = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        temporary.symlink_to(os.ttyname(self.slave))
        temporary.replace(self.link)
        self.settled = False

    def unplug(self) -> None:
        """Take the port away and end the interpreter: the one in its place has booted afresh."""
        self.watch(self.outer, False, False, self.read_client)
        self.link.unlink(missing_ok=True)
        os.close(self.slave)
        os.close(self.outer)
        self.outer = self.slave = -1
        self.to_client.clear()
        self.current.send_signal(signal.SIGKILL)

    # -- relaying -------------------------------------------------------------------------

    def read_current(self) -> bool:
        """Take what the interpreter has printed, for the client; whether there was something."""
        child = self.current
        try:
            data = os.read(child.fd, OUTPUT_LIMIT)
        except OSError:  # nothing there
            return False
        child.tail = tail = (child.tail + data)[-80:]
        if tail.endswith(b" "):
            child.raw = child.raw and not FRIENDLY.search(tail)
        elif tail.endswith(RAW_PROMPT):
            child.raw = True
        self.to_client += data
        self.flush(self.outer, self.to_client)
        return bool(data)

    def read_client(self) -> None:
        """What the client sent goes to the interpreter, Ctrl-C as a signal while it runs."""
        try:
            data = os.read(self.outer, OUTPUT_LIMIT)
        except OSError:
            return
        if INTERRUPT in data and self.current.interruptible():
            now = time.monotonic()
            if now - self.last_interrupt > INTERRUPT_GAP_S:
                self.last_interrupt = now
                self.current.send_signal(signal.SIGINT)
            data = data.replace(INTERRUPT, b"")
        self.current.to_write += data
        self.flush(self.current.fd, self.current.to_write)

    def flush(self, fd: int, buffer: bytearray) -> None:
        """Write what can be written now; the rest waits for the selector."""
        if fd < 0:  # nobody hears a board whose port is gone
            buffer.clear()
            return
        with contextlib.suppress(OSError):  # it takes nothing now, or is gone
            del buffer[: os.write(fd, buffer)]
        if buffer:
            self.settled = False

    def watch(self, fd: int, reading: bool, writing: bool, handler: Handler) -> None:
        """Wait for these events on `fd` from now on, and for no others."""
        events = reading * selectors.EVENT_READ | writing * selectors.EVENT_WRITE
        now = (events, handler) if events else None
        before = self.watched.get(fd)  # the selector's own answer is slow, and asked for often
        if now == before:
            return
        if now is None:
            self.selector.unregister(fd)
            del self.watched[fd]
            return
        if before is None:
            self.selector.register(fd, events, handler)
        else:
            self.selector.modify(fd, events, handler)
        self.watched[fd] = now

    def settle(self) -> None:
        """Write what waits to be written, and watch for what can go on then."""
        self.settled = True
        for fd, buffer in ((self.current.fd, self.current.to_write), (self.outer, self.to_client)):
            if buffer:
                self.flush(fd, buffer)
        room = len(self.to_client) < OUTPUT_LIMIT
        self.watch(self.current.fd, room, bool(self.current.to_write), self.read_current)
        if self.outer >= 0:
            self.watch(self.outer, True, bool(self.to_client), self.read_client)

    def patience(self) -> float | None:
        """How long nothing may happen before a spare is started; None where none is lacking."""
        if not self.spares.lacking:
            return None
        tail = self.current.tail
        return IDLE_S if not tail or tail.endswith((b">", b"> ")) else QUIET_S

    def step(self) -> None:
        """Handle what comes next."""
        if not self.settled:
            self.settle()
        until_spare = self.patience()
        until_power = self.supply.patience() if self.supply else None
        waits = [wait for wait in (until_spare, until_power) if wait is not None]
        ready = self.selector.select(min(waits) if waits else None)
        for key, mask in ready:
            if mask & selectors.EVENT_READ:
                key.data()
        self.obey_supply()
        if not ready and until_spare is not None and until_spare == min(waits):
            self.spares.start()

    def read_parent(self) -> None:
        self.running = bool(os.read(0, 4096))

    def read_signals(self) -> None:
        """Switch the power off and on, or end, when asked."""
        signals = os.read(self.wake_r, 4096)
        if signal.SIGTERM in signals:
            self.running = False
        elif signal.SIGUSR1 in signals:
            self.current.send_signal(signal.SIGKILL)

    def run(self) -> None:
        """Relay until the parent closes our standard input or asks us to stop."""
        if self.supply is None:
            self.plug()
        else:
            self.selector.register(self.supply.socket, selectors.EVENT_READ, self.read_supply)
        if self.cable:
            self.selector.register(self.cable.socket, selectors.EVENT_READ, self.cable.give)
        self.selector.register(self.wake_r, selectors.EVENT_READ, self.read_signals)
        self.selector.register(0, selectors.EVENT_READ, self.read_parent)
        self.selector.register(self.spares.socket, selectors.EVENT_READ, self.read_nursery)
        print("ready", *self.fenced, sep="\t", flush=True)
        try:
            while self.running:
                self.step()
        finally:
            self.link.unlink(missing_ok=True)
            self.spares.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--pid-file", type=Path, required=True)
    parser.add_argument("--interpreter", required=True, help="a name, or a path")
    parser.add_argument("--heap", default="")
    parser.add_argument("--file-system", choices=FILE_SYSTEMS, required=True)
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--supply", type=Path, help="the socket by which it is given power")
    parser.add_argument("--cable", type=Path, help="where the host gets sockets in its network")
    args = parser.parse_args()
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(encoding="utf-8")  # as the parent reads it, whatever the locale
    try:
        firmware = interpreter(args.interpreter, args.heap)
        files = Files(args.root.resolve(), args.file_system)
        fence = Fence(files, firmware.reads, args.network)
        if args.file_system == "read-only" and firmware.name == "cpython" and fence.rules < 0:
            raise RigError("file_system: nothing keeps CPython from writing without Landlock")
    except RigError as error:
        print(error, flush=True)  # where `ready` is awaited: the parent passes it on
        raise SystemExit(1) from error
    cable = args.cable if fence.alone else None
    Holder(firmware, files, fence, args.link, args.pid_file, args.supply, cable).run()


if __name__ == "__main__":
    main()
