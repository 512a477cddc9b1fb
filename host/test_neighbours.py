"""What lives beside the loop: callbacks, collections, threads, somebody who sets the clock."""

from __future__ import annotations

import statistics

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import END, ENQ, TICK, numbers
from host.waits import allowance, machines
from rig.board.execution import Execution
from rig.board.link import Link
from rig.errors import Inconclusive, Unsupported

PERIOD_MS = 2
KINDS = ("sleep", "event", "flag", "lock", "stream", "drain", "timeout", "gather", "cancel")
OFTEN, SOME, FEW = 60, 12, 6


PAUSES = [0, 1, 2, 3]
"""Milliseconds that are waited for, in turn."""
AMID_FLAGS_MS = 12


def beside(
    board: BoardUnderTest,
    kind: str,
    does: str = "counts",
    times: int = OFTEN,
    pauses: list[int] = PAUSES,
) -> Execution:
    """So many waits of a kind beside a callback; each ended with what it waited for."""
    execution = board.run(
        "neighbours/waits", prefix="neighbours/source", deadline=20,
        kind=kind, does=does, period_ms=PERIOD_MS, times=times, pauses=pauses,
    )  # fmt: skip
    if execution.value("source") == "none":
        raise Unsupported("a callback beside the loop: machine.Timer or _thread")
    assert execution.value("waits") == (times, [])
    calls, scheduled, full = execution.value("calls")
    if not calls and execution.value("source") != "itself":
        raise Inconclusive(
            f"no callback came beside the loop in 3 s, of {scheduled} that a thread scheduled and "
            f"{full} for which there was no room: nothing was beside it"
        )
    assert calls > 0
    return execution


@claim("beside.timer-sleep")
def test_timer_sleep(board: BoardUnderTest) -> None:
    late = numbers(beside(board, "sleep"), "late")
    assert min(late) > -TICK * 1e6


@claim("beside.timer-event")
def test_timer_event(board: BoardUnderTest) -> None:
    assert beside(board, "event").value("waits") == (OFTEN, [])


@claim("beside.timer-flag")
def test_timer_flag(board: BoardUnderTest) -> None:
    assert beside(board, "flag").value("waits") == (OFTEN, [])


@claim("beside.timer-lock")
def test_timer_lock(board: BoardUnderTest) -> None:
    assert beside(board, "lock").value("waits") == (OFTEN, [])


@claim("beside.timer-stream")
def test_timer_stream(board: BoardUnderTest) -> None:
    assert beside(board, "stream").value("waits") == (OFTEN, [])


@claim("beside.timer-timeout")
def test_timer_timeout(board: BoardUnderTest) -> None:
    late = numbers(beside(board, "timeout"), "late")
    assert min(late) > -TICK * 1e6


@claim("beside.timer-gather")
def test_timer_gather(board: BoardUnderTest) -> None:
    assert beside(board, "gather").value("waits") == (OFTEN, [])


@claim("beside.timer-drain")
def test_timer_drain(board: BoardUnderTest) -> None:
    assert beside(board, "drain").value("waits") == (OFTEN, [])


@claim("beside.timer-cancel")
def test_timer_cancel(board: BoardUnderTest) -> None:
    assert beside(board, "cancel").value("waits") == (OFTEN, [])


def every_kind(board: BoardUnderTest, does: str) -> None:
    for kind in KINDS:
        beside(board, kind, does, FEW)


@claim("beside.collections")
def test_collections(board: BoardUnderTest) -> None:
    every_kind(board, "collects")


@claim("beside.allocations")
def test_allocations(board: BoardUnderTest) -> None:
    every_kind(board, "allocates")


@claim("beside.long-callbacks")
def test_long_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "holds")


@claim("beside.failing-callbacks")
def test_failing_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "fails")


@claim("beside.endless-callbacks")
def test_endless_callbacks(board: BoardUnderTest) -> None:
    every_kind(board, "goes on")


