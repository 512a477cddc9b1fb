"""Keithley 2450, as far as a SimpleLoop of current readings into `defbuffer1` goes."""

from __future__ import annotations

from rig.virtual.instruments.keithley_dmm6500 import Buffered
from rig.virtual.instruments.scpi import ScpiError, header, number


class Keithley2450(Buffered):
    """It supplies the board. Where it is played in a supply its output is off at first; *RST
    switches it off."""

    identity = "KEITHLEY INSTRUMENTS,MODEL 2450,VIRTUAL1,1.7.12b"
    ranges = (10e-9, 100e-9, 1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3, 1.0)
    fastest_s = 0.55e-3  # at NPLC 0.01, 1.8 kHz of readings stored

    def reset(self) -> None:
        super().reset()
        self.count = 1
        self.conduct(not hasattr(self, "nplc") and self.switch.path is None)
        self.nplc = 1.0
        self.volts = 0.0
        self.sensing = '"VOLT:DC"'

    @header("OUTPut[:STATe]?")
    def output_state(self) -> str:
        return str(int(self.conducts))

    @header("OUTPut[:STATe]")
    def set_output(self, state: str) -> None:
        self.conduct(state.upper() in ("1", "ON"))

    @header("SOURce:FUNCtion?")
    def source_function(self) -> str:
        return "VOLT"

    @header("SOURce:VOLTage:ILIMit")
    def set_limit(self, amperes: str) -> None:
        number(amperes)

    @header("SOURce:VOLTage")
    def set_voltage(self, volts: str) -> None:
        self.volts = number(volts)

    @header("[SENSe:]FUNCtion?")
    def function(self) -> str:
        return self.sensing

    @header("[SENSe:]FUNCtion")
    def set_function(self, name: str) -> None:
        if name.strip('"').upper()[:4] != "CURR":
            raise ScpiError(-224)
        self.sensing = '"CURR:DC"'

    @header("[SENSe:]CURRent:RANGe")
    def set_range(self, range_a: str) -> None:
        self.choose_range(range_a)

    @header("[SENSe:]CURRent:RANGe?")
    def get_range(self) -> str:
        return f"{self.range_a:.6E}"

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
