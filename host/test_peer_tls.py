"""The host as the other end of the board's TLS: payload both ways, and certificates."""

from __future__ import annotations

from fixtures import claim
from fixtures.board import BoardUnderTest
from rig.board.execution import Execution
from rig.net.certificate import HOST, NAME, STRANGER, Certificate
from rig.net.line import Line
from rig.net.peer import Serving


def speaks_tls(line: Line, certificate: Certificate) -> None:
    line.secure(certificate.server(), server_side=True)
    what = line.line()
    line.tell("asked", what)
    if what == b"echo\n":
        for _ in range(4):
            line.send(line.exactly(400))
    elif what == b"parts\n":
        line.send(bytes(range(256)) * 2)
    elif what == b"records\n":
        text = b"a line of many records\nand another\n"
        line.send_each([text[i : i + 1] for i in range(len(text))], gap_s=0.001)
    else:
        line.send(b"all there is")
        line.end_tls()
    line.rest()


def tls(
    board: BoardUnderTest,
    what: str,
    shown: Certificate = HOST,
    name: str = NAME,
) -> tuple[Execution, Serving]:
    return board.meet(
        "peer/tls", lambda line: speaks_tls(line, shown), deadline=20,
        what=what, trusted=HOST.der, name=name,
    )  # fmt: skip


@claim("peer.tls-echo")
def test_tls_echo(board: BoardUnderTest) -> None:
    assert tls(board, "echo")[0].value("right") == 4


@claim("peer.tls-one-record")
def test_tls_one_record(board: BoardUnderTest) -> None:
    execution, _ = tls(board, "parts")
    assert execution.names == ["data", "over"]
    assert execution.value("data") is True


@claim("peer.tls-many-records")
def test_tls_many_records(board: BoardUnderTest) -> None:
    lines = (b"a line of many records\n", b"and another\n")
    assert tls(board, "records")[0].value("lines") == lines


@claim("peer.tls-end")
def test_tls_end(board: BoardUnderTest) -> None:
    assert tls(board, "end")[0].value("all") == (b"all there is", b"")


@claim("peer.tls-stranger-refused")
def test_tls_stranger_refused(board: BoardUnderTest) -> None:
    assert tls(board, "end")[0].names == ["all", "over"]  # trusted, and so taken
    execution, there = tls(board, "end", shown=STRANGER)
    assert execution.names == ["refused", "over"]
    assert there.values("asked") == []


@claim("peer.tls-other-name-refused")
def test_tls_other_name_refused(board: BoardUnderTest) -> None:
    assert tls(board, "end")[0].names == ["all", "over"]
    execution, there = tls(board, "end", name="other.test")
    assert execution.names == ["refused", "over"]
    assert there.values("asked") == []


def asks_through_tls(line: Line) -> None:
    caller = line.call(int(line.line()))
    caller.secure(HOST.client(), server_hostname=NAME)
    for number in range(3):
        caller.send(b"%d\n" % number)
        line.tell("answer", caller.line())
    caller.close()
    line.close()


@claim("peer.tls-server")
def test_tls_server(board: BoardUnderTest) -> None:
    execution, there = board.meet(
        "peer/tls_server", asks_through_tls, deadline=20,
        certificate=HOST.der, key=HOST.key_der,
    )  # fmt: skip
    assert there.values("answer") == [b"echo %d\n" % number for number in range(3)]
    assert execution.names == ["closed"]
