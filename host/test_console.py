"""The console: input in parts and in bursts, a host that reads late, Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import END, ENQ, TICK, TURNS, attempts, seconds, turn
from rig.board.execution import Execution
from rig.board.link import Link
from rig.distribution import lower_quartile

LATE_S = 0.2
"""How late the host sends the rest: enough for forty turns of a task that sleeps 5 ms."""
READS_LATE_S = 0.3
"""How late it reads: later than the board writes, and sooner than the half second after which USB
consoles drop what nobody takes."""
TICKS = 5
"""Turns of that task meanwhile, on however busy a machine; held up, it has one or two."""
ACK = b"\x06"


def told(link: Link, patience_s: float = 10.0) -> bytes | None:
    """What came before the board's ENQ, which is taken; None where it ended, or was silent for so
    long, without: what is sent then is for nobody."""
    came = b""
    while ENQ not in came and END not in came:
        piece = link.read_some(link.clock.by(patience_s))
        came += piece
        if not piece:
            break  # following the script to its end says how it ended
    before, found, rest = came.partition(ENQ)
    link.unread(rest if found else came)
    return before if found else None


def sending(first: bytes, rest: bytes) -> Callable[[Link], None]:
    """A host that sends one part when it is told to, and the rest later."""

    def send(link: Link) -> None:
        before = told(link)
        if before is None:
            return
        link.send(first)
        if rest:
            link.clock.rest(LATE_S)
            link.send(rest)
        link.unread(before)

    return send


def reading(
    board: BoardUnderTest, what: str, first: bytes, rest: bytes = b"", size: int = 16
) -> Execution:
    return board.run(
        "console/reading", while_running=sending(first, rest),
        what=what, size=size, total=len(first + rest),
    )  # fmt: skip


@claim("console.read-up-to")
def test_read_up_to(board: BoardUnderTest) -> None:
    execution = reading(board, "some", b"ab", b"c" * 14)
    assert execution.value("got") == [b"ab"]
    assert execution.value("whole") == b"ab" + b"c" * 14


@claim("console.others-run-during-a-line")
def test_others_run_during_a_line(board: BoardUnderTest) -> None:
    execution = reading(board, "line", b"half a ", b"line\n")
    assert execution.value("got") == b"half a line\n"
    assert execution.value("ticks") >= TICKS


@claim("console.others-run-during-exactly")
def test_others_run_during_exactly(board: BoardUnderTest) -> None:
    execution = reading(board, "exactly", b"half", b"and half", size=12)
    assert execution.value("got") == b"halfand half"
    assert execution.value("ticks") >= TICKS


@claim("console.others-run-during-a-character")
def test_others_run_during_a_character(board: BoardUnderTest) -> None:
    execution = reading(board, "character", b"\xc3", b"\xa9")
    assert execution.value("got") == "\xe9"
    assert execution.value("ticks") >= TICKS


@claim("console.burst")
def test_burst(board: BoardUnderTest) -> None:
    burst = bytes(range(0x20, 0x60))
    assert reading(board, "burst", burst, size=len(burst)).value("got") == burst


@claim("console.every-byte")
def test_every_byte(board: BoardUnderTest) -> None:
    every = bytes(value for value in range(256) if value != 3)  # Ctrl-C
    assert reading(board, "some", every, size=1).value("whole") == every


@claim("console.long-line")
def test_long_line(board: BoardUnderTest) -> None:
    line = bytes(range(0x20, 0x7F)) * 6 + b"\n"
    assert reading(board, "line", line).value("got") == line


@claim("console.stream-writes-as-print")
def test_stream_writes_as_print(board: BoardUnderTest, record: Record) -> None:
    stream, allowed = 0.0, 0.0
    for _ in attempts(record):
        run = board.run("console/cost", prefix="latency/reference", times=16)
        stream = lower_quartile(seconds(run, "stream"))
        record.measure("64 bytes to the console by a stream", seconds(run, "stream"))
        own = lower_quartile(seconds(run, "own"))
        allowed = own + 2 * TICK + TURNS * turn(run)
        if stream <= allowed:
            break
    assert stream <= allowed


@claim("console.timeout-then-byte")
def test_timeout_then_byte(board: BoardUnderTest) -> None:
    execution = board.run("console/timeout", while_running=sending(b"z", b""))
    timeouts: list[Any] = execution.values("timeout")
    assert [number for number, _ in timeouts] == [0, 1, 2, 3]
    assert [ticks for _, ticks in timeouts] == sorted({ticks for _, ticks in timeouts})
    assert execution.value("then") == b"z"


def written_late(board: BoardUnderTest, by: str) -> tuple[Execution, bytes]:
    """A host that reads late, and what came by then: numbered pieces of a few buffers' size."""
    came = b""

    def read_late(link: Link) -> None:
        nonlocal came
        before = told(link)
        if before is None:
            return
        link.clock.rest(READS_LATE_S)
        while ACK not in came and END not in came:
            piece = link.read_some(link.clock.by(10))
            came += piece
            if not piece:
                break
        came, _, rest = came.partition(ACK)
        link.unread(before + rest)

    execution = board.run(
        "console/writing", while_running=read_late, by=by, ms=WRITES_MS, width=WIDTH, deadline=20
    )  # fmt: skip
    return execution, came


