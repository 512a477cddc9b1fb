"""A long life of idleness: what wakes the loop then wakes it as it did at first."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import seconds
from host.test_waits import OWN_TICK, SOURCE
from host.waits import lateness
from rig.errors import Unsupported

PAUSE_MS = 200
SOME, MINUTES = 3, 3000
"""Pauses: 0.6 s by default, ten minutes in the long form."""
MS, TIMES = 60, 3
"""Each wake comes long enough after the wait began for a board that looks seldom to be late."""


def after_idleness(board: BoardUnderTest, record: Record, what: str) -> None:
    pauses = MINUTES if board.patient else SOME

    def once() -> tuple[list[float], float]:
        run = board.run(
            "life/idle", prefix=f"{SOURCE} waits/quiet", pauses=pauses, pause_ms=PAUSE_MS, ms=MS,
            times=TIMES, what=what, deadline=20 + pauses * PAUSE_MS / 1e3 * 1.5,
        )  # fmt: skip
        if what == "flag" and run.value("source") == "none":
            raise Unsupported("something outside of the loop: machine.Timer or _thread")
        return seconds(run, "late"), 0.0

    name = f"a {what} after idleness, how late"
    late, allowed = lateness(board, record, name, once, spare=OWN_TICK)
    assert late <= allowed


@claim("life.idle-flag")
def test_idle_flag(board: BoardUnderTest, record: Record) -> None:
    after_idleness(board, record, "flag")


@claim("life.idle-device")
def test_idle_device(board: BoardUnderTest, record: Record) -> None:
    after_idleness(board, record, "device")
