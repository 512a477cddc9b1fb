"""Interpreters of a virtual board that are started ahead, so that a soft reset waits for none.

A process of its own, the nursery, starts them: each is a fork of it, with the interpreter loaded,
at the raw prompt on a wire of its own, a socket: a PTY takes four times as long for a command and
its answer, for a kernel thread stands between its ends. A fork takes half a millisecond, in which
the holder could relay nothing. POSIX only.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from rig.virtual.fence import Fence
from rig.virtual.files import Files
from rig.virtual.interpreters import Interpreter

RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
READ = 1 << 16
START_DEADLINE_S = 30
KEPT = 16
"""Spares kept: to start one takes a millisecond of processor time, which is spent while scripts
wait; many tests in a row do not."""
FEW = 3
"""Fewer are made up for at once."""
STARTED, ENDED = 0, 1
MESSAGE = struct.Struct("<qqq")  # STARTED or ENDED, pid, wait status; with STARTED comes its wire
ANOTHER = b"+"
TELL_FD = 200
"""Where an interpreter keeps the socket on which it tells that it ends: the kernel takes a third of
a millisecond to say so, for the memory goes first."""
MACHINE_FD = 201
"""Where a script finds how long its own thread has waited for a processor (Documentation/scheduler/
sched-stats.rst of the kernel, `/proc/<pid>/schedstat`), which the fence keeps from it otherwise:
device_tests/waits/mixture.py."""
NO_CORE = (1, 1)
"""Bytes of core dump: at 0 Linux still starts the program that collects dumps, and at 1 it does not
(fs/coredump.c)."""
PR_SET_PDEATHSIG = 1
UNREAD = 1 << 16
"""Bytes of an interpreter's output that wait for the holder before it must wait itself."""


@dataclass
class Child:
    """One interpreter process and our end of its wire."""

    pid: int
    fd: int
    raw: bool = False  # it sits in, or last showed, the raw REPL
    tail: bytes = b""  # the last bytes it printed, to tell which prompt it shows
    to_write: bytearray = field(default_factory=bytearray)

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

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Spares:
    """The holder's end: the interpreters that will be the board next."""

    def __init__(self, interpreter: Interpreter, files: Files, fence: Fence) -> None:
        self.socket, far = socket.socketpair()
        lifeline = Lifeline()
        self.nursery = os.fork()
        if self.nursery == 0:
            lifeline.hold()
            self.socket.close()
            Nursery(interpreter, files, fence, far).serve()
        far.close()
        self.waiting: deque[Child] = deque()
        self.alive: set[int] = set()
        self.ended: dict[int, int] = {}  # wait status by pid
        self.socket.settimeout(START_DEADLINE_S)
        self.coming = 0  # asked for, and not yet started

    @property
    def lacking(self) -> int:
        return KEPT - self.coming - len(self.waiting)

    def start(self) -> None:
        """Have one more started."""
        self.socket.sendall(ANOTHER)
        self.coming += 1

    def hear(self) -> None:
        """Take one message of the nursery's: an interpreter was started, or has ended."""
        data, fds, _, _ = socket.recv_fds(self.socket, MESSAGE.size, 1)
        if not data:
            raise SystemExit("the process that starts interpreters is gone")
        kind, pid, status = MESSAGE.unpack(data)
        if kind == STARTED:
            os.set_blocking(fds[0], False)
            self.coming -= 1
            self.waiting.append(Child(pid, fds[0]))
            self.alive.add(pid)
            return
        if pid not in self.alive:
            return  # it told its end itself
        self.alive.remove(pid)
        self.ended[pid] = status
        for child in [child for child in self.waiting if child.pid == pid]:
            self.waiting.remove(child)
            self.forget(child)

    def take(self) -> Child:
        """The oldest spare that lives, at the raw prompt; ends the holder where none gets there."""
        said = b""
        for _ in range(KEPT + 1):  # every one may have been killed while it waited
            while self.lacking > KEPT - FEW:
                self.start()
            while not self.waiting:
                self.hear()
            child = self.waiting.popleft()
            said, lives = greeting(child)
            if lives and said.endswith(RAW_PROMPT) and b"Traceback" not in said:
                return child  # and what runs before the REPL has made it a board
            if lives or not os.WIFSIGNALED(self.end_of(child)):
                break
        print(f"the interpreter did not reach its REPL; it printed {said[-300:]!r}")
        raise SystemExit(1)

    def end_of(self, child: Child) -> int:
        """The wait status of a spare that is going."""
        while child.pid in self.alive:
            self.hear()
        return self.forget(child)

    def close(self) -> None:
        """End the nursery, and with it every interpreter that it started."""
        self.socket.close()
        os.waitpid(self.nursery, 0)

    def forget(self, child: Child) -> int:
        """Close the wire of an interpreter that ended; returns its wait status."""
        os.close(child.fd)
        return self.ended.pop(child.pid)


