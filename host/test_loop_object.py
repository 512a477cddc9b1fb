"""The Loop object: its methods, and the exception handlers."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


@claim("loop.get")
def test_get(board: BoardUnderTest) -> None:
    assert board.run("loop_object/get_loop").value("same") == [True, True, True]


@claim("loop.runs-tasks")
def test_runs_tasks(board: BoardUnderTest) -> None:
    assert board.run("loop_object/get_loop").value("runs_tasks") == ["ran"]


@claim("loop.new-resets")
def test_new_resets(board: BoardUnderTest) -> None:
    run = board.run("loop_object/new_loop")
    assert run.values("ended") == ["paused", "paused"]
    assert run.values("log")[:2] == [[], []]


@claim("loop.new-resets-waits")
def test_new_resets_waits(board: BoardUnderTest) -> None:
    assert board.run("loop_object/new_loop_flag").value("log") == ["again"]


@claim("loop.new-returns-it")
def test_new_returns_it(board: BoardUnderTest) -> None:
    run = board.run("loop_object/new_loop")
    assert run.value("same") == (True, True)
    assert run.values("log")[2] == ["kept", "kept again"]


@claim("loop.cannot-be-created")
def test_cannot_be_created(board: BoardUnderTest) -> None:
    run = board.run("loop_object/make_loop")
    assert run.value("made") != "works"
    assert run.value("log") == []


@claim("loop.create-task")
def test_create_task(board: BoardUnderTest) -> None:
    run = board.run("loop_object/create")
    assert run.value("at_once") == []
    assert run.value("values") == ("early", "inside")
    assert run.value("same") == (True, True)
    assert run.value("log") == ["early", "created", "inside"]


@claim("loop.until-complete")
def test_until_complete(board: BoardUnderTest) -> None:
    run = board.run("loop_object/until_complete")
    assert run.value("coroutine") == "value"
    assert run.values("log")[0] == ["starts", "ends"]


@claim("loop.until-complete-of-task")
def test_until_complete_of_task(board: BoardUnderTest) -> None:
    run = board.run("loop_object/until_complete")
    assert run.value("before") == []
    assert run.value("task") == "value"
    assert run.values("log")[1] == ["starts", "ends"]


@claim("loop.until-complete-raises")
def test_until_complete_raises(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_complete").values("raised") == [True, True]


@claim("loop.until-complete-promotes")
def test_until_complete_promotes(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_complete").value("promoted") == "Task"


@claim("loop.until-complete-ends")
def test_until_complete_ends(board: BoardUnderTest) -> None:
    run = board.run("loop_object/until_finished")
    assert run.names == ["value", "value", "current", "failed", "handled"]


@claim("loop.no-task-after-until-complete")
def test_no_task_after_until_complete(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_finished").value("current") in ("none", "NoneType")


@claim("loop.until-complete-of-failed")
def test_until_complete_of_failed(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_finished").value("failed") == "ValueError mine"


@claim("loop.until-complete-retrieves")
def test_until_complete_retrieves(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_finished").value("handled") == 0


@claim("loop.until-complete-of-finished")
def test_until_complete_of_finished(board: BoardUnderTest) -> None:
    assert board.run("loop_object/until_finished").values("value") == ["value", "value"]


def turns(log: list[object]) -> list[int]:
    """The worker's turns in this log, which all come in order."""
    return [entry[1] for entry in log if isinstance(entry, tuple)]


@claim("loop.stop")
def test_stop(board: BoardUnderTest) -> None:
    run = board.run("loop_object/stop", stops=[1])
    log = run.value("log")
    assert "stop" in log
    assert len(turns(log)) >= 3
    assert len(log) - log.index("stop") - 1 <= 1


@claim("loop.stop-twice")
def test_stop_twice(board: BoardUnderTest) -> None:
    run = board.run("loop_object/stop", stops=[2, 3, 1])
    assert run.values("returned") == [None] * 3
    for log in run.values("log"):
        assert log.count("stop") == 1
        assert len(log) - log.index("stop") - 1 <= 1
        assert len(turns(log)) >= 3


@claim("loop.restart")
def test_restart(board: BoardUnderTest) -> None:
    run = board.run("loop_object/stop", stops=[1, 1, 1])
    logs = run.values("log")
    assert [log.count("stop") for log in logs] == [1, 1, 1]
    every = [turn for log in logs for turn in turns(log)]
    assert every == list(range(len(every)))
    assert min(len(turns(log)) for log in logs) >= 3


@claim("loop.stop-when-not-running")
def test_stop_when_not_running(board: BoardUnderTest) -> None:
    for after_forever in (False, True):
        run = board.run("loop_object/stop_first", after_forever=after_forever, times=2)
        assert run.value("ended") == 10
        assert run.value("log") == [0, 1, 2]


