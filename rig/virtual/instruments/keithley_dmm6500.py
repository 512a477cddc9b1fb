"""Keithley DMM6500, as far as the digitizer into `defbuffer1` by the trigger model goes.

After its reference manual (DMM6500-901-01): binary replies are indefinite blocks (`#0…` and a
line feed), byte order SWAPped until it is set.
"""

from __future__ import annotations

import numpy as np

from rig.virtual.instruments.logger import RELAY_S, Logger, Readings
from rig.virtual.instruments.scpi import ScpiError, header, number


class Buffered(Logger):
    """What Keithley's TSP-based instruments share: `defbuffer1` and its queries."""

    def reset(self) -> None:
        super().reset()
        self.swapped = True
        self.points = 100_000

    @header("*LANG?")
    def language(self) -> str:
        return "SCPI"

    @header("TRACe:POINts")
    def set_points(self, count: str, buffer: str = "") -> None:
        if not 10 <= number(count) <= 7_000_000:
            raise ScpiError(-222)
        self.points = int(number(count))

    @header("TRACe:CLEar")
    def clear(self, buffer: str = "") -> None:
        self.acquisition = None

    @header("TRACe:ACTual?")
    def actual(self, buffer: str = "") -> str:
        if self.acquisition is None:
            return "0"
        return str(len(self.taken(wait=self.acquisition.ending)[-self.points :]))

    @header("FORMat[:DATA]")
    def set_format(self, kind: str) -> None:
        if kind.upper()[:3] not in ("ASC", "REA", "SRE"):
            raise ScpiError(-224)
        self.real = not kind.upper().startswith("ASC")

    @header("TRACe:DATA?")
    def data(self, first: str, last: str, buffer: str = "", *elements: str) -> bytes:
        readings = self.taken()[-self.points :]
        start, end = int(number(first)), int(number(last))
        if not 1 <= start <= end <= len(readings):
            raise ScpiError(-222)
        columns: list[Readings] = []
        for element in [name.upper() for name in elements] or ["READ"]:
            if element.startswith("READ"):
                columns.append(readings[start - 1 : end])
            elif element.startswith("REL"):
                assert self.acquisition is not None
                columns.append(np.arange(start - 1.0, end) * self.acquisition.interval_s)
            else:
                raise ScpiError(-224)
        values = np.stack(columns, axis=1).ravel()
        if not self.real:
            return self.as_text(values)
        return b"#0" + values.astype("<f8" if self.swapped else ">f8").tobytes()


SHUNTS = {100e-6: 1400.0, 1e-3: 170.0, 10e-3: 17.0, 100e-3: 2.0, 1.0: 0.75, 3.0: 0.57}
"""Its data sheet's burden voltages over the ranges' ends, in ohm."""


class KeithleyDMM6500(Buffered):
    """Digitize current; the trigger model's blocks BUFFer:CLEar and MDIGitize."""

    identity = "KEITHLEY INSTRUMENTS,MODEL DMM6500,VIRTUAL1,1.7.12b"
    ranges = (100e-6, 1e-3, 10e-3, 100e-3, 1.0, 3.0)
    relay_s = RELAY_S
    shunts = SHUNTS

    def reset(self) -> None:
        """As *RST: it measures volts, and its current input is open."""
        super().reset()
        self.conduct(False)
        self.rate_hz = 1000.0
        self.blocks: dict[int, int] = {}

    @header("DIGitize:FUNCtion")
    def set_function(self, name: str) -> None:
        if name.strip('"').upper()[:4] != "CURR":
            raise ScpiError(-224)
        self.switch.gap(self.relay_s)
        self.conduct(True)

    @header("DIGitize:FUNCtion?")
    def get_function(self) -> str:
        return '"CURR"' if self.conducts else '"NONE"'

    @header("DIGitize:CURRent:RANGe?")
    def get_range(self) -> str:
        return f"{self.range_a:.6E}"

    @header("DIGitize:CURRent:RANGe")
    def set_range(self, range_a: str) -> None:
        self.choose_range(range_a)

    @header("DIGitize:CURRent:SRATe")
    def set_rate(self, rate: str) -> None:
        if not 1000 <= number(rate) <= 1_000_000:
            raise ScpiError(-222)
        self.rate_hz = number(rate)

    @header("DIGitize:CURRent:APERture")
    def set_aperture(self, seconds: str) -> None:
        """AUTO or seconds: it does not show in the model."""

    @header("TRIGger:LOAD")
    def load(self, name: str) -> None:
        self.blocks = {}

    @header("TRIGger:BLOCk:BUFFer:CLEar")
    def block_clear(self, number_: str, buffer: str) -> None:
        self.blocks[int(number(number_))] = 0

    @header("TRIGger:EXTernal:IN:EDGE")
    def set_edge(self, edge: str) -> None:
        """Nothing is wired to a virtual instrument: its triggers come at once."""

    @header("TRIGger:BLOCk:WAIT")
    def block_wait(self, number_: str, event: str) -> None:
        self.blocks[int(number(number_))] = 0

    @header("TRIGger:BLOCk:MDIGitize")
    def block_digitize(self, number_: str, buffer: str, count: str) -> None:
        self.blocks[int(number(number_))] = int(number(count))

    @header("INITiate[:IMMediate]")
    def initiate(self) -> None:
        count = sum(self.blocks.values())
        if not count or not self.finished:
            raise ScpiError(-213)
        self.begin(1 / self.rate_hz, count)
