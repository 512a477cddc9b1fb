"""A meter that speaks SCPI over VISA: a session and the dialect that its *IDN? asks for."""

from __future__ import annotations

import contextlib
from typing import Literal

from rig.errors import RigError
from rig.meters.dialect import choose
from rig.meters.meter import Plan
from rig.meters.samples import Samples
from rig.meters.visa import Broken, Session

LONGEST_S = 120.0
"""No acquisition is asked for that is longer: the board's own deadlines end earlier."""


VIRTUAL_SERIAL = "VIRTUAL"
"""In the serial number of every virtual instrument: however the rig came to such a meter, its
currents are labelled `modelled`."""


class ScpiMeter:
    """Opens a VISA resource and makes a `Meter` of it. Raises RigError where it is none, and where
    it feeds the board with its output off and no voltage was named.

    `voltage` is what the bench file names, in volts; `feeds` is false for one that the board's
    supply does not run through.
    """

    def __init__(
        self,
        resource: str,
        *,
        backend: str = "@py",
        baud_rate: int | None = None,
        dialect: str = "",
        range_a: float | None = None,
        trigger: str = "",
        channel: int | None = None,
        voltage: float | None = None,
        feeds: bool | None = None,
        modelled: bool = False,
    ) -> None:
        self.name = resource
        self.source: Literal["modelled", "measured"] = "modelled" if modelled else "measured"
        self.backend, self.baud_rate = backend, baud_rate
        self.session = Session(resource, backend, baud_rate=baud_rate)
        self.switched_on = False
        self.plan: Plan | None = None
        try:
            self.identity = self.session.identify()
            if VIRTUAL_SERIAL in self.identity:
                self.source = "modelled"
            self.dialect_name, kind = choose(self.identity, dialect)
            self.dialect = kind(self.session, range_a, trigger, channel)
            self.waveform = self.dialect.WAVEFORM
            self.max_rate_hz = self.dialect.MAX_RATE_HZ
            self.accuracy = self.dialect.accuracy(self.identity)
            self.feeds = feeds is not False
            self._prepare(voltage)
        except RigError:
            self.session.close()
            raise

    def _prepare(self, voltage: float | None) -> None:
        dialect = self.dialect
        if dialect.INTERRUPTS and self.feeds:
            raise RigError(
                f"the meter {self.name} cannot be in the board's supply: {dialect.INTERRUPTS}",
                "feeds = false in its table, if the board's current does not run through it",
            )
        if voltage is not None and not dialect.SUPPLIES:
            raise RigError(
                f"the meter {self.name} has no output whose voltage could be set",
                "leave `voltage` out",
            )
        dialect.prepare()
        if not (dialect.SUPPLIES and self.feeds):
            return
        if voltage is not None:
            was_on = dialect.output()
            dialect.switch_on(voltage)
            self.switched_on = not was_on
        self.session.check("its output was looked at")
        if why := self.powers():
            raise RigError(
                why,
                'switch it on, or let the rig do it: voltage = "3.3 V" in its table, not shared',
            )

    def identify(self) -> str:
        return self.identity

    def powers(self) -> str:
        if self.dialect.SUPPLIES and self.feeds and not self.dialect.output():
            return f"the output of {self.name} is off, so the board has no supply"
        return ""

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched, and it may still run
            with contextlib.suppress(RigError):
                self.fetch()
        try:
            return self._arm(duration_s, rate_hz)
        except Broken as error:  # the connection, not the instrument: a new one, once
            self.reopen()
            if self.dialect.SETS_AGAIN and self.feeds:  # the program was on the board by then
                raise RigError(
                    f"{error.what}; the new session set function and range of {self.name} again, "
                    "which may have opened the circuit under the board's program",
                    "the test has to be run again; feeds = false in its table, if the board's "
                    "current does not run through it",
                ) from error
            return self._arm(duration_s, rate_hz)
        except RigError:
            self.reopen()
            raise

    def _arm(self, duration_s: float, rate_hz: float) -> Plan:
        if why := self.powers():
            raise RigError(why, "it was on when the run began: who switched it off?")
        plan = self.dialect.configure(min(duration_s, LONGEST_S), rate_hz)
        self.dialect.settle()
        self.dialect.start()
        self.dialect.started()
        self.plan = plan
        return plan

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the meter {self.name} was not armed")
        plan, self.plan = self.plan, None
        try:
            samples = self.dialect.fetch(plan)
            # What is played is reckoned from all of its board's time, whatever it plays.
            samples.gapless = self.dialect.GAPLESS or self.source == "modelled"
            return samples
        except RigError:
            self.reopen()
            raise

    def reopen(self) -> None:
        """A new session after a failure: the old one may be in the middle of a message."""
        self.plan = None
        self.session.close()
        with contextlib.suppress(RigError):  # then the next use says what is wrong
            self.session = Session(self.name, self.backend, baud_rate=self.baud_rate)
            self.dialect.session = self.session
            self.dialect.prepare()  # it asks first, and touches nothing that is as it should be

    def close(self) -> None:
        """What the rig switched on is switched off; what it found on stays on."""
        if self.switched_on:
            with contextlib.suppress(RigError):
                self.dialect.switch_off()
        self.session.close()