WRITES_MS, WIDTH = 200, 95
"""How long the board writes: on a virtual board all buffers are full long before the host reads, on
a UART a few kilobytes are on their way by then."""


def numbered(execution: Execution) -> bytes:
    """What the board wrote."""
    lines = execution.value("lines")
    assert isinstance(lines, int)
    assert lines > 0
    return b"".join(b"%05d" % number + b"x" * WIDTH for number in range(lines))


@claim("console.late-host-loses-nothing")
def test_late_host_loses_nothing(board: BoardUnderTest) -> None:
    execution, came = written_late(board, "stream")
    assert came == numbered(execution)


@claim("console.late-host-holds-nobody")
def test_late_host_holds_nobody(board: BoardUnderTest, record: Record) -> None:
    held = 0.0
    for _ in attempts(record):
        execution, _ = written_late(board, "stream")
        held = execution.value("held") / 1e6
        record.measure("how long a task is held while the console is full", [held])
        if held < READS_LATE_S / 2:
            break
    assert held < READS_LATE_S / 2


@claim("console.print-to-a-late-host")
def test_print_to_a_late_host(board: BoardUnderTest) -> None:
    execution, came = written_late(board, "print")
    assert came == numbered(execution)


def interrupting(link: Link) -> None:
    before = told(link)
    if before is None:
        return
    link.clock.rest(LATE_S)  # the loop waits by then, also on a busy machine
    link.send(b"\x03")
    link.unread(before)


def interrupted(board: BoardUnderTest, by: str) -> Execution:
    hook = interrupting if by == "host" else None
    return board.run("console/interrupt", while_running=hook, by=by)


@claim("console.interrupt-leaves-run")
def test_interrupt_leaves_run(board: BoardUnderTest) -> None:
    execution = interrupted(board, "host")
    log = execution.value("log")
    assert log[-1] == "left"
    assert "slept" not in log
    assert execution.value("next") == "next"


@claim("console.interrupt-cleans-up")
def test_interrupt_cleans_up(board: BoardUnderTest) -> None:
    log = interrupted(board, "host").value("log")
    assert {"finally", "other's finally"} <= set(log)


@claim("interrupt.leaves-run")
def test_interrupted_wait_leaves_run(board: BoardUnderTest) -> None:
    execution = interrupted(board, "poll")
    assert execution.value("log")[-1] == "left"
    assert execution.value("next") == "next"


@claim("interrupt.cleans-up")
def test_interrupted_wait_cleans_up(board: BoardUnderTest) -> None:
    assert "finally" in interrupted(board, "poll").value("log")
