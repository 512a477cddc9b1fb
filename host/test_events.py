"""Event."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


@claim("event.starts-cleared")
def test_starts_cleared(board: BoardUnderTest) -> None:
    assert board.run("events/state").value("start") is False


@claim("event.is-set")
def test_is_set(board: BoardUnderTest) -> None:
    run = board.run("events/state")
    for name in ("set", "set-twice", "after-wait", "set-again"):
        assert run.value(name) is True
    for name in ("clear", "clear-twice"):
        assert run.value(name) is False


@claim("event.set")
def test_set(board: BoardUnderTest) -> None:
    run = board.run("events/wait", tasks=3)
    returned = [event.data[0] for event in run.all("returned")]
    assert set(returned) == {0, 1, 2, "set-already", "cleared"}
    assert len(returned) == 5


@claim("event.waits-until-set")
def test_waits_until_set(board: BoardUnderTest) -> None:
    names = board.run("events/wait", tasks=3).names
    assert names[:4] == ["waits", "waits", "waits", "set"]
    assert names[-3:] == ["waits", "set", "returned"]


@claim("event.set-schedules")
def test_set_schedules(board: BoardUnderTest) -> None:
    names = board.run("events/wait", tasks=3).names
    assert names[3:6] == ["set", "after-set", "returned"]


@claim("event.wakes-in-order")
def test_wakes_in_order(board: BoardUnderTest) -> None:
    run = board.run("events/wait", tasks=9)
    returned = [event.data[0] for event in run.all("returned")]
    assert returned == [*range(9), "set-already", "cleared"]


@claim("event.clear")
def test_clear(board: BoardUnderTest) -> None:
    run = board.run("events/wait", tasks=1)
    assert run.names[-3:] == ["waits", "set", "returned"]
    assert run.events[-1].data[0] == "cleared"


@claim("event.already-set")
def test_already_set(board: BoardUnderTest) -> None:
    assert board.run("events/immediate").names == ["waited", "other"]


@claim("event.wait-returns-true")
def test_wait_returns_true(board: BoardUnderTest) -> None:
    run = board.run("events/wait", tasks=2)
    assert [event.data[1] for event in run.all("returned")] == [True] * 4


@claim("event.wait-is-a-coroutine")
def test_wait_is_a_coroutine(board: BoardUnderTest) -> None:
    assert len(board.run("events/two_events").values("as-task")) == 1


@claim("event.own-waiters")
def test_own_waiters(board: BoardUnderTest) -> None:
    run = board.run("events/two_events")
    assert run.names[:3] == ["woken", "states", "woken"]
    assert run.values("woken") == ["second", "first"]
    assert run.value("states") == (False, True)


@claim("event.set-in-the-same-turn")
def test_set_in_the_same_turn(board: BoardUnderTest) -> None:
    run = board.run("events/same_turn", clear=False)
    assert sorted(run.values("woken")) == ["before", "behind", "same-turn"]
    assert run.value("done") == [True] * 4


@claim("event.cleared-at-once")
def test_cleared_at_once(board: BoardUnderTest) -> None:
    run = board.run("events/same_turn", clear=True)
    assert run.values("woken") == ["before", "same-turn"]
    assert run.value("done") == [True, True, True, False]


@claim("event.cancelled-waiter")
def test_cancelled_waiter(board: BoardUnderTest) -> None:
    run = board.run("events/cancel")
    assert run.value("cancel") == (True, True)
    assert run.values("cancelled") == [0, 2, 3]
    assert run.values("woken") == [1, 4, "late"]
    assert run.value("done") == [True] * 5


@claim("event.ping-pong")
def test_ping_pong(board: BoardUnderTest) -> None:
    run = board.run("events/ping_pong", turns=50)
    assert run.value("order") == ["ping", "pong"] * 50


@claim("event.set-by-a-waiter")
def test_set_by_a_waiter(board: BoardUnderTest) -> None:
    run = board.run("events/from_waiter")
    assert run.names[:-1] == ["first", "second", "round"] * 3
    assert run.value("done") == [True, True]


@claim("event.trapped-cancellation")
def test_trapped(board: BoardUnderTest) -> None:
    run = board.run("events/trapped", kind="event", tasks=3)
    assert run.names == ["trapped"] * 3 + ["set-other"] + ["woken"] * 3


@claim("event.clear-keeps-the-waiting")
def test_clear_keeps_the_waiting(board: BoardUnderTest) -> None:
    run = board.run("events/clear_waiting")
    assert run.value("cleared") == []
    assert run.value("set") == [0, 1]


@claim("event.set-outlives-a-waiter")
def test_set_outlives_a_waiter(board: BoardUnderTest) -> None:
    assert board.run("events/after_cancel").value("is-set") is True


@claim("event.waited-for-again")
def test_waited_for_again(board: BoardUnderTest) -> None:
    run = board.run("events/after_cancel")
    assert run.value("waits") == ["cancelled"]
    assert run.value("woken") == ["again", "cancelled", "other"]
