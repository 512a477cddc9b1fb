"""Waiting: wait_for, wait_for_ms and gather."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest

TICK_MS = 1
"""A sleep may end early by the resolution of the millisecond tick."""


@claim("wait-for.result")
def test_result(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_result", ms=False)
    assert run.value("of-coroutine") == "coroutine"
    assert run.value("of-task") == "task"
    assert run.value("of-falsy") == 0


@claim("wait-for.makes-a-task")
def test_makes_a_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_result", ms=False)
    assert run.value("own-task") is True
    assert run.value("same-task") is True
    assert run.values("worked") == ["coroutine", "task", 0, "inner"]
    assert board.run("waiting/wait_for_none", ms=False).value("own-task") is True


@claim("wait-for.is-a-coroutine")
def test_is_a_coroutine(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_result", ms=False)
    assert run.value("as-task") == "inner"


@claim("wait-for.timeout-raises")
def test_timeout_raises(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_timeout", ms=False, task=False)
    assert run.value("timeout") == ("TimeoutError", True)
    assert run.names[-1] == "went-on"


@claim("wait-for.timeout-cancels")
def test_timeout_cancels(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_timeout", ms=False, task=False)
    assert run.names[1:] == ["early", "cancelled", "cleaned", "timeout", "went-on"]


@claim("wait-for.timeout-cancels-a-task")
def test_timeout_cancels_a_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_timeout", ms=False, task=True)
    assert run.names[1:5] == ["early", "cancelled", "cleaned", "timeout"]
    assert run.value("done") is True


@claim("wait-for.timeout-in-seconds")
def test_timeout_in_seconds(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_timeout", ms=False, task=False)
    assert run.names.index("timeout") > run.names.index("early")
    assert "late" not in run.names
    assert run.ms_between("start", "timeout") >= 12 - TICK_MS


@claim("wait-for.timeout-ignored")
def test_timeout_ignored(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_ignored")
    assert run.names == ["ignored", "went-on", "timeout", "end-of-main"]


@claim("wait-for.ended-in-time")
def test_ended_in_time(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_in_time")
    assert run.values("result") == ["value"] * 3
    assert run.names[3:] == ["undisturbed"]


@claim("wait-for.exception")
def test_exception(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_exception", ms=False)
    assert run.values("raised") == [(True, (7, "seven"))] * 2
    assert run.names[2:] == ["went-on"]


@claim("wait-for.cancelled-outside")
def test_cancelled_outside(board: BoardUnderTest) -> None:
    for task in (False, True):
        run = board.run("waiting/wait_for_cancelled", task=task, timeout=60)
        assert run.value("cancel") is True
        assert run.value("waiter-got") == "CancelledError"
        assert run.value("main-got") == "CancelledError"
        assert run.names.count("work-cancelled") == 1
        assert "work-ended" not in run.names


@claim("wait-for.awaitable-cancelled")
def test_awaitable_cancelled(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_awaitable_cancelled")
    assert run.value("waiter-got") == "CancelledError"
    assert run.names == ["waiter-got", "waiter-went-on"]


@claim("wait-for.race")
def test_race(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_race")
    outcomes = dict(run.values("waiter"))
    assert list(outcomes) == list(range(10))
    # The result may come before the cancellation; the cancellation must come.
    for got in outcomes.values():
        assert got in (["cancelled"], ["result", "cancelled"])


@claim("wait-for.trapped-cancellation")
def test_trapped_cancellation(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_trapped")
    assert run.names == ["trapped", "went-on"]


@claim("wait-for.no-timeout")
def test_no_timeout(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_none", ms=False)
    assert run.value("result") == "value"
    assert run.value("raised") == ("failed",)


@claim("wait-for.no-timeout-cancelled")
def test_no_timeout_cancelled(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_cancelled", task=False, timeout=None)
    assert run.value("waiter-got") == "CancelledError"
    assert run.names.count("work-cancelled") == 1


@claim("wait-for.zero")
def test_zero(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_zero")
    assert run.values("timeout") == [(0, True), (-1, True)]
    assert run.names.count("cancelled") == 2


@claim("wait-for.finished-task")
def test_finished_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_zero")
    assert run.values("finished") == [(0, "value"), (-1, "value")]


@claim("wait-for.nested")
def test_nested(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_nested")
    assert run.values("inner-timeout") == ["inner first"]
    assert run.values("inner-cancelled") == ["outer first"]
    assert run.values("cancelled") == ["inner first", "outer first"]
    assert run.values("outer") == [("inner first", "inner's value"), ("outer first", "timeout")]


@claim("wait-for.many")
def test_many(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_many", tasks=16)
    assert run.value("outcomes") == [n if n % 2 else "timeout" for n in range(16)]


@claim("wait-for-ms.result")
def test_ms_result(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_result", ms=True)
    assert run.value("of-coroutine") == "coroutine"
    assert run.value("of-task") == "task"
    assert run.value("of-falsy") == 0


@claim("wait-for-ms.timeout")
def test_ms_timeout(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_timeout", ms=True, task=False)
    assert run.names[1:] == ["early", "cancelled", "cleaned", "timeout", "went-on"]
    assert run.ms_between("start", "timeout") >= 12 - TICK_MS


@claim("wait-for-ms.exception")
def test_ms_exception(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_exception", ms=True)
    assert run.values("raised") == [(True, (7, "seven"))] * 2


@claim("wait-for-ms.is-a-coroutine")
def test_ms_is_a_coroutine(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_result", ms=True)
    assert run.value("as-task") == "inner"


@claim("gather.argument-order")
def test_argument_order(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_order", tasks=7)
    assert run.values("ended") == [6, 5, 4, 3, 2, 1, 0]
    assert run.value("type") == "list"
    assert run.value("result") == [0, 10, 20, 30, 40, 50, 60]


@claim("gather.concurrent")
def test_concurrent(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_order", tasks=7)
    assert sorted(run.values("start")) == list(range(7))
    # Each waits for the one behind it: one after the other they would never end.
    assert run.names[-2:] == ["type", "result"]


@claim("gather.promotes")
def test_promotes(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_kinds")
    assert run.value("own-tasks") == (3, 4)


@claim("gather.finished-tasks")
def test_finished_tasks(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_kinds")
    assert run.value("done") == [True, True, False]
    assert run.value("mixed") == ["slow", "awaited", "finished", "running", "quick", None]
    assert run.value("all-finished") == ["finished", "awaited"]


@claim("gather.empty")
def test_empty(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_kinds")
    assert run.value("empty") == []
    assert run.value("one") == ["only"]


@claim("gather.nested")
def test_gather_nested(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_kinds")
    assert run.value("nested") == [[1, 2], 3, [4]]


@claim("gather.return-exceptions")
def test_return_exceptions(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_exceptions", return_exceptions=True)
    assert run.value("returned") == [0, ("KeyError", ("second",)), ("ValueError", ("first",)), 3]
    assert run.value("same") is True
    assert run.names[:5] == ["ended"] * 4 + ["returned"]


@claim("gather.raises")
def test_raises(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_exceptions", return_exceptions=False)
    assert run.value("raised") == ("ValueError", ("first",))
    assert run.value("same") is True
    # It does not wait for the slowest.
    assert run.names.index("raised") < 4


@claim("gather.others-go-on")
def test_others_go_on(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_exceptions", return_exceptions=False)
    assert sorted(run.values("ended")) == [0, 1, 2, 3]
    assert run.names[-1] == "end-of-main"


@claim("gather.raises-once")
def test_raises_once(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_same_turn")
    assert run.names == ["raised", "went-on"]
    # The one that failed first, not the one that stands first.
    assert run.value("raised") == (2,)


@claim("gather.failed-task")
def test_failed_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_failed_task", return_exceptions=False)
    assert run.value("raised") == ("failed",)
    assert run.values("ended") == [0, 2]
    # It does not wait for the others first.
    assert run.names[:2] == ["failed-before", "raised"]


@claim("gather.failed-task-returned")
def test_failed_task_returned(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_failed_task", return_exceptions=True)
    assert run.value("returned") == [0, ("failed",), 2]


@claim("gather.cancelled")
def test_gather_cancelled(board: BoardUnderTest) -> None:
    for return_exceptions in (False, True):
        run = board.run("waiting/gather_cancel", return_exceptions=return_exceptions)
        assert run.value("cancel") is True
        assert run.value("gatherer-got") == "CancelledError"
        assert run.value("main-got") == "CancelledError"


@claim("gather.cancels-all")
def test_cancels_all(board: BoardUnderTest) -> None:
    for return_exceptions in (False, True):
        run = board.run("waiting/gather_cancel", return_exceptions=return_exceptions)
        assert run.values("cancelled") == [0, 2, 3]
        assert run.value("done") == [True] * 4


@claim("gather.awaitable-cancelled")
def test_gather_awaitable_cancelled(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_child_cancelled", return_exceptions=False)
    assert run.value("gatherer-got") == "CancelledError"
    assert run.values("ended") == [0, 2]


@claim("gather.awaitable-cancelled-returned")
def test_gather_awaitable_cancelled_returned(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_child_cancelled", return_exceptions=True)
    assert run.value("returned") == [0, "CancelledError", 2]


@claim("gather.race")
def test_gather_race(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_race")
    outcomes = run.values("gatherer")
    assert [outcome[:2] for outcome in outcomes] == [
        (number, fails) for fails in (False, True) for number in range(6)
    ]
    for _, fails, got in outcomes:
        assert got in (["cancelled"], ["failed" if fails else "gathered", "cancelled"])


@claim("gather.in-wait-for")
def test_gather_in_wait_for(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_in_wait_for")
    assert run.names.count("timeout") == 1
    assert sorted(run.values("cancelled")) == [1, 2]
    assert run.value("result") == [0, 0]


@claim("gather.shared-task")
def test_shared_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_shared")
    assert run.value("other-waiter") == "shared"
    assert run.value("shared") == ["shared", "own"]
    assert run.value("twice") == ["twice", "twice"]


@claim("gather.trapped-cancellation")
def test_gather_trapped(board: BoardUnderTest) -> None:
    run = board.run("events/trapped", kind="gather", tasks=1)
    assert run.names == ["trapped"] * 1 + ["set-other"] + ["woken"] * 1


@claim("gather.tasks-remain-tasks")
def test_tasks_remain_tasks(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_then_await")
    assert run.value("first") == ("first",)
    assert run.value("gathered") == ["one", "two"]
    assert run.value("awaited") == "awaited"
    assert run.value("raised") == ("ValueError", ("late",))


@claim("gather.shared-task-not-wrong")
def test_shared_task_not_wrong(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_shared")
    assert run.value("other-waiter") == "shared"
    assert run.values("shared") in ([["shared", "own"]], [])
    assert run.values("twice") in ([["twice", "twice"]], [])
    assert len(run.events) == 3


@claim("gather.await-after")
def test_await_after(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_kinds")
    assert run.value("await-after") == ("running", "finished", True)
