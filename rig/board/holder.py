"""The process that holds a virtual board: a real interpreter behind a PTY.

It stands where a board's USB stack and supervisor stand. The interpreter talks to a PTY of
its own; the holder relays it to the one that clients open, and adds what a board does but a
Unix process does not: Ctrl-C reaches a running program, a soft reset or `sys.exit()` prints
its banner and comes back to the same REPL, a crash reboots into the friendly REPL, and a
spare interpreter, started ahead, makes each of these cheap.

POSIX only (PTYs, fork): it is the virtual bench, nothing on the way to a real board.

    python -m rig.board.holder --link PATH --root DIR --pid-file FILE --interpreter NAME

It prints `ready` once a client can connect, and ends when its standard input closes.
SIGUSR1 is the board's power switch: off and on again.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import mmap
import os
import re
import resource
import select
import selectors
import signal
import struct
import termios
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rig.board.interpreters import Interpreter, interpreter
from rig.errors import RigError

RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
SOFT_RESET = b"MPY: soft reboot\r\n"
FRIENDLY = re.compile(rb'Type "help\(\)" for more information\.\r\n>>> $')
INTERRUPT = b"\x03"
INTERRUPT_GAP_S = 0.05
"""The Unix port dies of a second SIGINT that arrives before the first was handled, where a
board does not: Ctrl-C that follows closer than this counts as one."""
OUTPUT_LIMIT = 1 << 16
"""Bytes held for a client that does not read; past it the interpreter waits, as on a wire."""
START_DEADLINE_S = 30
Handler = Callable[[], None]


@dataclass
class Child:
    """One interpreter process and its PTY."""

    pid: int
    fd: int
    raw: bool = False  # it sits in, or last showed, the raw REPL
    tail: bytes = b""  # the last bytes it printed, to tell which prompt it shows
    unread: bytearray = field(default_factory=bytearray)  # what the spare printed so far
    to_write: bytearray = field(default_factory=bytearray)

    @property
    def ready(self) -> bool:
        """A spare is ready once it shows the raw prompt."""
        return self.unread.endswith(RAW_PROMPT)

    def interruptible(self) -> bool:
        """Whether a program runs that Ctrl-C should interrupt.

        The interpreter installs its SIGINT handler exactly while it does (`mp_hal_set_interrupt_
        char` in ports/unix/unix_mphal.c); Linux shows that as bit 1 of SigCgt. Elsewhere the
        prompt is the best evidence.
        """
        try:
            status = Path(f"/proc/{self.pid}/status").read_bytes()
            found = re.search(rb"SigCgt:\s*([0-9a-f]+)", status)
            return bool(found and int(found[1], 16) & 2)
        except OSError:
            return not self.tail.endswith((b">>> ", b"... ", b"\x04>", RAW_PROMPT, b"=== "))


class Holder:
    """Relays one virtual board; single-threaded, so that it can fork interpreters."""

    def __init__(self, interpreter: Interpreter, link: Path, root: Path, pid_file: Path) -> None:
        self.interpreter = interpreter
        self.link = link
        self.root = root
        self.selector = selectors.DefaultSelector()
        self.watched: dict[int, tuple[int, Handler]] = {}
        self.outer, self.slave = os.openpty()  # the slave stays open: no EIO between clients
        tty.setraw(self.slave)
        os.set_blocking(self.outer, False)
        self.to_client = bytearray()
        self.last_interrupt = 0.0
        pid_file.write_bytes(bytes(8))
        with pid_file.open("r+b") as file:
            self.pid_page = mmap.mmap(file.fileno(), 8)
        self.wake_r, wake_w = os.pipe()
        for end in (self.wake_r, wake_w):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the parent's
        self.running = True
        self.signals: set[int] = set()
        self.spare = self.spawn()
        self.current = self.wait_for_spare()
        self.present(self.current, friendly=True)
        self.spare = self.spawn()

    # -- interpreters ---------------------------------------------------------------------

    def spawn(self) -> Child:
        """Start an interpreter and ask it for the raw REPL."""
        master, slave = os.openpty()
        tty.setraw(slave)
        pid = os.fork()
        if pid == 0:
            self.become_interpreter(slave)
        os.close(slave)
        os.set_blocking(master, False)
        return Child(pid, master, to_write=bytearray(b"\x01"))

    def become_interpreter(self, slave: int) -> None:
        """In the forked child: take the PTY as controlling terminal and run the interpreter."""
        try:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 256)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.chdir(self.root)
            with contextlib.suppress(OSError):  # so that `pgrep micropython` finds it
                Path("/proc/self/comm").write_text(self.interpreter.name)
            code = self.interpreter.run()
        except BaseException:
            import traceback

            traceback.print_exc()
            code = 70
        os._exit(code & 0xFF)

    def wait_for_spare(self) -> Child:
        """The spare, once it is ready; it is the caller who starts the next."""
        deadline = time.monotonic() + START_DEADLINE_S
        child = self.spare
        while not child.ready:
            if time.monotonic() > deadline or self.ended(child):
                said = bytes(child.unread)[-300:]
                print(f"the interpreter did not reach its REPL; it printed {said!r}", flush=True)
                raise SystemExit(1)
            self.flush(child.fd, child.to_write)
            select.select([child.fd], [child.fd] if child.to_write else [], [], 0.05)
            self.drain(child)
        return child

    @staticmethod
    def ended(child: Child) -> bool:
        """Whether the process is gone, without reaping it."""
        try:
            return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def forget(self, child: Child) -> int:
        """Reap an interpreter that ended and close its PTY; returns its wait status."""
        self.watch(child.fd, False, False, self.read_current)
        os.close(child.fd)
        return os.waitpid(child.pid, 0)[1]

    def replace(self, crashed: bool) -> None:
        """Put the spare in the place of the interpreter that ended."""
        old = self.current
        self.drain(old)
        crashed = os.WIFSIGNALED(self.forget(old)) or crashed
        self.current = child = self.wait_for_spare()
        if not crashed:
            self.to_client += SOFT_RESET
        self.present(child, friendly=crashed or not old.raw)
        self.flush(self.outer, self.to_client)  # the client need not wait for the next spare
        self.spare = self.spawn()

    def present(self, child: Child, friendly: bool) -> None:
        """Make a ready spare the board that the client sees."""
        self.pid_page[:] = struct.pack("<q", child.pid)
        child.raw = not friendly
        if friendly:
            child.to_write += b"\x02"  # it answers with its banner and the friendly prompt
        else:
            self.to_client += RAW_PROMPT
        child.unread.clear()

    # -- relaying -------------------------------------------------------------------------

    def drain(self, child: Child, once: bool = False) -> None:
        """Take everything the interpreter has printed, or one piece of it."""
        while True:
            try:
                data = os.read(child.fd, OUTPUT_LIMIT)
            except OSError:  # nothing there, or EIO once nobody holds the other end
                return
            if not data:
                return
            self.printed(child, data)
            if once:
                return

    def printed(self, child: Child, data: bytes) -> None:
        """What an interpreter printed goes to the client, or is kept for a spare."""
        if child is self.spare:
            child.unread += data
            return
        child.tail = (child.tail + data)[-80:]
        if child.tail.endswith(RAW_PROMPT):
            child.raw = True
        elif FRIENDLY.search(child.tail):
            child.raw = False
        self.to_client += data

    def received(self, data: bytes) -> None:
        """What the client sent goes to the interpreter, Ctrl-C as a signal while it runs."""
        if INTERRUPT in data and self.current.interruptible():
            now = time.monotonic()
            if now - self.last_interrupt > INTERRUPT_GAP_S:
                self.last_interrupt = now
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.current.pid, signal.SIGINT)
            data = data.replace(INTERRUPT, b"")
        self.current.to_write += data

    def flush(self, fd: int, buffer: bytearray) -> None:
        """Write what can be written now; the rest waits for the selector."""
        if not buffer:
            return
        try:
            del buffer[: os.write(fd, buffer)]
        except (BlockingIOError, OSError):
            return

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

    def step(self) -> None:
        """Write what waits to be written, then handle what has come."""
        room = len(self.to_client) < OUTPUT_LIMIT
        for child, reading, handler in (
            (self.current, room, self.read_current),
            (self.spare, True, self.read_spare),
        ):
            self.flush(child.fd, child.to_write)
            self.watch(child.fd, reading, bool(child.to_write), handler)
        self.flush(self.outer, self.to_client)
        self.watch(self.outer, True, bool(self.to_client), self.read_client)
        for key, mask in self.selector.select():
            if mask & selectors.EVENT_READ:
                key.data()

    def read_current(self) -> None:
        self.drain(self.current, once=True)

    def read_spare(self) -> None:
        self.drain(self.spare)

    def read_client(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            self.received(os.read(self.outer, OUTPUT_LIMIT))

    def read_parent(self) -> None:
        self.running = bool(os.read(0, 4096))

    def read_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.signals |= set(os.read(self.wake_r, 4096))

    def handle_signals(self) -> None:
        """Replace interpreters that ended; switch the power off and on when asked."""
        signals, self.signals = self.signals, set()
        if signal.SIGTERM in signals:
            self.running = False
            return
        if signal.SIGUSR1 in signals:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.current.pid, signal.SIGKILL)
            self.replace(crashed=True)
        if self.ended(self.spare):
            self.forget(self.spare)
            self.spare = self.spawn()
        if self.ended(self.current):
            self.replace(crashed=False)

    def run(self) -> None:
        """Relay until the parent closes our standard input or asks us to stop."""
        temporary = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        temporary.symlink_to(os.ttyname(self.slave))
        temporary.replace(self.link)
        self.selector.register(self.wake_r, selectors.EVENT_READ, self.read_signals)
        self.selector.register(0, selectors.EVENT_READ, self.read_parent)
        print("ready", flush=True)
        try:
            while self.running:
                self.step()
                if self.signals:
                    self.handle_signals()
        finally:
            self.link.unlink(missing_ok=True)
            for child in (self.current, self.spare):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--pid-file", type=Path, required=True)
    parser.add_argument("--interpreter", required=True, help="a name, or a path")
    parser.add_argument("--heap", default="")
    args = parser.parse_args()
    try:
        firmware = interpreter(args.interpreter, args.heap)
    except RigError as error:
        print(error, flush=True)  # where `ready` is awaited: the parent passes it on
        raise SystemExit(1) from error
    Holder(firmware, args.link, args.root, args.pid_file).run()


if __name__ == "__main__":
    main()
