"""Errors: what is refused, what a failing task does to others, how exceptions travel."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest

NO_COROUTINES = ["None", "int", "str", "function", "object", "list", "task"]


@claim("error.create-task-refuses")
def test_create_task_refuses(board: BoardUnderTest) -> None:
    run = board.run("errors/not_coroutines")
    refused = [kind for name, kind, _ in run.values("refused") if name == "create_task"]
    assert refused == NO_COROUTINES
    assert run.value("ended") == "still works"


@claim("error.loop-create-task-refuses")
def test_loop_create_task_refuses(board: BoardUnderTest) -> None:
    run = board.run("errors/not_coroutines")
    refused = [kind for name, kind, _ in run.values("refused") if name == "loop.create_task"]
    assert refused == NO_COROUTINES
    assert run.value("ended") == "still works"


@claim("error.create-task-type-error")
def test_create_task_type_error(board: BoardUnderTest) -> None:
    run = board.run("errors/not_coroutines")
    assert [error for *_, error in run.values("refused")] == ["TypeError"] * 2 * len(NO_COROUTINES)


@claim("error.run-refuses")
def test_run_refuses(board: BoardUnderTest) -> None:
    run = board.run("errors/run_not_coroutines")
    assert [kind for kind, _ in run.values("refused")] == ["None", "int", "str", "function"]
    assert run.value("ended") == "value"


@claim("error.await-refuses")
def test_await_refuses(board: BoardUnderTest) -> None:
    run = board.run("errors/await_nothing")
    assert run.values("refused") == ["None", "1"]
    assert run.value("ended") == "still works"


@claim("error.isolated")
def test_isolated(board: BoardUnderTest) -> None:
    run = board.run("errors/isolated", tasks=20)
    assert run.value("ended") == [n for n in range(20) if n % 3]


@claim("error.each-is-handled")
def test_each_is_handled(board: BoardUnderTest) -> None:
    run = board.run("errors/isolated", tasks=20)
    assert run.value("handled") == [n for n in range(20) if n % 3 == 0]


@claim("error.kept-whole")
def test_kept_whole(board: BoardUnderTest) -> None:
    run = board.run("errors/kept_whole")
    assert run.values("raised") == [
        ("Own", ("own", 7), True),
        ("OSError", (5,), True),
        ("KeyError", ("k",), True),
        ("RuntimeError", (), True),
        ("AssertionError", ("a",), True),
    ]
    assert run.value("code") == 7


@claim("error.late-retrieval")
def test_late_retrieval(board: BoardUnderTest) -> None:
    assert board.run("errors/late_retrieval").values("raised") == [True, True]


@claim("error.reported-once")
def test_reported_once(board: BoardUnderTest) -> None:
    assert board.run("errors/late_retrieval").value("told") <= 1


@claim("error.exit-in-task")
def test_exit_in_task(board: BoardUnderTest) -> None:
    run = board.run("errors/base_in_task")
    assert run.values("left") == [("SystemExit", True), ("KeyboardInterrupt", True)]
    assert run.value("log") == []
    assert run.value("next") == "fine"


@claim("error.finally")
def test_finally(board: BoardUnderTest) -> None:
    run = board.run("errors/in_finally")
    assert run.names[0] == "waited"
    assert run.values("ends") == [
        ("ValueError", "first"),
        ("KeyError", "second"),
        ("value", "value"),
    ]


def without(board: BoardUnderTest, what: str) -> None:
    execution = board.run("errors/no_memory", what=what)
    assert execution.value("failed") == what
    assert execution.value("ended") == [0, 1, 2]


@claim("error.out-of-memory")
def test_out_of_memory(board: BoardUnderTest) -> None:
    without(board, "memory")


@claim("error.out-of-stack")
def test_out_of_stack(board: BoardUnderTest) -> None:
    without(board, "stack")
