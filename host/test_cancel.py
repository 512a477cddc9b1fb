"""Cancellation: whom it reaches, how often, and what it leaves behind."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


def cancelled(board: BoardUnderTest, kind: str, turns: int = 4) -> list[str]:
    """Cancel a task that waits in this way; what it saw. It was over within a few turns."""
    run = board.run("tasks/cancel", kind=kind, turns=turns, after=6)
    assert run.value("awaited") == "CancelledError"
    log: list[str] = run.value("log")
    return log


@claim("task.cancel-injects")
def test_cancel_injects(board: BoardUnderTest) -> None:
    assert cancelled(board, "sleep") == ["starts", "CancelledError", "finally"]


@claim("task.cancel-unstarted")
def test_cancel_unstarted(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_unstarted")
    assert run.value("awaited") == "CancelledError"
    assert run.value("log") == []


@claim("task.cancel-ready")
def test_cancel_ready(board: BoardUnderTest) -> None:
    assert cancelled(board, "ready") == ["starts", "CancelledError", "finally"]


@claim("task.cancel-in-coroutine")
def test_cancel_in_coroutine(board: BoardUnderTest) -> None:
    log = cancelled(board, "coroutine")
    assert log == ["starts", "inner CancelledError", "CancelledError", "finally"]


@claim("task.cancel-waiting-for-event")
def test_cancel_waiting_for_event(board: BoardUnderTest) -> None:
    assert cancelled(board, "event") == ["starts", "CancelledError", "finally"]


@claim("task.cancel-waiting-for-task")
def test_cancel_waiting_for_task(board: BoardUnderTest) -> None:
    log = cancelled(board, "task")
    assert log == ["starts", "inner CancelledError", "CancelledError", "finally"]


@claim("task.cancel-through-chain")
def test_cancel_through_chain(board: BoardUnderTest) -> None:
    log = dict(board.run("tasks/cancel_awaited").values("log"))[False]
    assert log[0] == "innermost"
    names = [entry[0] for entry in log[1:] if isinstance(entry, tuple)]
    assert sorted(names) == ["middle", "other", "top"]
    assert names.index("middle") < names.index("top")
    assert {entry[1] for entry in log if isinstance(entry, tuple)} == {"CancelledError"}
    assert log[-2:] == ["CancelledError", "CancelledError"]


@claim("task.cancel-awaited-ignores")
def test_cancel_awaited_ignores(board: BoardUnderTest) -> None:
    log = dict(board.run("tasks/cancel_awaited").values("log"))[True]
    waiters = [entry for entry in log if isinstance(entry, tuple)]
    assert sorted(waiters) == [(name, "value") for name in ("middle", "other", "top")]
    assert log[-2:] == ["value", "value"]


@claim("task.await-cancelled")
def test_await_cancelled(board: BoardUnderTest) -> None:
    log = board.run("tasks/await_cancelled").value("log")
    assert sorted(log) == sorted(
        (name, what) for name in ("a", "b", "late") for what in ("CancelledError", "goes on")
    )


@claim("task.cancel-may-be-ignored")
def test_cancel_may_be_ignored(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_ignored", times=1)
    assert run.value("value") == "value"
    assert run.value("log") == ["ignored", 0, 1, 2]


@claim("task.cancel-again")
def test_cancel_again(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_ignored", times=3)
    assert run.value("value") == "value"
    assert run.value("log") == ["ignored", "ignored", "ignored", 0, 1, 2]


@claim("task.cancel-runs-finally")
def test_cancel_runs_finally(board: BoardUnderTest) -> None:
    log = board.run("tasks/cancel_cleanup").value("log")
    assert log == [
        "third",
        "second starts",
        "second ends",
        "first trapped",
        "first",
        "CancelledError",
    ]


@claim("task.cancel-trapped")
def test_cancel_trapped(board: BoardUnderTest) -> None:
    ends = board.run("tasks/cancel_raises").values("ends")
    assert ends[:2] == [("ValueError", "instead"), ("value", "instead")]


@claim("task.cancel-in-finally")
def test_cancel_in_finally(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_raises")
    assert run.value("log") == ["cancelled in finally"]
    assert run.values("ends")[2] == "CancelledError"


@claim("task.cancel-finished")
def test_cancel_finished(board: BoardUnderTest) -> None:
    ends = board.run("tasks/cancel_finished").values("ends")
    assert ends == [(end, end) for end in ("value", "ValueError mine", "CancelledError")]


@claim("task.cancel-says")
def test_cancel_says(board: BoardUnderTest) -> None:
    assert board.run("tasks/cancel_finished").values("said") == [False] * 3
    assert board.run("tasks/cancel", kind="sleep", turns=2).value("said") is True
    assert board.run("tasks/cancel_unstarted").value("said") is True
    twice = board.run("tasks/cancel_twice").all("done")
    assert [event.data[1] for event in twice] == [[True, True]] * 2


@claim("task.cancel-self")
def test_cancel_self(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_self")
    assert run.value("value") == "value"
    told, then = run.value("log")
    assert (told, then) in [("told", "CancelledError"), ("refused RuntimeError", "went on")]


@claim("task.cancel-only-those")
def test_cancel_only_those(board: BoardUnderTest) -> None:
    for step in (1, 17, 41):
        run = board.run("tasks/cancel_many", tasks=42, step=step)
        told = run.value("told")
        assert sorted(told) == [n for n in range(42) if n % 3]
        assert run.value("cancelled") == told
        assert run.value("woke") == list(range(0, 42, 3))
        assert run.value("cancelled_at_the_end") == len(told)


@claim("task.cancel-while-others-come")
def test_cancel_while_others_come(board: BoardUnderTest) -> None:
    for seed in (1, 7, 1234):
        run = board.run("tasks/cancel_workout", seed=seed, rounds=25)
        assert len(run.value("told")) >= 25
        assert run.value("heard") == run.value("told")
        assert run.value("woke") == run.value("short")


@claim("task.cancel-leaves-other-waiters")
def test_cancel_leaves_other_waiters(board: BoardUnderTest) -> None:
    logs = board.run("tasks/cancel_waiters").values("log")
    assert logs == [[("a", "resumed"), ("b", "cancelled"), ("c", "resumed")]] * 2


@claim("task.cancel-race")
def test_cancel_race(board: BoardUnderTest) -> None:
    assert board.run("tasks/cancel_race", turns=5).values("log") == [
        ["CancelledError", "raised"],
        ["inner ends", "CancelledError", "raised"],
        ["inner ends", "value", "CancelledError", "raised"],
        ["inner ends", "value", "went on", "returned"],
        ["inner ends", "value", "went on", "returned"],
    ]


@claim("task.cancel-is-fair")
def test_cancel_is_fair(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_fair", times=30)
    assert run.value("cancels") == 30
    assert run.value("turns") >= 15


@claim("task.cancelled-error-is-no-exception")
def test_cancelled_error_is_no_exception(board: BoardUnderTest) -> None:
    assert board.run("tasks/cancelled_error").value("log") == [("CancelledError", False)]


@claim("task.cancel-twice")
def test_cancel_twice(board: BoardUnderTest) -> None:
    run = board.run("tasks/cancel_twice")
    assert run.names == ["cancelled", "done", "went-on"] * 2
    assert [event.data[0] for event in run.all("done")] == [False, False]


@claim("task.cancel-long-chain")
def test_cancel_long_chain(board: BoardUnderTest) -> None:
    length = 12
    run = board.run("tasks/cancel_chain", length=length)
    logs = run.values("log")
    assert logs[:2] == [["last"], ["last", "last"]]
    assert logs[2] == ["last", "last", *range(length)]
    assert run.value("done") is True
