"""Yokogawa WT310E, as far as the current of its element, update by update, goes.

After the WT300E communication manual (IM WT310E-17EN) and user's manual (IM WT310E-01EN): it
measures all the while and updates its numbers at the rate that is set; NUMeric:VALue? answers at
once with the newest, "NAN" where there is none yet and "INF" for overrange. The end of an update
sets bit 0 of the extended event register, which COMMunicate:WAIT waits for and reading clears.
It has no SYSTem:ERRor?, and its error numbers are positive.
"""

from __future__ import annotations

import time

from rig.meters.samples import OVERRANGE
from rig.virtual.instruments.logger import Logger
from rig.virtual.instruments.scpi import ERRORS, ScpiError, header, number

RATES = {"100MS": 0.1, "250MS": 0.25, "500MS": 0.5, "1S": 1.0, "2S": 2.0, "5S": 5.0}
LONGEST_S = 600.0
READY_S = 3e-3
"""After a reading's end, until the model has made it."""


class YokogawaWT300(Logger):
    """One element, crest factor 3, DC."""

    identity = "YOKOGAWA,WT310E,VIRTUAL1,F1.04"
    ranges = (5e-3, 10e-3, 20e-3, 50e-3, 100e-3, 200e-3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

    def reset(self) -> None:
        super().reset()
        self.update_s = 0.25
        self.conduct(True)  # its shunts stay in the circuit whatever it measures
        self.item = "U"
        self.seen = 0  # updates that the register was cleared after

    def updates(self) -> int:
        """How many updates there were; it measures from the first look on."""
        if self.finished:
            self.seen = 0
            self.begin(self.update_s, int(LONGEST_S / self.update_s))
        return len(self.taken(wait=False))

    def wait_complete(self) -> None:
        """It measures all the while: there is nothing that completes."""

    @header("RATE")
    def set_rate(self, rate: str) -> None:
        if rate.upper() not in RATES:
            raise ScpiError(-222)
        self.update_s = RATES[rate.upper()]
        self.restart()

    @header("[INPut:]CURRent:RANGe")
    def set_range(self, range_a: str) -> None:
        if number(range_a) not in self.ranges:
            raise ScpiError(-222)
        self.choose_range(range_a)
        self.restart()

    def restart(self) -> None:
        self.abort()
        self.acquisition = None

    @header("[INPut:]MODE")
    def set_mode(self, mode: str) -> None:
        if mode.upper() not in ("DC", "RMS", "VMEAN"):
            raise ScpiError(-224)

    @header("[INPut:]CFACtor")
    def set_crest_factor(self, factor: str) -> None:
        if factor.upper() != "3":  # of 3, 6 and 6A; the ranges above are those of 3
            raise ScpiError(-224)

    @header("COMMunicate:HEADer")
    @header("MEASure:AVERaging[:STATe]")
    @header("MEASure:MHOLd")
    def switch_off(self, state: str) -> None:
        if state.upper() not in ("OFF", "0"):
            raise ScpiError(-224)

    @header("NUMeric:FORMat")
    def set_format(self, kind: str) -> None:
        if kind.upper()[:3] != "ASC":
            raise ScpiError(-224)

    @header("NUMeric[:NORMal]:NUMber")
    def set_number(self, count: str) -> None:
        if number(count) != 1:
            raise ScpiError(-222)

    @header("NUMeric[:NORMal]:ITEM1")
    def set_item(self, function: str, element: str = "1") -> None:
        if number(element) != 1:  # a WT332E and WT333E have more
            raise ScpiError(-222)
        self.item = function.upper()

    @header("STATus:FILTer1")
    def set_filter(self, edge: str) -> None:
        if edge.upper() != "FALL":
            raise ScpiError(-224)

    @header("STATus:EESR?")
    def extended_events(self) -> str:
        newest = self.updates()
        event = int(newest > self.seen)
        self.seen = newest
        return str(event)

    @header("COMMunicate:WAIT")
    def wait_for(self, mask: str) -> None:
        if number(mask) != 1:
            raise ScpiError(-222)
        while self.updates() <= self.seen:
            assert self.acquisition is not None
            due = (self.seen + 1) * self.update_s + READY_S
            time.sleep(max(due - self.acquisition.age_s, 1e-3))

    @header("NUMeric[:NORMal]:VALue?")
    def value(self) -> str:
        if self.item != "I" or not self.updates():
            return "NAN"
        newest = float(self.taken(wait=False)[-1])
        return "INF" if abs(newest) >= OVERRANGE else f"{newest:.4E}"

    @header("STATus:ERRor?")
    def next_error(self) -> str:
        if not self.errors:
            return '0,"No error"'
        first = self.errors.popleft()
        return f'{-first},"{ERRORS[first]}"'
