"""Tasks: created, awaited, finished."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


@claim("task.create-schedules")
def test_create_schedules(board: BoardUnderTest) -> None:
    run = board.run("tasks/create")
    assert run.value("at_once") == [("a", "created")]
    assert run.value("log")[:3] == [("a", "created"), ("a", "runs"), ("main", "goes on")]


@claim("task.create-returns-task")
def test_create_returns_task(board: BoardUnderTest) -> None:
    assert board.run("tasks/create").value("same") is True


@claim("task.create-in-task")
def test_create_in_task(board: BoardUnderTest) -> None:
    run = board.run("tasks/create")
    assert run.value("child") == "child"
    assert run.value("log")[3:] == [("parent", "runs"), ("parent", "created"), ("child", "runs")]


@claim("task.runs-unawaited")
def test_runs_unawaited(board: BoardUnderTest) -> None:
    assert board.run("tasks/unawaited", tasks=8).value("log") == list(range(8))


@claim("task.await-waits")
def test_await_waits(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_value")
    assert run.value("log") == ["starts", "ends", "awaited"]


@claim("task.await-returns-value")
def test_await_returns_value(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_value")
    assert run.value("value") is True
    assert run.value("ended") == ["starts", "ends"]
    assert run.value("finished") is True


@claim("task.await-again")
def test_await_again(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_value")
    assert run.values("again") == [True, True]
    assert run.value("log").count("starts") == 1


@claim("task.await-by-several")
def test_await_by_several(board: BoardUnderTest) -> None:
    waiters = board.run("tasks/await_value").value("waiters")
    assert waiters == ["starts", "ends"] + [(name, True) for name in range(4)]


@claim("task.await-after-gather")
def test_await_after_gather(board: BoardUnderTest) -> None:
    assert board.run("tasks/await_after_gather").values("again") == [0, 1, "ValueError 2"]


@claim("task.await-main-later")
def test_await_main_later(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_main", raises=False)
    assert run.value("later") == "value"
    assert run.value("ended") == "over"


@claim("task.await-failed-main")
def test_await_failed_main(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_main", raises=True)
    assert run.value("later") == "ValueError mine"
    assert run.value("ended") == "over"


@claim("task.await-many")
def test_await_many(board: BoardUnderTest) -> None:
    values = board.run("tasks/many_values", tasks=50, step=33).value("values")
    assert values == [(n * 33 % 50) ** 2 for n in range(50)]


@claim("task.await-finished-is-immediate")
def test_await_finished_is_immediate(board: BoardUnderTest) -> None:
    run = board.run("tasks/finished_waits")
    assert run.value("total") == 10
    assert run.value("turns") == 0


RAISED = ("ValueError", ("a", 1), True)


@claim("task.await-raises")
def test_await_raises(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_raises")
    assert run.value("running") == RAISED
    assert run.values("ended")[0] == RAISED


@claim("task.await-raises-again")
def test_await_raises_again(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_raises")
    assert run.value("again") == RAISED
    assert run.value("later") == RAISED
    assert run.values("ended") == [RAISED, RAISED]


@claim("task.await-raises-later-too")
def test_await_raises_later_too(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_raises_later")
    assert run.value("first") == "its own"
    assert run.value("later") == "its own"


@claim("task.await-raises-to-each")
def test_await_raises_to_each(board: BoardUnderTest) -> None:
    assert board.run("tasks/await_raises").values("each") == [RAISED] * 3


@claim("task.retrieved-is-not-handled")
def test_retrieved_is_not_handled(board: BoardUnderTest) -> None:
    run = board.run("tasks/await_raises")
    assert run.value("just_failed") == RAISED
    assert run.value("handled") == 0


@claim("task.done")
def test_done(board: BoardUnderTest) -> None:
    done = board.run("tasks/done").values("done")
    running = {"inside", "created", "waiting", "told", "main"}
    assert len(done) == 3 * 6 + 1
    assert [stage for stage in done if stage[2] is not (stage[1] not in running)] == []


@claim("task.main-done")
def test_main_done(board: BoardUnderTest) -> None:
    run = board.run("tasks/done")
    assert run.values("main_done") == [("returns", True), ("raises", True)]


@claim("task.current")
def test_current(board: BoardUnderTest) -> None:
    run = board.run("tasks/current")
    log = run.value("log")
    assert len(log) >= 12
    assert all(log), log
    assert run.value("different") == 4
