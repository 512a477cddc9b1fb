"""Keysight N6705B and N6705C with an N678x module: the external data log (ELOG) of one output.

After the N6705C programmer's guide. It supplies the board, so it is not reset, and its output is
touched only where the bench file names a voltage. The log is kept in a buffer that must be read
before it overflows (about 20 s); values are IEEE singles, current only.
"""

from __future__ import annotations

import re

from rig.meters.dialect import FETCH_S, Base, same
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

SHORTEST_S = 102.4e-6
"""The shortest ELOG period with one parameter."""
MOST = 65_536
"""Readings asked for at once."""


class Dialect(Base):
    IDN = re.compile(r"^(Keysight|Agilent)[^,]*,N6705[BC],", re.IGNORECASE)
    MAX_RATE_HZ = 1 / SHORTEST_S
    GAPLESS = True  # N6700 user's guide, Elog: its samples are averaged over the period
    CHANNELS = 4

    @property
    def output_list(self) -> str:
        """The output it logs, as a channel list."""
        return f"(@{self.channel or 1})"

    SUPPLIES = True

    def output(self) -> bool:
        return self.session.ask(f"OUTP? {self.output_list}").strip() in ("1", "ON")

    def switch_on(self, volts: float) -> None:
        self.session.tell(f"VOLT {volts:g},{self.output_list}")
        self.session.tell(f"OUTP ON,{self.output_list}")

    def switch_off(self) -> None:
        self.session.tell(f"OUTP OFF,{self.output_list}")
        self.session.sync()

    def prepare(self) -> None:
        tell = self.session.tell
        tell("*CLS")
        tell(f"ABOR:ELOG {self.output_list}")
        tell(f"SENS:ELOG:FUNC:CURR ON,{self.output_list}")
        tell(f"SENS:ELOG:FUNC:VOLT OFF,{self.output_list}")
        if not same(self.session.ask(f"SENS:ELOG:CURR:RANG? {self.output_list}"), self.range_a):
            tell(f"SENS:ELOG:CURR:RANG {self.range_a:g},{self.output_list}")
        tell("FORM:DATA REAL")
        tell("FORM:BORD NORM")
        self.session.check("being set to current")

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        interval = max(1 / rate_hz, SHORTEST_S)
        tell = self.session.tell
        tell("*CLS")
        tell(f"ABOR:ELOG {self.output_list}")
        tell(f"SENS:ELOG:PER {interval:.9g},{self.output_list}")
        tell(f"TRIG:ELOG:SOUR BUS,{self.output_list}")
        tell(f"INIT:ELOG {self.output_list}")
        self.session.check("being set up")
        actual = float(self.session.ask(f"SENS:ELOG:PER? {self.output_list}"))
        return Plan(actual, int(duration_s / actual) + 1, self.range_a)

    def start(self) -> None:
        self.session.tell(f"TRIG:ELOG {self.output_list}")

    def fetch(self, plan: Plan) -> Samples:
        """What was logged by now; the log is ended after it, for that empties the buffer."""
        import numpy as np

        pieces = []
        while True:
            message = f"FETC:ELOG:CURR? {MOST},{self.output_list}"
            pieces.append(self.session.block(message, ">f4", timeout_s=FETCH_S))
            if len(pieces[-1]) < MOST:
                break
        self.session.tell(f"ABOR:ELOG {self.output_list}")
        return from_readings(np.concatenate(pieces), plan.interval_s, plan.range_a)
