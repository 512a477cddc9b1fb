"""Ordinary things together, by dice that fall the same everywhere: each does as it would alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import TICK
from host.mixture import (
    MIXTURE,
    RARE,
    Mixture,
    Wake,
    each_time,
    explained,
    in_time,
    mixture,
)
from host.test_waits import SOURCE
from host.waits import Neighbour

OUTSIDE = f"{SOURCE} {MIXTURE}"
TIMES, SLEEPERS = 12, 4
TASKS: list[Mixture] = [(31, ["told"]), (4711, ["works", "turns"]), (77, ["turns"])]
CALLBACKS: list[Mixture] = [(5, ["sleeps"]), (99, ["sleeps", "works", "turns", "flag", "sleeps"])]
FLAGS: list[Mixture] = [(11, ["told"]), (1234, ["sleeps", "works", "turns", "sleeps", "told"])]
DEVICES: list[Mixture] = [(3, ["sleeps"]), (606, ["works", "turns", "flag", "sleeps"])]
ALONE: list[Mixture] = [(8, []), (909, ["works", "sleeps", "told"]), (21, ["flag"])]


def least(ms: int) -> int:
    """The least microseconds that a wait takes: the clock that counts milliseconds goes in ticks,
    and the one that times it may differ from it by 0.1 %."""
    return ms * 1000 - round(TICK * 1e6) - ms


def out_of_order(slept: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    """Pairs that woke in another order than they were due, or of equals than they began; of such
    whose due is known to the tick."""
    known = [(due, start, came) for _, _, start, _, due, came in slept if due >= 0]
    return [
        (first[0], second[0])
        for position, first in enumerate(known)
        for second in known[position + 1 :]
        if second[1] < first[2] and (second[0], second[1]) < (first[0], first[1])
    ]


def wrong_sleeps(found: dict[str, Any]) -> list[Any]:
    """Those that ended early, and those that ended before one that was due before."""
    slept = found["slept"]
    early = [ms for _, ms, start, _, _, came in slept if came - start < least(ms)]
    return early + out_of_order(slept)


def tasks(board: BoardUnderTest) -> list[dict[str, Any]]:
    return mixture(board, "tasks", TASKS, times=TIMES, sleepers=SLEEPERS)


@claim("wait.mixture-tasks")
def test_tasks(board: BoardUnderTest) -> None:
    for found in tasks(board):
        waited, ended = found["waited"], found["ended"]
        numbers = Counter(number for number, *_ in found["slept"] if number < SLEEPERS)
        assert numbers == dict.fromkeys(range(SLEEPERS), TIMES)
        assert wrong_sleeps(found) == []
        assert Counter(number for number, *_ in waited) == {0: TIMES // 2, 1: TIMES // 2}
        assert [ms for _, _, _, ms, start, _, came in waited if came - start < least(ms)] == []
        assert [came for _, came in ended if came < 0] == []
        assert len(ended) == len(found["cancelled"]) == TIMES // 2


APART_US = 40_000
"""By so much one of the two is due before the other."""


@claim("wait.mixture-timeouts")
def test_timeouts(board: BoardUnderTest, record: Record) -> None:
    """Whichever is due first, but where others took a good part of the time between the two."""

    def found(_: Neighbour) -> tuple[set[Wake], int]:
        wrong, count = set(), 0
        for position, mixed in enumerate(tasks(board)):
            for n, (_, got, expected, _, start, _, came) in enumerate(sorted(mixed["waited"])):
                count += 1
                if got != expected and explained(start, came, mixed) < APART_US / 2:
                    wrong.add(("wait with a timeout", position, n))
        return wrong, count

    wrong, _ = each_time(board, record, found)
    assert wrong == []


TASK_BESIDE = 6
"""Turns that wait_for and gather may take for tasks beside: these end, are cancelled, and tell."""


def sleepers(found: dict[str, Any]) -> Iterator[tuple[str, int, int, int]]:
    which: Counter[int] = Counter()
    for number, ms, _, last, _, came in found["slept"]:
        which[number] += 1
        yield f"sleeper {number}", which[number], last + ms * 1000, came
    for number, told, came in found["heard"]:
        which[number] += 1
        yield f"who is told, {number}", which[number], told + TASK_BESIDE * found["turn"], came


def woken_tasks(found: dict[str, Any]) -> Iterator[tuple[str, int, int, int]]:
    yield from sleepers(found)
    which: Counter[int] = Counter()
    for number, *_, due, came in found["waited"]:
        which[number] += 1
        yield f"timeout {number}", which[number], due + TASK_BESIDE * found["turn"], came
    for n, (told, heard) in enumerate(zip(found["cancelled"], found["ended"], strict=False)):
        yield "cancellation", n, told[1], heard[1]


@claim("wait.mixture-tasks-in-time")
def test_tasks_in_time(board: BoardUnderTest, record: Record) -> None:
    late, share = in_time(
        board, record, "wakes", "tasks", TASKS, woken_tasks, times=TIMES, sleepers=SLEEPERS,
    )  # fmt: skip
    assert late == []
    assert share <= RARE


@claim("wait.mixture-callbacks")
def test_callbacks(board: BoardUnderTest) -> None:
    for found in mixture(board, "callbacks", CALLBACKS, OUTSIDE, times=TIMES):
        for asked, came in found["sources"]:
            assert [*map(repr, came)] == [*map(repr, asked)]  # True is not 1 here
        assert found["within"] == []
        assert wrong_sleeps(found) == []


@claim("wait.mixture-flags")
def test_flags(board: BoardUnderTest) -> None:
    for found in mixture(board, "flags", FLAGS, OUTSIDE, times=TIMES):
        assert sum(found["asked"]) > 0
        assert found["counted"] == found["asked"]
        assert wrong_sleeps(found) == []


def woken_by_flags(found: dict[str, Any]) -> Iterator[tuple[str, int, int, int]]:
    yield from sleepers(found)
    which: Counter[int] = Counter()
    for number, began, set_at, came in found["woke"]:
        which[number] += 1
        yield f"flag {number}", which[number], max(began, set_at), came


@claim("wait.mixture-flags-in-time")
def test_flags_in_time(board: BoardUnderTest, record: Record) -> None:
    late, share = in_time(
        board, record, "flags", "flags", FLAGS, woken_by_flags, prefix=OUTSIDE, times=TIMES,
    )  # fmt: skip
    assert late == []
    assert share <= RARE


@claim("wait.mixture-devices")
def test_devices(board: BoardUnderTest) -> None:
    for found in mixture(board, "devices", DEVICES, times=8, devices=6):
        for given, got, sent, taken in found["data"]:
            assert got == given
            assert taken == sent
        assert wrong_sleeps(found) == []


def noticed(found: dict[str, Any]) -> Iterator[tuple[str, int, int, int]]:
    yield from sleepers(found)
    for number, what, count, due, came in found["noticed"]:
        yield f"{what} of device {number}", count, due, came


@claim("wait.mixture-devices-in-time")
def test_devices_in_time(board: BoardUnderTest, record: Record) -> None:
    late, share = in_time(
        board, record, "devices", "devices", ALONE, noticed, times=8, devices=3,
    )  # fmt: skip
    assert late == []
    assert share <= RARE
