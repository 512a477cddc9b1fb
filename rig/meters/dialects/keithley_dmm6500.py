"""Keithley DMM6500 and DMM7510: the digitizer into the reading buffer.

After the DMM6500 reference manual (DMM6500-901-01): the trigger model digitizes into
`defbuffer1`, ABORt ends it, TRACe:DATA? reads it. Binary replies are *indefinite* blocks (`#0`),
whose end can only be known from the number of readings, so that is asked for first. The
instrument must speak SCPI (`*LANG?`), not TSP or the 2000's dialect.
"""

from __future__ import annotations

import re

from rig.errors import RigError
from rig.meters.dialect import FETCH_S, Base, same
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

BUFFER = '"defbuffer1"'
RANGES_A = (100e-6, 1e-3, 10e-3, 100e-3, 1.0, 3.0)


class Dialect(Base):
    IDN = re.compile(r"^KEITHLEY[^,]*,\s*MODEL DMM(6500|7510)\b", re.IGNORECASE)
    MAX_RATE_HZ = 1_000_000.0
    MEMORY = 1_000_000
    GAPLESS = True  # DMM7510-901-01, page 8-83: an AUTO aperture equals the interval
    TRIGGERED = True

    def prepare(self) -> None:
        """Function and range of the digitizer, where they are others: either may open the
        circuit. *RST would set DC volts, and is not sent at all."""
        language = self.session.ask("*LANG?")
        if language.upper() != "SCPI":
            raise RigError(
                f"the meter {self.session.resource} speaks {language[:20]!r}",
                "set it to SCPI: send *LANG SCPI and restart it, or use its system menu",
            )
        ask, tell = self.session.ask, self.session.tell
        self.range_a = self.smallest_range(RANGES_A)
        tell("ABOR")
        tell("*CLS")
        if not ask("DIG:FUNC?").strip('"').upper().startswith("CURR"):  # "NONE": it measures
            tell('DIG:FUNC "CURR"')
        if not same(ask("DIG:CURR:RANG?"), self.range_a):
            tell(f"DIG:CURR:RANG {self.range_a:g}")
        tell("FORM:DATA REAL")
        tell("FORM:BORD NORM")
        self.session.check("being set to current")

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        rate = round(max(min(rate_hz, self.MAX_RATE_HZ, self.MEMORY / duration_s), 1000))
        count = int(duration_s * rate) + 1
        tell = self.session.tell
        tell("*CLS")
        tell(f"DIG:CURR:SRAT {rate}")
        tell("DIG:CURR:APER AUTO")
        tell(f"TRAC:POIN {max(count, 10)}, {BUFFER}")
        tell('TRIG:LOAD "Empty"')
        tell(f"TRIG:BLOC:BUFF:CLE 1, {BUFFER}")
        if self.trigger:
            tell("TRIG:EXT:IN:EDGE RIS")
            tell("TRIG:BLOC:WAIT 2, EXT")
        tell(f"TRIG:BLOC:MDIG {3 if self.trigger else 2}, {BUFFER}, {count}")
        self.session.check("being set up")
        return Plan(1 / rate, count, self.range_a)

    def start(self) -> None:
        self.session.tell("INIT")

    def fetch(self, plan: Plan) -> Samples:
        self.session.tell("ABOR")
        count = int(float(self.session.ask(f"TRAC:ACT? {BUFFER}")))
        if count < 1:
            raise RigError(f"the meter {self.session.resource} took no readings", "try it again")
        message = f"TRAC:DATA? 1, {count}, {BUFFER}, READ"
        readings = self.session.block(message, ">f8", expected=count, timeout_s=FETCH_S)
        return from_readings(readings, plan.interval_s, plan.range_a)
