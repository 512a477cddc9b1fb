"""A board with manners, as a first user's is: a relay between a port and a real MicroPython.

The virtual board (rig/virtual/) hides what hurts: it boots ahead, writes the raw prompt itself,
never notices that its port is opened, runs neither boot.py nor main.py. This one has none of those
comforts. It notices opening and closing; a reset takes its time, in which it is deaf; boot.py and
main.py run as firmware runs them, in a soft reset from raw mode without main.py. POSIX.

    with FirstBoard(tmp_path, resets_on_open=True, deaf_s=0.6, main="while True: print(1)") as b:
        looprig("doctor", "--port", b.port)

Manners are keywords, so two at once are a line: `FirstBoard(folder, **ESP32, **BURST)`.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rig.virtual.files import LIBRARY
from rig.virtual.spares import RAW_PROMPT, Child
from tests.first_wire import PtyWire, Rfc2217Wire
from tests.played_ports import PlayedPorts

TICK_S = 0.005
GARBAGE = bytes(0x80 + (17 * i) % 128 for i in range(60))
"""What a boot ROM's 74880 baud looks like at 115200."""
ROM = b"ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
DOWNLOAD = (
    b"rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1))\r\nwaiting for download\r\n"
)
NO_FIRMWARE = b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13\r\ninvalid header: 0xffffffff\r\n" * 3
INTERRUPT_GAP_S = 0.05
"""The Unix port dies of a second SIGINT before the first was handled; a board does not."""
BANNER = b"MicroPython "

ESP32: dict[str, Any] = {"resets_on_open": True, "garbage": GARBAGE, "rom": ROM, "deaf_s": 0.6}
"""A dev kit whose bridge pulls EN at open."""
PSRAM: dict[str, Any] = {**ESP32, "deaf_s": 1.2}
BURST: dict[str, Any] = {"burst": 64}
NATIVE: dict[str, Any] = {"absent_s": 0.4}
"""Its port is its own USB, which goes away with a reset and comes back."""

BOOT = """
import sys
try:
    with open({boot!r}) as f: _text = f.read()
    exec(compile(_text, 'boot.py', 'exec'))
    if {main}:
        with open({main_file!r}) as f: _text = f.read()
        exec(compile(_text, 'main.py', 'exec'))
except SystemExit:
    import os
    os.system('kill -TERM $PPID')
    while True: pass
"""
"""boot.py, and main.py unless boot.py raised, as ports/*/main.c have it; sys.exit() resets."""


