"""Waiting: wait_for and wait_for_ms."""

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
    assert list(outcomes) == list(range(11))
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


@claim("sleep.cancel-any-of-many")
def test_cancel_any_of_many(board: BoardUnderTest) -> None:
    for seed, tasks, every in ((8003, 24, 1), (28008, 24, 3), (36010, 40, 3)):
        run = board.run("waiting/cancel_sleepers", tasks=tasks, seed=seed, every=every)
        assert run.value("short") > 0
        for said, outcome in zip(run.value("said"), run.value("outcomes"), strict=True):
            assert outcome == ("cancelled" if said else "woken")


@claim("wait-for.returned-exception")
def test_returned_exception(board: BoardUnderTest) -> None:
    run = board.run("waiting/returned_exceptions")
    returned = [data[1] for data in run.values("returned") if data[0] == "wait_for"]
    assert returned == [[True]] * 2


@claim("wait-for.own-timeout-error")
def test_own_timeout_error(board: BoardUnderTest) -> None:
    run = board.run("waiting/own_timeout_error")
    assert run.values("raised") == [True, True]
    assert "returned" not in run.names


@claim("wait-for.failed-task")
def test_failed_task(board: BoardUnderTest) -> None:
    run = board.run("waiting/wait_for_failed_task")
    assert run.values("raised") == [("failed", True), ("cancelled", True)]
    assert "returned" not in run.names
