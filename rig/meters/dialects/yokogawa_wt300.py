"""Yokogawa WT310E, WT332E, WT333E power meters: an update every 100 ms; means only.

After the WT300E communication manual (IM WT310E-17EN), Yokogawa's advice on waiting for updates
and drivers: numeric item 1 is set to the current of one element, headers off. Bit 0 of the
extended event register is set when an update is complete (STATus:FILTer1 FALL);
COMMunicate:WAIT holds the answer back until then, so that each update is read once, and in the
middle of that wait lies the middle of what it averaged. Errors are in STATus:ERRor?.
"""

from __future__ import annotations

import re

from rig.meters.dialects import generic

SMALL_A = (5e-3, 10e-3, 20e-3, 50e-3, 100e-3, 200e-3)
LARGE_A = (1.0, 2.0, 5.0, 10.0, 20.0)


class Dialect(generic.Dialect):
    IDN = re.compile(r"^YOKOGAWA,WT3\d\d", re.IGNORECASE)
    MAX_RATE_HZ = 10.0
    CHANNELS = 3  # elements; a WT310E has one, a WT332E the first and the third
    SETUP = (
        "*CLS",
        "COMM:HEAD OFF",
        "RATE 100MS",
        "INP:MODE DC",
        "INP:CFAC 3",  # the list of ranges depends on it
        "INP:CURR:RANG {range:g}",
        "MEAS:AVER:STAT OFF",  # it would smear the pulses over the floors
        "MEAS:MHOL OFF",
        "NUM:FORM ASC",
        "NUM:NORM:NUM 1",
        "NUM:NORM:ITEM1 I,{element}",
        "STAT:FILT1 FALL",
    )
    READ = "COMM:WAIT 1;:NUM:NORM:VAL?"
    SEEN = "STAT:EESR?"  # reading the register clears it
    ERRORS = "STAT:ERR?"

    def setup(self) -> list[str]:
        model = self.session.ask("*IDN?").split(",")[1].strip().upper()
        self.range_a = self.smallest_range(ranges(model))
        return [m.format(range=self.range_a, element=self.channel or 1) for m in self.SETUP]

    def start(self) -> None:
        self.session.ask(self.SEEN)
        super().start()

    def reading(self) -> float:
        value = super().reading()
        self.session.ask(self.SEEN)
        return value


def ranges(model: str) -> tuple[float, ...]:
    """The current ranges in amperes at crest factor 3 (IM WT310E-01EN)."""
    if model.startswith("WT310EH"):
        return (*LARGE_A, 40.0)
    if model.startswith("WT33"):
        return (0.5, *LARGE_A)
    return (*SMALL_A, 0.5, *LARGE_A)
