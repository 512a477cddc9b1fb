"""However many: tables of a fixed size show only when they are full."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution
from rig.errors import Unsupported

MANY = 40
"""More than a word has bits, and than tables of 8, 16 or 32 entries hold."""
LEAST = 18
"""Fewer than these, for want of memory, show nothing; streams are costly, so as many of them."""


def numbers(run: Execution) -> list[int]:
    """Of how many tasks or streams, by their numbers, the board has memory for."""
    count = run.value("count")
    if count < LEAST:
        raise Unsupported(f"memory: for {LEAST} of them")
    return list(range(count))


@claim("event.wakes-them-all")
def test_event(board: BoardUnderTest) -> None:
    run = board.run("events/many", tasks=MANY)
    assert run.value("before") == []
    assert sorted(run.value("woken")) == numbers(run)


@claim("task.await-by-many")
def test_await(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_by_many", tasks=MANY)
    assert run.value("done") is True
    assert sorted(run.value("got")) == [(number, "value") for number in numbers(run)]


@claim("gather.many")
def test_gather(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_many", tasks=MANY)
    assert run.value("result") == numbers(run)


@claim("stream.many")
def test_streams(board: BoardUnderTest) -> None:
    run = board.run("streams/many", prefix="streams/memory", streams=LEAST)
    assert run.value("waits") == []
    assert run.value("got") == [(number, b"for %d" % number) for number in numbers(run)]


OFTEN = 300
"""More than eight bits count."""


@claim("event.often")
def test_event_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="event", times=OFTEN).value("count") == OFTEN


@claim("lock.often")
def test_lock_often(board: BoardUnderTest) -> None:
    run = board.run("running/often", what="lock", times=OFTEN)
    assert run.value("count") == 1
    assert run.value("locked") == OFTEN


@claim("gather.often")
def test_gather_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="gather", times=OFTEN).value("count") == OFTEN


@claim("wait-for.often")
def test_wait_for_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="wait_for", times=OFTEN).value("count") == OFTEN


@claim("handler.often")
def test_handler_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="failure", times=OFTEN).value("count") == OFTEN


@claim("task.often")
def test_task_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="task", times=OFTEN).value("count") == OFTEN


@claim("task.cancel-often")
def test_cancel_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="cancel", times=OFTEN).value("count") == OFTEN


@claim("wait-for.timeout-often")
def test_timeout_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="timeout", times=OFTEN).value("count") == OFTEN


@claim("task.raises-often")
def test_exception_often(board: BoardUnderTest) -> None:
    assert board.run("running/often", what="exception", times=OFTEN).value("count") == OFTEN


@claim("stream.reads-often")
def test_reads_often(board: BoardUnderTest) -> None:
    execution = board.run("streams/often", prefix="streams/memory", what="reads", times=OFTEN)
    assert execution.value("count") == OFTEN


@claim("stream.writes-often")
def test_writes_often(board: BoardUnderTest) -> None:
    execution = board.run("streams/often", prefix="streams/memory", what="writes", times=OFTEN)
    assert execution.value("count") == OFTEN
