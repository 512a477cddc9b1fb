"""What the loop costs: its turns and tasks in time, and what they take of the heap."""

from __future__ import annotations

from itertools import pairwise

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import (
    BARE_TURNS,
    TICK,
    TURNS,
    attempts,
    bare_turn,
    numbers,
    push,
    seconds,
    turn,
)
from rig.board.execution import Execution
from rig.distribution import growth, lower_quartile
from rig.errors import Inconclusive, Unsupported

SUBLINEAR = 0.5
"""The exponent halfway between a cost that does not grow and one that grows linearly."""
FEW, MANY = 12, 48
"""Tasks on the heap."""


# -- time ---------------------------------------------------------------------------------------


@claim("latency.turn-cost")
def test_turn_cost(board: BoardUnderTest, record: Record) -> None:
    factor = 0.0
    for _ in attempts(record):
        run = push(board, "turn")
        turns = [s / 4 for s in seconds(run, "turns", 4)]
        record.measure("turn of the loop", turns)
        record.measure("bare turn", [s / 32 for s in seconds(run, "bare", 32)])
        # the clock counts microseconds: a turn that takes less than one cannot be told from it
        factor = round(min(turns) / max(bare_turn(run), 0.25e-6), 2)
        if factor <= BARE_TURNS:
            break
    assert factor <= BARE_TURNS


def switch_growth(board: BoardUnderTest, record: Record, asleep: bool) -> float:
    """The exponent by which the time of a switch grows with the number of tasks.

    Fitted from 16 tasks on, where what a switch costs by itself no longer hides the growth;
    a board whose heap holds fewer is fitted by all it has.
    """
    run = push(board, "switch", asleep=asleep, most=512, rounds=16, enough_us=150_000)
    rounds, least = {}, {}
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
        least[tasks] = sum(quickest) / (64e6 * stretches)
    what = "asleep" if asleep else "ready"
    for tasks in (1, 8, 64, 512):
        if tasks in rounds:
            record.measure(f"switch, {tasks} tasks {what}", rounds[tasks])
    sizes = [tasks for tasks in least if tasks >= 16]
    if len(sizes) < 3:
        sizes = list(least)
    if len(sizes) < 3:
        if run.all("full"):
            raise Unsupported(f"memory: the heap holds too few tasks to see a growth: {sizes}")
        raise Inconclusive(f"the time is too short to see a growth: {sizes} tasks")
    exponent = growth(sizes, [least[tasks] for tasks in sizes])
    name = f"exponent of a switch's growth, tasks {what}"
    record.measure(name, [exponent], "1", resolution=SUBLINEAR / 2)
    return exponent


def growth_of_attempts(board: BoardUnderTest, record: Record, asleep: bool) -> float:
    """The first exponent that is well below one, else the last attempt's."""
    exponent = 0.0
    for _ in attempts(record):
        exponent = switch_growth(board, record, asleep)
        if exponent < SUBLINEAR:
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
    factor = 0.0
    for _ in attempts(record):
        run = push(board, "waiting_flag", batch=16, samples=8)
        costs = {}
        for name in ("without", "with"):
            costs[name] = [s / 32 for s in seconds(run, name, 32)]
            record.measure(f"switch {name} a task that waits for a flag", costs[name])
        factor = round(min(costs["with"]) / min(costs["without"]), 3)
        if factor < 10:
            break
    assert factor < 10, "one poll of the flag outweighs ten switches"


@claim("latency.task-costs")
def test_task_costs(board: BoardUnderTest, record: Record) -> None:
    few, all_others = 8, [0, 16, 64, 256]
    exponents: dict[str, float] = {}
    for _ in attempts(record):
        run = push(board, "tasks", others=all_others, few=few, times=6)
        others = [n for n in all_others if any(e.data[:1] == (n,) for e in run.all("cancel"))]
        if len(others) < 3:
            raise Unsupported(f"memory: the heap holds too few tasks to see a growth: {others}")
        for name in ("create", "finish", "gather", "cancel"):
            costs = {n: [s / few for s in seconds(run, name, n)] for n in others}
            for n in (others[0], others[-1]):
                record.measure(f"{name} a task, {n} others waiting", costs[n])
            # the clock counts microseconds: less cannot be told from one of them
            least = [max(min(costs[n]), 1e-6 / few) for n in others[1:]]
            exponents[name] = round(growth(others[1:], least), 3)
        del exponents["cancel"]  # a figure only: upstream's queue looks for what it removes
        if max(exponents.values()) < SUBLINEAR:
            break
    assert max(exponents.values()) < SUBLINEAR, exponents


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
    assert more <= allowed


# -- heap ---------------------------------------------------------------------------------------


@claim("latency.turns-allocate-nothing")
def test_turns_allocate_nothing(board: BoardUnderTest, record: Record) -> None:
    run = push(board, "allocation", turns=100, sleeps=10, times=3)
    least = {}
    for name, count in (("alone", 100), ("two tasks", 100), ("sleeping", 10)):
        allocated = numbers(run, "allocated", name, count)
        record.measure(f"allocated per turn, {name}", [a / count for a in allocated], unit="B")
        least[name] = min(allocated) / count
    assert max(least.values()) <= 0, least


def heap(board: BoardUnderTest, record: Record) -> tuple[Execution, float, float]:
    """The execution, and bytes per task among few and among many."""
    run = push(board, "heap", few=FEW, many=MANY, cycles=10)
    few = [taken / FEW for taken in numbers(run, "tasks", FEW)]
    many = [taken / MANY for taken in numbers(run, "tasks", MANY)]
    record.measure("heap per waiting task", many, unit="B")
    for name, size in run.values("primitive"):
        record.measure(f"heap per {name}", [float(size)], unit="B")
    return run, min(few), min(many)


def hidden(few: float) -> Inconclusive:
    """Why bytes per task that are none say nothing: a collector that scans the stack found some
    task of the cycle before, and by it all of them, when the first reading was taken. So it is
    where the task queue is the Python one, whose links lead from task to task."""
    return Inconclusive(
        f"{FEW} tasks took {few * FEW:.0f} bytes of heap: what the heap still held of those "
        "before them was collected between the two readings"
    )


@claim("latency.heap-per-task")
def test_heap_per_task(board: BoardUnderTest, record: Record) -> None:
    _run, few, many = heap(board, record)
    if few <= 0 or many <= 0:
        raise hidden(few)
    assert many <= 1.25 * few  # the rounding to blocks; a loop's tables are shared by more


@claim("latency.heap-comes-back")
def test_heap_comes_back(board: BoardUnderTest, record: Record) -> None:
    run, few, _many = heap(board, record)
    left = numbers(run, "left")
    kept = left[-1] - left[1]  # the first cycles may grow tables that the loop keeps
    steps = [float(after - before) for before, after in pairwise(left[1:])]
    record.measure(f"heap kept of {FEW} tasks that ended", steps, unit="B")
    if kept > 0 >= few:
        raise hidden(few)
    # a collector that scans the stack may find some task there still; a leak keeps them all
    assert kept <= max(0, 3 * few)
