"""Latency and cost: how soon tasks wake, what turns and tasks cost, what they take of the heap.

All times are the board's own, in seconds. Each is judged against what the same board did in
the same execution: its own wait below the loop (`own`), its own turn of the loop (`turn`). A
loaded host makes single samples late, so verdicts rest on lower quartiles and minima, and a
fault must show in every one of `ATTEMPTS` executions: it is the loop's own every time, a busy
host's only by chance. 99th percentiles and maxima are reported, and decide nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from rig.board.execution import Execution
from rig.board.link import Link
from rig.distribution import growth, lower_quartile, pattern
from rig.errors import Inconclusive, Unsupported

ATTEMPTS = 3
TICK = 1e-3
"""The resolution of the loop's clock, `ticks_ms`."""
TURNS = 20
"""Turns of the loop that a wake may take: it is queued, others finish theirs, it is resumed."""
BARE_TURNS = 30
"""Bare turns that a turn may cost: queue, exceptions and cancellation, in Python where the port has
them not in C, take five to fifteen; a turn that waits takes hundreds."""
SUBLINEAR = 0.5
"""The exponent halfway between a cost that does not grow and one that grows linearly."""
ONE_BY_ONE = [*((ms, 10) for ms in (1, 2, 3, 5, 7, 10)), (20, 6), (33, 6)]
TOGETHER = [(50, 8), (100, 6), (200, 4), (333, 2), (1000, 1)]
LONG_MS = 50
SLEEPS = [ms for ms, _ in ONE_BY_ONE + TOGETHER]
TIMER_MS = 150
"""When the next timer is due while a task waits for something else."""
ROUNDS = 3
"""Rounds of the ready tasks until one that was woken among them runs: the rest of the round in
which it is woken, one in which its wake is queued (as CPython does) and one for its turn."""
ENQ, END = b"\x05", b"\x04"


def push(board: BoardUnderTest, device_test: str, **params: Any) -> Execution:
    return board.run(f"latency/{device_test}", prefix="latency/reference", deadline=20, **params)


def attempts(record: Record) -> Iterator[int]:
    """Count the attempts; what the last one measured is what the result keeps."""
    for number in range(ATTEMPTS):
        record.measurements.clear()
        yield number


def numbers(run: Execution, name: str, *key: Any) -> list[int]:
    """The list at the end of the only event that starts with `key`; AssertionError otherwise."""
    found = [event.data for event in run.all(name) if event.data[:-1] == key]
    assert len(found) == 1, f"the board emitted {len(found)} {name!r} events for {key}"
    values = found[0][-1]
    assert isinstance(values, list), f"{name!r} {key}: no measurements"
    assert values, f"{name!r} {key}: no measurements"
    assert all(isinstance(value, int) for value in values), f"{name!r} {key}: not all are numbers"
    return values


def seconds(run: Execution, name: str, *key: Any) -> list[float]:
    """As `numbers`, for microseconds."""
    return [value / 1e6 for value in numbers(run, name, *key)]


def bare_turn(run: Execution) -> float:
    """The least that a turn can take on this board: one poll, one look at the clock, one send."""
    return min(seconds(run, "bare", 32)) / 32


def turn(run: Execution) -> float:
    """What one turn of the loop takes on this board, at its quickest.

    No more than `latency.turn-cost` allows, or a loop could excuse late wakes by slow turns.
    """
    return min(min(seconds(run, "turns", 4)) / 4, BARE_TURNS * bare_turn(run))


def in_turns(record: Record, name: str, gaps: list[int], ready: int) -> None:
    """Measure gaps counted in turns: which turn of a round it is that wakes a task is chance."""
    record.measure(f"{name}, in turns", [float(gap) for gap in gaps], "1", resolution=ready)


# -- waking on time -----------------------------------------------------------------------------


