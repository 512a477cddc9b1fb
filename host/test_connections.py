"""Connections and servers over the board's own network stack."""

from __future__ import annotations

import socket
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution

LOOPBACK = "streams/loopback"
MEMORY = "streams/memory"
TLS_HANDSHAKE = 22
"""The first byte of every TLS connection: the record type (RFC 8446, 5.1)."""


def run(board: BoardUnderTest, name: str, **params: Any) -> Execution:
    return board.run(f"streams/{name}", prefix=LOOPBACK, **params)


@claim("connection.echo")
def test_echo(board: BoardUnderTest) -> None:
    execution = run(board, "echo", clients=1)
    assert execution.value("client")[1] == [b"echo 0 one\n", b"echo 0 two\n", b"echo 0 three\n"]
    assert execution.names[-1] == "closed"


@claim("connection.pair")
def test_pair(board: BoardUnderTest) -> None:
    assert run(board, "echo", clients=1).value("client")[0] == 2


@claim("connection.refused")
def test_refused(board: BoardUnderTest) -> None:
    assert "port" in run(board, "refused").values("os-error")


@claim("connection.unknown-host")
def test_unknown_host(board: BoardUnderTest) -> None:
    assert "host" in run(board, "refused").values("os-error")


@claim("connection.unreachable")
def test_unreachable(board: BoardUnderTest) -> None:
    assert "address" in run(board, "refused").values("os-error")


@claim("connection.short-read")
def test_short_read(board: BoardUnderTest) -> None:
    execution = run(board, "short_read")
    assert execution.value("server") == b"ping"
    assert execution.value("client") == b"pong"


@claim("connection.reads-to-the-end")
def test_reads_to_the_end(board: BoardUnderTest) -> None:
    execution = run(board, "end_of_stream", closes="server")
    assert execution.value("line") == b"line\n"
    assert execution.value("rest") == b"rest"
    assert execution.value("at-end") == (b"", b"", b"")


@claim("connection.reads-outlast-a-pause")
def test_reads_outlast_a_pause(board: BoardUnderTest) -> None:
    settle_ms = 100 if board.mirrored else 5  # by way of the host, or within the board
    execution = run(board, "long_pause", how=["all", "line", "exactly"], settle_ms=settle_ms)
    assert execution.names == ["all", "line", "exactly"]
    assert [event.data for event in execution.events] == [(b"first last\n",)] * 3


@claim("connection.close")
def test_close(board: BoardUnderTest) -> None:
    for side in ("server", "client"):
        execution = run(board, "end_of_stream", closes=side)
        assert execution.value("rest") == b"rest"
        assert execution.value("at-end") == (b"", b"", b"")


@claim("connection.readexactly-eof")
def test_readexactly_eof(board: BoardUnderTest) -> None:
    execution = run(board, "end_of_stream", closes="server")
    assert execution.names[-1] == "eof-error"


@claim("connection.both-ways")
def test_both_ways(board: BoardUnderTest) -> None:
    execution = run(board, "transfer", blocks=12, size=1500)
    assert execution.value("server-wrong") == 0
    assert execution.value("client-wrong") == 0
    assert execution.value("rest") == b""


@claim("connection.cancelled-read")
def test_cancelled_read(board: BoardUnderTest) -> None:
    execution = run(board, "cancel_socket")
    assert execution.names == ["timeout", "line"] * 3
    assert execution.values("line") == [b"echo 0\n", b"echo 1\n", b"echo 2\n"]


@claim("connection.peername")
def test_peername(board: BoardUnderTest) -> None:
    execution = run(board, "peername", client=False)
    names = [event.data[0] for event in execution.all("server")]
    assert len(names) == 2
    assert names[0] != names[1]
    for name in names:
        # (address, port), or the raw address where the port's sockets have only that.
        assert name[0] == board.far or socket.inet_aton(board.far) in name


@claim("connection.client-peername")
def test_client_peername(board: BoardUnderTest) -> None:
    execution = run(board, "peername", client=True)
    assert "refused" not in execution.names
    names = [event.data[0] for event in execution.all("client")]
    assert len(names) == 2
    assert names[0] == names[1]


@claim("connection.ssl")
def test_ssl(board: BoardUnderTest) -> None:
    first = run(board, "tls").values("first-bytes")
    assert [(name, kind) for name, kind, _ in first] == [
        ("true", TLS_HANDSHAKE),
        ("context", TLS_HANDSHAKE),
    ]


@claim("server.callback")
def test_callback(board: BoardUnderTest) -> None:
    assert run(board, "echo", clients=3).values("called") == [(2, True)] * 3


@claim("server.many-clients")
def test_many_clients(board: BoardUnderTest) -> None:
    answers = [event.data[1] for event in run(board, "echo", clients=3).all("client")]
    words = ("one", "two", "three")
    assert answers == [[f"echo {n} {word}\n".encode() for word in words] for n in range(3)]


@claim("server.type")
def test_type(board: BoardUnderTest) -> None:
    assert run(board, "server_close", block=False).value("type") == "Server"


@claim("server.close")
def test_server_close(board: BoardUnderTest) -> None:
    execution = run(board, "server_close", block=False)
    assert execution.value("inside") == "connected"
    assert execution.value("outside") == "refused"


@claim("server.wait-closed")
def test_wait_closed(board: BoardUnderTest) -> None:
    execution = run(board, "server_close", block=False)
    assert execution.value("again") == "connected"


