"""When two waits meet: what became of the bytes, the values and the exceptions."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution


def run(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    return board.run(f"survival/{name}", prefix="survival/times", **params)


def over_memory(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    """As `run`, with streams over an object in memory."""
    return board.run(f"survival/{name}", prefix="streams/memory", **params)


def lost(execution: Execution, name: str) -> list[Any]:
    """The cases in which what came to its end came out nowhere, and was not cancelled either."""
    met = [event.data for event in execution.all("met")]
    assert met, "nothing met"
    return [case for case in met if case[3] == "timeout" and name in case[4]]


@claim("survive.timeout-meets-value")
def test_timeout_meets_value(board: BoardUnderTest) -> None:
    execution = run(board, "timeout_end", kinds=["coroutine", "task"], ends="value")
    assert len(execution.all("met")) == 12
    assert lost(execution, "ended") == []
    assert {came for *_, came, _ in execution.values("met")} <= {"value", "timeout"}


@claim("survive.timeout-meets-gather")
def test_timeout_meets_gather(board: BoardUnderTest) -> None:
    execution = run(board, "timeout_end", kinds=["gather", "nested"], ends="value")
    met = execution.values("met")
    assert len(met) == 12
    # of the two that a gather runs, one may have ended before the other was cancelled
    whole = {"gather": ["ended", "ended"], "nested": ["ended"]}
    assert [case for case in met if case[3] == "timeout" and case[4] == whole[case[0]]] == []
    assert {str(came) for *_, came, _ in met} <= {"value", "['value', 'value']", "timeout"}


@claim("survive.timeout-meets-failure")
def test_timeout_meets_failure(board: BoardUnderTest) -> None:
    execution = run(board, "timeout_end", kinds=["coroutine", "task"], ends="failure")
    met = execution.values("met")
    assert len(met) == 12
    unheard = [case for case in met if case[3] == "timeout" and case[4] == []]
    assert unheard == []


@claim("survive.timeout-meets-data")
def test_timeout_meets_data(board: BoardUnderTest) -> None:
    came = over_memory(board, "timeout_read").values("came")
    assert len(came) == 8
    assert [case for case in came if case[2] != b"one\n"] == []


def taken(board: BoardUnderTest, what: str) -> list[Any]:
    """The cases in which nobody had it and nobody could take it."""
    found = []
    for turns in (0, 1, 2):
        met = run(board, "timeout_taken", what=what, turns=turns).values("met")
        assert len(met) == 2
        expected = {"taken": "timeout", "timeout": "taken"}
        if what == "lock":  # one that was acquired in time is released, and can be taken again
            expected["taken"] = "taken"
        found += [(turns, *case) for case in met if expected.get(case[1]) != case[2]]
    return found


@claim("survive.timeout-meets-lock")
def test_timeout_meets_lock(board: BoardUnderTest) -> None:
    assert taken(board, "lock") == []


@claim("survive.timeout-meets-flag")
def test_timeout_meets_flag(board: BoardUnderTest) -> None:
    assert taken(board, "flag") == []


@claim("survive.two-timeouts")
def test_two_timeouts(board: BoardUnderTest) -> None:
    log = dict(run(board, "two_timeouts").values("log"))
    assert sorted(log[False]) == ["on", "over", "timeout"]
    assert log[False].index("timeout") < log[False].index("on")


@claim("survive.timeout-meets-cancel")
def test_timeout_meets_cancel(board: BoardUnderTest) -> None:
    log = dict(run(board, "two_timeouts").values("log"))[True]
    assert log.count("over") == 1
    assert "nothing" not in log
    assert set(log) & {"timeout", "cancelled"}


@claim("survive.cancel-meets-value")
def test_cancel_meets_value(board: BoardUnderTest) -> None:
    met = run(board, "cut_short", ends="value").values("met")
    assert len(met) == 12
    # a waiter whose cancellation came first takes the task it awaits along
    assert [case for case in met if case[2] == "value" and case[3] != "value"] == []
    assert [case for case in met if case[1] and case[3] != "value"] == []


@claim("survive.cancel-meets-failure")
def test_cancel_meets_failure(board: BoardUnderTest) -> None:
    met = run(board, "cut_short", ends="failure").values("met")
    assert len(met) == 12
    assert [case for case in met if case[2] == "failure" and case[3] != "failure"] == []
    assert [case for case in met if case[1] and case[3] != "failure"] == []


@claim("survive.stop-meets-data")
def test_stop_meets_data(board: BoardUnderTest) -> None:
    execution = over_memory(board, "stopped")
    assert execution.values("stopped") == [0, 1, 2]
    assert execution.values("value") == ["value"]
    assert execution.values("read") == [b"abcdef"]


def cut_short(board: BoardUnderTest, how: str) -> list[Any]:
    execution = over_memory(board, "partial", how=how)
    assert execution.values("ended") == [("cancel", "CancelledError"), ("timeout", "TimeoutError")]
    return execution.values("came")


WHOLE = [("cancel", b"one two\n"), ("timeout", b"one two\n")]


@claim("survive.line-cut-short")
def test_line_cut_short(board: BoardUnderTest) -> None:
    assert cut_short(board, "line") == WHOLE


@claim("survive.readexactly-cut-short")
def test_readexactly_cut_short(board: BoardUnderTest) -> None:
    assert cut_short(board, "exactly") == WHOLE


@claim("survive.read-all-cut-short")
def test_read_all_cut_short(board: BoardUnderTest) -> None:
    assert cut_short(board, "all") == WHOLE


@claim("survive.timed-out-drain")
def test_timed_out_drain(board: BoardUnderTest) -> None:
    execution = over_memory(board, "drain_cut", by=["timeout"])
    assert execution.values("written") == [("timeout", b"abcdefgh")]


@claim("survive.failed-drain")
def test_failed_drain(board: BoardUnderTest) -> None:
    execution = over_memory(board, "drain_cut", by=["error"])
    assert execution.values("written") == [("error", b"abcdefgh")]


@claim("survive.cut-drain-is-told")
def test_cut_drain_is_told(board: BoardUnderTest) -> None:
    execution = over_memory(board, "drain_cut", by=["timeout", "error"])
    assert execution.values("told") == [("timeout", "TimeoutError"), ("error", "OSError")]


def both(board: BoardUnderTest, what: str) -> Execution:
    execution = over_memory(board, "second", what=what)
    assert "first" not in execution.value("before")
    ended = execution.value("ended")
    assert "first" in ended
    assert "second" in ended or "second refused" in ended
    return execution


@claim("survive.second-reader")
def test_second_reader(board: BoardUnderTest) -> None:
    both(board, "reader")


@claim("survive.second-writer")
def test_second_writer(board: BoardUnderTest) -> None:
    execution = both(board, "writer")
    served = execution.value("ended").count("first") + execution.value("ended").count("second")
    assert execution.value("written") == b"data" * served


@claim("survive.second-flag-waiter")
def test_second_flag_waiter(board: BoardUnderTest) -> None:
    both(board, "flag")


@claim("survive.close-meets-reader")
def test_close_meets_reader(board: BoardUnderTest) -> None:
    execution = over_memory(board, "closed", what="reader")
    assert execution.value("before") == []
    assert execution.value("told") in ([9], [b""])


@claim("survive.close-meets-writer")
def test_close_meets_writer(board: BoardUnderTest) -> None:
    execution = over_memory(board, "closed", what="writer")
    assert execution.value("before") == []
    assert execution.value("told") == [9]


@claim("survive.close-meets-output")
def test_close_meets_output(board: BoardUnderTest) -> None:
    assert over_memory(board, "last_words").value("written") == (b"last words", 1)


@claim("survive.end-behind-data")
def test_end_behind_data(board: BoardUnderTest) -> None:
    got = dict(over_memory(board, "then_end").values("got"))
    assert got["Hung"] == [b"abc", b"d", b"ef", b""]


@claim("survive.error-behind-data")
def test_error_behind_data(board: BoardUnderTest) -> None:
    got = dict(over_memory(board, "then_end").values("got"))
    assert got["Failing"] == [b"abc", b"d", b"ef", 5]


@claim("survive.readinto-of-nothing")
def test_readinto_of_nothing(board: BoardUnderTest) -> None:
    assert over_memory(board, "readinto_nothing").value("count") == (2, b"ab\x00\x00")
