"""ThreadSafeFlag."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest

FAR_S = 3
"""A timer far enough off that waking with it is no coincidence."""


@claim("flag.starts-cleared")
def test_starts_cleared(board: BoardUnderTest) -> None:
    assert board.run("flags/state").value("start") is False


@claim("flag.set")
def test_set(board: BoardUnderTest) -> None:
    run = board.run("flags/wake")
    assert run.values("woken") == [0, 1, 2, 3]
    assert run.names[:12] == ["waits", "set", "woken"] * 4


@claim("flag.already-set")
def test_already_set(board: BoardUnderTest) -> None:
    assert board.run("flags/immediate").names == ["waited", "other"]


@claim("flag.stays-set")
def test_stays_set(board: BoardUnderTest) -> None:
    run = board.run("flags/state")
    assert run.value("set") is True
    assert run.value("set-twice") is True


@claim("flag.resets-itself")
def test_resets_itself(board: BoardUnderTest) -> None:
    run = board.run("flags/state")
    assert run.value("reset-by-wait") is False
    assert run.value("reset-at-once") is False


@claim("flag.resets-after-waking")
def test_resets_after_waking(board: BoardUnderTest) -> None:
    run = board.run("flags/wake")
    assert run.names[:3] == ["waits", "set", "woken"]
    assert run.value("reset") is True


@claim("flag.clear")
def test_clear(board: BoardUnderTest) -> None:
    run = board.run("flags/state")
    assert run.value("cleared") is False
    assert run.value("cleared-twice") is False


@claim("flag.clear-then-set")
def test_clear_then_set(board: BoardUnderTest) -> None:
    assert board.run("flags/state").value("set-again") is True


@claim("flag.one-waiter-after-another")
def test_one_waiter_after_another(board: BoardUnderTest) -> None:
    run = board.run("flags/wake")
    assert [event.data[0] for event in run.events[:12]] == [n for n in range(4) for _ in range(3)]


@claim("flag.cancelled-waiter")
def test_cancelled_waiter(board: BoardUnderTest) -> None:
    run = board.run("flags/cancel")
    assert run.value("cancel") is True
    assert run.value("cancelled") == "first"
    assert run.values("woken") == ["second", "third", "bystander"]
    assert run.value("done") is True
    assert run.names[-2:] == ["timeout", "usable"]


@claim("flag.several")
def test_several(board: BoardUnderTest) -> None:
    assert board.run("flags/several").value("order") == [3, 0, 4, 1, 2]


def at_once(board: BoardUnderTest, by: str) -> None:
    orders = [(0, 1, 2, 3), (3, 1, 0, 2)]
    execution = board.run("flags/at_once", by=by, orders=orders)
    assert execution.values("woken") == [[0, 1, 2, 3]] * len(orders)


@claim("flag.several-at-once")
def test_several_at_once(board: BoardUnderTest) -> None:
    at_once(board, "task")


@claim("flag.several-by-a-callback")
def test_several_by_a_callback(board: BoardUnderTest) -> None:
    at_once(board, "callback")


@claim("flag.wait-is-a-coroutine")
def test_wait_is_a_coroutine(board: BoardUnderTest) -> None:
    assert board.run("flags/several").value("as-task") == "returned"


@claim("flag.set-from-callback")
def test_set_from_callback(board: BoardUnderTest) -> None:
    run = board.run("flags/scheduled")
    assert sorted(run.names) == ["scheduled", "set-before", "set-while-waiting"]
    assert run.names[0] == "set-before"


@claim("flag.set-from-thread")
def test_set_from_thread(board: BoardUnderTest) -> None:
    run = board.run("flags/thread", far=0, how="set")
    assert run.names == ["waits", "woken"] * 3


@claim("flag.does-not-wait-for-a-timer")
def test_does_not_wait_for_a_timer(board: BoardUnderTest) -> None:
    for how in ("set", "schedule"):
        run = board.run("flags/thread", far=FAR_S, how=how, deadline=4 * FAR_S)
        assert run.names == ["waits", "woken"] * 3


@claim("flag.trapped-cancellation")
def test_trapped(board: BoardUnderTest) -> None:
    run = board.run("events/trapped", kind="flag", tasks=1)
    assert run.names == ["trapped"] * 1 + ["set-other"] + ["woken"] * 1


@claim("flag.loop-waits-without-limit")
def test_loop_waits_without_limit(board: BoardUnderTest) -> None:
    asked = board.run("flags/no_limit").value("asked")
    assert asked
    assert max(asked) < 0
