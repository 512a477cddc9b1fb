"""Yokogawa WT310E, WT332E, WT333E power meters: an update every 100 ms; means only.

After the WT300E communication manual (IM WT310E-17EN): numeric item 1 is set to the current of
element 1, headers off. Errors are in STATus:ERRor?.
"""

from __future__ import annotations

import re

from rig.power.dialects import generic


class Dialect(generic.Dialect):
    IDN = re.compile(r"^YOKOGAWA,WT3\d\d", re.IGNORECASE)
    MAX_RATE_HZ = 10.0
    SETUP = (
        "*CLS",
        "COMM:HEAD OFF",
        "RATE 100MS",
        "INP:MODE DC",
        "INP:CURR:RANG {range:g}",
        "NUM:FORM ASC",
        "NUM:NORM:NUM 1",
        "NUM:NORM:ITEM1 I,1",
    )
    READ = "NUM:NORM:VAL?"
    ERRORS = "STAT:ERR?"
