"""The port's own waits last their time, whatever comes in their midst."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import TICK, attempts
from host.test_waits import MS, SOURCE, WAIT_MS
from rig.errors import Inconclusive, Unsupported

SLEEPS = ["sleep_ms", "sleep_us", "sleep"]
POLLS = ["poll", "poll of a device", "ipoll"]


def outlasts(board: BoardUnderTest, record: Record, waits: list[str]) -> None:
    """Each wait takes as long as was asked for, in an execution in which its callback was
    scheduled meanwhile: when that runs is another claim's."""
    met: set[str] = set()
    for _ in attempts(record):
        run = board.run("waits/outlast", prefix=SOURCE, waits=waits, ms=MS, wait_ms=WAIT_MS)
        if run.value("source") == "none":
            raise Unsupported("a callback while the board waits: machine.Timer or _thread")
        took = {name: (us / 1e6, due / 1e6) for name, us, due in run.values("took")}
        assert sorted(took) == sorted(waits)
        assert {n: us for n, (us, _) in took.items() if us < WAIT_MS / 1e3 - TICK} == {}
        met |= {name for name, (us, due) in took.items() if 0 <= due < us}
        if len(met) == len(waits):
            return
    late = sorted(set(waits) - met)
    raise Inconclusive(f"no callback came in the midst of {', '.join(late)}; is the board busy?")


@claim("wait.sleeps-outlast-callbacks")
def test_sleeps_outlast_callbacks(board: BoardUnderTest, record: Record) -> None:
    outlasts(board, record, SLEEPS)


@claim("wait.polls-outlast-callbacks")
def test_polls_outlast_callbacks(board: BoardUnderTest, record: Record) -> None:
    outlasts(board, record, POLLS)