@claim("loop.forever-when-idle")
def test_forever_when_idle(board: BoardUnderTest) -> None:
    run = board.run("loop_object/forever_idle", ms=15)
    assert run.value("log") == ["worker ends", "stop"]


@claim("loop.close")
def test_close(board: BoardUnderTest) -> None:
    run = board.run("loop_object/close")
    assert run.value("value") == "value"
    assert run.value("closed") is None


@claim("handler.arguments")
def test_handler_arguments(board: BoardUnderTest) -> None:
    run = board.run("loop_object/contexts", keep=False)
    assert run.values("arguments") == [(2, True, "dict")] * 3


@claim("handler.keys")
def test_handler_keys(board: BoardUnderTest) -> None:
    run = board.run("loop_object/contexts", keep=False)
    assert run.values("keys") == [["exception", "future", "message"]] * 3
    assert run.values("message") == [("str", True)] * 3


@claim("handler.exception")
def test_handler_exception(board: BoardUnderTest) -> None:
    run = board.run("loop_object/contexts", keep=False)
    assert run.values("exception") == [True] * 3


@claim("handler.future")
def test_handler_future(board: BoardUnderTest) -> None:
    run = board.run("loop_object/contexts", keep=False)
    assert run.values("future") == [(True, "Task")] * 3


@claim("handler.once-per-failure")
def test_handler_once_per_failure(board: BoardUnderTest) -> None:
    log = board.run("loop_object/handler_timing").value("log")
    assert [entry for entry in log if entry != "handler"] == [0, 1, 2, 3, 4, 5, "main ends"]
    assert log.count("handler") == 1
    assert log[-1] == "main ends"


@claim("handler.not-for-others")
def test_handler_not_for_others(board: BoardUnderTest) -> None:
    assert board.run("loop_object/not_called").value("calls") == []


@claim("handler.set-get")
def test_handler_set_get(board: BoardUnderTest) -> None:
    run = board.run("loop_object/handlers")
    for moment in ("none_at_first", "first_set", "second_set", "none_again"):
        assert run.value(moment) is True, moment


@claim("handler.replaced")
def test_handler_replaced(board: BoardUnderTest) -> None:
    calls = board.run("loop_object/handlers").value("calls")
    assert calls == [("first", "a"), ("first", "b"), ("second", "c")]


@claim("handler.none-is-default")
def test_handler_none_is_default(board: BoardUnderTest) -> None:
    output = board.run("loop_object/handlers").output
    assert "for-the-default-handler" in output.partition("looprig: the next exception")[2]


@claim("handler.default-reports")
def test_handler_default_reports(board: BoardUnderTest) -> None:
    run = board.run("loop_object/default")
    assert run.names == ["goes_on"]
    for word in ("ValueError", "looprig-marker", "a_coroutine_of_mine"):
        assert word in run.output


@claim("handler.default-prints-context")
def test_handler_default_prints_context(board: BoardUnderTest) -> None:
    output = board.run("loop_object/call").output
    for word in ("looprig-message", "looprig-exception", "future", "a_coroutine_of_mine"):
        assert word in output


@claim("handler.call")
def test_handler_call(board: BoardUnderTest) -> None:
    run = board.run("loop_object/call")
    assert run.value("calls") == [(True, True)]
    assert run.value("context") == (["exception", "future", "message", "mine"], 1)
    assert run.value("calls_at_the_end") == 1


@claim("handler.default-takes-context")
def test_handler_default_takes_context(board: BoardUnderTest) -> None:
    run = board.run("loop_object/default_call")
    assert run.names == ["called"]
    assert "looprig-exception" in run.output


@claim("handler.stays-set")
def test_handler_stays_set(board: BoardUnderTest) -> None:
    run = board.run("loop_object/handler_kept")
    assert run.value("kept") is True
    assert run.value("calls") == ["a", "b"]


@claim("handler.may-stop-the-loop")
def test_handler_may_stop_the_loop(board: BoardUnderTest) -> None:
    log = board.run("loop_object/handler_stops").value("log")
    assert log.count("handler") == log.count("stopped") == 1
    assert log[0] == "handler"
    assert log.index("stopped") <= 2
    assert [turn for turn in log if isinstance(turn, int)] == [0, 1, 2]


@claim("handler.like-failures")
def test_handler_like_failures(board: BoardUnderTest) -> None:
    run = board.run("loop_object/like_failures")
    assert run.values("calls") == [3, 6]


@claim("handler.looked-at")
def test_handler_looked_at(board: BoardUnderTest) -> None:
    run = board.run("loop_object/looked_at")
    assert run.values("calls") == [("nothing", 1), ("done", 2)]
    assert run.value("done") is True


@claim("handler.acts")
def test_handler_acts(board: BoardUnderTest) -> None:
    assert board.run("loop_object/handler_acts").value("log") == ["first", "work", "second"]
