"""Long life: no cost grows, nothing is kept, and every wake is as prompt as the first.

A short form runs by default. Where the whole of `life.*` was asked for the board is `patient`: each
test is then `LONG` times as long (`rig/commands/asked.py` says how long that is).
"""

from __future__ import annotations

import math
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.heap import A_FEW_WORDS, ELSEWHERE, aside, grown, least_kept, may_keep
from host.latency import ATTEMPTS, attempts, numbers
from host.waits import allowance, machines, neighbour
from rig.board.execution import Execution
from rig.results import HOSTS

CLOCK = "life/clock"
LONG = 40
BATCHES, EACH, LOOKS = 40, 25, 4
"""Of one kind: batches, times in a batch, and looks at the heap."""
ENOUGH_US, SHARED_US = 500_000, 3_000_000
"""Of the board's own time: who has not come to the end by then has come to half of it at least. On
a machine that is shared, whose processes are held up by chance, it is time for all."""
EACH_STREAM = 6
"""A port may look at objects once a millisecond: each takes as many as it has waits."""
HALF_AGAIN = 1.5
"""What the last may cost, beside the first: a cost that grows with all that ever was has at least
doubled once a thousand have been, one that does not grow has not changed. Of half of them, which is
all that a slow board has time for, the last may cost a quarter more."""


def times(board: BoardUnderTest) -> int:
    return LONG if board.patient else 1