@claim("latency.sleep-never-early")
def test_sleep_never_early(board: BoardUnderTest, record: Record) -> None:
    run = push(board, "sleeps", one_by_one=ONE_BY_ONE, together=TOGETHER)
    early = {ms: ms / 1e3 - min(seconds(run, "slept", ms)) for ms in SLEEPS}
    record.measure("earliness of the earliest sleeps", list(early.values()), resolution=TICK)
    # the loop's clock and the clock that times it may run apart by 0.1 %
    too_early = {ms: by for ms, by in early.items() if by > TICK + ms / 1e3 * 1e-3}
    assert not too_early


def earliest(samples: list[float]) -> float:
    """The lower quartile; of few samples, whose quartile is no better, the least."""
    return lower_quartile(samples) if len(samples) >= 10 else min(samples)


@claim("latency.sleep-overshoot")
def test_sleep_overshoot(board: BoardUnderTest, record: Record) -> None:
    late: dict[int, float] = {}
    for _ in attempts(record):
        run = push(board, "sleeps", one_by_one=ONE_BY_ONE, together=TOGETHER)
        over = {ms: [s - ms / 1e3 for s in seconds(run, "slept", ms)] for ms in SLEEPS}
        own = {ms: [s - ms / 1e3 for s in seconds(run, "own", ms)] for ms, _ in ONE_BY_ONE}
        for ms in (1, 10, 100, 1000):
            record.measure(f"overshoot of a sleep of {ms} ms", over[ms], resolution=TICK)
        record.measure("overshoot of sleeps", list(chain(*over.values())), resolution=TICK)
        waits = list(chain(*own.values()))
        record.measure("overshoot of the board's own waits", waits, resolution=TICK)
        allowed = max(map(lower_quartile, own.values())) + TICK + TURNS * turn(run)
        least = {ms: earliest(samples) for ms, samples in over.items()}
        # the long sleeps have few samples, and a busy host the more time to delay them
        spare = {ms: ms / 1e3 * 0.05 * (ms >= LONG_MS) for ms in least}
        late = {ms: by for ms, by in least.items() if by > allowed + spare[ms]}
        if not late:
            break
    assert not late, f"in each of {ATTEMPTS} executions, the last one's: {late}"


