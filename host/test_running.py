"""Running programs: asyncio.run, and what it leaves behind."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


@claim("run.to-completion")
def test_to_completion(board: BoardUnderTest) -> None:
    log = board.run("running/chain", depth=6).value("log")
    assert log == [("down", n) for n in (6, 5, 4, 3, 2, 1, 0)] + [("up", n) for n in range(7)]


@claim("run.value-through-awaits")
def test_value_through_awaits(board: BoardUnderTest) -> None:
    assert board.run("running/chain", depth=3).value("value") == [3, [2, [1, [0, []]]]]


@claim("run.exception-through-awaits")
def test_exception_through_awaits(board: BoardUnderTest) -> None:
    run = board.run("running/chain_raises", depth=6)
    assert run.value("raised") == ("ValueError", True)
    assert run.value("passed") == [1, 2, 3, 4, 5, 6]


@claim("run.exception-of-awaited-task")
def test_exception_of_awaited_task(board: BoardUnderTest) -> None:
    run = board.run("running/task_raises")
    assert run.names == ["raised"]
    assert run.value("raised") is True


@claim("run.after-close")
def test_after_close(board: BoardUnderTest) -> None:
    run = board.run("loop_object/close")
    assert run.value("closed") is None
    assert run.value("afterwards") == "value"


@claim("run.ends-as-main-did")
def test_ends_as_main_did(board: BoardUnderTest) -> None:
    ended = board.run("running/others_fail").values("ended")
    assert ended == [("returned", "value"), ("raised", "Stop"), ("returned", "value")]


@claim("run.base-exceptions-pass")
def test_base_exceptions_pass(board: BoardUnderTest) -> None:
    run = board.run("running/base_exceptions")
    kinds = ["SystemExit", "KeyboardInterrupt", "Own", "GeneratorExit"]
    assert run.values("raised") == [(kind, True) for kind in kinds]
    assert run.values("next") == ["fine"] * len(kinds)


@claim("run.no-task-outside")
def test_no_task_outside(board: BoardUnderTest) -> None:
    run = board.run("running/outside")
    assert run.values("inside") == ["Task", "Task"]
    outside = run.values("outside")
    assert [when for when, _ in outside] == [
        "before",
        "after return",
        "after exception",
        "at the end",
    ]
    none = ("raises RuntimeError", "NoneType")
    assert [what for _, what in outside if what not in none] == []


@claim("run.no-task-outside-raises")
def test_no_task_outside_raises(board: BoardUnderTest) -> None:
    outside = board.run("running/outside").values("outside")
    assert [what for _, what in outside] == ["raises RuntimeError"] * 4


@claim("run.one-after-another")
def test_one_after_another(board: BoardUnderTest) -> None:
    kinds = "rnernccnrenrr"
    log = board.run("running/in_turn", kinds=kinds).value("log")
    for number, kind in enumerate(kinds):
        ends = {"r": [number, number], "n": None, "e": ("ValueError", (number,))}
        assert log[number] == ends.get(kind, "CancelledError")
    assert len(log) == len(kinds)


@claim("run.main-cancelled")
def test_main_cancelled(board: BoardUnderTest) -> None:
    run = board.run("running/main_cancelled")
    assert run.values("ended")[0] == ("raised", "CancelledError")
    assert run.values("log")[0] == ["cancelled", "finally"]


@claim("run.main-ignores-cancel")
def test_main_ignores_cancel(board: BoardUnderTest) -> None:
    run = board.run("running/main_cancelled")
    assert run.values("ended")[1] == ("returned", "ignored it")
    assert run.values("log")[1] == ["cancelled", "finally"]


@claim("run.main-awaited-by-others")
def test_main_awaited_by_others(board: BoardUnderTest) -> None:
    run = board.run("running/main_awaited")
    assert run.values("returned") == ["value"] * 3
    assert run.values("raised") == [True] * 3


@claim("run.exception-is-not-handled-too")
def test_exception_is_not_handled_too(board: BoardUnderTest) -> None:
    run = board.run("running/main_awaited")
    assert run.values("raised") == [True] * 3
    assert run.value("handler_calls") == []


@claim("run.waits-for-main")
def test_waits_for_main(board: BoardUnderTest) -> None:
    run = board.run("running/waits_for_main", ms=15)
    assert run.value("ended") == ("waited", True)


@claim("run.no-task-after-exit")
def test_no_task_after_exit(board: BoardUnderTest) -> None:
    run = board.run("running/after_exit")
    assert run.values("left") == ["SystemExit", "KeyboardInterrupt"]
    assert run.values("current") == ["none", "none"]
    assert run.values("cancel") == ["done", "done"]


@claim("task.async-iterators")
def test_async_iterators(board: BoardUnderTest) -> None:
    run = board.run("running/iterators")
    assert run.value("got") == [[4, 2, 0], [1, 0], [[2, 0], [0], []]]
    assert run.values("left") == [False, False, False, True]
    assert run.names[-1] == "cancelled"
