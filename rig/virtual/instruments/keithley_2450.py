"""Keithley 2450, as far as a SimpleLoop of current readings into `defbuffer1` goes."""

from __future__ import annotations

from rig.virtual.instruments.keithley_dmm6500 import Buffered
from rig.virtual.instruments.scpi import ScpiError, header, number


class Keithley2450(Buffered):
    """Its output is on, for it supplies the board; *RST would switch that off."""

    identity = "KEITHLEY INSTRUMENTS,MODEL 2450,VIRTUAL1,1.7.12b"
    ranges = (1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3, 1.0)
    output = True
    fastest_s = 0.55e-3  # at NPLC 0.01, 1.8 kHz of readings stored

    def reset(self) -> None:
        super().reset()
        self.count = 1
        self.output = not hasattr(self, "nplc")
        self.nplc = 1.0

    @header("OUTPut[:STATe]?")
    def output_state(self) -> str:
        return str(int(self.output))

    @header("[SENSe:]FUNCtion")
    def set_function(self, name: str) -> None:
        if name.strip('"').upper()[:4] != "CURR":
            raise ScpiError(-224)

    @header("[SENSe:]CURRent:RANGe")
    def set_range(self, range_a: str) -> None:
        self.choose_range(range_a)

    @header("[SENSe:]CURRent:NPLCycles")
    def set_nplc(self, cycles: str) -> None:
        self.nplc = number(cycles)

    @header("[SENSe:]CURRent:AZERo[:STATe]")
    def set_autozero(self, state: str) -> None:
        """It does not show in the model."""

    @header("TRIGger:LOAD")
    def load(self, name: str, count: str = "1", delay: str = "0", buffer: str = "") -> None:
        if name.strip('"').upper() != "SIMPLELOOP":
            raise ScpiError(-224)
        self.count = int(number(count))

    @header("INITiate[:IMMediate]")
    def initiate(self) -> None:
        if not self.finished:
            raise ScpiError(-213)
        self.begin(max(self.fastest_s, self.nplc / 50), self.count)
