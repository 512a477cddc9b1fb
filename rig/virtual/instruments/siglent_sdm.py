"""Siglent SDM3055, as far as READ? in a loop goes.

After Siglent's remote manual: CONFigure sets everything else to its default, READ? starts and
waits for the reading, of which there are at most 150 a second. It says of a number that is none
of a command's own that it is rounded, not which way; this one refuses it, so that nothing can
rest on a guess.
"""

from __future__ import annotations

from rig.virtual.instruments.logger import RELAY_S, Logger
from rig.virtual.instruments.scpi import ScpiError, header, number

MOST_HZ = 150.0
LINE_HZ = 50.0
PERIODS = (0.3, 1.0, 10.0)
SAMPLES = 10_000


class SiglentSDM(Logger):
    """DC current only; the trigger is immediate."""

    identity = "Siglent Technologies,SDM3055,VIRTUAL1,1.01.01.25"
    relay_s = RELAY_S
    ranges = (200e-6, 2e-3, 20e-3, 200e-3, 2.0, 10.0)

    def reset(self) -> None:
        super().reset()
        self.periods = 10.0
        self.samples = 1

    @header("CONFigure:CURRent[:DC]")
    def configure(self, range_a: str = "AUTO") -> None:
        self.switch.gap(self.relay_s)
        self.reset()
        self.set_range(range_a)
        self.conduct(True)

    @header("[SENSe:]CURRent[:DC]:RANGe")
    def set_range(self, range_a: str) -> None:
        if range_a[:1].isdigit() and number(range_a) not in self.ranges:
            raise ScpiError(-222)
        self.choose_range(range_a)

    @header("[SENSe:]CURRent[:DC]:RANGe?")
    def get_range(self) -> str:
        return f"{self.range_a:+.8E}"

    @header("[SENSe:]CURRent[:DC]:NPLC")
    def set_periods(self, periods: str) -> None:
        if number(periods) not in PERIODS:
            raise ScpiError(-222)
        self.periods = number(periods)

    @header("[SENSe:]CURRent[:DC]:NPLC?")
    def get_periods(self) -> str:
        return f"{self.periods:+.8E}"

    @header("SAMPle:COUNt")
    def set_samples(self, count: str) -> None:
        if not 1 <= number(count) <= SAMPLES:
            raise ScpiError(-222)
        self.samples = int(number(count))

    @header("TRIGger:SOURce")
    def set_trigger(self, source: str) -> None:
        if source.upper()[:3] != "IMM":
            raise ScpiError(-224)

    @header("INITiate[:IMMediate]")
    def initiate(self) -> None:
        if not self.finished:
            raise ScpiError(-213)
        self.begin(max(self.periods / LINE_HZ, 1 / MOST_HZ), self.samples)

    @header("FETCh?")
    def fetch(self) -> bytes:
        return self.as_text(self.taken())

    @header("READ?")
    def read(self) -> bytes:
        self.initiate()
        return self.fetch()
