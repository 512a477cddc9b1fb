"""An INA226 or INA228 behind the I2C bus of a second board: registers in that board's `machine`.

The board is a real MicroPython; only its bus is played. What runs through the shunt stands in the
file `/current` of the board, in amperes, and may change at any time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rig.virtual.acquiring import Activity
from rig.virtual.board import VirtualBoard
from rig.virtual.current_model import CurrentModel

MACHINE = """\
import time
NAME, OHMS, ADDRESS, DIES = {name!r}, {ohms!r}, {address!r}, {dies!r}
class Pin:
    def __init__(self, name):
        self.name = name
class I2C:
    def __init__(self, number, scl=None, sda=None, freq=0):
        self.words = {{0x00: 0x4127 if NAME == "ina226" else 0, 0x01: 0xFB68}}
        self.last, self.raw = time.ticks_us(), 0
        self.file = open("/current")
    def amperes(self):
        self.file.seek(0)
        try:
            return float(self.file.read())
        except ValueError:
            return 0.0
    def period(self):
        if NAME == "ina226":
            config = self.words[0x00]
            if config & 7 != 5:
                return 1 << 29
            return (140, 204, 332, 588, 1100, 2116, 4156, 8244)[config >> 3 & 7]
        config = self.words[0x01]
        if config >> 12 != 0xA:
            return 1 << 29
        return (50, 84, 150, 280, 540, 1052, 2074, 4120)[config >> 6 & 7]
    def readfrom_mem(self, address, register, count):
        time.sleep_us(25 * (3 + count))  # a byte and its acknowledgement at 400 kHz
        if address != ADDRESS:
            raise OSError(19)
        value = self.words.get(register, 0)
        if NAME == "ina226":
            shunt, flag, ready, lsb, most, shift = 0x01, 0x06, 8, 2.5e-6, 32767, 0
        else:
            fine = self.words[0x00] >> 4 & 1
            shunt, flag, ready, most, shift = 0x04, 0x0B, 2, 524287, 4
            lsb = (312.5e-9, 78.125e-9)[fine]
        if register == flag:
            value = 0
            if time.ticks_diff(time.ticks_us(), self.last) >= self.period():
                self.last = time.ticks_us()
                self.raw = max(-most - 1, min(most, round(self.amperes() * OHMS / lsb)))
                value = ready
        elif register == shunt:
            value = (self.raw << shift) & ((1 << 8 * count) - 1)
        elif register in DIES:
            value = DIES[register]
        return value.to_bytes(count, "big")
    def writeto_mem(self, address, register, data):
        self.words[register] = int.from_bytes(data, "big")
        self.last = time.ticks_us()
"""
DIES = {
    "ina226": {0xFE: 0x5449, 0xFF: 0x2260},
    "ina228": {0x3E: 0x5449, 0x3F: 0x2281},
}
FAST_CLOCK = """\
from utime import *
import utime
def ticks_us():
    now = utime.ticks_us()
    return utime.ticks_add(now, now // 50)
"""
"""Two per cent fast; it wraps too early, after some minutes."""


class Second:
    """The second board, and what runs through the shunt that its INA looks at."""

    def __init__(self, folder: Path, name: str, ohms: float = 0.1, address: int = 0x40) -> None:
        self.board = VirtualBoard("second", "micropython", folder)
        self.current = self.board.root / "current"
        self.draw(0.0)
        text = MACHINE.format(name=name, ohms=ohms, address=address, dies=DIES[name])
        (self.board.root / "machine.py").write_text(text, encoding="utf-8")
        self.board.wait_ready()

    def fast(self) -> None:
        """Give it a clock that is off."""
        (self.board.root / "time.py").write_text(FAST_CLOCK, encoding="utf-8")

    def draw(self, amperes: float) -> None:
        """In one write, as wide as the last: the reader may come at any time."""
        with self.current.open("r+b" if self.current.exists() else "wb") as file:
            file.write(b"%-16.9e" % amperes)

    @contextlib.contextmanager
    def follows(self, pid_file: Path) -> Iterator[None]:
        """What a virtual board draws runs through the shunt."""
        activity = Activity(pid_file, CurrentModel(floor_a=1.3e-3, busy_a=24e-3, noise_a=0.0))
        activity.begin()
        ended = threading.Event()

        def follow() -> None:
            while not ended.wait(2e-3):
                drawn = activity.currents(1e-3)
                if len(drawn):
                    self.draw(float(np.mean(drawn)))

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextlib.contextmanager
def second(folder: Path, name: str = "ina226", **options: float) -> Iterator[Second]:
    """A second board with its INA; ends with the context."""
    found = Second(folder, name, **options)  # type: ignore[arg-type]
    try:
        yield found
    finally:
        found.board.stop()
