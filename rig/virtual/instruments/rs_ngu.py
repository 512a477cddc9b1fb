"""Rohde & Schwarz NGU201, as far as FastLog to the remote interface goes.

After the NGU user manual (1179.2531.02). A block of voltage and current in turn, as singles, is
there every 250 ms; the next one takes its place, so that what is not read in time is lost.
"""

from __future__ import annotations

import numpy as np

from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.scpi import ScpiError, block, header, number

RATES = {"S001K": 1e3, "S010K": 10e3, "S050K": 50e3, "S250K": 250e3, "S500K": 500e3}
BLOCK_S = 0.25
SUPPLY_V = 3.3


class RohdeSchwarzNGU(Logger):
    """On, unless it is played in a supply. It also takes the INSTrument of an NGM202, which has a
    second output."""

    identity = "Rohde&Schwarz,NGU201,3639.3763k02/VIRTUAL1,03.068"
    ranges = (10e-6, 1e-3, 10e-3, 100e-3, 3.0, 8.0)
    longest_s = 600.0
    channels = 2

    def reset(self) -> None:
        super().reset()
        self.conduct(not hasattr(self, "rate_hz") and self.switch.path is None)
        self.rate_hz = 1e3
        self.blocks_read = 0

    @header("INSTrument[:SELect]")
    def select(self, output: str) -> None:
        self.choose_channel(output.upper().removeprefix("OUT"))

    @header("OUTPut[:STATe]?")
    def output_state(self) -> str:
        return str(int(self.conducts))

    @header("OUTPut[:STATe]")
    def set_output(self, state: str) -> None:
        self.conduct(state.upper() in ("1", "ON"))

    @header("[SOURce:]VOLTage")
    def set_voltage(self, volts: str) -> None:
        number(volts)

    @header("FLOG:TARGet")
    def set_target(self, target: str) -> None:
        if target.upper() not in ("SCPI", "USB"):
            raise ScpiError(-224)

    @header("FLOG:SRATe")
    def set_rate(self, name: str) -> None:
        if name.upper() not in RATES:
            raise ScpiError(-224)
        self.rate_hz = RATES[name.upper()]

    @header("FLOG[:STATe]")
    def set_state(self, state: str) -> None:
        if state.upper() in ("1", "ON"):
            self.blocks_read = 0
            self.begin(1 / self.rate_hz, int(self.longest_s * self.rate_hz))
        else:
            self.abort()

    @header("FLOG:DATA?")
    def data(self) -> bytes:
        if self.acquisition is None or self.acquisition.age_s < (self.blocks_read + 1) * BLOCK_S:
            return block(b"")
        readings = self.taken(wait=False)
        size = round(BLOCK_S * self.rate_hz)
        newest = len(readings) // size
        if newest <= self.blocks_read:
            return block(b"")
        self.blocks_read = newest  # blocks before it were overwritten, unless they were read
        current = readings[(newest - 1) * size : newest * size]
        pairs = np.stack((np.full(size, SUPPLY_V), current), axis=1).ravel()
        return block(pairs.astype("<f4").tobytes())
