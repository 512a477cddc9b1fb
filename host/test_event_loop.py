"""The event loop, sentence by sentence of the page that describes it."""

from __future__ import annotations

from itertools import pairwise

from fixtures import claim
from fixtures.board import BoardUnderTest

PAGE_METHODS = ["run_forever", "stop", "set_exception_handler", "create_task"]
EVERY_METHOD = [
    *PAGE_METHODS,
    "run_until_complete",
    "close",
    "get_exception_handler",
    "default_exception_handler",
    "call_exception_handler",
]


@claim("loop.keeps-every-task")
def test_keeps_every_task(board: BoardUnderTest) -> None:
    turns = 3
    run = board.run("event_loop/every_task", tasks=150, turns=turns)
    tasks = run.value("tasks")
    assert list(run.value("turns")) == [turns] * tasks
    assert run.value("total") == sum(range(tasks))


@claim("loop.runs-to-next-await")
def test_runs_to_next_await(board: BoardUnderTest) -> None:
    log = board.run("event_loop/turns", tasks=4, turns=3).value("log")
    pairs = list(zip(log[::2], log[1::2], strict=True))
    assert len(pairs) == 12
    assert all(a == ("in", *a[1:]) and b == ("out", *a[1:]) for a, b in pairs), pairs


@claim("loop.turns-in-order")
def test_turns_in_order(board: BoardUnderTest) -> None:
    log = board.run("event_loop/turns", tasks=5, turns=4).value("log")
    entered = [(turn, number) for what, number, turn in log if what == "in"]
    assert entered == [(turn, number) for turn in range(4) for number in range(5)]


@claim("loop.waits-when-none-ready")
def test_waits_when_none_ready(board: BoardUnderTest) -> None:
    run = board.run("event_loop/waits", ms=20)
    assert run.names == ["before", "after", "ended"]
    assert run.ms_between("before", "after") >= 20 - 1  # a tick: the clock's resolution
    assert run.value("ended") == "returned"


@claim("loop.resumes-on-callback")
def test_resumes_on_callback(board: BoardUnderTest) -> None:
    run = board.run("event_loop/callback_wakes", times=5)
    assert run.value("resumed") == 5


@claim("loop.threads-run-while-waiting")
def test_threads_run_while_waiting(board: BoardUnderTest) -> None:
    run = board.run("event_loop/thread_wakes", steps=5)
    assert run.value("resumed") == [0, 1, 2, 3, 4]


@claim("loop.resumes-what-is-available")
def test_resumes_what_is_available(board: BoardUnderTest) -> None:
    order = [2, 0, 3, 1]
    log = board.run("event_loop/resumes", order=order).value("log")
    assert log == [(what, n) for n in order for what in ("set", "resumed")]


@claim("loop.repeats")
def test_repeats(board: BoardUnderTest) -> None:
    run = board.run("event_loop/repeats", rounds=500)
    assert run.value("count") == [500, 500]
    assert run.value("apart") == 1


@claim("run.does-the-rest")
def test_does_the_rest(board: BoardUnderTest) -> None:
    log = board.run("event_loop/only_run").value("log")
    assert log == ["main", "helper", "helper again", "main again"]


@claim("run.all-an-application-needs")
def test_all_an_application_needs(board: BoardUnderTest) -> None:
    log = board.run("event_loop/steps_waits_resumes").value("log")
    assert sorted(log) == ["a", "b", "event", "main", "slept"]
    assert log[-1] == "main"


@claim("run.creates-loop")
def test_creates_loop(board: BoardUnderTest) -> None:
    log = board.run("event_loop/runs_again", times=3).value("log")
    assert [n for what, n in log if what == "ends"] == [0, 1, 2]


@claim("run.wraps-in-task")
def test_wraps_in_task(board: BoardUnderTest) -> None:
    run = board.run("event_loop/wraps")
    assert run.value("main") == ("Task", True)
    assert run.value("other") == ("Task", True)
    assert run.value("same_type") is True
    assert run.value("same_task") is False


