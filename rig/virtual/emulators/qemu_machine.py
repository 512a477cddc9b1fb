"""A firmware of upstream's QEMU port on one of QEMU's machines, by the emulators' contract.

It lives in the host's time: QEMU halts the thread of a core that waits for an interrupt, so what
the board does is that thread's runnable time, as it is a virtual board's process.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

START_S = 20.0
"""For QEMU to begin to listen on a loaded host."""

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
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # its greeting
        self.ask("qmp_capabilities")

    def ask(self, execute: str) -> Any:
        """What a command returns; events on the way are passed over."""
        self.socket.sendall(json.dumps({"execute": execute}).encode())
        while line := self.lines.readline():
            said = json.loads(line)
            if "return" in said:
                return said["return"]
        raise ConnectionError("QEMU hung up")


def main() -> int:
    """Run it until standard input closes; SIGUSR2 resets the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firmware", type=Path, required=True)
    image_path = parser.parse_args().firmware
    image = image_path.read_bytes()
    found = machine(image)
    if found is None:
        print(f"none of the boards that QEMU has is named in {image_path}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="looprig-qemu-") as folder:
        at = Path(folder) / "qmp"
        process = subprocess.Popen(
            [
                program(image), "-machine", *found, "-display", "none", "-nodefaults",
                "-semihosting-config", "enable=on,target=native", "-kernel", str(image_path),
                "-chardev", "socket,id=console,host=127.0.0.1,port=0,server=on,wait=off",
                "-serial", "chardev:console", "-qmp", f"unix:{at},server=on,wait=off",
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            monitor = Monitor(at, process)
            signal.signal(signal.SIGUSR2, lambda *_: monitor.ask("system_reset"))
            thread = monitor.ask("query-cpus-fast")[0]["thread-id"]
            print(json.dumps({"console": _console(monitor), "thread": thread}), flush=True)
            while sys.stdin.buffer.read(4096):
                pass
        finally:
            process.kill()
            process.wait()
    return 0


def _console(monitor: Monitor) -> str:
    """pyserial's URL of the console, at the port that the kernel chose."""
    for device in monitor.ask("query-chardev"):
        if device["label"] == "console":
            address = device["filename"].split("tcp:", 1)[1].split(",")[0]
            return f"socket://{address}"
    raise ConnectionError("QEMU has no console")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
