"""The console's data: every size, every byte, every way to read, both ways at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.latency import END, ENQ
from host.test_console import ACK, told
from rig.board.execution import Execution
from rig.board.link import Link

SIZES = [1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513]
"""Bytes: about the powers of two, which are what buffers and the packets of USB measure."""
PACKETS = [32, 64, 128, 256]
AHEAD = [("line", 5, 40), ("line", 90, 40), ("some", 5, 40), ("exactly", 200, 240)]
"""How to read what was typed, of how many bytes, how many ms ago."""
FEARED_S = 4.0
"""Longer than the board's own patience with a read (2.5 s)."""
WIRE = "console/wire"
IN_PLACE = b"#" * 300 + b"\n" * 20
SILENCE_MS = 250
PRINTABLE = bytes(range(0x20, 0x7F))
Read = tuple[str, str, int]


def sent(size: int) -> bytes:
    return (PRINTABLE * (size // len(PRINTABLE) + 1))[:size]


def sending(pieces: list[bytes]) -> Callable[[Link], None]:
    """A host that sends a piece each time it is told to. A console may hold the whole board until
    all bytes of a read are there: where one was lost, that ends by what is sent in its place."""

    def send(link: Link) -> None:
        text = b""
        for piece in pieces:
            before = told(link, FEARED_S)
            if before is None:
                break
            text += before
            link.send(piece)
        came = link.read_some(link.clock.by(FEARED_S))
        if not came:
            link.send(IN_PLACE)
        link.unread(text + came)

    return send


def got(board: BoardUnderTest, pieces: list[bytes], reads: list[Read]) -> list[Any]:
    """What each read got; before each piece stands a read of the name `send`, with a pause."""
    execution = board.run(
        "console/pieces", prefix=WIRE, while_running=sending(pieces), reads=reads, deadline=20,
    )  # fmt: skip
    found = execution.value("got")
    assert isinstance(found, list)
    return found


@claim("console.every-size")
def test_every_size(board: BoardUnderTest) -> None:
    reads: list[Read] = []
    pieces: list[bytes] = []
    for size in SIZES:
        reads += [("send", "", 0), ("wire", "exactly", size)]
        pieces.append(sent(size))
    for size in PACKETS:
        for way in ("whole by into", "whole by some", "line"):
            reads += [("send", "", 0), ("wire", way, size)]
            pieces.append(sent(size - 1) + b"\n")
    assert got(board, pieces, reads) == pieces


@claim("console.lines-in-a-burst")
def test_lines_in_a_burst(board: BoardUnderTest) -> None:
    lines = [b"one\n", b"\n", b"three, longer than that\n", b"four\n"]
    reads: list[Read] = [("send", "", 0), *[("wire", "line", 0)] * 4]
    pieces = [b"".join(lines)]
    for _ in range(2):  # past 256 lines, too
        reads += [("send", "", 0), ("wire", "lines", 130)]
        pieces.append(b"\n" * 130)
    assert got(board, pieces, reads) == [*lines, 130, 130]


@claim("console.line-ends")
def test_line_ends(board: BoardUnderTest) -> None:
    lines = [
        b"one\r\n", b"t\rwo\n", b"\r\n", b"f\x00\x0b\x0c\x85our\xff\n", b"\x08\x7f\t\x1b[A\n",
    ]  # fmt: skip
    reads: list[Read] = [("send", "", 0), ("wire", "line", 0)] * 5
    assert got(board, lines, reads) == lines


@claim("console.text-lines")
def test_text_lines(board: BoardUnderTest) -> None:
    lines = [b"one\n", b"\n", b"three \t, longer\n"]
    reads: list[Read] = [("send", "", 0), ("text", "line", 0)] * 3
    came = got(board, lines, reads)  # as text, or as its bytes
    assert [line.encode() if isinstance(line, str) else line for line in came] == lines


@claim("console.reads-in-turn")
def test_reads_in_turn(board: BoardUnderTest) -> None:
    reads: list[Read] = [
        ("send", "", 0), ("wire", "some", 2), ("wire", "exactly", 3), ("wire", "line", 0),
        ("wire", "into", 2), ("wire", "line", 0), ("wire", "exactly", 1),
    ]  # fmt: skip
    assert got(board, [b"abcdefg\nhijk\nl"], reads) == [
        b"ab", b"cde", b"fg\n", b"hi", b"jk\n", b"l",
    ]  # fmt: skip


@claim("console.after-silence")
def test_after_silence(board: BoardUnderTest) -> None:
    reads: list[Read] = []
    for _ in range(2):
        reads += [("send", "", SILENCE_MS), ("wire", "exactly", 8)]
    assert got(board, [b"abcdefgh", b"ijklmnop"], reads) == [b"abcdefgh", b"ijklmnop"]


@claim("console.typed-ahead")
def test_typed_ahead(board: BoardUnderTest) -> None:
    reads: list[Read] = []
    pieces: list[bytes] = []
    for way, size, ms in AHEAD:
        # Each by a reader that is made when all has come.
        reads += [("send", "", 0), ("busy", "", ms), ("anew", way, size)]
        pieces.append(sent(size - 1) + b"\n")
    assert got(board, pieces, reads) == pieces


@claim("console.output-keeps-input")
def test_output_keeps_input(board: BoardUnderTest) -> None:
    reads: list[Read] = []
    kinds = (("write", 5), ("print", 5), ("write", 64), ("write", 200), ("print", 200))
    for what, size in kinds:
        # Each after all has come, and none of it was read.
        reads += [("send", "", 0), ("busy", "", 20), (what, "", size), ("wire", "exactly", 5)]
    assert got(board, [b"abcd\n"] * 5, reads) == [b"abcd\n"] * 5


@claim("console.no-echo")
def test_no_echo(board: BoardUnderTest) -> None:
    reads: list[Read] = []
    for way in ("line", "exactly", "some"):
        reads += [("send", "", 0), ("wire", way, 5)]
    execution = board.run(
        "console/pieces", prefix=WIRE, while_running=sending([b"abcd\n"] * 3), reads=reads,
        deadline=20,
    )  # fmt: skip
    assert execution.value("got") == [b"abcd\n"] * 3
    assert execution.output == ""


# -- output ---------------------------------------------------------------------------------------


def to_the_ack(
    link: Link, before: bytes, came: bytes = b"", pauses_s: Callable[[], float] = lambda: 0.0
) -> bytes:
    """What comes up to the board's ACK, which is taken, read with these pauses; where it ended
    without, all that came."""
    while ACK not in came and END not in came:
        if pause_s := pauses_s():
            link.clock.rest(pause_s)
        piece = link.read_some(link.clock.by(10))
        came += piece
        if not piece:
            break  # following the script to its end says how it ended
    came, _, rest = came.partition(ACK)
    link.unread(before + rest)
    return came


def written(
    board: BoardUnderTest, how: str, pieces: list[bytes], sends: tuple[bytes, ...] = ()
) -> tuple[Execution, bytes]:
    """What the host read of it; meanwhile it sends what it has to send."""
    came = b""

    def read(link: Link) -> None:
        nonlocal came
        before = told(link)
        if before is None:
            return
        for piece in sends:
            link.send(piece)
            came += link.read_some(link.clock.by(0.002))
        came = to_the_ack(link, before, came)

    execution = board.run(
        "console/writes", while_running=read, how=how, pieces=pieces,
        comes=sum(map(len, sends)), deadline=20,
    )  # fmt: skip
    return execution, came


@claim("console.writes-every-size")
def test_writes_every_size(board: BoardUnderTest) -> None:
    pieces = [sent(size) for size in [*SIZES, 1025, 2049]]
    assert written(board, "pieces", pieces)[1] == b"".join(pieces)


@claim("console.writes-every-byte")
def test_writes_every_byte(board: BoardUnderTest) -> None:
    every = bytes(value for value in range(256) if bytes([value]) not in (ENQ, ACK, END))
    assert written(board, "pieces", [every])[1] == every


@claim("console.writes-at-once")
def test_writes_at_once(board: BoardUnderTest) -> None:
    pieces = [b"%d," % number for number in range(120)]
    assert written(board, "at_once", pieces)[1] == b"".join(pieces)


@claim("console.writers-in-turn")
def test_writers_in_turn(board: BoardUnderTest) -> None:
    pieces = [b"<piece %02d %s>" % (number, b"." * (number * 7)) for number in range(20)]
    came = written(board, "in_turn", pieces)[1]
    assert sorted(came.replace(b"><", b">|<").split(b"|")) == pieces
    for first in (0, 1):
        assert [piece for piece in came.replace(b"><", b">|<").split(b"|")
                if piece in pieces[first::2]] == pieces[first::2]  # fmt: skip


@claim("console.print-and-stream")
def test_print_and_stream(board: BoardUnderTest) -> None:
    pieces = [b"<piece %02d %s>" % (number, b"." * (number * 40)) for number in range(16)]
    assert written(board, "with_print", pieces)[1] == b"".join(pieces)


@claim("console.both-ways")
def test_both_ways(board: BoardUnderTest) -> None:
    pieces = [sent(size) for size in (64, 40, 90, 17, 64, 128)]
    sends = tuple(sent(37)[number:] for number in range(8))
    execution, came = written(board, "beside_input", pieces, sends)
    assert execution.value("got") == b"".join(sends)
    assert came == b"".join(pieces)
