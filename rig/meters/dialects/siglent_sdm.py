"""Siglent SDM3045X, SDM3055 and SDM3065X: one reading after the other; means only.

After Siglent's remote manuals of the SDM3045X and SDM3055 and drivers of all three: CONFigure,
READ?. At its fastest it makes about 150 readings a second, with no sample clock, which is too
slow and too uneven to see into a wait. The manual says that a number which is none of a
command's own is rounded, not which way: only their own are sent.
"""

from __future__ import annotations

import re

from rig.meters.dialects import generic

RANGES_A = (200e-6, 2e-3, 20e-3, 200e-3, 2.0, 10.0)
MODELS = {
    # ranges, and the longest integration in line periods that keeps up with 50 readings a second
    "SDM3045": ((600e-6, 6e-3, 60e-3, 600e-3, 6.0, 10.0), 0.3),
    "SDM3055": (RANGES_A, 0.3),
    "SDM3065": (RANGES_A, 0.5),
}


class Dialect(generic.Dialect):
    IDN = re.compile(r"^Siglent[^,]*,SDM3\d{3}", re.IGNORECASE)
    SETUP = (
        "*CLS",
        "CONF:CURR:DC {range:g}",
        "CURR:DC:NPLC {nplc:g}",
        "SAMP:COUN 1",
        "TRIG:SOUR IMM",
    )

    def setup(self) -> list[str]:
        model = self.session.ask("*IDN?").split(",")[1].strip().upper()
        ranges, nplc = MODELS.get(model[:7], MODELS["SDM3055"])
        self.range_a = self.smallest_range(ranges)
        return [message.format(range=self.range_a, nplc=nplc) for message in self.SETUP]
