"""What the loop costs: its turns and tasks in time, and what they take of the heap."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.heap import ELSEWHERE, PLACES, aside
from host.latency import (
    ATTEMPTS,
    BARE_TURNS,
    TICK,
    TURNS,
    attempts,
    holds,
    numbers,
    push,
    seconds,
    sizes,
    tick,
    turn,
    within,
)
from rig.board.execution import Execution
from rig.distribution import lower_quartile
from rig.errors import Inconclusive, Unsupported
from rig.figure import Figure, duration, exactly, growth, size
from rig.results import HOSTS

SUBLINEAR = 0.5
"""The exponent halfway between a cost that does not grow and one that grows linearly."""
FEW, MANY = 12, 48
"""Tasks on the heap."""


# -- time ---------------------------------------------------------------------------------------


@claim("latency.turn-cost")
def test_turn_cost(board: BoardUnderTest, record: Record) -> None:
    for _ in attempts(record):
        run = push(board, "turn")
        turns = [s / 4 for s in seconds(run, "turns", 4)]
        bare = seconds(run, "bare", 32)
        record.measure("turn of the loop", turns)
        record.measure("bare turn", [s / 32 for s in bare])
        least = duration("a turn of the loop", min(turns) * 4, tick(run), 4)
        factor = least / duration("a bare turn", min(bare), tick(run), 32)
        if holds(partial(factor.__le__, BARE_TURNS)):
            break
    assert factor <= BARE_TURNS


def switch_growth(
    board: BoardUnderTest, record: Record, asleep: bool, least: dict[int, Figure]
) -> Figure:
    """The exponent by which the time of a switch grows with the number of tasks, each at its
    quickest in this execution and in those that `least` is of; it is added to.

    Fitted from 16 tasks on, where what a switch costs by itself no longer hides the growth;
    a board whose heap holds fewer is fitted by all it has.
    """
    run = push(board, "switch", asleep=asleep, most=512, rounds=16, enough_us=100_000)
    rounds = {}
    step = tick(run)
    for event in run.all("switches"):
        assert len(event.data) == 3, "an event of another shape"
        tasks, stretches, took = event.data
        count = len(took) // stretches
        rounds[tasks] = [
            sum(took[i * stretches : (i + 1) * stretches]) / (64e6 * stretches)
            for i in range(count)
        ]
        # each stretch of a round at its quickest: none of them was interrupted every time
        quickest = [min(took[i : count * stretches : stretches]) for i in range(stretches)]
        took_s, of = sum(quickest) / 1e6, f"a switch among {tasks}"
        here = duration(of, took_s, step * stretches, 64 * stretches)
        if tasks not in least or here.value < least[tasks].value:
            least[tasks] = here
    what = "asleep" if asleep else "ready"
    for tasks in (1, 8, 64, 512):
        if tasks in rounds:
            record.measure(f"switch, {tasks} tasks {what}", rounds[tasks])
    counts = sorted(tasks for tasks in least if tasks >= 16)
    if len(counts) < 3:
        counts = sorted(least)
    if len(counts) < 3:
        if run.all("full"):
            raise Unsupported(f"memory: the heap holds too few tasks to see a growth: {counts}")
        raise Inconclusive(f"the time is too short to see a growth: {counts} tasks")
    name = f"exponent of a switch's growth, tasks {what}"
    exponent = growth(name, counts, [least[tasks] for tasks in counts])
    record.measure(name, [exponent.value], "1", resolution=SUBLINEAR / 2)
    return exponent


def growth_of_attempts(board: BoardUnderTest, record: Record, asleep: bool) -> Figure:
    """The first exponent that is well below one, else that of all attempts together."""
    least: dict[int, Figure] = {}
    for _ in attempts(record, ATTEMPTS * (2 if board.info.platform in HOSTS else 1)):
        exponent = switch_growth(board, record, asleep, least)
        if holds(partial(exponent.__lt__, SUBLINEAR)):
            break
    return exponent


@claim("latency.switch-growth")
def test_switch_growth(board: BoardUnderTest, record: Record) -> None:
    exponent = growth_of_attempts(board, record, asleep=False)
    assert exponent < SUBLINEAR


@claim("latency.switch-among-sleepers")
def test_switch_among_sleepers(board: BoardUnderTest, record: Record) -> None:
    exponent = growth_of_attempts(board, record, asleep=True)
    assert exponent < SUBLINEAR


@claim("latency.waiting-flag-is-free")
def test_waiting_flag_is_free(board: BoardUnderTest, record: Record) -> None:
    for _ in attempts(record):
        run = push(board, "waiting_flag", batch=16, samples=8)
        least = {}
        for name in ("without", "with"):
            took = seconds(run, name, 32)
            what = f"switch {name} a task that waits for a flag"
            record.measure(what, [s / 32 for s in took])
            least[name] = duration(f"a {what}", min(took), tick(run), 32)
        factor = least["with"] / least["without"]
        if holds(partial(factor.__lt__, 10)):
            break
    assert factor < 10, f"one poll of the flag outweighs ten switches: {factor!r}"


@claim("latency.task-costs")
def test_task_costs(board: BoardUnderTest, record: Record) -> None:
    few, all_others = 8, [0, 16, 64, 256]
    exponents: list[Figure] = []
    for _ in attempts(record):
        run = push(board, "tasks", others=all_others, few=few, times=6)
        others = [n for n in all_others if any(e.data[:1] == (n,) for e in run.all("cancel"))]
        if len(others) < 3:
            raise Unsupported(f"memory: the heap holds too few tasks to see a growth: {others}")
        exponents = []
        for name in ("create", "finish", "gather", "cancel"):
            took = {n: seconds(run, name, n) for n in others}
            for n in (others[0], others[-1]):
                record.measure(f"{name} a task, {n} others waiting", [s / few for s in took[n]])
            if name == "cancel":  # a figure only: upstream's queue looks for what it removes
                continue
            least = [duration(f"{name} a task", min(took[n]), tick(run), few) for n in others[1:]]
            what = f"exponent by which the time to {name} a task grows"
            exponents.append(growth(what, others[1:], least))
        if all(holds(partial(exponent.__lt__, SUBLINEAR)) for exponent in exponents):
            break
    for exponent in sorted(exponents, key=lambda one: one.low, reverse=True):  # what diverges first
        assert exponent < SUBLINEAR


@claim("latency.collection-pause")
def test_collection_pause(board: BoardUnderTest, record: Record) -> None:
    more, allowed = 0.0, 0.0
    for _ in attempts(record):
        run = push(board, "collection", count=8, litter=200)
        pauses, gaps = seconds(run, "pauses"), seconds(run, "gaps")
        assert len(pauses) == len(gaps)
        record.measure("pause of a collection", pauses)
        record.measure("gap that a ready task sees around a collection", gaps)
        allowed = TICK + TURNS * turn(run)
        more = lower_quartile([gap - pause for gap, pause in zip(gaps, pauses, strict=True)])
        if more <= allowed:
            break
    assert exactly("what a collection's gap takes beyond its pause", more, "s") <= within(allowed)


# -- heap ---------------------------------------------------------------------------------------


@claim("latency.turns-allocate-nothing")
def test_turns_allocate_nothing(board: BoardUnderTest, record: Record) -> None:
    run = push(board, "allocation", turns=100, sleeps=10, times=3)
    least = {}
    for name, count in (("alone", 100), ("two tasks", 100), ("sleeping", 10)):
        allocated = sizes(run, "allocated", name, count)
        record.measure(f"allocated per turn, {name}", [a / count for a in allocated], unit="B")
        least[name] = min(allocated) / count
    taken = {name: f"{each:g} B each turn" for name, each in least.items() if each > 0}
    assert not taken, f"{taken}"


def heap(board: BoardUnderTest, record: Record, number: int = 0) -> Execution:
    """The execution, its figures kept; its number says where on the heap things lie."""
    run = push(board, "heap", ELSEWHERE, few=FEW, many=MANY, cycles=10, aside=aside(number))
    many = [taken / MANY for taken in numbers(run, "tasks", MANY)]
    record.measure("heap per waiting task", many, unit="B")
    for name, taken in run.values("primitive"):
        record.measure(f"heap per {name}", [float(taken)], unit="B")
    return run


def per_task(run: Execution, count: int) -> Figure:
    """Bytes per task among so many. A collector that scans the stack may have found some task of
    the cycle before, and by it all of them, when the first reading was taken: so it is where the
    task queue is the Python one, whose links lead from task to task. Then it is Inconclusive."""
    return size(f"a task among {count}", min(numbers(run, "tasks", count)), count)


@claim("latency.heap-per-task")
def test_heap_per_task(board: BoardUnderTest, record: Record) -> None:
    run = heap(board, record)
    # the rounding to blocks; a loop's tables are shared by more
    assert per_task(run, MANY) <= per_task(run, FEW).times(1.25)


@claim("latency.heap-comes-back")
def test_heap_comes_back(board: BoardUnderTest, record: Record) -> None:
    for number in attempts(record, PLACES):
        run = heap(board, record, number)
        left = numbers(run, "left")
        kept = left[-1] - left[1]  # the first cycles may grow tables that the loop keeps
        steps = [float(after - before) for before, after in pairwise(left[1:])]
        record.measure(f"heap kept of {FEW} tasks that ended", steps, unit="B")
        # a collector that scans the stack may find some task there still; a leak keeps them all
        allowed = per_task(run, FEW).times(3) if kept > 0 else 0
        if holds(partial(exactly("what is kept", kept, "B").__le__, allowed)):
            break
    assert exactly("what is kept", kept, "B") <= allowed
