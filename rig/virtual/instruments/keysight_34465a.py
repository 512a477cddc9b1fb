"""Keysight 34465A, as far as current logging goes.

After the Truevolt Series Operating and Service Guide: readings go to a memory of 50,000 that
INIT clears; ABORt stops and keeps them; FETCh? waits and copies, R? takes what is there.
"""

from __future__ import annotations

from rig.virtual.instruments.logger import RELAY_S, Logger
from rig.virtual.instruments.scpi import ScpiError, block, header, number


class Keysight34465A(Logger):
    """Sample source TIMer, sample count, trigger immediate or external."""

    identity = "Keysight Technologies,34465A,VIRTUAL00001,A.03.01-03.15-03.01-00.52-04-02"
    memory = 50_000
    ranges = (1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3, 1.0, 3.0, 10.0)
    relay_s = RELAY_S

    def reset(self) -> None:
        """As *RST: it measures volts, and its current input is open."""
        super().reset()
        self.automatic = True
        self.conduct(False)
        self.sample_timer = 1.0
        self.sample_count = 1
        self.trigger = "IMM"

    @header("CONFigure:CURRent[:DC]")
    def configure(self, range_a: str = "AUTO", resolution: str = "DEF") -> None:
        self.switch.gap(self.relay_s)  # it sets everything anew
        super().reset()
        self.sample_timer, self.sample_count, self.trigger = 1.0, 1, "IMM"
        self.automatic = range_a.upper() in ("AUTO", "DEF")
        self.take_range(range_a)
        self.conduct(True)

    @header("[SENSe:]FUNCtion[:ON]?")
    def function(self) -> str:
        return '"CURR"' if self.conducts else '"VOLT"'

    @header("[SENSe:]CURRent[:DC]:RANGe:AUTO?")
    def get_automatic(self) -> str:
        return str(int(self.automatic))

    @header("CONFigure?")
    def configuration(self) -> str:
        return f'"CURR {self.range_a:+.8E},+1.00000000E-06"'

    @header("[SENSe:]CURRent[:DC]:RANGe")
    def set_range(self, range_a: str) -> None:
        self.automatic = False
        self.choose_range(range_a)

    @header("[SENSe:]CURRent[:DC]:RANGe?")
    def get_range(self) -> str:
        return f"{self.range_a:+.8E}"

    @header("[SENSe:]CURRent[:DC]:RANGe:AUTO")
    @header("[SENSe:]CURRent[:DC]:NPLCycles")
    @header("[SENSe:]CURRent[:DC]:APERture")
    @header("[SENSe:]CURRent[:DC]:ZERO:AUTO")
    @header("[SENSe:]CURRent[:DC]:TERMinals")
    @header("[SENSe:]CURRent:SWITch:MODE")
    @header("TRIGger:DELay")
    @header("TRIGger:DELay:AUTO")
    @header("TRIGger:SLOPe")
    @header("TRIGger:COUNt")
    @header("DISPlay[:STATe]")
    def accept(self, value: str) -> None:
        """Settings that change nothing in this model."""

    @header("SAMPle:SOURce")
    def set_source(self, source: str) -> None:
        if source.upper() not in ("IMM", "IMMEDIATE", "TIM", "TIMER"):
            raise ScpiError(-224)

    @header("SAMPle:TIMer")
    def set_timer(self, seconds: str) -> None:
        value = number(seconds)
        if not 1e-6 <= value <= 3600:
            raise ScpiError(-222)
        self.sample_timer = value

    @header("SAMPle:TIMer?")
    def get_timer(self) -> str:
        return f"{self.sample_timer:+.8E}"

    @header("SAMPle:COUNt")
    def set_count(self, count: str) -> None:
        value = int(number(count))
        if not 1 <= value <= 1_000_000:
            raise ScpiError(-222)
        self.sample_count = value

    @header("SAMPle:COUNt?")
    def get_count(self) -> str:
        return str(self.sample_count)

    @header("TRIGger:SOURce")
    def set_trigger(self, source: str) -> None:
        if source.upper() not in ("IMM", "IMMEDIATE", "EXT", "EXTERNAL", "BUS"):
            raise ScpiError(-224)
        self.trigger = source.upper()[:3]

    @header("INITiate[:IMMediate]")
    def initiate(self) -> None:
        if self.acquisition is not None and not self.finished:
            raise ScpiError(-213)
        if self.trigger == "BUS":
            self.acquisition = None
        else:  # nothing is wired to a virtual instrument: its external trigger comes at once
            self.begin(self.sample_timer, self.sample_count)

    @header("*TRG")
    def bus_trigger(self) -> None:
        self.begin(self.sample_timer, self.sample_count)

    @header("DATA:POINts?")
    def points(self) -> str:
        taken = 0 if self.acquisition is None else len(self.taken(wait=False))
        return str(min(taken, self.memory) - self.taken_out)

    @header("FORMat[:DATA]")
    def set_format(self, kind: str, length: str = "0") -> None:
        if kind.upper() not in ("ASC", "ASCII", "REAL"):
            raise ScpiError(-224)
        self.real = kind.upper() == "REAL"

    @header("FETCh?")
    def fetch(self) -> bytes:
        readings = self.taken()[-self.memory :]
        return self.as_block(readings) if self.real else self.as_text(readings)

    @header("READ?")
    def read(self) -> bytes:
        self.initiate()
        return self.fetch()

    @header("R?")
    @header("DATA:REMove?")
    def remove(self, most: str = "2000000") -> bytes:
        """What is in memory by now, as a block even where the format is text."""
        ending = self.acquisition is not None and self.acquisition.ending
        part = self.take_out(self.taken(wait=ending)[-self.memory :], int(number(most)))
        return self.as_block(part) if self.real else block(self.as_text(part))
