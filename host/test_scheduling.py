"""Scheduling: whose turn it is, and when sleeping tasks wake."""

from __future__ import annotations

from itertools import combinations, pairwise

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.errors import Unsupported

VIRTUAL_TIME = "scheduling/virtual_time"
SCRAMBLED = [50, 50, 7, 7, 7, 400, 400] + [1 + n * 7919 % 397 for n in range(90)]
"""Milliseconds, of which some are equal."""


@claim("sched.created-in-order")
def test_created_in_order(board: BoardUnderTest) -> None:
    log = board.run("scheduling/orders").value("log")
    first_turns = ["a", "b", "c"]
    then_those_created = ["a1", "a'", "b1", "b'", "c1", "c'"]
    and_later = ["a1'", "a2", "b1'", "b2", "c1'", "c2", "a2'", "b2'", "c2'"]
    assert log == first_turns + then_those_created + and_later


@claim("sched.even-turns")
def test_even_turns(board: BoardUnderTest) -> None:
    turns = board.run("scheduling/even_turns", tasks=6, rounds=40).value("turns")
    assert turns[0] >= 40
    assert max(turns) - min(turns) <= 1


@claim("sched.timer-not-starved")
def test_timer_not_starved(board: BoardUnderTest) -> None:
    run = board.run("scheduling/starved_timer", sleeps=5, limit=200_000)
    assert run.value("through") is True


@claim("sched.flag-not-starved")
def test_flag_not_starved(board: BoardUnderTest) -> None:
    run = board.run("scheduling/starved_flag", times=10, limit=1000)
    assert run.value("count") == 10


@claim("sched.hundreds")
def test_hundreds(board: BoardUnderTest) -> None:
    least = 200
    run = board.run("scheduling/hundreds", tasks=300, least=least)
    tasks = run.value("tasks")
    if tasks < least:
        raise Unsupported(f"memory: for {least} tasks")
    assert list(run.value("ended")) == [1] * tasks


@claim("sched.handover")
def test_handover(board: BoardUnderTest) -> None:
    assert board.run("scheduling/handover", tasks=7, rounds=30).value("passed") == [30] * 7


@claim("sched.overdue-wakes")
def test_overdue_wakes(board: BoardUnderTest) -> None:
    assert board.run("scheduling/busy").value("log") == ["held", "woke", "again"]


@claim("sched.overdue-in-order")
def test_overdue_in_order(board: BoardUnderTest) -> None:
    for before_wrap in (0, 1000, 20):
        run = board.run("scheduling/vt_overdue", prefix=VIRTUAL_TIME, before_wrap=before_wrap)
        assert run.value("woke") == [(10, 45), (20, 45), (25, 45), (30, 45), (60, 60)]


@claim("sched.long-sleeper-holds-nobody")
def test_long_sleeper_holds_nobody(board: BoardUnderTest) -> None:
    log = board.run("scheduling/sleeping_others", long=5).value("log")
    assert sorted(log[:-1]) == ["a", "a", "a", "b", "b", "b"]
    assert log[-1] == "cancelled"


def woken(
    board: BoardUnderTest, delays: list[int], before_wrap: int
) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """These delays in ms, as many as the board has memory for; (task, its instant) as they woke;
    and the loop's waits."""
    run = board.run(
        "scheduling/vt_order", prefix=VIRTUAL_TIME, delays=delays, before_wrap=before_wrap
    )
    woke, waits = run.value("woke"), run.value("waits")
    if run.value("count") < 20:
        raise Unsupported("memory: for 20 tasks")
    assert len(woke) == run.value("count")
    return delays[: len(woke)], woke, waits


@claim("sched.waits-once")
def test_waits_once(board: BoardUnderTest) -> None:
    delays, _, waits = woken(board, SCRAMBLED, 10_000)
    assert waits == [b - a for a, b in pairwise([0, *sorted(set(delays))])]


@claim("sched.waits-for-the-outside-once")
def test_waits_for_the_outside_once(board: BoardUnderTest) -> None:
    assert board.run("scheduling/outside_wait", ms=40, far_ms=0).value("waits") <= 8