@claim("latency.steady-period")
def test_steady_period(board: BoardUnderTest, record: Record) -> None:
    count, ms = 160, 3
    period, excess, allowed, often, usual = 0, 0.0, 0.0, 0, 0
    for _ in attempts(record):
        run = push(board, "periodic", ms=ms, count=count)
        slept, own = seconds(run, "slept", ms), seconds(run, "own", ms)
        record.measure("period of a task that sleeps 3 ms", slept, resolution=TICK)
        middle = sorted(slept)[count // 2]
        jitter = [abs(s - middle) for s in slept]
        record.measure("jitter of a periodic task", jitter, resolution=TICK)
        allowed = max(pattern(own)[1], lower_quartile(own) - ms / 1e3) + 2 * TICK
        allowed += TURNS * turn(run)
        period, excess = pattern(slept)
        late = lower_quartile(slept) + allowed + 3 * TICK
        often = sum(s > late for s in slept)
        usual = sum(s > late for s in own)
        if excess <= allowed and often <= 3 * usual + count // 10:
            break
    assert excess <= allowed, f"every {period}th wake is late by {excess:.4f} s or more"
    assert often <= 3 * usual + count // 10, "many wakes are late, in no fixed order"


@claim("latency.event-to-task")
def test_event_to_task(board: BoardUnderTest, record: Record) -> None:
    latency, allowed = 0.0, 0.0
    for _ in attempts(record):
        run = push(board, "event", timer_ms=50, count=20)
        there, back = seconds(run, "there"), seconds(run, "back")
        record.measure("Event.set to the waiter running", there + back)
        allowed = TURNS * turn(run) + TICK
        latency = max(lower_quartile(there), lower_quartile(back))
        if latency <= allowed:
            break
    assert latency <= allowed


@claim("latency.callback-to-task")
def test_callback_to_task(board: BoardUnderTest, record: Record) -> None:
    latency, allowed = 0.0, 0.0
    for _ in attempts(record):
        run = push(board, "flag", timer_ms=100, count=12)
        if run.value("source") == "none":
            raise Unsupported("a callback while the loop waits: machine.Timer or _thread")
        woken, own = seconds(run, "woken"), seconds(run, "own")
        if min(own) < 0:
            raise Inconclusive("the board's own poll did not notice the callback within 5 s")
        record.measure("callback to task, by ThreadSafeFlag", woken, resolution=TICK)
        record.measure("callback to the board's own poll", own, resolution=TICK)
        allowed = lower_quartile(own) + 2 * TICK + TURNS * turn(run)
        latency = lower_quartile(woken)
        if latency <= allowed:
            break
    assert latency <= allowed


def answering(count: int) -> Callable[[Link], None]:
    """A host that answers so many ENQs with a byte each, at once."""

    def answer(link: Link) -> None:
        rest, answered = b"", 0
        while answered < count and END not in rest:
            came = link.read_some(time.monotonic() + 20)
            if not came:
                break  # following the script to its end says how it ended
            for _ in range(came.count(ENQ)):
                link.send(b"a")
                answered += 1
            rest += came.replace(ENQ, b"")
        link.unread(rest)

    return answer


def round_trips(board: BoardUnderTest, record: Record, ready: int) -> Execution:
    """Bytes from the host and back, by a stream of the loop and by the board's own poll."""
    count = 12
    run = push(
        board, "stream", while_running=answering(2 * count),
        count=count, timer_ms=TIMER_MS, ready=ready, ready_ms=3000,
    )  # fmt: skip
    assert run.value("got") == [b"a"] * (2 * count)
    looped, own = seconds(run, "looped"), seconds(run, "own")
    wire = lower_quartile(own)
    among = f" among {ready} ready tasks" if ready else ""
    beyond = [s - wire for s in looped]
    record.measure(f"round trip of a byte through a stream{among}", looped, resolution=TICK)
    record.measure("round trip of a byte by the board's own poll", own, resolution=TICK)
    record.measure(f"a byte to its task{among}, without the wire", beyond, resolution=TICK)
    return run


@claim("latency.byte-to-task")
def test_byte_to_task(board: BoardUnderTest, record: Record) -> None:
    latency, allowed = 0.0, 0.0
    for _ in attempts(record):
        run = round_trips(board, record, ready=0)
        wire = lower_quartile(seconds(run, "own"))
        if wire > TIMER_MS / 1e3 / 4:
            raise Inconclusive(
                f"a round trip on the wire alone takes {wire:.3f} s, too near to the timer that a "
                f"delayed wake would wait for ({TIMER_MS} ms); is the host or the wire slow?"
            )
        # USB and hubs carry bytes in frames of a millisecond: a wake that is late costs whole ones
        allowed = wire + 4 * TICK + TURNS * turn(run)
        latency = lower_quartile(seconds(run, "looped")) - wire
        if latency <= allowed:
            break
    assert latency <= allowed


@claim("latency.byte-among-ready")
def test_byte_among_ready(board: BoardUnderTest, record: Record) -> None:
    ready = 4
    run = round_trips(board, record, ready=ready)
    gaps = numbers(run, "gaps")
    in_turns(record, f"a byte to its task among {ready} ready tasks", gaps, ready)
    assert max(gaps) <= ROUNDS * (ready + 1)


# -- turns --------------------------------------------------------------------------------------

READY = 8


@claim("latency.ready-tasks-take-turns")
def test_ready_tasks_take_turns(board: BoardUnderTest, record: Record) -> None:
    run = push(board, "among_ready", tasks=READY, turns=40 * READY, ms=40, flag=False)
    worst = numbers(run, "worst")
    record.measure("gap that a ready task sees among 8", seconds(run, "seen"))
    in_turns(record, "longest gap of each ready task", worst, READY)
    in_turns(record, "longest gap of any ready task", [max(worst)], READY)
    assert len(worst) == READY
    assert max(worst) <= 2 * READY


@claim("latency.woken-among-ready")
def test_woken_among_ready(board: BoardUnderTest, record: Record) -> None:
    flag = "micropython" in board.info.implementation
    run = push(board, "among_ready", tasks=READY, turns=40 * READY, ms=60, flag=flag)
    gaps = {}
    for name in ("event", "timer", "flag") if flag else ("event", "timer"):
        waited = [value for which, value in run.values("never") if which == name]
        found = [data[1] for data in run.values("gap") if data[0] == name]
        assert len(found) == 1, f"no gaps of {name}"
        gaps[name] = list(found[0]) + waited
        assert gaps[name], f"no task was woken by {name}"
        in_turns(record, f"{name} to task among {READY} ready tasks", gaps[name], READY)
    longest = {name: max(found) for name, found in gaps.items()}
    assert max(longest.values()) <= ROUNDS * (READY + len(gaps)), longest


# -- cost ---------------------------------------------------------------------------------------


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
        raise Inconclusive(f"heap or time are too short to see a growth: {sizes} tasks")
    exponent = growth(sizes, [least[tasks] for tasks in sizes])
    name = f"exponent of a switch's growth, tasks {what}"
    record.measure(name, [exponent], "1", resolution=SUBLINEAR / 2)
    return exponent


@claim("latency.switch-growth")
def test_switch_growth(board: BoardUnderTest, record: Record) -> None:
    exponent = 0.0
    for _ in attempts(record):
        exponent = switch_growth(board, record, asleep=False)
        if exponent < SUBLINEAR:
            break
    assert exponent < SUBLINEAR


@claim("latency.switch-among-sleepers")
def test_switch_among_sleepers(board: BoardUnderTest, record: Record) -> None:
    exponent = 0.0
    for _ in attempts(record):
        exponent = switch_growth(board, record, asleep=True)
        if exponent < SUBLINEAR:
            break
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
            raise Inconclusive(f"the heap holds too few tasks to see a growth: {others}")
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


# -- memory -------------------------------------------------------------------------------------


@claim("latency.turns-allocate-nothing")
def test_turns_allocate_nothing(board: BoardUnderTest, record: Record) -> None:
    run = push(board, "allocation", turns=100, sleeps=10, times=3)
    least = {}
    for name, count in (("alone", 100), ("two tasks", 100), ("sleeping", 10)):
        allocated = numbers(run, "allocated", name, count)
        record.measure(f"allocated per turn, {name}", [a / count for a in allocated], unit="B")
        least[name] = min(allocated) / count
    assert max(least.values()) <= 0, least


FEW, MANY = 12, 48


def heap(board: BoardUnderTest, record: Record) -> tuple[Execution, float, float]:
    """The execution, and bytes per task among few and among many."""
    run = push(board, "heap", few=FEW, many=MANY, cycles=10)
    few = [taken / FEW for taken in numbers(run, "tasks", FEW)]
    many = [taken / MANY for taken in numbers(run, "tasks", MANY)]
    record.measure("heap per waiting task", many, unit="B")
    for name, size in run.values("primitive"):
        record.measure(f"heap per {name}", [float(size)], unit="B")
    return run, min(few), min(many)


@claim("latency.heap-per-task")
def test_heap_per_task(board: BoardUnderTest, record: Record) -> None:
    _run, few, many = heap(board, record)
    assert few > 0
    assert many <= 1.25 * few  # the rounding to blocks; a loop's tables are shared by more


@claim("latency.heap-comes-back")
def test_heap_comes_back(board: BoardUnderTest, record: Record) -> None:
    run, few, _many = heap(board, record)
    left = numbers(run, "left")
    kept = left[-1] - left[1]  # the first cycles may grow tables that the loop keeps
    steps = [float(after - before) for before, after in pairwise(left[1:])]
    record.measure(f"heap kept of {FEW} tasks that ended", steps, unit="B")
    # a collector that scans the stack may find some task there still; a leak keeps them all
    assert kept <= 3 * few
