"""Siglent SDM3045X, SDM3055 and SDM3065X: one reading after the other; means only.

After the SDM3055 programming guide. At its fastest it makes about 150 readings a second, with
no sample clock, which is too slow and too uneven to see into a wait.
"""

from __future__ import annotations

import re

from rig.power.dialects import generic


class Dialect(generic.Dialect):
    IDN = re.compile(r"^Siglent[^,]*,SDM3\d{3}", re.IGNORECASE)
    SETUP = ("*CLS", "CONF:CURR:DC {range:g}", "CURR:DC:NPLC 0.3", "SAMP:COUN 1", "TRIG:SOUR IMM")