@claim("sched.waits-beside-a-far-timer")
def test_waits_beside_a_far_timer(board: BoardUnderTest) -> None:
    for far_ms in (40_000, 3_600_000, 7 * 24 * 3_600_000):
        run = board.run("scheduling/outside_wait", ms=20, far_ms=far_ms)
        assert run.value("waits") <= 8


@claim("sched.resumed-only-when-ready")
def test_resumed_only_when_ready(board: BoardUnderTest) -> None:
    run = board.run("scheduling/only_when_ready", prefix="streams/memory")
    read, drained = ("read", 4, b"data"), "drained"
    assert run.values("log") == [[read, drained], [drained, read]]


@claim("sched.standard-output-resumes")
def test_standard_output_resumes(board: BoardUnderTest) -> None:
    assert board.run("scheduling/stdout").names == ["resumed"] * 3


@claim("sched.waits-to-the-instant")
def test_waits_to_the_instant(board: BoardUnderTest) -> None:
    delays, woke, waits = woken(board, SCRAMBLED, 10_000)
    assert [instant for _, instant in woke] == sorted(delays)
    assert [instant for number, instant in woke if instant != delays[number]] == []
    assert sum(waits) == max(delays)


@claim("sched.equal-in-order")
def test_equal_in_order(board: BoardUnderTest) -> None:
    delays, woke, _ = woken(board, [n * 31 % 4 for n in range(60)], 10_000)
    in_order = sorted(range(len(delays)), key=lambda number: delays[number])
    assert [number for number, _ in woke] == in_order
    _, woke, _ = woken(board, [1] * 160, 10_000)
    assert [number for number, _ in woke] == list(range(len(woke)))


@claim("sched.wraps")
def test_wraps(board: BoardUnderTest) -> None:
    for before_wrap in (1, 3, 200, 399):
        delays, woke, waits = woken(board, SCRAMBLED, before_wrap)
        assert [instant for _, instant in woke] == sorted(delays)
        assert sum(waits) == max(delays)


def slept(board: BoardUnderTest, sleeps: list[tuple[str, float]], before_wrap: int) -> list[int]:
    """How many milliseconds each sleep took on the loop's clock."""
    run = board.run(
        "scheduling/vt_sleeps", prefix=VIRTUAL_TIME, sleeps=sleeps, before_wrap=before_wrap
    )
    return run.values("slept")


@claim("sleep.seconds")
def test_seconds(board: BoardUnderTest) -> None:
    seconds = [1, 2, 10, 3600]
    assert slept(board, [("s", s) for s in seconds], 10**8) == [s * 1000 for s in seconds]


@claim("sleep.float")
def test_float(board: BoardUnderTest) -> None:
    seconds = [0.5, 0.125, 1.5, 2.75, 100.25, 0.0]  # exact in any float
    assert slept(board, [("s", s) for s in seconds], 10**8) == [int(s * 1000) for s in seconds]


@claim("sleep.ms")
def test_ms(board: BoardUnderTest) -> None:
    ms = [1, 2, 7, 999, 1000, 86_400_000, 0]
    assert slept(board, [("ms", t) for t in ms], 10**8) == ms


@claim("sleep.over-the-wrap")
def test_over_the_wrap(board: BoardUnderTest) -> None:
    for before_wrap in (1, 5, 500):
        assert slept(board, [("ms", 5), ("ms", 600), ("s", 2)], before_wrap) == [5, 600, 2000]


@claim("sleep.never-early")
def test_never_early(board: BoardUnderTest) -> None:
    asked = [1] * 5 + [2] * 5 + [5, 10]
    run = board.run("scheduling/never_early", ms=asked)
    took = [(b.us - a.us) / 1000 for a, b in zip(run.all("before"), run.all("after"), strict=True)]
    assert len(took) == len(asked)
    tick = 1  # ms, the resolution of the clock that the loop counts by
    early = [(ms, least) for ms, least in zip(took, asked, strict=True) if ms < least - tick]
    assert early == []