@claim("run.top-level-entry-point")
def test_top_level_entry_point(board: BoardUnderTest) -> None:
    log = board.run("event_loop/runs_again", times=2).value("log")
    assert log == [(what, n) for n in (0, 1) for what in ("run", "starts", "ends", "ran")]


@claim("run.steps-waits-resumes")
def test_steps_waits_resumes(board: BoardUnderTest) -> None:
    log = board.run("event_loop/steps_waits_resumes").value("log")
    assert log == ["a", "b", "slept", "event", "main"]


@claim("run.until-main-returns")
def test_until_main_returns(board: BoardUnderTest) -> None:
    run = board.run("event_loop/until_end", turns=4, raises=False)
    assert run.value("ended") == ("returned", "value")
    log = run.value("log")
    assert log.count("main") == 4
    assert all(a != b for a, b in pairwise(log)), log
    assert "main" in log[-2:]


@claim("run.until-main-raises")
def test_until_main_raises(board: BoardUnderTest) -> None:
    run = board.run("event_loop/until_end", turns=4, raises=True)
    assert run.value("ended") == ("raised", "Stop")
    log = run.value("log")
    assert log.count("main") == 4
    assert "main" in log[-2:]


@claim("run.cancels-leftovers")
def test_cancels_leftovers(board: BoardUnderTest) -> None:
    run = board.run("event_loop/leftovers")
    assert run.value("main") == "main"
    ends = sorted(
        (who, what) for who in ("event", "ready", "sleep") for what in ("cancelled", "finally")
    )
    assert sorted(run.value("at_the_end")) == ends
    assert run.value("second") == "second"
    assert sorted(run.value("after_a_second_run")) == ends


@claim("run.returns-value")
def test_returns_value(board: BoardUnderTest) -> None:
    values = [0, 7, "text", b"\x00\xff", None, False, [1, [2]], (3,), {"k": 4}]
    run = board.run("event_loop/returns", values=values)
    assert run.values("value") == values * 2
    assert run.values("same_object") == [True, True]
    assert run.value("no_return") is None


@claim("run.reraises")
def test_reraises(board: BoardUnderTest) -> None:
    raised = board.run("event_loop/reraises").values("raised")
    each = [("ValueError", ("a", 1), True), ("OSError", (5,), True), ("Own", ("own",), True)]
    assert raised == each * 2


@claim("loop.only-one")
def test_only_one(board: BoardUnderTest) -> None:
    assert board.run("event_loop/one_loop").value("same") == [True] * 7


@claim("loop.no-fresh-one")
def test_no_fresh_one(board: BoardUnderTest) -> None:
    run = board.run("event_loop/no_fresh_loop")
    assert run.value("new_is_old") is True
    assert run.value("still_the_one") is True


@claim("run.nested-is-an-error")
def test_nested_is_an_error(board: BoardUnderTest) -> None:
    run = board.run("event_loop/nested_run")
    assert run.value("nested")[0] == "raised"
    assert run.names[1:] == ["main_goes_on", "ended"]
    assert run.value("ended") == "main"


@claim("loop.nesting-is-an-error")
def test_nesting_is_an_error(board: BoardUnderTest) -> None:
    run = board.run("event_loop/nested_loop")
    assert [run.value(how)[0] for how in ("nested", "forever")] == ["raised", "raised"]
    assert run.names[2:] == ["main_goes_on", "ended"]
    assert run.value("ended") == "main"


@claim("loop.get-event-loop")
def test_get_event_loop(board: BoardUnderTest) -> None:
    run = board.run("event_loop/loop_methods", methods=PAGE_METHODS)
    assert run.values("method") == [(name, True) for name in PAGE_METHODS]


@claim("loop.custom-handler")
def test_custom_handler(board: BoardUnderTest) -> None:
    run = board.run("event_loop/handler")
    assert run.value("installed") is True
    assert run.value("calls") == [(True, True)]
    assert run.value("others_went_on") == [0, 1, 2]


