"""What the host tests of random mixtures share: each wake is held to when it was due, and the work
of others is its only excuse.

The same dice fall in every execution, so that a wake is known again: what is late by the port's own
doing is late each time, what the machine held up is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import ATTEMPTS, attempts
from host.waits import NOISY, REFERENCE, Neighbour, allowance, judged_late, neighbour
from rig.errors import Inconclusive

MIXTURE = f"{REFERENCE} waits/mixture"
RARE = 0.1
"""No more than one wake in ten is late in every execution, whichever these are: what does not come
at the same place of the dice has a share, as in `wait.task-seldom-late`."""

SOME = 3
"""Turns that a wake takes by itself: it is noticed, queued, resumed."""

Mixture = tuple[int, list[str]]
"""A seed, and in whose company."""
Wake = tuple[str, int, int]
"""What woke, the mixture's position, and its own number among those of its kind there."""

Wakes = Callable[[dict[str, Any]], Iterator[tuple[str, int, int, int]]]
"""What woke in a mixture, its number, when it was due and when it was there."""


def mixture(
    board: BoardUnderTest, name: str, mixtures: list[Mixture], prefix: str = MIXTURE, **params: Any
) -> list[dict[str, Any]]:
    """What each mixture found, by name, and what a turn took (`turn`); all in microseconds.

    AssertionError where a task of it was not woken within seconds.
    """
    run = board.run(
        f"waits/mixture_{name}", prefix=prefix, deadline=60, mixtures=mixtures, **params
    )
    came = run.values("mixture")
    assert len(came) == len(mixtures)
    assert [left for left, _, _ in came] == [0] * len(mixtures), "tasks that nothing woke"
    return [found | {"turn": turn} for _, turn, found in came]


def explained(due: int, came: int, found: dict[str, Any]) -> float:
    """Microseconds of that time that others account for: some turns, what the machine of a virtual
    board held that up, and, without a gap, the work and the turns of those before it: one
    and a half for each, for they look at more, and do something."""
    turn: int = found["turn"]
    held = [max((us for when, us in found["held"] if when <= limit), default=0)
            for limit in (due, came)]  # fmt: skip
    least = SOME * turn + held[1] - held[0]
    took, before = least, -1
    while took > before:
        before, until = took, min(came, due + took)
        worked = sum(max(0, min(end, came) - max(start, due))
                     for start, end in found["worked"] if start <= until)  # fmt: skip
        resumed = sum(due < when < until for when in found["resumed"])
        took = least + worked + resumed * turn * 3 // 2
    return took


Found = Callable[[Neighbour], tuple[set[Wake], int]]
"""Which wakes an execution found wrong, on a machine that was like that, and of how many."""


def each_time(board: BoardUnderTest, record: Record, found: Found) -> tuple[list[Wake], float]:
    """Which wakes are wrong in every execution, and which part of all is so in the best one.

    Of hundreds some are late three times by chance where the machine is busy, and some nine times
    where it is very busy, or at the edge on a slow board: unless it is most of them they have to be
    late oftener. Inconclusive where that machine keeps one in ten of its own sleepers as long.
    """
    always: set[Wake] | None = None
    quiet, share = 0, 1.0
    for _ in attempts(record, 2 * NOISY * ATTEMPTS):
        with neighbour(board) as machine:
            wrong, of = found(machine)
        assert of, "nothing woke"
        late = machine.later(allowance(board, 0.0, machine))
        quiet += late <= RARE
        always = wrong if always is None else always & wrong
        share = min(share, len(wrong) / of - 2 * late)
        if (not always and share <= RARE) or (quiet >= ATTEMPTS and len(always) > of / 2):
            break
    if quiet < ATTEMPTS and (always or share > RARE):
        raise Inconclusive("its machine is late itself, each time; what else runs there?")
    return sorted(always or ()), share


def in_time(
    board: BoardUnderTest,
    record: Record,
    what: str,
    name: str,
    mixtures: list[Mixture],
    wakes: Wakes,
    **params: Any,
) -> tuple[list[Wake], float]:
    """As `each_time`, of wakes that come late: of those that `wakes` finds in mixtures so named."""

    def found(machine: Neighbour) -> tuple[set[Wake], int]:
        late = late_by(board, name, mixtures, wakes, **params)
        allowed = allowance(board, 0.0, machine)
        if late:
            judged_late(record, f"{what}, how late", list(late.values()), allowed)
        return {wake for wake, by in late.items() if by > allowed}, len(late)

    return each_time(board, record, found)


def late_by(
    board: BoardUnderTest, name: str, mixtures: list[Mixture], wakes: Wakes, **params: Any
) -> dict[Wake, float]:
    """How late each wake came that `wakes` finds in a mixture, in seconds."""
    late: dict[Wake, float] = {}
    for position, found in enumerate(mixture(board, name, mixtures, **params)):
        for what, number, due, came in wakes(found):
            late[what, position, number] = (came - due - explained(due, came, found)) / 1e6
    return late
