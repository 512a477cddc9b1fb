"""Long life, wake by wake: none is late, or wrong, by its number. Days, by a clock of their own."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.latency import ATTEMPTS, TICK
from host.test_life import CLOCK, LONG, times

SIXTEEN_BITS, THOUSANDS = 66_000, 9_000
MOST = 10


def every(board: BoardUnderTest, kind: str) -> None:
    """No wake is late by its number: a busy machine makes others late each time. It makes one late
    each time by chance, the sooner the more of them it makes late: there are as many executions as
    leave one in a thousand of that, ten at most."""
    slow = ("flag", "sleep", "timeout", "stream")  # a millisecond each
    wakes = (300 if kind in slow else 1100) * times(board)
    always: dict[int, int] = {}
    chance = float(wakes)  # of how many that are late each time without a reason
    for number in range(MOST):
        run = board.run(
            "life/wakes", kind=kind, wakes=wakes, tick_us=round(TICK * 1e6),
            deadline=20.0 * times(board),
        )  # fmt: skip
        assert run.value("wakes") == wakes
        late = dict(run.value("late"))
        always = {n: us for n, us in late.items() if number == 0 or n in always}
        chance *= len(late) / wakes
        if not always or (number + 1 >= ATTEMPTS and chance < 1e-3):
            break
    assert not always, f"late in each of {number + 1} executions: {always}"


@claim("life.every-event-wake")
def test_every_event_wake(board: BoardUnderTest) -> None:
    every(board, "event")


@claim("life.every-task-wake")
def test_every_task_wake(board: BoardUnderTest) -> None:
    every(board, "task")


@claim("life.every-lock-wake")
def test_every_lock_wake(board: BoardUnderTest) -> None:
    every(board, "lock")


@claim("life.every-sleep-wake")
def test_every_sleep_wake(board: BoardUnderTest) -> None:
    every(board, "sleep")


@claim("life.every-flag-wake")
def test_every_flag_wake(board: BoardUnderTest) -> None:
    every(board, "flag")


@claim("life.every-gather-wake")
def test_every_gather_wake(board: BoardUnderTest) -> None:
    every(board, "gather")


@claim("life.every-cancel-wake")
def test_every_cancel_wake(board: BoardUnderTest) -> None:
    every(board, "cancel")


@claim("life.every-timeout-wake")
def test_every_timeout_wake(board: BoardUnderTest) -> None:
    every(board, "timeout")


@claim("life.every-stream-wake")
def test_every_stream_wake(board: BoardUnderTest) -> None:
    every(board, "stream")


@claim("life.every-drain-wake")
def test_every_drain_wake(board: BoardUnderTest) -> None:
    every(board, "drain")


HOUR_MS = 3_600_000
PRIMES = [7_000, 11_000, 13_000, 17_000, 60_000, 61_000, 599_000]


def days(board: BoardUnderTest, periods: list[int], span_ms: int, **params: Any) -> None:
    if board.patient:  # where the firmware's clock stamps, both have to be within half its period
        span_ms *= LONG if params.get("stamps", True) else 8
    run = board.run(
        "life/vt_days", prefix="scheduling/virtual_time", deadline=30.0 * times(board),
        periods_ms=periods, span_ms=span_ms, **params,
    )  # fmt: skip
    assert run.value("wrong") == []
    expected = [(n, span_ms // ms) for n, ms in enumerate(periods)]
    assert run.value("counts") == expected


@claim("life.day")
def test_day(board: BoardUnderTest) -> None:
    days(board, [60_000], 2 * 24 * HOUR_MS, how="sleeps")


@claim("life.timers")
def test_timers(board: BoardUnderTest) -> None:
    days(board, PRIMES, 2 * HOUR_MS, how="sleeps")


@claim("life.wraps")
def test_wraps(board: BoardUnderTest) -> None:
    span = 28 * 24 * HOUR_MS
    days(board, [HOUR_MS, 7 * HOUR_MS, 24 * HOUR_MS], span, how="sleeps", before_wrap=span // 4)


@claim("life.days-of-timeouts")
def test_days_of_timeouts(board: BoardUnderTest) -> None:
    days(board, [60_000, 61_000], 6 * HOUR_MS, how="timeouts", stamps=False)


ENOUGH_S, ROUNDS_S = 0.5, 0.9
"""Of a board's own time at its quickest, to which what it collects meanwhile adds up to three times
as much: an emulated Pico comes past 512 of each kind, and 8,192 rounds. More is the long form's."""
LEAST_ROUNDS = 528
"""And a board that is slower than any known comes to so many."""


@claim("life.rounds")
def test_rounds(board: BoardUnderTest) -> None:
    longer = times(board)
    rounds = SIXTEEN_BITS * longer
    run = board.run(
        "life/rounds", prefix=CLOCK, rounds=rounds, enough_us=round(ROUNDS_S * longer * 1e6),
        deadline=60.0 * longer,
    )  # fmt: skip
    assert run.value("ended") == "over"
    assert LEAST_ROUNDS <= run.value("rounds") <= rounds


def numbered(
    board: BoardUnderTest,
    what: str,
    count: int = THOUSANDS,
    enough: float = ENOUGH_S,
    prefix: str = "",
) -> None:
    """So many, or as many as a slow board has time for, each right."""
    longer = times(board)
    run = board.run(
        "life/numbers", prefix=f"{prefix} {CLOCK}".lstrip(), what=what, times=count * longer,
        enough_us=round(enough * longer * 1e6), deadline=30.0 * longer,
    )  # fmt: skip
    ended = run.value("ended")
    assert isinstance(ended, tuple)
    assert ended[1] == 0, "so many were wrong"
    assert ended[0] > 256


@claim("life.numbered-tasks")
def test_numbered_tasks(board: BoardUnderTest) -> None:
    numbered(board, "tasks", SIXTEEN_BITS, enough=4 * ENOUGH_S)


@claim("life.numbered-events")
def test_numbered_events(board: BoardUnderTest) -> None:
    numbered(board, "events")


@claim("life.numbered-locks")
def test_numbered_locks(board: BoardUnderTest) -> None:
    numbered(board, "locks")


@claim("life.numbered-waits")
def test_numbered_waits(board: BoardUnderTest) -> None:
    numbered(board, "waits")


@claim("life.numbered-cancels")
def test_numbered_cancels(board: BoardUnderTest) -> None:
    numbered(board, "cancels")


@claim("life.numbered-gathers")
def test_numbered_gathers(board: BoardUnderTest) -> None:
    numbered(board, "gathers")


@claim("life.numbered-failures")
def test_numbered_failures(board: BoardUnderTest) -> None:
    numbered(board, "failures")


@claim("life.numbered-callbacks")
def test_numbered_callbacks(board: BoardUnderTest) -> None:
    numbered(board, "callbacks", enough=ENOUGH_S / 2)


@claim("life.numbered-reads")
def test_numbered_reads(board: BoardUnderTest) -> None:
    numbered(board, "reads", enough=ENOUGH_S / 2, prefix="streams/loopback")
