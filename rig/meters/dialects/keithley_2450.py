"""Keithley 2450 (and 2460, 2461, 2470): a source-measure unit that also supplies the board.

After the 2450 reference manual. It is never reset and its source is not touched: that would
switch the board off. It has no sample clock: readings come as fast as they are made, each with
its own time, and are put on an even grid here.
"""

from __future__ import annotations

import re

import numpy as np

from rig.errors import RigError
from rig.meters.dialect import FETCH_S, Base
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

FASTEST_S = 0.3e-3
"""No reading takes less, however it is set."""
BUFFER = '"defbuffer1"'


class Dialect(Base):
    IDN = re.compile(r"^KEITHLEY[^,]*,\s*MODEL 24(50|60|61|70)\b", re.IGNORECASE)
    MAX_RATE_HZ = 1000.0  # at NPLC 0.01; about 3 kHz of readings are possible

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        interval = 1 / min(rate_hz, self.MAX_RATE_HZ)
        count = int(duration_s / FASTEST_S) + 1  # it stops by itself only when all are taken
        tell = self.session.tell
        tell("*CLS")
        if self.session.ask("OUTP?").strip() != "1":
            raise RigError(
                f"the output of {self.session.resource} is off, so the board has no supply",
                "set its voltage and switch it on",
            )
        tell('SENS:FUNC "CURR"')
        tell(f"SENS:CURR:RANG {self.range_a:g}")
        tell("SENS:CURR:NPLC 0.01")
        tell("SENS:CURR:AZER OFF")
        tell(f"TRAC:POIN {max(count, 10)}, {BUFFER}")
        tell(f"TRAC:CLE {BUFFER}")
        tell(f'TRIG:LOAD "SimpleLoop", {count}, 0, {BUFFER}')
        tell("FORM:DATA ASC")
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
        pairs = self.session.readings(message, timeout_s=FETCH_S)
        if len(pairs) != 2 * count:
            raise RigError(
                f"{self.session.resource} sent {len(pairs)} numbers for {count} readings"
            )
        values, seconds = pairs[::2], pairs[1::2]
        grid = np.arange(seconds[0], seconds[-1], plan.interval_s)
        return from_readings(np.interp(grid, seconds, values), plan.interval_s, plan.range_a)
