"""What the loop takes of the heap, and what it gives back."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.heap import ELSEWHERE, LEAK_BYTES, least_kept
from rig.figure import size

TASK_BYTES = 1024
ROUNDS = 6
TIMES = 20
WARM_UP = 2
"""Rounds after which whatever is made once (modules, interned names) has been made."""


def assert_freed(board: BoardUnderTest, script: str, count: int, **params: Any) -> None:
    most = LEAK_BYTES * TIMES * (ROUNDS - WARM_UP)

    def live(aside: int) -> int:
        run = board.run(script, prefix=ELSEWHERE, rounds=ROUNDS, times=TIMES, aside=aside, **params)
        used = run.values("used")
        assert len(used) == count
        grown: int = max(levels[-1] - levels[WARM_UP - 1] for _, levels in used)
        return grown

    assert least_kept(live, most) < most


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
    assert_freed(board, "resources/freed", 4, kind="tasks")


@claim("resource.cancelled-tasks-are-freed")
def test_cancelled_tasks_are_freed(board: BoardUnderTest) -> None:
    assert_freed(board, "resources/freed", 3, kind="cancelled")


@claim("resource.waits-are-freed")
def test_waits_are_freed(board: BoardUnderTest) -> None:
    assert_freed(board, "resources/freed", 3, kind="waits")


@claim("resource.runs-are-freed")
def test_runs_are_freed(board: BoardUnderTest) -> None:
    assert_freed(board, "resources/runs_freed", 1)
