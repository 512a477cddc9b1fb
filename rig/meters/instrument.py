"""A meter that speaks SCPI over VISA: a session and the dialect that its *IDN? asks for."""

from __future__ import annotations

import contextlib
from typing import Literal

from rig.errors import RigError
from rig.meters.dialect import choose
from rig.meters.meter import Plan
from rig.meters.samples import Samples
from rig.meters.visa import Session

LONGEST_S = 120.0
"""No acquisition is asked for that is longer: the board's own deadlines end earlier."""


VIRTUAL_SERIAL = "VIRTUAL"
"""In the serial number of every virtual instrument: however the rig came to such a meter, its
currents are labelled `modelled`."""


class ScpiMeter:
    """Opens a VISA resource and makes a `Meter` of it. Raises RigError where it is none."""

    def __init__(
        self,
        resource: str,
        *,
        backend: str = "@py",
        dialect: str = "",
        range_a: float | None = None,
        trigger: str = "",
        channel: int | None = None,
        modelled: bool = False,
    ) -> None:
        self.name = resource
        self.source: Literal["modelled", "measured"] = "modelled" if modelled else "measured"
        self.backend = backend
        self.session = Session(resource, backend)
        try:
            self.identity = self.session.identify()
            if VIRTUAL_SERIAL in self.identity:
                self.source = "modelled"
            self.dialect_name, kind = choose(self.identity, dialect)
            self.dialect = kind(self.session, range_a, trigger, channel)
        except RigError:
            self.session.close()
            raise
        self.waveform = self.dialect.WAVEFORM
        self.max_rate_hz = self.dialect.MAX_RATE_HZ
        self.plan: Plan | None = None

    def identify(self) -> str:
        return self.identity

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched, and it may still run
            with contextlib.suppress(RigError):
                self.fetch()
        try:
            self.plan = self.dialect.configure(min(duration_s, LONGEST_S), rate_hz)
            self.dialect.settle()
            self.dialect.start()
            self.dialect.started()
        except RigError:
            self.reopen()
            raise
        return self.plan

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the meter {self.name} was not armed")
        plan, self.plan = self.plan, None
        try:
            return self.dialect.fetch(plan)
        except RigError:
            self.reopen()
            raise

    def reopen(self) -> None:
        """A new session after a failure: the old one may be in the middle of a message."""
        self.session.close()
        with contextlib.suppress(RigError):  # then the next use says what is wrong
            self.session = Session(self.name, self.backend)
            self.dialect.session = self.session

    def close(self) -> None:
        self.session.close()
