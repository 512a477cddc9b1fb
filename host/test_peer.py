"""The host as the other end of the board's network: what only a peer can do to a connection.

Each test has two halves: a device test, and here what the host does to each connection.
"""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.latency import ATTEMPTS
from rig.net.line import Line
from rig.net.peer import Doing

WINDOW = 4096
"""Bytes that the host's kernel takes before somebody reads: one that is soon full."""
BLOCK, MOST = 2000, 4000
"""Bytes; and blocks, more than any stack holds for a peer that does not read (Linux, 4 MB)."""
LINES = b"a line of some words\nanother of them\nthree\nxyzrest"


def block(number: int, size: int) -> bytes:
    """As the device tests write it."""
    return bytes([48 + number % 64]) * size


# -- resets ---------------------------------------------------------------------------------------


def resets(line: Line) -> None:
    line.send(b"data\n")
    line.line()
    line.reset()


@claim("peer.reset-while-reading")
def test_reset_while_reading(board: BoardUnderTest) -> None:
    execution, _ = board.meet("peer/told_of_reset", resets, reads=True)
    assert execution.value("line") == b"data\n"
    assert execution.value("told") in (b"", "OSError")


@claim("peer.reset-while-draining")
def test_reset_while_draining(board: BoardUnderTest) -> None:
    execution, _ = board.meet("peer/told_of_reset", resets, window=WINDOW, reads=False)
    assert execution.value("told") == "OSError"


# -- the board as a server ------------------------------------------------------------------------


def clients(line: Line, rude: int, polite: int) -> None:
    """All connect before any says a word; the rude ones are gone by then."""
    port = int(line.line())
    for _ in range(rude):
        line.call(port).reset()
    callers = [line.call(port) for _ in range(polite)]
    for number, caller in enumerate(callers):
        caller.send(b"hello %d\n" % number)
    line.tell("answers", [caller.rest() for caller in callers])
    line.close()


@claim("peer.reset-in-the-backlog")
def test_reset_in_the_backlog(board: BoardUnderTest) -> None:
    execution, there = board.meet("peer/server", lambda line: clients(line, 3, 2), backlog=5)
    assert there.values("answers") == [[b"hello 0\n", b"hello 1\n"]]
    assert execution.names == ["closed"]


@claim("peer.clients-in-the-backlog")
def test_clients_in_the_backlog(board: BoardUnderTest) -> None:
    execution, there = board.meet("peer/server", lambda line: clients(line, 0, 5), backlog=5)
    assert there.values("answers") == [[b"hello %d\n" % number for number in range(5)]]
    assert execution.names == ["closed"]


# -- silence --------------------------------------------------------------------------------------


def vanishes(line: Line) -> None:
    if line.line() == b"vanish\n":
        line.send(b"here\n")
        line.vanish()
    else:
        line.send(b"still here\n")


def silence(board: BoardUnderTest, reads: bool) -> None:
    for _ in range(ATTEMPTS):  # a machine that is shared may have had no more turns for it
        execution, _ = board.meet("peer/gone_silent", vanishes, window=WINDOW, reads=reads)
        assert execution.value("line") == b"here\n"
        assert execution.names[1] == "timeout"
        if execution.value("timeout") > 2:
            break
    assert execution.value("timeout") > 2
    assert execution.value("next") == b"still here\n"


@claim("peer.vanished-while-reading")
def test_vanished_while_reading(board: BoardUnderTest) -> None:
    silence(board, reads=True)


@claim("peer.vanished-while-draining")
def test_vanished_while_draining(board: BoardUnderTest) -> None:
    silence(board, reads=False)


@claim("peer.unanswered")
def test_unanswered(board: BoardUnderTest) -> None:
    execution, _ = board.meet("peer/unanswered", lambda line: None, deaf=True)
    assert execution.names == ["timeout"]
    assert execution.value("timeout") > 2


# -- ends -----------------------------------------------------------------------------------------


def asks(line: Line) -> None:
    line.send(b"question\n")
    line.end_sending()
    line.tell("answer", line.rest())


@claim("peer.half-close")
def test_half_close(board: BoardUnderTest) -> None:
    execution, there = board.meet("peer/half_close", asks)
    assert execution.value("question") == b"question\n"
    assert there.values("answer") == [b"0 question\n1 question\n2 question\n"]
    assert execution.value("still") == b""


