"""Ways in which instruments fail, on demand: for the tests of what the rig makes of them."""

from __future__ import annotations

import time

import numpy as np

from rig.meters.samples import OVERRANGE
from rig.virtual.instruments.logger import Logger

MISBEHAVIOURS = {
    "": "none",
    "stall": "a fetch is never answered",
    "truncate": "a fetched block ends half-way",
    "garbage": "a fetch answers with bytes that are no block",
    "drop": "the connection is dropped instead of answering a fetch",
    "wrong-idn": "*IDN? answers with what is no instrument's identity",
    "overrange": "every reading is out of range",
    "lost": "a fifth of a second of readings is missing",
    "thin": "every fortieth reading is missing",
    "deaf": "nothing is ever answered",
}
FETCH_BYTES = 200
"""A longer reply than any but a fetch's."""


class Misbehaviour:
    """Alters the replies of an instrument, by one of the names of MISBEHAVIOURS."""

    def __init__(self, name: str) -> None:
        self.name = name

    def prepare(self, instrument: Logger) -> None:
        if self.name == "wrong-idn":
            instrument.identity = "lp0 on fire"
        elif self.name == "overrange":
            instrument.damage = lambda readings: readings * 0 + OVERRANGE
        elif self.name == "lost":
            instrument.damage = lambda readings: np.delete(readings, np.s_[900:1100])
        elif self.name == "thin":
            instrument.damage = lambda readings: np.delete(readings, np.s_[39::40])

    def alter(self, reply: bytes) -> bytes | None:
        """The reply as it leaves the instrument; None drops the connection."""
        if self.name == "deaf":
            return b""
        if len(reply) < FETCH_BYTES:
            return reply
        if self.name == "stall":
            time.sleep(3600)
        if self.name == "truncate":
            return reply[: len(reply) // 2]
        if self.name == "garbage":
            return b"\xff\x00?#9" + reply[7:107] + b"\n"
        if self.name == "drop":
            return None
        return reply
