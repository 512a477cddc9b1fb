"""Waits end when their time is over in all kinds of company: nothing that is quiet makes one late,
neither is one late because it was long."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import ATTEMPTS, TICK, seconds
from host.waits import REFERENCE, allowance, judged_late, lateness, machines, zero
from rig.results import HOSTS

QUIET = f"{REFERENCE} waits/quiet"
SHORT = [(3, 6), (14, 4)]
LONG = [(37, 1), (53, 1), (70, 1), (120, 1), (4, 1), (610, 1), (4, 1)]
"""Each once, for all of it is waiting; right behind each a short one, for which a port that slept
deeply may be late."""

SECONDS = [(2340, 1), (4, 1)]
"""Not a whole number of them: a port may wait for so long by another clock, of seconds."""

SLACK = 0.005
"""By this part of its time a poll may end later on Linux where the process is niced, and by a
thousandth where it is not (`select_estimate_accuracy` in the kernel's fs/select.c)."""

CALLBACK_MS, CALLBACK_IN_MS = 25, 40
"""What a callback takes that comes in the first milliseconds of a wait, and the wait."""


def on_time(
    board: BoardUnderTest,
    record: Record,
    by: str,
    beside: str = "",
    waits: list[tuple[int, int]] = SHORT,
) -> None:
    """No wait ends early; of no length they end late in every execution."""
    always: set[str] = set()
    single = all(times == 1 for _, times in waits)
    for number, machine in enumerate(machines(board, record, ATTEMPTS * (2 if single else 1))):
        execution = board.run(
            "waits/on_time", prefix=QUIET, by=by, beside=beside, waits=waits,
            deadline=10 + 1.5e-3 * sum(ms * times for ms, times in waits),
        )  # fmt: skip
        assert execution.value("disturbed") == (0, 0), "waited for what does not come; were read"
        allowed = allowance(board, zero(execution), machine)
        if single:  # which has no median: a machine may be late for one as it is for one in ten
            allowed += machine.nine_in_ten() - machine.median()
        late = set()
        for position, (ms, _) in enumerate(waits, 1):
            over = [s - ms / 1e3 for s in seconds(execution, "took", position)]
            # the clock that counts milliseconds and the one that times them may differ by 0.1 %
            assert min(over) > -(TICK + ms / 1e6)
            differ = ms / 1e3 * (SLACK if board.info.platform in HOSTS else 0.001)
            what = f"{ms} ms, as number {position}: how late"
            if judged_late(record, what, over, allowed + differ) > allowed + differ:
                late.add(what)
        always = late if number == 0 else always & late
        if not always:
            break
    assert not always, "late in every execution"


@claim("wait.task-beside-flag")
def test_beside_flag(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "flag")


@claim("wait.task-beside-device")
def test_beside_device(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "device")


@claim("wait.task-beside-console")
def test_beside_console(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "console")


@claim("wait.task-beside-sleepers")
def test_beside_sleepers(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "sleepers")


@claim("wait.task-beside-near-timers")
def test_beside_near_timers(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "near")


@claim("wait.task-beside-a-later-timer")
def test_beside_a_later_timer(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "apart", [(3, 4)] * 5)


@claim("wait.task-beside-many")
def test_beside_many(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "many")


@claim("wait.task-after-everything")
def test_after_everything(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "after", [(4, 3)] * 7)


@claim("wait.timeout-to-the-time")
def test_timeout(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "timeout")


@claim("wait.read-timeout-to-the-time")
def test_read_timeout(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "read")


@claim("wait.poll-of-quiet-to-the-time")
def test_poll_of_quiet(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "poll")


@claim("wait.task-seconds")
def test_task_seconds(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", "device", SECONDS)


@claim("wait.poll-long")
def test_poll_long(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "poll", waits=LONG)


@claim("wait.task-beside-long-callback")
def test_beside_long_callback(board: BoardUnderTest, record: Record) -> None:
    """A callback is over well before the wait is, so that its time is none of the wait's."""

    def once() -> tuple[list[float], float]:
        execution = board.run(
            "waits/long_callback", prefix=QUIET, ms=CALLBACK_IN_MS, work_ms=CALLBACK_MS, times=2
        )
        late = [s - CALLBACK_IN_MS / 1e3 for s in seconds(execution, "took", 1)]
        assert late, "the callback came in no wait"
        return late, zero(execution)

    late, allowed = lateness(board, record, "a wait with a long callback, how late", once)
    assert late <= allowed


@claim("wait.task-long")
def test_task_long(board: BoardUnderTest, record: Record) -> None:
    on_time(board, record, "sleep", waits=LONG)
