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
from host.waits import NOISY, REFERENCE, allowance, judged_late, neighbour

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
        f"waits/mixture_{name}", prefix=prefix, deadline=30, mixtures=mixtures, **params
    )
    came = run.values("mixture")
    assert len(came) == len(mixtures)
    assert [left for left, _, _ in came] == [0] * len(mixtures), "tasks that nothing woke"
    return [found | {"turn": turn} for _, turn, found in came]


def explained(due: int, came: int, found: dict[str, Any]) -> float:
    """Microseconds of that time that others account for: some turns, what the machine of a virtual
    board held that up, and, without a gap, the work and the turns of those before it."""
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
        took = least + worked + resumed * turn
    return took


def in_time(
    board: BoardUnderTest, record: Record, what: str, once: Callable[[], dict[Wake, float]]
) -> tuple[list[Wake], float]:
    """Which wakes were late in every execution, and which part of all is late in the best one.

    `once` runs one, and gives how late each wake came, in seconds. Of hundreds some are late three
    times by chance where the machine is busy: few have to be late oftener.
    """
    always: set[Wake] | None = None
    share = 1.0
    for number in attempts(record, NOISY * ATTEMPTS):
        with neighbour(board) as machine:
            late = once()
        allowed = allowance(board, 0.0, machine)
        judged_late(record, f"{what}, how late", list(late.values()), allowed)
        over = {wake for wake, by in late.items() if by > allowed}
        always = over if always is None else always & over
        share = min(share, len(over) / len(late) - 2 * machine.later(allowed))
        kept = not always and share <= RARE
        if kept or (number + 1 >= ATTEMPTS and len(always) > RARE * len(late)):
            break
    return sorted(always or ()), share


def late_by(
    board: BoardUnderTest, name: str, mixtures: list[Mixture], wakes: Wakes, **params: Any
) -> dict[Wake, float]:
    """How late each wake came that `wakes` finds in a mixture, for `in_time`."""
    late: dict[Wake, float] = {}
    for position, found in enumerate(mixture(board, name, mixtures, **params)):
        for what, number, due, came in wakes(found):
            late[what, position, number] = (came - due - explained(due, came, found)) / 1e6
    return late
