"""A stand-in for an emulator: a real MicroPython whose clock goes at a fraction of the host's.

    python -m tests.slow_emulator --slow 40 FIRMWARE

It keeps the contract of docs/adding-an-emulator.md. The firmware is a `micropython` of the Unix
port, or anything for the one that is installed; libfaketime (Debian: faketime) slows its clock,
and with it every sleep and poll, so a test that waits 20 ms by the board's clock takes 0.8 s.
What the board computes takes no longer than ever: to the rig it is a board that computes fast.

The Unix port leaves a wait by a jump out of its handler of SIGINT, and libfaketime, which was in
that wait's `poll`, does not slow the process any more: of a script that goes on after a Ctrl-C
nothing is shown by it (`console.interrupt-again`).
"""

from __future__ import annotations

import argparse
import json
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from rig.virtual.board import VirtualBoard
from rig.virtual.runnable import PidFile, Recording

LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
)
LONGEST_NS = 3600 * 10**9


def library() -> str:
    """libfaketime, '' where it is not installed."""
    return next((path for path in LIBRARIES if Path(path).is_file()), "")


class Slowed:
    """One virtual board and the clock that it lives by."""

    def __init__(self, board: VirtualBoard, slow: float) -> None:
        self.board, self.slow = board, slow
        self.pid_file = PidFile(board.pid_file)
        self.begun = time.monotonic_ns()
        self.recording: Recording | None = None
        self.every = 0
        self.at = 0
        self.whole = self.record()

    def record(self) -> Recording:
        return Recording(self.pid_file, time.monotonic_ns(), LONGEST_NS)

    def nanos(self) -> int:
        """Of the board's clock."""
        return int((time.monotonic_ns() - self.begun) / self.slow)

    def active(self) -> int:
        """Nanoseconds of the board's clock in which it ran."""
        return int(self.whole.demand[-1] / self.slow)

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked.get("ask"):
            case "now":
                return {"nanos": self.nanos(), "active_nanos": self.active()}
            case "record":
                if self.recording:
                    self.recording.stop()
                self.every = int(asked["every_nanos"])
                self.at, self.recording = self.nanos(), self.record()
                return {"nanos": self.at}
            case "recorded" if self.recording:
                duty = self.recording.duty(self.every * self.slow / 1e9, wait=False)
                active = [round(share * self.every) for share in duty.tolist()]
                return {"nanos": self.at, "every_nanos": self.every, "active": active}
            case "pace":
                return {}  # it never runs ahead
        return {"error": "ask one of now, record, recorded, pace"}


def serve(slowed: Slowed) -> str:
    """Answer at a port of this machine; returns where."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                self.wfile.write(json.dumps(slowed.answer(json.loads(line))).encode() + b"\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_address[1]}"


def slowed_program(firmware: str, slow: float, folder: Path) -> Path:
    """A program that is the interpreter with a slow clock."""
    real = (
        firmware
        if firmware.endswith("micropython")
        else f"{Path(sys.executable).parent}/micropython"
    )
    path = folder / "micropython-slow"
    path.write_text(
        f'#!/bin/sh\nLD_PRELOAD={library()} FAKETIME="+0 x{1 / slow:.6f}" exec {real} "$@"\n',
        "utf-8",
    )
    path.chmod(0o755)
    return path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slow", type=float, default=40.0)
    parser.add_argument("firmware")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="looprig-slow-") as folder:
        program = slowed_program(args.firmware, args.slow, Path(folder))
        board = VirtualBoard("slow", str(program), Path(folder))
        try:
            board.wait_ready()
            switch = board.power_cycle.split()
            signal.signal(signal.SIGUSR2, lambda *_: subprocess.run(switch, check=True))
            ready = {"console": str(board.port), "activity": serve(Slowed(board, args.slow))}
            print(json.dumps(ready), flush=True)
            while sys.stdin.buffer.read(4096):
                pass
        finally:
            board.stop()


if __name__ == "__main__":
    main()