@dataclass
class FirstBoard:
    """One board; each field is a manner. See the module."""

    folder: Path
    name: str = "ttyUSB0"
    boot: str = ""  # boot.py
    main: str = ""  # main.py
    resets_on_open: bool = False
    resets_on_close: bool = False
    deaf_s: float = 0.0  # from a reset to boot.py, and all that comes meanwhile is swallowed
    garbage: bytes = b""
    rom: bytes = b""  # what its boot ROM says
    burst: int = 0  # of the bytes that come within BURST_S only so many arrive
    burst_s: float = 0.05
    drop: int = 0  # every so manieth byte to the board is lost
    hold64: bool = False  # a multiple of 64 bytes is shown with the next byte only
    ctrl_c: bool = True  # False: kbd_intr(-1), blocking C code
    sleeps: float = 0.0  # so many seconds of each SLEEP_S it hears and does nothing
    absent_s: float = -1.0  # a reset takes the port away for so long; < 0: it stays
    renames: bool = False  # and it comes back under another name
    mute_after: int = 0  # dead from the nth opening on, until its power is switched
    stays_in_rom: bool = False  # a bootloader: what it says is all it does
    keeps_busy_s: float = 0.0  # another program holds each new port for so long
    runs_when: Callable[[bool, bool], bool] | None = None  # (dtr, rts): over RFC 2217
    heap: str = ""
    firmware: str = ""  # path of another micropython
    frozen: bool = True  # False: its frozen modules are not there, asyncio among them
    ports: PlayedPorts | None = None  # where it is listed
    usb: dict[str, Any] | None = None  # as what

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = self.folder / f"{self.name}.root"
        self.root.mkdir(exist_ok=True)
        (self.root / "boot.py").write_text(self.boot, "utf-8")
        (self.root / "main.py").write_text(self.main, "utf-8")
        self.resets = self.opened = self.boots = self.soft_resets = 0
        self.heard = bytearray()  # all that was sent to it
        self.lost = 0  # bytes that its link did not carry
        self.child: Child | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.pending: bytes | None = None  # of a raw boot: what it printed, until its prompt
        self.held = self.first_words = b""
        self.opening = False  # and the client has sent nothing yet
        self.interrupted = 0.0
        self.starts_at: float | None = None
        self.plugs_at: float | None = None
        self.burst_from, self.room = 0.0, self.burst
        self.lines = (False, False)
        self.dead = False
        self.fifo = self.folder / f"{self.name}.power"
        os.mkfifo(self.fifo)
        self.switch = os.open(self.fifo, os.O_RDWR | os.O_NONBLOCK)
        self.wire: PtyWire | Rfc2217Wire = (
            Rfc2217Wire(self.set_lines) if self.runs_when else PtyWire()
        )
        self.running = True
        self.plug()
        if self.runs_when is None or self.runs_when(*self.lines):
            self.power_on(quiet=True)
        self.thread = threading.Thread(target=self.relay, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.running = False
        self.thread.join()
        self.stop_interpreter()
        self.pull()
        self.wire.close()
        os.close(self.switch)

    # -- for tests ------------------------------------------------------------------------

    @property
    def port(self) -> str:
        """The name under which it is there now."""
        return self.wire.url or str(self.folder / self.name)

    def power_cycle(self, exit_code: int = 0, takes_s: float = 0.0) -> str:
        """A command that switches its power off and on, with an exit code of its own."""
        return f"sh -c 'echo > {self.fifo}; sleep {takes_s}; exit {exit_code}'"

    # -- the port -------------------------------------------------------------------------

    def plug(self) -> None:
        self.plugs_at = None
        self.wire.plug(self.folder / self.name)
        if self.ports is not None:
            self.ports.plug(self.port, **(self.usb or {}))
        if self.keeps_busy_s:
            threading.Thread(target=self.wire.hold, args=[self.keeps_busy_s], daemon=True).start()

    def pull(self) -> None:
        if self.ports is not None:
            self.ports.pull(self.port)
        self.wire.pull()

    def set_lines(self, dtr: bool, rts: bool) -> None:
        """In the wire's thread: DTR and RTS as the client sets them."""
        assert self.runs_when is not None
        ran, runs = self.runs_when(*self.lines), self.runs_when(dtr, rts)
        self.lines = (dtr, rts)
        if ran and not runs:
            self.stop_interpreter()
        if runs and not ran:
            self.power_on()

    # -- the interpreter ------------------------------------------------------------------

    def reset(self) -> None:
        """As the chip's reset pin does it."""
        self.resets += 1
        self.stop_interpreter()
        if self.absent_s >= 0:
            self.pull()
            self.plugs_at = time.monotonic() + self.absent_s
            if self.renames:
                self.name = f"{self.name[:-1]}{int(self.name[-1]) + 1}"
        self.power_on()

    def power_on(self, quiet: bool = False) -> None:
        if not quiet:
            self.begin_to_speak(self.garbage + self.rom)
        self.starts_at = time.monotonic() + (0.0 if quiet else self.deaf_s)

    def begin_to_speak(self, words: bytes) -> None:
        """pyserial drops what comes while it opens a port, and a chip takes longer than that to
        leave its reset: the client's first byte shows that it is done."""
        self.first_words = words
        if not self.opening:
            self.speak()

    def speak(self) -> None:
        self.opening = False
        words, self.first_words = self.first_words, b""
        self.to_host(words)

    def stop_interpreter(self) -> None:
        self.starts_at = None
        if self.process and self.child:
            self.process.kill()
            self.process.wait()
            os.close(self.child.fd)
        self.child = self.process = None

    def start_interpreter(self, raw: bool = False) -> None:
        self.starts_at = None
        if self.stays_in_rom or self.dead:
            return
        self.speak()
        self.boots += 1
        ours, its = socket.socketpair()
        main = bool(self.main) and not raw
        files = {"boot": str(self.root / "boot.py"), "main_file": str(self.root / "main.py")}
        (self.folder / f"{self.name}.start").write_text(BOOT.format(main=main, **files), "utf-8")
        frozen = ":.frozen" if self.frozen else ""
        env = {**os.environ, "MICROPYPATH": f":{LIBRARY}{frozen}"}
        command = [*self.interpreter(), "-i", str(self.folder / f"{self.name}.start")]
        # CPython, which loads it, must not take SIGINT for itself
        script = 'trap "" INT; exec "$@"'
        self.process = subprocess.Popen(
            ["sh", "-c", script, "sh", *command], cwd=self.root, env=env, start_new_session=True,
            stdin=its.fileno(), stdout=its.fileno(), stderr=its.fileno(),
        )  # fmt: skip
        its.close()
        os.set_blocking(ours.fileno(), False)
        self.child = Child(self.process.pid, ours.detach())
        self.pending = b"" if raw else None
        if raw:
            self.child.to_write += b"\x01"

    def interpreter(self) -> list[str]:
        options = ["-X", f"heapsize={self.heap}"] if self.heap else []
        wheel = find_spec("micropython_run")
        if self.firmware or wheel is None or wheel.origin is None:
            return [self.firmware or shutil.which("micropython") or "micropython", *options]
        code = (
            f"import sys; sys.path.append({str(Path(wheel.origin).parent)!r})\n"
            "from micropython_run import run_main\n"
            "sys.exit(run_main(['micropython', *sys.argv[1:]]))"
        )
        return [sys.executable, "-I", "-S", "-c", code, *options]

    def ended(self) -> None:
        """The interpreter ended: a soft reset, or a crash or machine.reset()."""
        assert self.process is not None
        assert self.child is not None
        status = self.process.wait()
        raw = self.child.raw
        os.close(self.child.fd)
        self.child = self.process = None
        if status in (0, -signal.SIGTERM):
            self.soft_resets += 1
            self.to_host(b"MPY: soft reboot\r\n")
            self.start_interpreter(raw and status == 0)
        else:
            self.reset()

    # -- the relay ------------------------------------------------------------------------

    def relay(self) -> None:
        while self.running:
            self.timers()
            for opened in self.wire.edges():
                self.edge(opened)
            is_open = self.wire.is_open()
            reads = [self.switch]
            if is_open:
                reads.append(self.wire.fileno())
            if self.child:
                reads.append(self.child.fd)
            writes = [self.child.fd] if self.child and self.child.to_write else []
            ready, writable, _ = select.select(reads, writes, [], TICK_S)
            if self.switch in ready:
                os.read(self.switch, 64)
                self.dead = False
                self.opened = 0
                self.reset()
                continue
            if self.child and self.child.fd in ready:
                self.from_board()
            if is_open and self.wire.fileno() in ready:
                self.from_host(self.wire.read())
            if self.child and self.child.fd in writable:
                with contextlib.suppress(OSError):
                    del self.child.to_write[: os.write(self.child.fd, self.child.to_write[:4096])]

    def timers(self) -> None:
        now = time.monotonic()
        if self.plugs_at is not None and now >= self.plugs_at:
            self.plug()
        if self.starts_at is not None and now >= self.starts_at:
            self.start_interpreter()
        if self.sleeps and self.child:
            asleep = now % 1.0 < self.sleeps
            self.child.send_signal(signal.SIGSTOP if asleep else signal.SIGCONT)

    def edge(self, is_open: bool) -> None:
        """The port was opened, or closed."""
        self.opened += is_open
        self.opening, self.first_words = is_open, b""
        if is_open and self.mute_after and self.opened >= self.mute_after:
            self.dead = True
            self.stop_interpreter()
        resets = self.resets_on_open if is_open else self.resets_on_close
        if resets and self.plugs_at is None:
            self.opening = is_open and not self.wire.swallow()
            self.reset()
        elif is_open and self.stays_in_rom:
            self.begin_to_speak(self.rom)

    def from_host(self, data: bytes) -> None:
        self.heard += data
        if self.opening and data:
            self.speak()
        data = self.carried(data)
        if self.child is None or self.starts_at is not None:
            return  # deaf
        child = self.child
        if b"\x03" in data and self.ctrl_c and child.interruptible():
            if time.monotonic() - self.interrupted > INTERRUPT_GAP_S:
                self.interrupted = time.monotonic()
                child.send_signal(signal.SIGINT)
            data = data.replace(b"\x03", b"")
        child.to_write += data

    def carried(self, data: bytes) -> bytes:
        """What of the client's bytes arrives."""
        kept = data
        if self.burst:
            now = time.monotonic()
            if now - self.burst_from > self.burst_s:
                self.burst_from, self.room = now, self.burst
            kept = data[: self.room]
            self.room -= len(kept)
        if self.drop:
            first = len(self.heard) - len(data)
            kept = bytes(b for i, b in enumerate(kept, first) if (i + 1) % self.drop)
        self.lost += len(data) - len(kept)
        return kept

    def from_board(self) -> None:
        child = self.child
        assert child is not None
        try:
            data = os.read(child.fd, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.ended()
            return
        child.tail = (child.tail + data)[-80:]
        if child.tail.endswith(RAW_PROMPT):
            child.raw = True
        elif child.tail.endswith(b">>> "):
            child.raw = False
        if self.pending is not None:
            data = self.without_greeting(data)
        self.to_host(data)

    def without_greeting(self, data: bytes) -> bytes:
        """A reset from raw mode shows no friendly banner, only what boot.py prints."""
        assert self.pending is not None
        self.pending += data
        at = self.pending.find(BANNER)
        if at < 0:
            shown = self.pending[: max(0, len(self.pending) - len(BANNER))]
            self.pending = self.pending[len(shown) :]
            return shown
        prompt = self.pending.find(RAW_PROMPT, at)
        if prompt < 0:
            shown, self.pending = self.pending[:at], self.pending[at:]
            return shown
        shown = self.pending[:at] + self.pending[prompt:]
        self.pending = None
        return shown

    def to_host(self, data: bytes) -> None:
        if not data:
            return  # the wire drops it where nobody has it open
        data, self.held = self.held + data, b""
        if self.hold64 and len(data) % 64 == 0:
            data, self.held = data[:-64], data[-64:]
        self.wire.write(data)
