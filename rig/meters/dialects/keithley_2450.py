"""Keithley 2450 (and 2460, 2461, 2470): a source-measure unit that also supplies the board.

After the 2450 reference manual. It is never reset: that would switch the board off. Its source is
touched only where the bench file names a voltage. It has no sample clock: readings come as fast as
they are made, each with its own time, and are put on an even grid here. They are taken as binary:
as text a long capture is megabytes.
"""

from __future__ import annotations

import re

import numpy as np

from rig.errors import RigError
from rig.meters.accuracy import UNSTATED, Accuracy, table
from rig.meters.dialect import FETCH_S, Base, same
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

FASTEST_S = 0.3e-3
"""No reading takes less, however it is set."""
BUFFER = '"defbuffer1"'
RANGES_A = (10e-9, 100e-9, 1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3, 1.0)
ACCURACY = table(
    "SPEC-2450 Rev. A (July 2013), current measured, 23 °C ± 5 °C, 1 year, at 1 PLC",
    [
        (10e-9, 0.1, 50e-12),
        (100e-9, 0.06, 100e-12),
        (1e-6, 0.025, 300e-12),
        (10e-6, 0.025, 700e-12),
        (100e-6, 0.02, 6e-9),
        (1e-3, 0.02, 60e-9),
        (10e-3, 0.02, 600e-9),
        (100e-3, 0.025, 6e-6),
        (1.0, 0.03, 500e-6),
    ],
)


class Dialect(Base):
    IDN = re.compile(r"^KEITHLEY[^,]*,\s*MODEL 24(50|60|61|70)\b", re.IGNORECASE)
    MAX_RATE_HZ = 1000.0  # at NPLC 0.01; about 3 kHz of readings are possible

    SUPPLIES = True

    def accuracy(self, identity: str) -> Accuracy:
        """The figures are the 2450's: of its siblings no specification was read."""
        return ACCURACY if "MODEL 2450" in identity.upper() else UNSTATED

    def output(self) -> bool:
        return self.session.ask("OUTP?").strip() in ("1", "ON")

    def switch_on(self, volts: float) -> None:
        """As a voltage source, limited to the range it measures on."""
        tell = self.session.tell
        if not self.session.ask("SOUR:FUNC?").strip('"').upper().startswith("VOLT"):
            tell("SOUR:FUNC VOLT")
        tell(f"SOUR:VOLT:ILIM {self.range_a:g}")
        tell(f"SOUR:VOLT {volts:g}")
        tell("OUTP ON")

    def switch_off(self) -> None:
        self.session.tell("OUTP OFF")
        self.session.sync()

    def prepare(self) -> None:
        ask, tell = self.session.ask, self.session.tell
        self.range_a = self.smallest_range(RANGES_A)
        tell("ABOR")
        tell("*CLS")
        if not ask("SENS:FUNC?").strip('"').upper().startswith("CURR"):
            tell('SENS:FUNC "CURR"')
        if not same(ask("SENS:CURR:RANG?"), self.range_a):
            tell(f"SENS:CURR:RANG {self.range_a:g}")
        tell("SENS:CURR:NPLC 0.01")
        tell("SENS:CURR:AZER OFF")
        tell("FORM:DATA REAL")
        tell("FORM:BORD NORM")
        self.session.check("being set to current")

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        interval = 1 / min(rate_hz, self.MAX_RATE_HZ)
        count = int(duration_s / FASTEST_S) + 1  # it stops by itself only when all are taken
        tell = self.session.tell
        tell("*CLS")
        tell(f"TRAC:POIN {max(count, 10)}, {BUFFER}")
        tell(f"TRAC:CLE {BUFFER}")
        tell(f'TRIG:LOAD "SimpleLoop", {count}, 0, {BUFFER}')
        self.session.check("being set up")
        return Plan(interval, count, self.range_a)

    def start(self) -> None:
        self.session.tell("INIT")

    def fetch(self, plan: Plan) -> Samples:
        self.session.tell("ABOR")
        count = int(float(self.session.ask(f"TRAC:ACT? {BUFFER}")))
        if count < 2:
            raise RigError(f"the meter {self.session.resource} took no readings", "try it again")
        message = f"TRAC:DATA? 1, {count}, {BUFFER}, READ, REL"
        pairs = self.session.block(message, ">f8", expected=2 * count, timeout_s=FETCH_S)
        values, seconds = pairs[::2], pairs[1::2]
        grid = np.arange(seconds[0], seconds[-1], plan.interval_s)
        return from_readings(np.interp(grid, seconds, values), plan.interval_s, plan.range_a)
