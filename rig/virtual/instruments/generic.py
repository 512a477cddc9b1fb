"""A plain SCPI multimeter: CONFigure, READ?, one reading at a time."""

from __future__ import annotations

from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.scpi import header


class Generic(Logger):
    """A reading integrates for 5 ms."""

    identity = "looprig,GENERIC,VIRTUAL1,1.0"
    integration_s = 5e-3

    @header("CONFigure:CURRent[:DC]")
    def configure(self, range_a: str = "AUTO", resolution: str = "DEF") -> None:
        self.choose_range(range_a)
        self.conduct(True)

    @header("READ?")
    @header("MEASure:CURRent[:DC]?")
    def read(self, *settings: str) -> bytes:
        self.begin(self.integration_s, 1)
        return self.as_text(self.taken()[:1])
