"""A long life of whatever a program does, mixed."""

from __future__ import annotations

import math

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.heap import ELSEWHERE, aside
from host.latency import numbers
from host.test_life import CLOCK, HALF_AGAIN, growth_of, times
from host.waits import allowance, machines

ROUNDS, LOOKS = 10, 3
WORKS = "life/of_everything"
PROBES = ("sleep", "timeout", "stream", "flag", "event")
"""What is timed before and after, each at its quickest; a tick and what the machine is late is what
one of them may differ by (host/waits.py)."""
LEAST_KEPT = 8
"""Bytes a round: half a block of the heap on a board of 32 bits, and who keeps something keeps a
block."""


def kept_each(used: list[int]) -> float:
    """Bytes that the heap grew by in a round, from the least of the first third to the last's."""
    third = len(used) // 3
    assert third >= 3
    return (min(used[-third:]) - min(used[1 : 1 + third])) / (len(used) - 1 - third)


@claim("life.mixture")
def test_mixture(board: BoardUnderTest, record: Record) -> None:
    later: dict[str, float] = {}
    kept, growth = math.inf, math.inf
    for number, machine in enumerate(machines(board, record)):
        run = board.run(
            "life/mixture", prefix=f"{ELSEWHERE} {CLOCK} {WORKS}", rounds=ROUNDS * times(board),
            looks=LOOKS, enough_us=2_000_000 * times(board), aside=aside(number),
            deadline=20.0 * times(board),
        )  # fmt: skip
        done, wrong = run.value("wrong")
        assert wrong == [], f"of {done}"
        before, after = numbers(run, "before"), numbers(run, "after")
        assert len(before) == len(after) == len(PROBES)
        allowed = allowance(board, 0.0, machine)
        late = {
            name: (last - first) / 1e6
            for name, first, last in zip(PROBES, before, after, strict=True)
            if (last - first) / 1e6 > allowed
        }
        later = {name: s for name, s in late.items() if number == 0 or name in later}
        kept = min(kept, kept_each(numbers(run, "used")))
        growth = min(growth, growth_of(numbers(run, "took"), numbers(run, "own")))
        if not later and kept < LEAST_KEPT and growth <= HALF_AGAIN:
            break
    record.measure("what the last round cost beside the first", [growth], "1", resolution=0.25)
    assert not later, f"seconds later than before the mixture: {later}"
    assert kept < LEAST_KEPT
    assert growth <= HALF_AGAIN