@claim("server.port-again")
def test_port_again(board: BoardUnderTest) -> None:
    execution = run(board, "port_again")
    assert execution.values("read") == [(number, b"") for number in range(3)]
    assert execution.values("started") == [0, 1, 2]


@claim("server.async-with")
def test_async_with(board: BoardUnderTest) -> None:
    execution = run(board, "server_close", block=True)
    assert execution.value("same") is True
    assert execution.value("inside") == "connected"
    assert execution.value("outside") == "refused"
    execution = run(board, "server_with_exception")
    assert execution.value("raised") == ("inside",)
    assert execution.value("outside") == "refused"


@claim("server.connections-outlive-it")
def test_connections_outlive_it(board: BoardUnderTest) -> None:
    assert run(board, "server_goes_on", wait=False).value("first") == b"echo first\n"


@claim("server.callback-fails")
def test_callback_fails(board: BoardUnderTest) -> None:
    execution = run(board, "server_goes_on", wait=False)
    assert execution.values("failing") == [b""] * 3
    assert execution.value("second") == b"echo second\n"


@claim("server.cancelled-start")
def test_cancelled_start(board: BoardUnderTest) -> None:
    execution = run(board, "server_cancel")
    assert "started" not in execution.names
    assert "unretrieved" not in execution.names
    assert execution.names.count("cancelled") == 1
    assert execution.value("main-got") == "CancelledError"
    assert execution.value("after") == "refused"


@claim("server.ssl")
def test_server_ssl(board: BoardUnderTest) -> None:
    assert run(board, "tls_server").values("server-read") == [True, False]


@claim("connection.ssl-context")
def test_ssl_context(board: BoardUnderTest) -> None:
    execution = run(board, "tls_context")
    assert execution.value("client")[0] == 1
    assert dict(execution.values("answer"))["client"] == b"echo line\n"


@claim("connection.ssl-hostname")
def test_ssl_hostname(board: BoardUnderTest) -> None:
    execution = run(board, "tls_context")
    _, hostname = execution.value("client")
    assert hostname == board.far
    assert execution.value("named") == "a.name"


@claim("server.ssl-context")
def test_server_ssl_context(board: BoardUnderTest) -> None:
    execution = run(board, "tls_context")
    assert execution.value("server") == (1, True)
    assert dict(execution.values("answer"))["server"] == b"echo line\n"


@claim("server.ssl-refused")
def test_ssl_refused(board: BoardUnderTest) -> None:
    execution = run(board, "tls_context")
    answers = dict(execution.values("answer"))
    assert answers["refused"] == b""
    assert execution.value("called") == 0
    assert answers["server-again"] == b"echo line\n"
    assert "unretrieved" not in execution.names


@claim("server.failed-accept")
def test_failed_accept(board: BoardUnderTest) -> None:
    execution = board.run("streams/failed_accept", prefix=MEMORY)
    assert execution.values("called") == [b"line\n"]
    assert execution.value("accepts") == 3
    assert "unretrieved" not in execution.names
    assert execution.value("closed") == 1


@claim("server.cancelled-start-accepts-nobody")
def test_cancelled_start_accepts_nobody(board: BoardUnderTest) -> None:
    execution = board.run("streams/cancelled_start", prefix=MEMORY)
    assert execution.names == ["cancelled", "accepts", "closed"]
    assert execution.value("accepts") == 0
    assert execution.value("closed") == 1


@claim("connection.own-peername")
def test_own_peername(board: BoardUnderTest) -> None:
    seen = run(board, "peername_each").value("seen")
    assert [then == before for before, then in seen] == [True] * 3  # closed meanwhile
    assert len({str(name) for name, _ in seen}) == 3


@claim("server.wait-closed-waits")
def test_wait_closed_waits(board: BoardUnderTest) -> None:
    execution = run(board, "server_again")
    assert execution.value("open") == []
    assert execution.value("read") == b""
    assert execution.value("still-open") == []
    assert execution.value("closed") == [0, 1]


@claim("server.close-again")
def test_close_again(board: BoardUnderTest) -> None:
    assert run(board, "server_again").names[-2:] == ["again", "in-block"]


@claim("connection.often")
def test_often(board: BoardUnderTest) -> None:
    assert run(board, "questions", times=140).value("right") == 140


@claim("server.one-after-another")
def test_one_after_another(board: BoardUnderTest) -> None:
    assert run(board, "one_after_another", clients=10).value("right") == 10


@claim("server.backlog")
def test_backlog(board: BoardUnderTest) -> None:
    execution = run(board, "backlog", backlogs=[1, 2, 5], together=False)
    assert execution.values("got") == [(backlog, [True] * 3) for backlog in (1, 2, 5)]


@claim("server.clients-at-once")
def test_clients_at_once(board: BoardUnderTest) -> None:
    execution = run(board, "backlog", backlogs=[2, 5], together=True)
    assert execution.values("got") == [(2, [True] * 2), (5, [True] * 5)]


@claim("connection.reset-while-reading")
def test_reset_while_reading(board: BoardUnderTest) -> None:
    told = dict(run(board, "reset", deadline=20).values("told"))
    assert told["reads"] in (b"", "OSError")


@claim("connection.reset-while-draining")
def test_reset_while_draining(board: BoardUnderTest) -> None:
    assert dict(run(board, "reset", deadline=20).values("told"))["drains"] == "OSError"
