"""A PowerShield at its serial port: the bytes that it takes and sends, on a PTY.

    python -m rig.virtual.powershield --link PATH [--pid-file FILE --feeds SOCKET] …

Commands, answers and the stream are UM2269's, as rig/meters/powershield.py has them. Its output
follows `pwr`; `auto` gives power while it measures. Whether it goes off when its port closes is in
no document, so it does not here.
"""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np

from rig.virtual.acquiring import Activity
from rig.virtual.current_model import CurrentModel
from rig.virtual.serial_device import serve
from rig.virtual.supply import Switch

STLINK = "STLINK-V3PWR"
NAMES = {
    "lpm01a": "PowerShield present: 4A0031000F51373037333934",
    "stlink": f"{STLINK} 0031000F5137",
}
OWN = {
    "lpm01a": {"htc", "hrc", "acqmode", "funcmode", "output", "pwrend"},
    "stlink": {"power_monitor"},
}
COMMON = {"powershield", "format", "trigsrc", "trigdelay", "acqtime", "volt", "pwr", "freq"}
FORMATS = {"lpm01a": "bin_hexa", "stlink": "bin_hex"}
STAMP_MS = 500
OVERCURRENT_A = 0.059


class PowerShield:
    """The device behind the port."""

    def __init__(
        self, activity: Activity, switch: Switch, model: str, drop_at: int = 0, skip_at: int = 0
    ) -> None:
        """`drop_at` leaves one byte of a stream out, `skip_at` 100 readings, so many bytes in."""
        self.activity, self.switch, self.model = activity, switch, model
        self.drop_at, self.skip_at, self.sent, self.taken = drop_at, skip_at, 0, 0
        self.streaming = False
        self.controlled = model == "stlink"
        self.power = "auto"
        self.rate = 100
        self.said: list[bytes] = []
        self.pending = b""

    def take(self, data: bytes) -> None:
        self.pending += data
        while b"\n" in self.pending:
            line, self.pending = self.pending.split(b"\n", 1)
            self.obey(line.decode("ascii", "replace").strip())

    def obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "stop":
            if self.streaming:
                self.said.append(self.given())  # what it took before it was told
                self.streaming = False
                self.said.append(b"\xf0\xf4\xff\xff")
                self._switch()
            self._say(True, line)
        elif self.streaming:
            return
        elif word == "start":
            self._say(True, line)
            self.streaming = True
            self.sent = self.taken = 0
            self.activity.begin()
            self._switch()
        elif word not in COMMON | OWN[self.model] or not (
            self.controlled or word in ("htc", "powershield")
        ):
            self._say(False, line)
        elif word == "powershield":
            self._say(True, NAMES[self.model])
        else:
            self._say(self._set(word, rest), line)

    def _set(self, word: str, rest: str) -> bool:
        if word == "htc":
            self.controlled = True
        elif word == "hrc":
            self.controlled = False
        elif word == "format":
            return rest == FORMATS[self.model]
        elif word == "freq":
            digits = rest.removesuffix("k")
            self.rate = int(digits) * (1000 if rest.endswith("k") else 1)
        elif word == "funcmode":
            return rest in ("optim", "high")
        elif word == "volt":
            return rest.endswith("m") and 1600 <= int(rest[:-1]) <= 3600
        elif word == "pwr":
            self.power = rest
            self._switch()
        return True

    def _switch(self) -> None:
        on = self.power == "on" or (self.power == "auto" and self.streaming)
        (self.switch.on if on else self.switch.off)()

    def _say(self, well: bool, line: str) -> None:
        self.said.append(f"PowerShield > {'ack' if well else 'error'} {line}\r\n\r\n".encode())

    def readings(self) -> bytes:
        current = self.activity.currents(1 / self.rate)
        if not self.switch.closed and self.switch.path:
            current = current * 0
        out = b""
        if self.model == "lpm01a" and np.any(current > OVERCURRENT_A):
            self.streaming = False
            self.power = "off"
            self._switch()
            return b"\xf0\xf5\xff\xff\xf0\xf4\xff\xff"
        power = np.clip(np.floor(np.log(4095 / np.maximum(current, 1e-12)) / np.log(16)), 0, 14)
        words = (power.astype(np.uint16) << 12) | np.round(current * 16.0**power).clip(
            0, 4095
        ).astype(np.uint16)
        each = self.rate * STAMP_MS // 1000
        first = -self.taken % each
        for start in (0, *range(first or each, len(words), each)):
            at = self.taken + start
            if at % each == 0 and start < len(words):
                ms = at * 1000 // self.rate
                out += b"\xf0\xf3" + struct.pack(">IB", ms, 3) + b"\xff\xff"
            stop = first if start == 0 and first else start + each
            out += words[start:stop].astype(">u2").tobytes()
        self.taken += len(words)
        return out

    def give(self) -> bytes:
        out = b"".join(self.said)
        self.said.clear()
        return out + self.given() if self.streaming else out

    def given(self) -> bytes:
        """The readings since the last, without what is lost on the way."""
        data = self.readings()
        keep = np.ones(len(data), bool)
        for where, length in ((self.drop_at, 1), (self.skip_at, 200)):
            if where:
                first, last = where - self.sent, where - self.sent + length
                keep[max(first, 0) : max(last, 0)] = False
        self.sent += len(data)
        return bytes(np.frombuffer(data, np.uint8)[keep])

    def shut(self, seconds: float) -> None:
        """Nothing: see above."""

    def end(self) -> None:
        self.switch.off()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", type=Path, required=True)
    parser.add_argument("--pid-file", type=Path)
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--model", choices=sorted(NAMES), default="lpm01a")
    parser.add_argument("--floor", type=float, default=1.3e-3)
    parser.add_argument("--busy", type=float, default=24e-3)
    parser.add_argument("--drop-at", type=int, default=0)
    parser.add_argument("--skip-at", type=int, default=0)
    parser.add_argument("--stale", action="store_true", help="a stream was left running")
    args = parser.parse_args()
    activity = Activity(args.pid_file, CurrentModel(floor_a=args.floor, busy_a=args.busy))
    device = PowerShield(activity, Switch(args.feeds), args.model, args.drop_at, args.skip_at)
    if args.stale:
        device.obey("start")
    serve(device, args.link)


if __name__ == "__main__":
    main()
