"""The console by chance: bytes, sizes, pauses and ways to read and write by seed."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from fixtures import claim
from fixtures.board import BoardUnderTest
from host.chance import CHANCE, Chance
from host.latency import END, ENQ
from host.test_console import ACK, told
from host.test_console_data import FEARED_S, IN_PLACE, WIRE, to_the_ack
from rig.board.link import Link

SEEDS = (9634, 16550, 8772)
GROUPS = 7
WRITES = 12
SIZES = (1, 2, 3, 8, 31, 33, 63, 64, 65, 127, 129)
FEARED = (
    b"\r\n", b"\n\r", b"\r\r", b"\n\n", b"\x00", b"\x04", b"\x01\x02\x04\x05", b"\x11\x13",
    b"\xff\xff", b"\x1b[A", b"\x1b[200~", b"\x1b", b"\x7f\x08", b"\x1a", b"\x80\x81", b"\t",
    b">>> ", b"\xc3\x28",
)  # fmt: skip
"""What something on the way may take for its own: ends of lines, flow control, Telnet's IAC,
escapes, the commands of a REPL, halves of characters."""
LETTERS = ("a", "Z", " ", "\t", "~", "\xe9", "\u20ac", "\U0001f600", "0", ";")
"""Characters of one to four bytes in UTF-8."""
CTRL_C = 3
Pieces = list[tuple[int, bytes]]  # each with the pause before it, ms


def drawn(chance: Chance, size: int) -> bytes:
    """Bytes of any value but Ctrl-C, things that are feared and repetitions among them."""
    data = b""
    while len(data) < size:
        match chance.below(8):
            case 0:
                data += chance.pick(FEARED)
            case 1:
                data += b"\n"
            case 2:
                data += bytes([4 + chance.below(252)]) * (1 + chance.below(5))
            case _:
                data += bytes([chance.below(256)])
    return data[:size].replace(bytes([CTRL_C]), b"\xfc")


def in_pieces(chance: Chance, data: bytes) -> Pieces:
    """Cut anywhere, in the midst of characters too."""
    cuts = sorted({0, len(data), *(chance.below(len(data)) for _ in range(chance.below(4)))})
    return [(chance.pick((0, 0, 1, 3)), data[a:b]) for a, b in pairwise(cuts)]


def sending(groups: list[Pieces]) -> Callable[[Link], None]:
    """A host that sends a group each time it is told to; see `test_console_data.sending`."""

    def send(link: Link) -> None:
        text = b""
        for pieces in groups:
            before = told(link, FEARED_S)
            if before is None:
                break
            text += before
            for pause_ms, piece in pieces:
                if pause_ms:
                    link.clock.rest(pause_ms / 1000)
                link.send(piece)
        while END not in text and (came := link.read_some(link.clock.by(FEARED_S))):
            text += came
        if END not in text:
            link.send(IN_PLACE)
        link.unread(text)

    return send


def fits(how: str, size: int, data: bytes | str) -> bool:
    """Whether a read of that kind may return that, be it what was sent or not."""
    if how.endswith("line"):
        end: bytes | str = "\n" if isinstance(data, str) else b"\n"
        return data.endswith(end) and data.count(end) == 1  # type: ignore[arg-type]
    return len(data) == size if how == "exactly" else 0 < len(data) <= size


@claim("console.mixture-read")
def test_mixture_read(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        chance = Chance(seed)
        sent: list[bytes | str] = []
        for number in range(GROUPS):
            if number % 3 == 1:
                sent.append("".join(chance.pick(LETTERS) for _ in range(chance.pick(SIZES))) + "\n")
            else:
                sent.append(drawn(chance, chance.pick(SIZES)) + b"\n")
        groups = [in_pieces(chance, g if isinstance(g, bytes) else g.encode()) for g in sent]
        execution = board.run(
            "console/mixture", prefix=f"{CHANCE} {WIRE}", while_running=sending(groups), seed=seed,
            groups=[(isinstance(group, str), len(group)) for group in sent], deadline=20,
        )  # fmt: skip
        got = execution.values("got")
        for whole, reads in zip(sent, got, strict=False):
            empty: bytes | str = "" if isinstance(whole, str) else b""
            assert empty.join(data for _, _, data in reads) == whole, seed
            assert [read for read in reads if not fits(*read)] == [], seed
        assert len(got) == GROUPS, seed
        assert set(execution.output) <= set(".\r\n"), seed  # what the script prints, and no echo
        assert execution.names == ["got"] * GROUPS, seed


Write = tuple[str, int, list[bytes] | list[str]]  # the way, the pause behind it in ms, the pieces
FOR_THE_HOST = bytes.maketrans(ENQ + ACK + END, b"\xfd\xfe\xff")


def to_write(chance: Chance) -> Write:
    """One way of writing with its pieces; text where it takes text."""
    how = chance.pick(("print", "text", "text stream", "drains", "drains", "one drain", "bytes"))
    count = chance.pick((1, 1, 2, 5))
    sizes = [min(chance.pick(SIZES), 257 // count) for _ in range(count)]
    if how in ("print", "text", "text stream"):
        ends = ["\n" if chance.below(3) == 0 else "" for _ in sizes]
        return how, chance.pick((0, 0, 1, 3)), [
            "".join(chance.pick(LETTERS) for _ in range(size)) + end
            for size, end in zip(sizes, ends, strict=True)
        ]  # fmt: skip
    data = [drawn(chance, size).translate(FOR_THE_HOST) for size in sizes]
    return how, chance.pick((0, 0, 1, 3)), data


def as_sent(writes: list[Write]) -> bytes:
    """A pattern of what the host is to read: a console may put a return before text's line feed."""
    pattern = b""
    for _, _, pieces in writes:
        for piece in pieces:
            if isinstance(piece, str):
                pattern += re.escape(piece.encode()).replace(b"\\\n", b"\r?\n")
            else:
                pattern += re.escape(piece)
    return pattern


@claim("console.mixture-written")
def test_mixture_written(board: BoardUnderTest) -> None:
    for seed in SEEDS:
        chance, came = Chance(seed), b""
        writes = [to_write(chance) for _ in range(WRITES)]
        sends = in_pieces(chance, drawn(chance, 40))

        def host(link: Link, chance: Chance = chance, sends: Pieces = sends) -> None:
            nonlocal came
            came, before = b"", told(link)
            if before is None:
                return
            for pause_ms, piece in sends:
                link.clock.rest(pause_ms / 1000)
                link.send(piece)
            late = (0, 0, 0, 5, 20)  # ms, for which it does not read
            came = to_the_ack(link, before, pauses_s=lambda: chance.pick(late) / 1000)

        execution = board.run(
            "console/mixture_out", prefix=WIRE, while_running=host, writes=writes,
            comes=sum(len(piece) for _, piece in sends), deadline=20,
        )  # fmt: skip
        assert re.fullmatch(as_sent(writes), came, re.DOTALL), (seed, writes, came)
        assert execution.value("got") == b"".join(piece for _, piece in sends), seed
