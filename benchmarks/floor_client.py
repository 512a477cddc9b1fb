"""The floor: the least a raw-paste client with one soft reset a test can do.

It has no deadlines, checks nothing and recovers from nothing; what it shows is how much time
the protocol itself and the tests take.

    python -m benchmarks.floor_client PORT SCRIPT...
"""

from __future__ import annotations

import json
import struct
import sys
import time
from pathlib import Path

import serial

PROMPT = b"raw REPL; CTRL-B to exit\r\n>"


class Floor:
    """A port at its raw prompt."""

    def __init__(self, port: str) -> None:
        self.serial = serial.Serial(port, 115200, timeout=30)
        self.sent = self.received = 0
        self.write(b"\r\x03\x01")
        self.until(PROMPT)

    def write(self, data: bytes) -> None:
        self.sent += len(data)
        self.serial.write(data)

    def read(self, count: int) -> bytes:
        data: bytes = self.serial.read(count)
        self.received += len(data)
        return data

    def until(self, ending: bytes) -> bytes:
        data = b""
        while not data.endswith(ending):
            data += self.read(max(1, self.serial.in_waiting))
        return data

    def run(self, code: bytes) -> tuple[bytes, bytes]:
        """Soft reset, raw paste, then output and traceback."""
        self.write(b"\x04")
        self.until(PROMPT)
        self.write(b"\x05A\x01")
        assert self.read(2) == b"R\x01"
        window = struct.unpack("<H", self.read(2))[0]
        room = window
        while code:
            while room == 0 or self.serial.in_waiting:
                if self.read(1) == b"\x04":
                    self.write(b"\x04")
                    break
                room += window
            piece, code = code[:room], code[room:]
            self.write(piece)
            room -= len(piece)
        self.write(b"\x04")
        while self.read(1) != b"\x04":
            pass
        output, traceback, _ = self.until(b"\x04>").rsplit(b"\x04", 2)
        return output, traceback


def main() -> None:
    started = time.monotonic()
    floor = Floor(sys.argv[1])
    passed = 0
    for name in sys.argv[2:]:
        output, traceback = floor.run(Path(name).read_bytes())
        expected = Path(f"{name}.exp").read_bytes()
        passed += not traceback and output.replace(b"\r\n", b"\n") == expected
    print(json.dumps({"pass": passed, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