def greeting(child: Child) -> tuple[bytes, bool]:
    """What a spare printed until it was at the raw prompt, and whether it lives."""
    said = b""
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        left = 0 if said.endswith(RAW_PROMPT) else max(0, deadline - time.monotonic())
        if not select.select([child.fd], [], [], left)[0]:
            return said, True
        more = b""
        with contextlib.suppress(ConnectionResetError):  # killed with input unread
            more = os.read(child.fd, READ)
        if not more:
            return said, False
        said += more


class Lifeline:
    """What is started dies with who started it, if that was killed and it stands still itself, too:
    a stopped process hears of no end of its console. Linux only (prctl(2)); elsewhere that end is
    all there is. Made before the fork: nothing can be imported behind a fence."""

    def __init__(self) -> None:
        self.parent = os.getpid()
        self.libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def hold(self) -> None:
        """In the child. The kernel goes by the thread that forked it, its parent's only one."""
        if self.libc:
            self.libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            if os.getppid() != self.parent:  # it was gone before
                os._exit(0)


class Nursery:
    """The process that starts interpreters and tells of their ends, until the holder is gone."""

    def __init__(
        self, interpreter: Interpreter, files: Files, fence: Fence, holder: socket.socket
    ) -> None:
        self.interpreter = interpreter
        self.files = files
        self.fence = fence
        self.holder = holder
        self.pids: set[int] = set()

    def serve(self) -> None:
        """Never returns."""
        self.lifeline = Lifeline()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the parent's
        wake_r, wake_w = os.pipe()
        for end in (wake_r, wake_w):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with contextlib.suppress(OSError):  # the holder is gone
            while True:
                ready, _, _ = select.select([wake_r, self.holder.fileno()], [], [])
                if wake_r in ready:
                    os.read(wake_r, READ)
                    self.tell_ends()
                if self.holder.fileno() in ready:
                    asked = self.holder.recv(READ)
                    if not asked:
                        break
                    for _ in asked:
                        self.start()
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def tell_ends(self) -> None:
        for pid in list(self.pids):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self.pids.remove(pid)
                self.holder.sendall(MESSAGE.pack(ENDED, pid, status))

    def start(self) -> None:
        """Start one interpreter and ask it for the raw REPL."""
        ours, its = socket.socketpair()
        its.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
        with ours, its:
            pid = os.fork()
            if pid == 0:
                self.become_interpreter(its.fileno())
            self.pids.add(pid)
            ours.send(b"\x01")
            socket.send_fds(self.holder, [MESSAGE.pack(STARTED, pid, 0)], [ours.fileno()])

    def become_interpreter(self, wire: int) -> None:
        """In the forked child: run the interpreter on its wire."""
        try:
            self.lifeline.hold()
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            for fd in (0, 1, 2):
                os.dup2(wire, fd)
            resource.setrlimit(resource.RLIMIT_CORE, NO_CORE)
            os.chdir(self.files.root)
            with contextlib.suppress(OSError):  # Linux has it
                os.dup2(os.open("/proc/thread-self/schedstat", os.O_RDONLY), MACHINE_FD)
            with contextlib.suppress(OSError):  # so that `pgrep micropython` finds it
                Path("/proc/self/comm").write_text(self.interpreter.name, "utf-8")
            self.fence.enter()
            tell = fcntl.fcntl(self.holder, fcntl.F_DUPFD_CLOEXEC, TELL_FD)
            os.closerange(3, TELL_FD)
            code = self.interpreter.run(self.files) & 0xFF
            os.closerange(3, TELL_FD)  # what the script left open, as a board's reset does
            os.write(tell, MESSAGE.pack(ENDED, os.getpid(), code << 8))
        except BaseException as error:  # nothing can be imported any more behind the fence
            print(f"{self.interpreter.name}: {type(error).__name__}: {error}", file=sys.stderr)
            code = 70
        os._exit(code)
