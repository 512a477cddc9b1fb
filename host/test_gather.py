"""Waiting: gather."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


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
def test_nested(board: BoardUnderTest) -> None:
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
def test_cancelled(board: BoardUnderTest) -> None:
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
def test_awaitable_cancelled(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_child_cancelled", return_exceptions=False)
    assert run.value("gatherer-got") == "CancelledError"
    assert run.values("ended") == [0, 2]


@claim("gather.awaitable-cancelled-returned")
def test_awaitable_cancelled_returned(board: BoardUnderTest) -> None:
    run = board.run("waiting/gather_child_cancelled", return_exceptions=True)
    assert run.value("returned") == [0, "CancelledError", 2]


@claim("gather.race")
def test_race(board: BoardUnderTest) -> None:
    for returned in (False, True):
        run = board.run("waiting/gather_race", return_exceptions=returned)
        outcomes = run.values("gatherer")
        assert [outcome[:2] for outcome in outcomes] == [
            (number, fails) for fails in (False, True) for number in range(6)
        ]
        for _, fails, got in outcomes:
            came = "failed" if fails and not returned else "gathered"
            assert got in (["cancelled"], [came, "cancelled"])


@claim("gather.in-wait-for")
def test_in_wait_for(board: BoardUnderTest) -> None:
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
def test_trapped(board: BoardUnderTest) -> None:
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


@claim("gather.returned-exception")
def test_returned_exception(board: BoardUnderTest) -> None:
    run = board.run("waiting/returned_exceptions")
    returned = [data[1] for data in run.values("returned") if data[0] == "gather"]
    assert returned == [[True, True]] * 2


@claim("gather.raises-the-first")
def test_raises_the_first(board: BoardUnderTest) -> None:
    assert board.run("waiting/gather_first").values("raised") == [0, 2, 1]
