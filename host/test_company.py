"""Connections in one another's company, and blocks of every size."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import attempts, seconds

LOOPBACK = "streams/loopback"
IDLE_MS = 300
SIZES = [
    1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513,
    1023, 1024, 1025, 1459, 1460, 1461, 2047, 2048, 2049, 4096, 8193,
]  # fmt: skip
"""Bytes: about the powers of two, and about the segment of Ethernet (1500 bytes less 40)."""
SENT_AGAIN_S = 1.0
"""When a client whose SYN was dropped, for the backlog was full, sends it again (RFC 6298, 2.1)."""


def got(board: BoardUnderTest, what: str, **params: Any) -> list[Any]:
    execution = board.run("streams/company", prefix=LOOPBACK, deadline=20, what=what, **params)
    assert execution.names[-1] == "over"
    return execution.values("got")


@claim("server.silent-clients")
def test_silent_clients(board: BoardUnderTest) -> None:
    assert got(board, "silent") == [b"fourth\n", b"half a line\n", b"first\n"]


@claim("connection.one-closes")
def test_one_closes(board: BoardUnderTest) -> None:
    assert got(board, "one_closes") == [b"1\n", b"still\n", b"0\n", b"still\n"]


@claim("connection.idle")
def test_idle(board: BoardUnderTest) -> None:
    assert got(board, "idle", idle_ms=IDLE_MS) == [b"before\n", b"after\n"]


@claim("connection.questions-in-a-row")
def test_questions_in_a_row(board: BoardUnderTest) -> None:
    assert got(board, "in_a_row") == [40]


@claim("server.clients-come-and-go")
def test_come_and_go(board: BoardUnderTest) -> None:
    assert got(board, "come_and_go") == [b"served\n"]


@claim("server.port-taken")
def test_port_taken(board: BoardUnderTest) -> None:
    assert got(board, "taken") == ["refused", b"served\n"]


@claim("connection.every-size")
def test_every_size(board: BoardUnderTest) -> None:
    execution = board.run("streams/sizes", prefix=LOOPBACK, deadline=20, sizes=SIZES)
    assert execution.value("wrong") == []


@claim("server.clients-in-one-turn")
def test_clients_in_one_turn(board: BoardUnderTest, record: Record) -> None:
    took: list[float] = []
    for _ in attempts(record):
        execution = board.run(
            "streams/together", prefix=f"latency/reference {LOOPBACK}", deadline=20
        )
        assert execution.value("right") == [True] * 5
        took = seconds(execution, "took")
        record.measure("five clients that connect in one turn, until each is answered", took)
        if max(took) < SENT_AGAIN_S:
            break
    assert max(took) < SENT_AGAIN_S


@claim("server.reads-later")
def test_reads_later(board: BoardUnderTest) -> None:
    assert got(board, "reads_later") == [b"all that was sent\n" * 300 + b"and more", b""]


@claim("connection.written-after-close")
def test_written_after_close(board: BoardUnderTest) -> None:
    assert got(board, "written_after_close") == ["told", b"served\n"]


@claim("server.closed-by-a-connection")
def test_closed_by_a_connection(board: BoardUnderTest) -> None:
    assert got(board, "closed_from_within") == [b"answered\n"]


@claim("connection.closed-while-read")
def test_closed_while_read(board: BoardUnderTest) -> None:
    assert got(board, "closed_while_read") == [b"", b"served\n"]


@claim("connection.cut-short-as-it-opens")
def test_cut_short_as_it_opens(board: BoardUnderTest) -> None:
    assert got(board, "cut_short") == [b"served\n"]


@claim("connection.two-writers")
def test_two_writers(board: BoardUnderTest) -> None:
    assert got(board, "two_writers") == [[20, 20]]


@claim("server.speaks-first")
def test_speaks_first(board: BoardUnderTest) -> None:
    assert got(board, "speaks_first") == [b"hello\n", b"answer\n"]


@claim("server.two-servers")
def test_two_servers(board: BoardUnderTest) -> None:
    assert got(board, "two") == [b"hello\n", b"first\n", b"second\n", b"still\n"]