@claim("loop.create-task-is-the-same")
def test_create_task_is_the_same(board: BoardUnderTest) -> None:
    run = board.run("event_loop/loop_create_task")
    assert run.value("types") == [True] * 4
    assert run.value("before_their_turn") == []
    assert run.value("results") == ["a", "b", "c", "d"]
    assert run.value("log") == [(name, turn) for turn in (0, 1) for name in "abcd"]


@claim("loop.every-method")
def test_every_method(board: BoardUnderTest) -> None:
    run = board.run("event_loop/loop_methods", methods=EVERY_METHOD)
    assert run.values("method") == [(name, True) for name in EVERY_METHOD]


@claim("loop.forever-until-stop")
def test_forever_until_stop(board: BoardUnderTest) -> None:
    run = board.run("event_loop/forever", turns=3)
    assert run.names[:2] == ["running", "stopped"]
    assert run.value("turns_before_stop") >= 3
    assert run.value("turns_after_stop") <= 2


LEFT = ("event", "gather", "lock", "ready", "sleep", "slow", "task", "wait_for")


def leftovers(board: BoardUnderTest, raises: bool) -> None:
    run = board.run("event_loop/leftover_kinds", raises=raises)
    assert run.value("main") == "main"
    ends = sorted((who, what) for who in LEFT for what in ("cancelled", "clean"))
    assert sorted(run.value("log")) == ends
    assert run.value("done") == [True] * len(LEFT)


@claim("run.cancels-leftovers-of-every-kind")
def test_cancels_leftovers_of_every_kind(board: BoardUnderTest) -> None:
    leftovers(board, raises=False)


@claim("run.cancels-leftovers-when-main-raises")
def test_cancels_leftovers_when_main_raises(board: BoardUnderTest) -> None:
    leftovers(board, raises=True)


@claim("run.nested-harms-nobody")
def test_nested_harms_nobody(board: BoardUnderTest) -> None:
    run = board.run("event_loop/nested_harmless")
    assert run.value("still_current") is True
    assert run.value("ended") == "main"
    assert sorted(run.value("log")) == ["event", "refused", "slept", "turns"]


@claim("loop.keeps-tasks-over-collections")
def test_keeps_tasks_over_collections(board: BoardUnderTest) -> None:
    kinds = ("event", "lock", "ready", "sleep")
    expected = [(kind, number) for kind in kinds for number in range(4)]
    assert board.run("event_loop/unreferenced").value("ended") == expected


@claim("loop.inspecting-changes-nothing")
def test_inspecting_changes_nothing(board: BoardUnderTest) -> None:
    run = board.run("event_loop/inspecting")
    logs = dict(run.values("log"))
    assert set(logs) == {False, True}
    assert len(logs[False]) == 9
    assert logs[True] == logs[False]
    alone, asked = run.values("seen")
    assert alone == 0
    assert asked > 20


@claim("run.returns-what-could-be-run")
def test_returns_what_could_be_run(board: BoardUnderTest) -> None:
    run = board.run("event_loop/returns_odd")
    assert run.values("raised") == []
    run_or_raised = ("coroutine", "generator", "function", "exception", "class", "cancelled")
    odd = (*run_or_raised, "list", "dict", "bytearray", "task")
    assert run.values("same") == [(what, True) for what in odd]


@claim("loop.one-everywhere")
def test_one_everywhere(board: BoardUnderTest) -> None:
    asked = board.run("event_loop/one_everywhere", threads=False).values("asked")
    assert len(asked) >= 7
    assert [(when, error) for when, error, same in asked if not same] == []


@claim("loop.one-for-every-thread")
def test_one_for_every_thread(board: BoardUnderTest) -> None:
    asked = board.run("event_loop/one_everywhere", threads=True).values("asked")
    assert ("in a thread", "NoneType", True) in asked
