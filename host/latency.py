"""What the host tests of latency and cost share.

All times are the board's own, in seconds. Each is judged against what the same board did in
the same execution: its own wait below the loop (`own`), its own turn of the loop (`turn`). A
loaded host makes single samples late, so verdicts rest on lower quartiles and minima, and a
fault must show in every one of `ATTEMPTS` executions: it is the loop's own every time, a busy
host's only by chance. 99th percentiles and maxima are reported, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from rig.board.execution import Execution
from rig.board.link import Link
from rig.errors import Inconclusive
from rig.figure import Figure, exactly

ATTEMPTS = 3
TICK = 1e-3
"""The resolution of the loop's clock, `ticks_ms`."""
TURNS = 20
"""Turns of the loop that a wake may take: it is queued, others finish theirs, it is resumed."""
BARE_TURNS = 30
"""Bare turns that a turn may cost: queue, exceptions and cancellation, in Python where the port has
them not in C, take five to fifteen; a turn that waits takes hundreds."""

WAKES = 400
"""Of the figures that `looprig compare` finds a share of late wakes in: with five runs a side one
wake in fifty is forty, which nine comparisons in ten find (docs/repeats.md)."""

ENQ, END = b"\x05", b"\x04"


def push(board: BoardUnderTest, device_test: str, behind: str = "", **params: Any) -> Execution:
    """One of the chapter's, with the reference in front and, behind that, what else it needs."""
    prefix = f"latency/reference {behind}".rstrip()
    return board.run(f"latency/{device_test}", prefix=prefix, deadline=20, **params)


def attempts(record: Record, most: int = ATTEMPTS) -> Iterator[int]:
    """Count the attempts; what the last one measured is what the result keeps."""
    for number in range(most):
        record.forget()
        yield number


def numbers(run: Execution, name: str, *key: Any) -> list[int]:
    """The list at the end of the only event that starts with `key`; AssertionError otherwise."""
    found = [event.data for event in run.all(name) if event.data[:-1] == key]
    assert len(found) == 1, f"the board emitted {len(found)} {name!r} events for {key}"
    return _checked(found[0][-1], name, key)


def _checked(values: Any, name: str, key: tuple[Any, ...]) -> list[int]:
    assert isinstance(values, list), f"{name!r} {key}: no measurements"
    assert values, f"{name!r} {key}: no measurements"
    assert all(isinstance(value, int) for value in values), f"{name!r} {key}: not all are numbers"
    return values


def seconds(run: Execution, name: str, *key: Any) -> list[float]:
    """As `numbers`, for microseconds; Inconclusive where the board's clock went back."""
    return _seconds(numbers(run, name, *key), name)


def joined(run: Execution, name: str, *key: Any) -> list[float]:
    """As `seconds`, of a list that the board emitted in stretches."""
    found = [event.data for event in run.all(name) if event.data[:-1] == key]
    values = [value for data in found for value in _checked(data[-1], name, key)]
    return _seconds(_checked(values, name, key), name)


def _seconds(values: list[int], name: str) -> list[float]:
    if min(values) < 0:
        raise Inconclusive(f"{name!r} took {min(values)} µs, which cannot be: the clock went back")
    return [value / 1e6 for value in values]


def sizes(run: Execution, name: str, *key: Any) -> list[int]:
    """As `numbers`, for bytes: those readings that can be. Inconclusive where there are none, for
    what was there before was collected between two readings."""
    found = [value for value in numbers(run, name, *key) if value >= 0]
    if not found:
        raise Inconclusive(
            f"{name!r} took less than nothing of the heap each time, which cannot be"
        )
    return found


def tick(run: Execution) -> float:
    """By how much the board's clock goes on at a time, in seconds."""
    by = run.value("tick")
    if not isinstance(by, int) or by < 1:
        raise Inconclusive(f"the board's clock stood still: it went on by {by!r} µs")
    return by / 1e6


def within(allowed: float) -> Figure:
    """What a time is allowed to be, with its unit for who reads of a failure."""
    return exactly("allowed", allowed, "s")


def holds(comparison: Callable[[], bool]) -> bool:
    """Whether it does; no, for this attempt, where its figures do not tell."""
    try:
        return comparison()
    except Inconclusive:
        return False


def bare_turn(run: Execution) -> float:
    """The least that a turn can take on this board: one poll, one look at the clock, one send."""
    return min(seconds(run, "bare", 32)) / 32


def turn(run: Execution) -> float:
    """What one turn of the loop takes on this board, at its quickest.

    No more than `latency.turn-cost` allows, or a loop could excuse late wakes by slow turns.
    """
    return min(min(seconds(run, "turns", 4)) / 4, BARE_TURNS * bare_turn(run))


def timed(run: Execution, what: str, value: float) -> Figure:
    """A time by the board's stopwatch, known to within one of its ticks."""
    return Figure(what, value, "s", value - tick(run), value + tick(run))


def allowed(run: Execution, own: float = 0.0, spare: float = TICK) -> Figure:
    """`spare`, so many turns of the loop as a wake may take, and the board's `own` wait; known to
    within what its stopwatch tells of each."""
    step = tick(run)
    turns, bare = min(seconds(run, "turns", 4)), min(seconds(run, "bare", 32))
    low, high = (min(max(0.0, turns + by) / 4, BARE_TURNS * max(0.0, bare + by) / 32)
                 for by in (-step, step))  # fmt: skip
    least, most = (own - step, own + step) if own else (0.0, 0.0)
    return Figure(
        "allowed", own + spare + TURNS * turn(run), "s",
        least + spare + TURNS * low, most + spare + TURNS * high,
    )  # fmt: skip


def kept(latency: Figure, limit: Figure) -> bool:
    """Whether it is; no, for this attempt, where they do not tell."""
    return holds(lambda: latency <= limit)


def answering(count: int, after_s: float = 0.0, patience_s: float = 20.0) -> Callable[[Link], None]:
    """A host that answers so many ENQs with a byte each, at once or a while later."""

    def answer(link: Link) -> None:
        rest, answered = b"", 0
        while answered < count and END not in rest:
            came = link.read_some(link.clock.by(patience_s))
            if not came:
                break  # following the script to its end says how it ended
            for _ in range(came.count(ENQ)):
                if after_s:
                    link.clock.rest(after_s)
                link.send(b"a")
                answered += 1
            rest += came.replace(ENQ, b"")
        link.unread(rest)

    return answer