@claim("sleep.in-due-order")
def test_in_due_order(board: BoardUnderTest) -> None:
    slept_ms = [9, 3, 12, 6, 0]
    run = board.run("scheduling/sleep_order", ms=slept_ms)
    starts = run.all("starts")
    assert [event.data[0] for event in starts] == list(range(len(slept_ms)))
    woke = run.values("wakes")
    assert sorted(woke) == list(range(len(slept_ms)))
    # Each went to sleep between its own record and the next one.
    instants = [event.us for event in (*starts, run.one("all_sleep"))]
    due = [
        (a + ms * 1000, b + ms * 1000)
        for (a, b), ms in zip(pairwise(instants), slept_ms, strict=True)
    ]
    tick = 1000  # us: instants closer than a tick may change places
    late = [(one, two) for one, two in combinations(woke, 2) if due[one][0] > due[two][1] + tick]
    assert late == []


@claim("sleep.same-time-in-order")
def test_same_time_in_order(board: BoardUnderTest) -> None:
    run = board.run("scheduling/equal", tasks=40, ms=3)
    assert run.value("woke") == list(range(40))


@claim("sleep.zero-takes-a-turn")
def test_zero_takes_a_turn(board: BoardUnderTest) -> None:
    log = board.run("scheduling/no_wait", sleeps=[("s", 0), ("ms", 0)] * 2).value("log")
    assert log[:8] == ["main", "other"] * 4


@claim("sleep.negative-is-zero")
def test_negative_is_zero(board: BoardUnderTest) -> None:
    sleeps = [("s", -1), ("ms", -500), ("s", -100_000), ("ms", -1)]
    log = board.run("scheduling/no_wait", sleeps=sleeps).value("log")
    assert log[:8] == ["main", "other"] * 4


@claim("sleep.returns-none")
def test_returns_none(board: BoardUnderTest) -> None:
    run = board.run("scheduling/no_wait", sleeps=[("s", 0), ("ms", 1), ("s", -1)])
    assert run.values("value") == [None, None, None]


@claim("sleep.beyond-the-clock")
def test_beyond_the_clock(board: BoardUnderTest) -> None:
    for before_wrap in (0, 30):
        run = board.run("scheduling/vt_limit", prefix=VIRTUAL_TIME, before_wrap=before_wrap)
        after = dict(run.values("after"))
        assert after.pop("below") == []
        assert len(after) == 5
        assert [name for name, log in after.items() if log not in ([], [(name, "refused")])] == []
        assert run.value("ended") == "still works"


@claim("sleep.longest")
def test_longest(board: BoardUnderTest) -> None:
    for before_wrap in (0, 30):
        run = board.run("scheduling/vt_longest", prefix=VIRTUAL_TIME, before_wrap=before_wrap)
        longest, took = run.value("slept")
        assert took == longest


@claim("sleep.two-are-not-mixed-up")
def test_two_are_not_mixed_up(board: BoardUnderTest) -> None:
    run = board.run("scheduling/two_sleeps")
    assert run.ms_between("before", "after") >= 10 - 1
    assert run.names[-1] == "goes_on"


@claim("sleep.can-be-a-task")
def test_can_be_a_task(board: BoardUnderTest) -> None:
    run = board.run("scheduling/sleep_task")
    assert run.names == ["before", "after"]
    assert run.value("after") is None
    assert run.ms_between("before", "after") >= 3 - 1


@claim("sched.woken-queue-behind")
def test_woken_queue_behind(board: BoardUnderTest) -> None:
    logs = dict(board.run("scheduling/woken").values("log"))
    # Two are woken by a task that was woken itself: two queues to go through. Whether wait_for has
    # such a task is not promised: CPython 3.11 and MicroPython have one, CPython 3.12 has none.
    waits = {"by_event": 1, "by_lock": 1, "by_gather": 2, "by_wait_for": 1, "by_task": 2}
    assert {name: "woken" in log for name, log in logs.items()} == dict.fromkeys(waits, True)
    others = {name: log[: log.index("woken")] for name, log in logs.items()}
    for name, least in waits.items():
        assert min(others[name].count("a"), others[name].count("b")) >= least
