"""When a wait meets the end of a run, an interrupt, a cancellation, its stream's other side: what
became of the data."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution


def over_memory(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    return board.run(f"survival/{name}", prefix="streams/memory", **params)


def whole(written: bytes, expected: bytes) -> bool:
    """Whether every byte came, in order, whatever came twice."""
    rest = iter(written)
    return all(byte in rest for byte in expected)


@claim("survive.cut-drain-loses-nothing")
def test_cut_drain(board: BoardUnderTest) -> None:
    came = [event.data for event in over_memory(board, "cut_drain").all("written")]
    assert len(came) == 6
    assert [case for case in came if not whole(case[2], b"abcdefgh")] == []


def between_runs(board: BoardUnderTest, what: str, expected: Any) -> None:
    for waits in (False, True):
        got = over_memory(board, "between_runs", what=what, waits=waits).value("got")
        assert got == expected


@claim("survive.flag-between-runs")
def test_flag_between_runs(board: BoardUnderTest) -> None:
    between_runs(board, "flag", "set")


@claim("survive.event-between-runs")
def test_event_between_runs(board: BoardUnderTest) -> None:
    between_runs(board, "event", "set")


@claim("survive.lock-between-runs")
def test_lock_between_runs(board: BoardUnderTest) -> None:
    between_runs(board, "lock", "taken")


@claim("survive.data-between-runs")
def test_data_between_runs(board: BoardUnderTest) -> None:
    between_runs(board, "data", b"data\n")


@claim("survive.output-between-runs")
def test_output_between_runs(board: BoardUnderTest) -> None:
    between_runs(board, "output", b"data\n")


def left(board: BoardUnderTest, by: str, how: list[str]) -> None:
    execution = over_memory(board, "interrupted", by=by)
    assert execution.values("left") == how
    assert execution.value("got") == [b"one\n", b"two\n"]


@claim("survive.interrupt-meets-data")
def test_interrupt_meets_data(board: BoardUnderTest) -> None:
    left(board, "interrupt", ["KeyboardInterrupt"])


@claim("survive.end-of-run-meets-data")
def test_end_of_run_meets_data(board: BoardUnderTest) -> None:
    left(board, "returns", [])


@claim("survive.failed-run-meets-data")
def test_failed_run_meets_data(board: BoardUnderTest) -> None:
    left(board, "raises", ["ValueError"])


def taken_back(board: BoardUnderTest, what: str) -> None:
    """Each time it was taken, or could be taken by the next."""
    execution = board.run("survival/taken_back", prefix="survival/times", what=what)
    met = [event.data for event in execution.all("met")]
    assert [after for after, _, _ in met] == [0, 1, 2, 3]
    wanted = {"cancelled": "taken", "taken": "taken" if what == "lock" else "timeout"}
    assert [case for case in met if wanted.get(case[1]) != case[2]] == []


@claim("survive.cancel-meets-lock")
def test_cancel_meets_lock(board: BoardUnderTest) -> None:
    taken_back(board, "lock")


@claim("survive.cancel-meets-flag")
def test_cancel_meets_flag(board: BoardUnderTest) -> None:
    taken_back(board, "flag")


def two_sides(board: BoardUnderTest, how: str, read: Any) -> None:
    execution = over_memory(board, "two_sides", how=how)
    assert execution.value("read") == read
    assert execution.names[1] == "drained"
    assert execution.value("written") == b"abc"


@claim("survive.failed-reader-beside-writer")
def test_failed_reader(board: BoardUnderTest) -> None:
    two_sides(board, "fails", "OSError")


@claim("survive.ended-reader-beside-writer")
def test_ended_reader(board: BoardUnderTest) -> None:
    two_sides(board, "ends", b"")


# -- what comes when it is too late remains for the next ------------------------------------------


def too_late(board: BoardUnderTest, *kinds: str) -> None:
    for by, told in (("timeout", "timeout"), ("cancel", "cancelled")):
        met = over_memory(board, "late", kinds=list(kinds), by=by).values("met")
        expected = {"lock": "taken", "flag": "taken"}
        assert met == [(kind, told, expected.get(kind, b"one\n")) for kind in kinds]


@claim("survive.late-data")
def test_late_data(board: BoardUnderTest) -> None:
    too_late(board, "line", "exactly", "some")


@claim("survive.late-lock")
def test_late_lock(board: BoardUnderTest) -> None:
    too_late(board, "lock")


@claim("survive.late-flag")
def test_late_flag(board: BoardUnderTest) -> None:
    too_late(board, "flag")


def after_cut(board: BoardUnderTest, how: str) -> None:
    came = over_memory(board, "after_cut", how=how).values("came")
    assert [by for by, _ in came] == ["cancel", "timeout"]
    assert {data for _, data in came} <= {b"two\nthree\n", b"one two\nthree\n"}


@claim("survive.after-a-cut-line")
def test_after_a_cut_line(board: BoardUnderTest) -> None:
    after_cut(board, "line")


@claim("survive.after-a-cut-count")
def test_after_a_cut_count(board: BoardUnderTest) -> None:
    after_cut(board, "exactly")


@claim("survive.after-a-cut-read")
def test_after_a_cut_read(board: BoardUnderTest) -> None:
    after_cut(board, "all")


@claim("run.leftovers-end-once")
def test_leftovers_end_once(board: BoardUnderTest) -> None:
    for raises in (False, True):
        prefix = "survival/times"
        log = board.run("survival/leftover", prefix=prefix, raises=raises).value("log")
        assert log in (["cancelled", "finally"], ["slept", "finally"])


@claim("survive.one-of-two-is-served")
def test_one_of_two_is_served(board: BoardUnderTest) -> None:
    for what in ("reader", "writer", "flag"):
        ended = over_memory(board, "second", what=what).value("ended")
        assert set(ended) & {"first", "second"}
