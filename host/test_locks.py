"""Lock."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest


@claim("lock.starts-unlocked")
def test_starts_unlocked(board: BoardUnderTest) -> None:
    assert board.run("locks/state").value("start") is False


@claim("lock.locked")
def test_locked(board: BoardUnderTest) -> None:
    run = board.run("locks/state")
    for name in ("locked", "inside", "locked-by-task"):
        assert run.value(name) is True
    for name in ("released", "outside"):
        assert run.value(name) is False


@claim("lock.acquire-returns-true")
def test_acquire_returns_true(board: BoardUnderTest) -> None:
    run = board.run("locks/state")
    assert run.value("acquire") is True
    assert run.value("as-task") is True
    assert run.value("acquire-again") is True


@claim("lock.acquire-is-a-coroutine")
def test_acquire_is_a_coroutine(board: BoardUnderTest) -> None:
    assert board.run("locks/state").value("locked-by-task") is True


@claim("lock.free-lock-at-once")
def test_free_lock_at_once(board: BoardUnderTest) -> None:
    assert board.run("locks/immediate").names == ["acquired", "other"]


@claim("lock.excludes")
def test_excludes(board: BoardUnderTest) -> None:
    run = board.run("locks/order", tasks=12)
    assert run.value("waiting") == []
    assert run.value("most") == 1
    assert sorted(run.value("order")) == list(range(12))
    assert run.value("states") == [True] * 12


@claim("lock.in-order")
def test_in_order(board: BoardUnderTest) -> None:
    assert board.run("locks/order", tasks=12).value("order") == list(range(12))


@claim("lock.no-overtaking")
def test_no_overtaking(board: BoardUnderTest) -> None:
    run = board.run("locks/handover")
    assert run.values("acquired") == [0, 1, "main"]
    assert run.names[1:5] == ["acquired", "releases"] * 2


@claim("lock.remains-locked")
def test_remains_locked(board: BoardUnderTest) -> None:
    assert board.run("locks/handover").value("locked") is True


@claim("lock.becomes-unlocked")
def test_becomes_unlocked(board: BoardUnderTest) -> None:
    assert board.run("locks/order", tasks=3).value("after") is False
    assert board.run("locks/handover").value("after") is False


@claim("lock.async-with")
def test_async_with(board: BoardUnderTest) -> None:
    run = board.run("locks/with_lock")
    assert run.values("inside")[:1] == [("end", True)]
    assert run.values("outside")[:1] == [("end", False)]


@claim("lock.async-with-exception")
def test_async_with_exception(board: BoardUnderTest) -> None:
    run = board.run("locks/with_lock")
    ways = ["end", "exception", "return", "cancelled"]
    assert run.values("inside") == [(way, True) for way in ways]
    assert run.values("outside") == [(way, False) for way in ways]
    assert dict(run.values("result")) == {
        "end": None,
        "exception": "ValueError",
        "return": "return",
        "cancelled": "CancelledError",
    }


@claim("lock.wrong-release")
def test_wrong_release(board: BoardUnderTest) -> None:
    run = board.run("locks/state")
    assert run.values("wrong-release") == ["RuntimeError"] * 2
    assert run.values("after-wrong-release") == [False] * 2
    assert run.value("acquire-again") is True


@claim("lock.cancelled-waiter")
def test_cancelled_waiter(board: BoardUnderTest) -> None:
    run = board.run("locks/cancel_waiting")
    assert run.value("cancel") == (True, True, True)
    assert run.values("cancelled") == [0, 2, 4]
    assert run.value("still-locked") is True
    assert run.value("done") == [True, False, True, False, True]
    assert run.values("acquired") == [1, 3]
    assert run.value("free") == (False, [True] * 5)
    assert run.value("usable") is True


@claim("lock.cancelled-when-woken")
def test_cancelled_when_woken(board: BoardUnderTest) -> None:
    run = board.run("locks/cancel_woken")
    assert run.values("cancelled") == [0, 0]
    assert run.values("acquired") == [1, 2]
    assert run.values("free") == [(True, [True] * 3), (True, [True])]
    assert run.value("trapped") is True
    assert run.value("last") is False


@claim("lock.timed-out-waiter")
def test_timed_out_waiter(board: BoardUnderTest) -> None:
    run = board.run("locks/timeout")
    assert run.values("timeout") == [True] * 3
    assert run.value("free") is False
    assert run.value("locked") is True


@claim("lock.own-state")
def test_own_state(board: BoardUnderTest) -> None:
    run = board.run("locks/two_locks")
    assert run.value("second") is False
    assert run.value("states") == (True, False)


@claim("lock.release")
def test_release(board: BoardUnderTest) -> None:
    run = board.run("locks/two_locks")
    assert run.names[:3] == ["second", "other-releases", "acquired"]
    assert run.value("acquired") == (True, True)


@claim("lock.trapped-cancellation")
def test_trapped(board: BoardUnderTest) -> None:
    run = board.run("events/trapped", kind="lock", tasks=3)
    assert run.names == ["trapped"] * 3 + ["set-other"] + ["woken"] * 3


@claim("lock.cancelled-in-a-row")
def test_cancelled_in_a_row(board: BoardUnderTest) -> None:
    run = board.run("locks/cancel_row")
    assert run.value("log")[-1:] == [4]
    assert run.value("after") is False


@claim("lock.cancelled-in-async-with")
def test_cancelled_in_async_with(board: BoardUnderTest) -> None:
    run = board.run("locks/cancel_with")
    assert run.values("held") == [(True, []), (True, [])]
    assert run.values("released") == [(False, ["other"]), (False, [])]
