"""Streams: every byte once, in its place, whatever the data and the stream object are like."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution


def run(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    return board.run(f"streams/{name}", prefix="streams/memory", **params)


@claim("stream.read-zero")
def test_read_zero(board: BoardUnderTest) -> None:
    assert run(board, "lines", what="nothing").values("nothing") == [b"", b"ab"]


@claim("stream.reads-in-turn")
def test_reads_in_turn(board: BoardUnderTest) -> None:
    mixed = run(board, "lines", what="mixed").values("mixed")
    assert mixed == [b"line\n", b"ab", b"cdef", b"gh\n", b"rest"]


@claim("stream.long-lines")
def test_long_lines(board: BoardUnderTest) -> None:
    lines = run(board, "lines", what="long").values("long")
    assert lines == [(1200, b"\n"), (5, b"\n"), (0, b"")]


@claim("stream.line-ends")
def test_line_ends(board: BoardUnderTest) -> None:
    lines = run(board, "lines", what="returns").values("returns")
    assert lines == [b"one\r\n", b"\r\n", b"two\rthree\n", b""]


@claim("stream.text-lines")
def test_text_lines(board: BoardUnderTest) -> None:
    assert run(board, "text_lines").values("line") == ["one\n", "two\n", "rest"]


@claim("stream.any-object")
def test_any_object(board: BoardUnderTest) -> None:
    execution = run(board, "odd_objects")
    got = [(1, b"for 1"), (0, b"for 0"), ("next", b"late")]
    assert execution.values("got") == got
    assert execution.value("done") == [True, True]
    assert execution.value("written") == b"abc"
    assert execution.value("next") is True


@claim("stream.long-write")
def test_long_write(board: BoardUnderTest) -> None:
    execution = run(board, "long_write")
    assert execution.value("done") is True
    assert execution.value("written") == (1100, True)


@claim("stream.buffer-reused")
def test_buffer_reused(board: BoardUnderTest) -> None:
    assert run(board, "buffer_reused").values("written") == [b"abcdef", b"abcdef"]


@claim("stream.write-error")
def test_write_error(board: BoardUnderTest) -> None:
    execution = run(board, "write_error")
    assert execution.values("raised") == [5, 5, 5]
    assert "drained" not in execution.names
    assert execution.value("done") is True


@claim("stream.readexactly-nothing")
def test_readexactly_nothing(board: BoardUnderTest) -> None:
    assert run(board, "exactly_nothing").value("read") == b""


@claim("stream.cancelled-drain")
def test_cancelled_drain(board: BoardUnderTest) -> None:
    execution = run(board, "cancel_drain")
    assert execution.value("before") == (b"abc", False)
    assert execution.value("written") == b"abcdefgh"


@claim("stream.half-object")
def test_half_object(board: BoardUnderTest) -> None:
    execution = run(board, "half_objects")
    assert execution.value("read") == b"data"
    assert execution.value("written") == b"data"


@claim("stream.cancel-race")
def test_cancel_race(board: BoardUnderTest) -> None:
    came = [event.data for event in run(board, "cancel_race").all("came")]
    assert len(came) == 12
    assert [(how, turns) for how, turns, data in came if data != b"one\n"] == []
