"""A firmware of upstream's QEMU port on one of QEMU's machines, by the emulators' contract.

It lives in the host's time: QEMU halts the thread of a core that waits for an interrupt, so what
the board does is that thread's runnable time, as it is a virtual board's process.

`machine.reset()` of that port ends QEMU (semihosting's SYS_EXIT): it is started again, under the
same console, whose other end is here and not in QEMU.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

START_S = 20.0
"""For QEMU to begin to listen on a loaded host."""
SHORTEST_S = 0.2
"""From one start to the next: a firmware that resets at once would keep the host busy with it."""

MACHINES = {
    b"mps2-an385": ("mps2-an385",),
    b"mps2-an500": ("mps2-an500",),
    b"mps3-an547": ("mps3-an547",),
    b"netduino2": ("netduino2",),
    b"microbit": (
        "microbit", "-global", "nrf51-soc.flash-size=1048576",
        "-global", "nrf51-soc.sram-size=262144",
    ),
    b"sabrelite": ("sabrelite", "-m", "128M"),
    b"virt_rv32": ("virt", "-bios", "none"),
    b"virt_rv64": ("virt", "-bios", "none"),
}  # fmt: skip
"""What a firmware calls its board, in small letters, and what QEMU is told
(ports/qemu/boards/*/mpconfigboard.mk)."""
RISC_V = 243


def machine(image: bytes) -> tuple[str, ...] | None:
    """QEMU's machine, by the board's name in the image; None for one that is not known."""
    lowered = image.lower()
    return next((arguments for name, arguments in MACHINES.items() if name in lowered), None)


def program(image: bytes) -> str:
    """Which QEMU runs an image: by its ELF header's machine and class."""
    if int.from_bytes(image[18:20], "little") != RISC_V:
        return "qemu-system-arm"
    return "qemu-system-riscv64" if image[4:5] == b"\x02" else "qemu-system-riscv32"


class Monitor:
    """QEMU's monitor protocol (QMP), on a socket that QEMU listens at."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_S
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.01)  # until QEMU listens, by the deadline above
        self.socket.settimeout(START_S)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # its greeting
        self.ask("qmp_capabilities")

    def tell(self, execute: str) -> None:
        """A command whose answer nobody waits for: a QEMU that stands still has none."""
        self.socket.sendall(json.dumps({"execute": execute}).encode())

    def ask(self, execute: str) -> Any:
        """What a command returns; events on the way are passed over."""
        self.tell(execute)
        while line := self.lines.readline():
            said = json.loads(line)
            if "return" in said:
                return said["return"]
        raise ConnectionError("QEMU hung up")


class Console:
    """The board's console at a port of this machine, for one client at a time; the newest counts.
    What the board prints while there is none is lost, as on a serial line that nobody reads."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.client: socket.socket | None = None
        self.board: socket.socket | None = None
        threading.Thread(target=self._clients, daemon=True).start()

    @property
    def url(self) -> str:
        """For pyserial."""
        return f"socket://127.0.0.1:{self.listener.getsockname()[1]}"

    def plug(self) -> socket.socket:
        """Another end for a QEMU that starts, in place of the one before."""
        self.board, end = socket.socketpair()
        threading.Thread(target=self._printed, args=(self.board,), daemon=True).start()
        return end

    def _clients(self) -> None:
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            before, self.client = self.client, client
            if before:
                with contextlib.suppress(OSError):
                    before.shutdown(socket.SHUT_RDWR)
            threading.Thread(target=self._typed, args=(client,), daemon=True).start()

    def _typed(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                with contextlib.suppress(OSError):  # typed at a board that is starting
                    if self.board:
                        self.board.sendall(data)

    def _printed(self, board: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := board.recv(65536):
                with contextlib.suppress(OSError):  # nobody is there any more
                    if self.client:
                        self.client.sendall(data)


class Machine:
    """QEMU with that firmware, started again whenever it ends by itself."""

    def __init__(self, firmware: Path, console: Console, folder: Path) -> None:
        self.firmware, self.console, self.folder = firmware, console, folder
        self.image = firmware.read_bytes()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.start()

    def start(self) -> None:
        """Raises OSError where QEMU does not begin."""
        at = self.folder / "qmp"
        at.unlink(missing_ok=True)
        end = self.console.plug()
        self.process = subprocess.Popen(
            [
                program(self.image), "-machine", *(machine(self.image) or ()), "-display", "none",
                "-nodefaults", "-semihosting-config", "enable=on,target=native",
                "-kernel", str(self.firmware), "-chardev", f"socket,id=console,fd={end.fileno()}",
                "-serial", "chardev:console", "-qmp", f"unix:{at},server=on,wait=off",
            ],
            stdin=subprocess.DEVNULL, pass_fds=(end.fileno(),),
        )  # fmt: skip
        end.close()
        self.monitor = Monitor(at, self.process)
        self.thread = int(self.monitor.ask("query-cpus-fast")[0]["thread-id"])

    def keep(self) -> None:
        """Start it again after each end, and say which thread its core is then. One that was ended
        by a signal, as by whom memory is short, was no board that reset itself: that is the end."""
        while True:
            code = self.process.wait()
            if self.stopped.wait(SHORTEST_S):
                return
            if code < 0:
                killed = signal.Signals(-code).name
                print(f"QEMU was ended by {killed}", file=sys.stderr, flush=True)
                os._exit(1)
            with self.lock:
                if self.stopped.is_set():
                    return
                try:
                    self.start()
                except (OSError, ValueError, LookupError) as error:  # gone, or another by now
                    print(f"QEMU does not start again: {error}", file=sys.stderr, flush=True)
                    self.process.kill()
                    os._exit(1)
                print(json.dumps({"thread": self.thread}), flush=True)

    def reset(self) -> None:
        with contextlib.suppress(OSError):  # it has just ended, and starts again
            self.monitor.tell("system_reset")

    def stop(self) -> None:
        self.stopped.set()
        with self.lock:
            self.process.kill()
            self.process.wait()


def main() -> int:
    """Run it until standard input closes; SIGUSR2 resets the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firmware", type=Path, required=True)
    firmware = parser.parse_args().firmware
    if machine(firmware.read_bytes()) is None:
        print(f"none of the boards that QEMU has is named in {firmware}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="looprig-qemu-") as folder:
        console = Console()
        running = Machine(firmware, console, Path(folder))
        try:
            signal.signal(signal.SIGUSR2, lambda *_: running.reset())
            print(json.dumps({"console": console.url, "thread": running.thread}), flush=True)
            threading.Thread(target=running.keep, daemon=True).start()
            while sys.stdin.buffer.read(4096):
                pass
        finally:
            running.stop()
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