@claim("beside.timer-late")
def test_timer_late(board: BoardUnderTest, record: Record) -> None:
    late = dict.fromkeys(KINDS, 0.0)  # seconds, of those that were late each time
    allowed = 0.0
    for machine in machines(board, record):
        for number, kind in enumerate(KINDS):
            does = ("counts", "allocates")[number % 2]
            micros = numbers(beside(board, kind, does, SOME), "late")
            # the wait counts ticks, the stopwatch microseconds: up to a tick early is on time
            assert min(micros) > -TICK * 1e6
            samples = [max(0, value) / 1e6 for value in micros]
            # a gather's second child takes a millisecond more, and each wait ends at its own tick
            allowed = allowance(board, 0.0, machine) + 2 * TICK
            record.measure(f"{kind} beside a timer, how late", samples, resolution=TICK)
            if statistics.median(samples) <= allowed:
                late.pop(kind, None)
            elif kind in late:
                late[kind] = statistics.median(samples)
        if not late:
            break
    assert not late, f"more than {allowed:.4f} s late: {late}"


@claim("beside.flag-late")
def test_flag_late(board: BoardUnderTest, record: Record) -> None:
    """A wait that begins anew with each flag is late by what it had waited, again and again: half
    of it is more than the turns of who waits for the flag."""
    half_s = AMID_FLAGS_MS / 2 / 1e3
    late, allowed = 0.0, 0.0
    for machine in machines(board, record):
        samples = [
            micros / 1e6
            for kind in ("sleep", "timeout")
            for micros in numbers(beside(board, kind, "sets", FEW, [AMID_FLAGS_MS]), "late")
        ]
        record.measure("beside a flag, how late", samples, resolution=TICK)
        allowed = allowance(board, 0.0, machine) + half_s
        late = statistics.median(samples)
        if late <= allowed:
            break
    assert late <= allowed


# -- the calendar --------------------------------------------------------------------------------

ASKED_MS = 120
TOO_LATE_S = 4.0
"""A wait that a clock set by years has misled ends at once or not at all; a busy machine may delay
the news of its end."""


def clock_set(board: BoardUnderTest, years: int, wait: str) -> None:
    """The host's clock times it, for the board's own may be what somebody set.

    The wait begins after the host said so and its end is told after it, so that what passes
    between is never less than the wait took, however late host and wire are.
    """
    took: list[float] = []

    def time_it(link: Link) -> None:
        began, rest = 0.0, b""
        while len(took) < 1 and END not in rest:
            came = link.read_some(link.clock.by(10))
            if not came:
                break  # following the script to its end says how it ended
            for _ in range(came.count(ENQ)):
                if began:
                    took.append(link.clock.now() - began)
                began = began or link.clock.now()
                link.send(b"g")
            rest += came.replace(ENQ, b"")
        link.unread(rest)

    execution = board.run(
        "neighbours/clock", while_running=time_it, ms=ASKED_MS, years=years,
        minutes=2 if years > 0 else -2, wait=wait,
    )  # fmt: skip
    got, log = execution.value("got")
    assert log == [years], "the calendar was not set"
    assert got == {"sleep": "slept", "timeout": "timeout"}[wait]
    assert len(took) == 1
    assert took[0] >= ASKED_MS / 1e3 - TICK
    assert took[0] < ASKED_MS / 1e3 + TOO_LATE_S


@claim("clock.set-ahead-sleep")
def test_set_ahead_sleep(board: BoardUnderTest) -> None:
    clock_set(board, 3, "sleep")


@claim("clock.set-ahead-timeout")
def test_set_ahead_timeout(board: BoardUnderTest) -> None:
    clock_set(board, 3, "timeout")


@claim("clock.set-back-sleep")
def test_set_back_sleep(board: BoardUnderTest) -> None:
    clock_set(board, -3, "sleep")


@claim("clock.set-back-timeout")
def test_set_back_timeout(board: BoardUnderTest) -> None:
    clock_set(board, -3, "timeout")