ENDED_FIRST = ["all", "line", "some"]


@claim("peer.closed-after-its-end")
def test_closed_after_its_end(board: BoardUnderTest) -> None:
    ends = [Event() for _ in ENDED_FIRST]
    numbers = iter(range(len(ends) + 1))

    def doing(line: Line) -> None:
        number = next(numbers)
        if number < len(ends):
            line.send(b"all of it\n")
            line.end_sending()
            line.tell("rest", line.rest())
            ends[number].set()
        else:  # the board's program goes on until all has been told
            line.tell("ended", [line.wait(end) for end in ends])
            line.send(b"last")

    execution, there = board.meet("peer/ended_first", doing, how=ENDED_FIRST)
    assert execution.values("got") == [b"all of it\n"] * len(ends)
    assert there.values("rest") == [b""] * len(ends)
    assert there.values("ended") == [[True] * len(ends)]
    assert execution.value("last") == b"last"


@claim("peer.close-with-input-unread")
def test_close_with_input_unread(board: BoardUnderTest) -> None:
    first, ended = Event(), Event()

    def doing(line: Line) -> None:
        if first.is_set():  # the second connection speaks once the first has ended
            line.tell("ended", line.wait(ended))
            line.send(b"next")
            return
        first.set()
        line.send(b"much more than is read")
        with suppress(ConnectionError):
            line.tell("rest", line.rest())
        ended.set()

    execution, there = board.meet("peer/unread", doing)
    assert execution.value("first") == b"m"
    assert there.values("rest") in ([], [b""])
    assert there.values("ended") == [True]
    assert execution.value("next") == b"next"


# -- how the host reads ---------------------------------------------------------------------------


def reads_slowly(line: Line) -> None:
    line.tell("got", line.rest(pause_s=0.001, piece=1500))


def reads_late(line: Line) -> None:
    time.sleep(0.05)  # the board has closed by then: its few blocks fit into any stack
    line.tell("got", line.rest())


def wrote(board: BoardUnderTest, doing: Doing, blocks: int, size: int) -> None:
    execution, there = board.meet(
        "peer/slow_reader", doing, window=WINDOW, blocks=blocks, size=size
    )
    assert execution.names == ["sent"]
    assert there.values("got") == [b"".join(block(number, size) for number in range(blocks))]


@claim("peer.slow-reader")
def test_slow_reader(board: BoardUnderTest) -> None:
    wrote(board, reads_slowly, blocks=40, size=1000)


@claim("peer.drained-before-close")
def test_drained_before_close(board: BoardUnderTest) -> None:
    wrote(board, reads_late, blocks=3, size=500)


@claim("peer.full-window")
def test_full_window(board: BoardUnderTest) -> None:
    go = Event()

    def doing(line: Line) -> None:
        if line.line() == b"go\n":
            go.set()
            return
        line.wait(go)
        line.tell("got", line.rest())

    execution, there = board.meet(
        "peer/full_window", doing, window=WINDOW, deadline=20, size=BLOCK, most=MOST
    )
    full, ticks = execution.value("full")
    assert full
    assert ticks > 2
    sent = execution.value("sent")
    got = there.values("got")
    assert [len(data) for data in got] == [sent * BLOCK]
    assert got == [b"".join(block(number, BLOCK) for number in range(sent))]


# -- segments -------------------------------------------------------------------------------------


def lines(board: BoardUnderTest, parts: list[bytes]) -> None:
    def doing(line: Line) -> None:
        line.send_each(parts, gap_s=0.001)
        line.end_sending()
        line.rest()

    execution, _ = board.meet("peer/lines", doing)
    assert execution.value("lines") == tuple(LINES.splitlines(keepends=True)[:3])
    assert execution.value("exactly") == b"xyz"
    assert execution.value("rest") == b"rest"


@claim("peer.byte-by-byte")
def test_byte_by_byte(board: BoardUnderTest) -> None:
    lines(board, [LINES[i : i + 1] for i in range(len(LINES))])


@claim("peer.lines-in-one-segment")
def test_lines_in_one_segment(board: BoardUnderTest) -> None:
    lines(board, [LINES])
