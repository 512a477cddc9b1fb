"""Keysight 34465A and 34470A: sample timer into the reading memory, fetched as one block.

After the Truevolt Series Operating and Service Guide. 50,000 readings fit (2,000,000 with the
MEM option). `R?` takes what is in memory without waiting, so an acquisition can be ended early.
"""

from __future__ import annotations

import re

from rig.meters.dialect import FETCH_S, Base, same
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

MEMORY = 50_000
RANGES_A = (1e-6, 10e-6, 100e-6, 1e-3, 10e-3, 100e-3, 1.0, 3.0, 10.0)


class Dialect(Base):
    IDN = re.compile(r"^(Keysight|Agilent)[^,]*,344(65|70)A,", re.IGNORECASE)
    MAX_RATE_HZ = 1000.0  # at NPLC 0.02 with autozero off
    READ = "R?"
    TRIGGERED = True

    def prepare(self) -> None:
        """A change of function or range opens the circuit, so both are asked for first."""
        ask, tell = self.session.ask, self.session.tell
        self.range_a = self.smallest_range(RANGES_A)
        tell("ABOR")
        tell("*CLS")
        if ask("FUNC?").strip('"').upper() not in ("CURR", "CURR:DC"):
            tell(f"CONF:CURR:DC {self.range_a:g}")
        elif ask("CURR:DC:RANG:AUTO?").strip() != "0" or not same(
            ask("CURR:DC:RANG?"), self.range_a
        ):
            tell(f"CURR:DC:RANG {self.range_a:g}")
        tell("CURR:DC:NPLC 0.02")
        tell("CURR:DC:ZERO:AUTO OFF")
        tell("FORM:DATA REAL,64")
        tell("FORM:BORD NORM")
        self.session.check("being set to current")

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        interval = 1 / min(rate_hz, self.MAX_RATE_HZ)
        interval = max(interval, duration_s / MEMORY)
        count = int(duration_s / interval) + 1
        tell = self.session.tell
        tell("*CLS")
        tell("TRIG:COUN 1")
        tell("TRIG:DEL 0")
        tell(f"TRIG:SOUR {self.trigger or 'IMM'}")
        if self.trigger:
            tell("TRIG:SLOP POS")
        tell("SAMP:SOUR TIM")
        tell(f"SAMP:TIM {interval:.9g}")
        tell(f"SAMP:COUN {count}")
        self.session.check("being set up")
        return Plan(float(self.session.ask("SAMP:TIM?")), count, self.range_a)

    def start(self) -> None:
        self.session.tell("INIT")

    def fetch(self, plan: Plan) -> Samples:
        self.session.tell("ABOR")
        readings = self.session.block(self.READ, ">f8", timeout_s=FETCH_S)
        return from_readings(readings, plan.interval_s, plan.range_a)