def growth_of(took: list[int], own: list[int]) -> float:
    """What a batch cost in the last quarter of the life by what it cost in the first, at least, as
    far as the board's clock can tell; in units of a fixed piece of work done beside it, for a
    machine that is slower by then is slower for both."""
    assert len(took) == len(own)
    part = max(2, len(took) // 4)
    tick = math.gcd(*took, *own) or 1  # of a clock that stands still between two of them
    # the first batch makes what is made once
    first = (min(took[1 : part + 1]) + tick) / max(tick, min(own[1 : part + 1]))
    last = max(0, min(took[-part:]) - tick) / max(tick, min(own[-part:]))
    return last / first


def long_life(
    board: BoardUnderTest, record: Record, name: str, prefix: str, each: int, **params: Any
) -> None:
    factor, shared = times(board), board.info.platform in HOSTS
    enough_us = (SHARED_US if shared else ENOUGH_US) * factor
    kept, growth, may, later, allowed = math.inf, 0.0, 1.0, 0.0, 0.0
    # a machine that is shared may get busier in each of three lives, which last some seconds
    for number in attempts(record, ATTEMPTS * (2 if shared else 1)):
        with neighbour(board) as machine:
            run = board.run(
                name, prefix=f"{ELSEWHERE} {CLOCK} {prefix} life/prompt", deadline=20.0 * factor,
                batches=BATCHES, each=each * factor, look=BATCHES // LOOKS,
                enough_us=enough_us, aside=aside(number), **params,
            )  # fmt: skip
        allowed = allowance(board, 0.0, machine)
        first, last = run.values("prompt")
        later = max(end - begin for begin, end in zip(first, last, strict=True)) / 1e6
        if name == "life/over":
            assert run.value("works") == (True, True)  # an event, a lock that so many waited for
        kept = min(kept, grown(numbers(run, "used")))
        took = numbers(run, "took")
        may = 1 + (HALF_AGAIN - 1) * len(took) / BATCHES
        growth = growth_of(took, numbers(run, "own"))
        record.measure("what the last cost beside the first", [growth], "1", resolution=0.25)
        if kept < A_FEW_WORDS and growth <= may and later <= allowed:
            break
    assert kept < A_FEW_WORDS
    assert growth <= may
    assert later <= allowed, "seconds later than at first is a sleep, or the wake by a flag"


def over(board: BoardUnderTest, record: Record, prefix: str, kind: str) -> None:
    each = EACH_STREAM if prefix == "of_streams" else EACH
    long_life(board, record, "life/over", f"life/{prefix}", each, kind=kind)


@claim("life.tasks")
def test_tasks(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_tasks", "tasks")


@claim("life.detached-tasks")
def test_detached_tasks(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_tasks", "detached")


@claim("life.cancelled-tasks")
def test_cancelled_tasks(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_tasks", "cancelled")


@claim("life.failures")
def test_failures(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_tasks", "failures")


@claim("life.handled-failures")
def test_handled_failures(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_tasks", "handled")


@claim("life.timeouts")
def test_timeouts(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "timeouts")


@claim("life.waits-in-time")
def test_waits_in_time(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "in_time")


@claim("life.events")
def test_events(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "events")


@claim("life.one-event")
def test_one_event(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "one_event")


@claim("life.locks")
def test_locks(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "locks")


@claim("life.flags")
def test_flags(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "flags")


@claim("life.gathers")
def test_gathers(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "gathers")


@claim("life.turns")
def test_turns(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "sleeps")


@claim("life.streams")
def test_streams(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "streams")


@claim("life.one-stream")
def test_one_stream(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "one_stream")


@claim("life.cancelled-reads")
def test_cancelled_reads(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "cancelled_reads")


@claim("life.cancelled-flags")
def test_cancelled_flags(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "cancelled_flags")


@claim("life.failed-reads")
def test_failed_reads(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "failed_reads")


@claim("life.cancelled-events")
def test_cancelled_events(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "cancelled_events")


@claim("life.cancelled-locks")
def test_cancelled_locks(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "cancelled_locks")


@claim("life.failed-gathers")
def test_failed_gathers(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "failed_gathers")


@claim("life.cancelled-gathers")
def test_cancelled_gathers(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "cancelled_gathers")


@claim("life.set-for-nobody")
def test_set_for_nobody(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "set_for_nobody")


@claim("life.ignored")
def test_ignored(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "ignored")


@claim("life.asked-for")
def test_asked_for(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "asked_for")


@claim("life.timed-out-reads")
def test_timed_out_reads(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "timed_out_reads")


@claim("life.drains")
def test_drains(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_streams", "drains")


@claim("life.after-a-crowd")
def test_after_a_crowd(board: BoardUnderTest, record: Record) -> None:
    over(board, record, "of_waits", "after_a_crowd")


@claim("life.runs")
def test_runs(board: BoardUnderTest, record: Record) -> None:
    long_life(board, record, "life/runs", "", EACH, resets=False)


@claim("life.fresh-runs")
def test_fresh_runs(board: BoardUnderTest, record: Record) -> None:
    long_life(board, record, "life/runs", "", EACH, resets=True)


def connections(
    board: BoardUnderTest, batches: int, each: int, idle_ms: int, aside: int = 0
) -> Execution:
    run = board.run(
        "life/connections", prefix=f"streams/loopback {ELSEWHERE}", batches=batches, each=each,
        idle_ms=idle_ms, aside=aside, deadline=20.0 + batches * (idle_ms / 1e3 + 2),
    )  # fmt: skip
    assert run.value("wrong") == []
    assert run.value("after") == b"hello\n"
    return run


@claim("life.connections")
def test_connections(board: BoardUnderTest) -> None:
    each = 8 * times(board)
    most = may_keep(each)

    def live(aside: int) -> int:
        return grown(numbers(connections(board, 4, each, 0, aside), "used"))

    assert least_kept(live, most) < most


@claim("life.idle-server")
def test_idle_server(board: BoardUnderTest) -> None:
    run = connections(board, batches=1, each=1, idle_ms=400_000 if board.patient else 600)
    assert run.value("after") == b"hello\n"


@claim("life.real-time")
def test_real_time(board: BoardUnderTest, record: Record) -> None:
    kept, last, first, allowed = math.inf, 0.0, 0.0, 0.0
    for number, machine in enumerate(machines(board, record)):
        run = board.run(
            "life/real", prefix=ELSEWHERE, period_ms=5, wakes=80 * times(board), parts=4,
            aside=aside(number), deadline=20.0 * times(board),
        )  # fmt: skip
        late = run.value("late")
        assert len(late) == 4
        first, last = (late[part][1] / 1e6 for part in (0, -1))
        kept = min(kept, grown(run.value("used")))
        record.measure("how late, part by part", [median / 1e6 for _, median in late])
        allowed = first + allowance(board, 0.0, machine)
        if last <= allowed and kept < A_FEW_WORDS:
            break
    assert kept < A_FEW_WORDS
    assert last <= allowed
