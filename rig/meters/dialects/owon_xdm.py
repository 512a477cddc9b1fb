"""Owon XDM1041, XDM1241, XDM2041 over its serial port; means only.

It speaks a flat dialect of its own: no `*OPC?`, no error queue, and newer firmware answers every
setting with a line of its own (`OK` or `NOK`). *IDN? is the only question that settles what has
been done; overrange reads 1E9.
"""

from __future__ import annotations

import re

from rig.errors import RigError
from rig.meters.dialects import generic

LINES = 12
"""Answers to settings that may precede the answer to *IDN?."""


class Dialect(generic.Dialect):
    IDN = re.compile(r"^OWON,XDM\d{4}", re.IGNORECASE)
    SETUP = ("CONF:CURR:DC {range:g}", "RATE F")
    READ = "MEAS1?"
    ERRORS = ""

    def settle(self) -> None:
        """Read the settings' own answers away, up to the answer to *IDN?."""
        line = self.session.ask("*IDN?")
        for _ in range(LINES):
            if self.IDN.search(line):
                return
            if line.upper() == "NOK":
                raise RigError(f"{self.session.resource} refused a setting", "is the range right?")
            line = self.session.read()
        raise RigError(f"{self.session.resource} no longer answers *IDN?", "restart it")
