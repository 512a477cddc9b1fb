"""What the loop takes of the heap, and what it gives back."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution
from rig.figure import size

TASK_BYTES = 1024
ROUNDS = 6
TIMES = 20
WARM_UP = 2
"""Rounds after which whatever is made once (modules, interned names) has been made."""
LEAK_BYTES = 16
"""The smallest block of any port's heap: a leak loses at least one each time."""


def assert_freed(run: Execution, count: int) -> None:
    used = run.values("used")
    assert len(used) == count
    for _, levels in used:
        grown = levels[-1] - levels[WARM_UP - 1]
        assert grown < LEAK_BYTES * TIMES * (ROUNDS - WARM_UP)


@claim("resource.loop-allocates-nothing")
def test_loop_allocates_nothing(board: BoardUnderTest) -> None:
    run = board.run("resources/heap_locked", flag=False)
    assert "memory-error" not in run.names
    assert run.value("ticks") == (True, True, True)


@claim("resource.polling-allocates-nothing")
def test_polling_allocates_nothing(board: BoardUnderTest) -> None:
    run = board.run("resources/heap_locked", flag=True)
    assert "memory-error" not in run.names
    assert run.value("flag") == 1


@claim("resource.write-allocates-nothing")
def test_write_allocates_nothing(board: BoardUnderTest) -> None:
    run = board.run("resources/write_heap_locked")
    assert run.values("written") == [(True, 1), (False, 1)]


@claim("resource.memory-per-task")
def test_memory_per_task(board: BoardUnderTest) -> None:
    run = board.run("resources/per_task", few=5, many=50)
    taken = run.values("bytes")
    assert [count for count, _ in taken] == [5, 50]
    for count, total in taken:
        assert size(f"a task among {count}", total, count) <= TASK_BYTES


@claim("resource.tasks-are-freed")
def test_tasks_are_freed(board: BoardUnderTest) -> None:
    run = board.run("resources/freed", kind="tasks", rounds=ROUNDS, times=TIMES)
    assert_freed(run, 4)


@claim("resource.cancelled-tasks-are-freed")
def test_cancelled_tasks_are_freed(board: BoardUnderTest) -> None:
    run = board.run("resources/freed", kind="cancelled", rounds=ROUNDS, times=TIMES)
    assert_freed(run, 3)


@claim("resource.waits-are-freed")
def test_waits_are_freed(board: BoardUnderTest) -> None:
    run = board.run("resources/freed", kind="waits", rounds=ROUNDS, times=TIMES)
    assert_freed(run, 3)


@claim("resource.runs-are-freed")
def test_runs_are_freed(board: BoardUnderTest) -> None:
    assert_freed(board.run("resources/runs_freed", rounds=ROUNDS, times=TIMES), 1)
