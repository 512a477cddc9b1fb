"""A PPK2 at its serial port: the bytes that it takes and sends, on a PTY.

    python -m rig.virtual.ppk2 --link PATH [--pid-file FILE --feeds SOCKET] …

Commands and words are those of `ppk2-api` 0.9.2. Its output is on while it was told so and its port
is open; half a second after the last client closed the port it is off (measured by ppk2lab 0.5.1).
A client that comes while a stream runs gets what is on the way: unless told, it does not stop.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rig.virtual.acquiring import Activity
from rig.virtual.current_model import CurrentModel
from rig.virtual.serial_device import serve
from rig.virtual.supply import Switch

RATE_HZ = 100_000
CLOSED_S = 0.5
GET_META_DATA, START, STOP, RUNNING, REGULATOR, MODE = 0x19, 0x06, 0x07, 0x0C, 0x0D, 0x11
LENGTHS = {RUNNING: 2, MODE: 2, REGULATOR: 3}
SHUNTS = (1031.64, 101.65, 10.15, 0.94, 0.043)
UP_TO_A = (50e-6, 500e-6, 5e-3, 50e-3, 1.0)
ADC_VOLTS = 1.8 / 163840
FULL = 0x3FFF


def metadata(gains: tuple[float, ...]) -> bytes:
    """What it says of its calibration. Its shunts differ from what it says by `gains`."""
    lines = ["Calibrated: 1"]
    for name, values in (("R", SHUNTS), ("GS", [0] * 5), ("GI", [1] * 5), ("O", [0] * 5)):
        lines += [f"{name}{k}: {value}" for k, value in enumerate(values)]
    lines += [f"S{k}: 0" for k in range(5)] + [f"I{k}: 0" for k in range(5)]
    lines += [f"UG{k}: 1" for k in range(5)]
    return "\n".join([*lines, "HW: 9173", "IA: 57", "mode: 2", "VDD: 3300", "END"]).encode()


class Ppk2:
    """The device behind the port."""

    def __init__(
        self, activity: Activity, switch: Switch, gains: tuple[float, ...], drop_at: int = 0
    ) -> None:
        """`drop_at` leaves out one byte of each stream, so many bytes after it began."""
        self.activity, self.switch, self.gains = activity, switch, gains
        self.drop_at, self.sent = drop_at, 0
        self.streaming = False
        self.wanted = False  # the output, by the last command
        self.volts = 0.0
        self.counter = 0
        self.said: list[bytes] = []
        self.pending = b""

    def take(self, data: bytes) -> None:
        """Commands, which may come in pieces."""
        self.pending += data
        while self.pending:
            length = LENGTHS.get(self.pending[0], 1)
            if len(self.pending) < length:
                return
            command, self.pending = self.pending[:length], self.pending[length:]
            self.obey(command)

    def obey(self, command: bytes) -> None:
        if command[0] == GET_META_DATA:
            self.said.append(metadata(self.gains))
        elif command[0] == START:
            self.streaming = True
            self.sent = 0
            self.activity.begin()
        elif command[0] == STOP:
            self.streaming = False
        elif command[0] == REGULATOR:
            self.volts = ((command[1] - 3) * 256 + command[2] - 32 + 800) / 1000
        elif command[0] == RUNNING:
            self.wanted = bool(command[1])
            (self.switch.on if self.wanted else self.switch.off)()

    def words(self) -> bytes:
        """The samples since the last look."""
        current = self.activity.currents(1 / RATE_HZ)
        if not self.switch.closed and self.switch.path:
            current = current * 0
        number = np.searchsorted(np.array(UP_TO_A), np.abs(current), side="left").clip(0, 4)
        measured = current * (1 + np.array(self.gains)[number])
        adc = np.round(measured * np.array(SHUNTS)[number] / ADC_VOLTS / 4).clip(0, FULL)
        count = self.counter + np.arange(len(current))
        self.counter += len(current)
        words: NDArray[np.uint32] = (
            adc.astype(np.uint32)
            | (number.astype(np.uint32) << 14)
            | ((count % 64).astype(np.uint32) << 18)
        )
        return words.astype("<u4").tobytes()

    def give(self) -> bytes:
        out = b"".join(self.said)
        self.said.clear()
        if self.streaming:
            words = self.words()
            at = self.drop_at - self.sent
            self.sent += len(words)
            if self.drop_at and 0 <= at < len(words):
                words = words[:at] + words[at + 1 :]
            out += words
        return out

    def shut(self, seconds: float) -> None:
        if self.wanted and seconds > CLOSED_S:
            self.wanted = False
            self.switch.off()

    def end(self) -> None:
        self.switch.off()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--pid-file", type=Path)
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--floor", type=float, default=1.3e-3)
    parser.add_argument("--busy", type=float, default=24e-3)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--gains", default="0,0,0,0,0", help="errors of the five ranges")
    parser.add_argument("--drop-at", type=int, default=0)
    parser.add_argument("--stale", action="store_true")
    args = parser.parse_args()
    model = CurrentModel(floor_a=args.floor, busy_a=args.busy, noise_a=args.noise)
    activity = Activity(args.pid_file, model)
    gains = tuple(float(part) for part in args.gains.split(","))
    device = Ppk2(activity, Switch(args.feeds), gains, args.drop_at)
    if args.stale:  # with a stream that an earlier client left running
        device.obey(bytes([START]))
    serve(device, args.link)


if __name__ == "__main__":
    main()
