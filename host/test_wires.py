"""Wake sources that need a wire on the board: a pin's interrupt, a byte on a UART."""

from __future__ import annotations

from typing import Any

from fixtures import claim
from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import seconds
from host.waits import lateness, machines, zero
from rig.board.execution import Execution
from rig.errors import Inconclusive, Unsupported

MS, FAR_MS = 6, 150
"""When an edge comes in the midst of a wait, and the next timer after that."""
WORK_MS = 8
PINS, LINE = "waits/source waits/pins", "waits/source waits/line"


# -- pins ----------------------------------------------------------------------------------------


def pins(board: BoardUnderTest, name: str, hard: bool = False, **params: Any) -> Execution:
    assert board.wires is not None
    wired = list(board.wires.pins)
    return board.run(f"waits/{name}", prefix=PINS, deadline=20, pins=wired, hard=hard, **params)


def interrupt(
    board: BoardUnderTest, record: Record, hard: bool = False, beside: str = "", times: int = 4
) -> None:
    """A pin's interrupt sets a flag: the task that waits for it runs then."""

    def once() -> tuple[list[float], float]:
        execution = pins(
            board, "pin", hard, beside=beside, ms=MS, times=times, timer_ms=MS + FAR_MS
        )
        if execution.value("source") == "none":
            raise Unsupported("something outside of the loop: machine.Timer or _thread")
        if not execution.value("listens"):
            raise Unsupported("Pin.irq with hard=True")
        return seconds(execution, "late"), 0.0

    what = (
        f"a pin's {'hard' if hard else 'soft'} interrupt{beside and ' beside '}{beside}, how late"
    )
    # a task that works is done with it first, and has its next turn before the one that was woken
    spare = 2 * WORK_MS / 1e3 if beside == "work" else 0.0
    late, allowed = lateness(board, record, what, once, spare=spare, busy=bool(beside))
    assert late <= allowed


@claim("wait.pin-wakes-task")
def test_pin_wakes_task(board: BoardUnderTest, record: Record) -> None:
    interrupt(board, record)


@claim("wait.pin-hard-interrupt")
def test_pin_hard_interrupt(board: BoardUnderTest, record: Record) -> None:
    interrupt(board, record, hard=True)


@claim("wait.pin-among-turns")
def test_pin_among_turns(board: BoardUnderTest, record: Record) -> None:
    interrupt(board, record, beside="turns")


@claim("wait.pin-during-work")
def test_pin_during_work(board: BoardUnderTest, record: Record) -> None:
    interrupt(board, record, beside="work")


HZ, HALF_S = 10, 0.05


@claim("wait.pin-alone")
def test_pin_alone(board: BoardUnderTest, record: Record) -> None:
    half: list[float] = []

    def once() -> tuple[list[float], float]:
        execution = pins(board, "pin_alone", hz=HZ, times=6, timer_ms=4 * FAR_MS)
        if not execution.value("drives"):
            raise Unsupported(f"machine.PWM with freq={HZ} and duty_u16")
        assert "never" not in execution.names
        half[:] = seconds(execution, "half")
        took = seconds(execution, "took")
        return [at - (number + 2) * HALF_S for number, at in enumerate(took)], 0.0

    late, allowed = lateness(board, record, "an edge that the hardware drives, how late", once)
    if late > allowed and abs(half[0] - HALF_S) > HALF_S / 50:
        raise Inconclusive(f"half a period of the port's PWM is {half[0]:.4f} s at {HZ} Hz")
    assert late <= allowed


@claim("wait.pin-as-the-wait-begins")
def test_pin_as_the_wait_begins(board: BoardUnderTest) -> None:
    execution = pins(board, "pin_as_wait_begins", hard=True, times=64, step_us=40, patience_ms=500)
    if execution.value("source") == "none":
        raise Unsupported("something outside of the loop: machine.Timer or _thread")
    assert execution.value("lost") == (0, True)


@claim("wait.pin-edges-counted")
def test_pin_edges_counted(board: BoardUnderTest) -> None:
    execution = pins(board, "pin_edges", edges=200)
    assert execution.value("levels") == (200, True)
    assert execution.value("falling") == 100


# -- UARTs ---------------------------------------------------------------------------------------

BAUD, SLOW = 115200, 2400
BITS = 10
"""Of a byte on the line, with its start and its stop."""
QUIET = 10
"""Bytes' time of silence after which a UART with a FIFO tells of what is in it, at most: 32 bits on
an RP2040 (Arm's PL011), ten bytes on an ESP32 (ESP-IDF, UART_TOUT_THRESH_DEFAULT)."""


def uart(board: BoardUnderTest, name: str, baud: int = BAUD, **params: Any) -> Execution:
    assert board.wires is not None
    assert board.wires.uart is not None
    loop = [board.wires.uart.id, board.wires.uart.ends]
    return board.run(f"waits/{name}", prefix=LINE, deadline=20, uart=loop, baud=baud, **params)


def arrives(
    board: BoardUnderTest, record: Record, what: str, data: bytes, baud: int, ms: int, timer_ms: int
) -> None:
    times = 4
    byte_s = BITS / baud

    def once() -> tuple[list[float], float]:
        execution = uart(board, "uart", baud, data=data, ms=ms, timer_ms=timer_ms, times=times)
        if execution.value("source") == "none":
            raise Unsupported("something outside of the loop: machine.Timer or _thread")
        assert execution.value("got") == [data] * times
        return [took - len(data) * byte_s for took in seconds(execution, "took")], 0.0

    late, allowed = lateness(board, record, what, once, spare=QUIET * byte_s)
    assert late <= allowed


@claim("wait.uart-wakes-reader")
def test_uart_wakes_reader(board: BoardUnderTest, record: Record) -> None:
    arrives(board, record, "a byte on a UART, how late", b"a", BAUD, MS, MS + FAR_MS)


@claim("wait.uart-alone")
def test_uart_alone(board: BoardUnderTest, record: Record) -> None:
    what = "bytes on a UART that the hardware sends, how late"
    arrives(board, record, what, b"abcdef", SLOW, 0, 2 * FAR_MS)


def data(board: BoardUnderTest, what: str, size: int, **params: Any) -> Execution:
    given = {"ms": 0, "step_us": 0, "work_us": 0}
    return uart(board, "uart_data", what=what, size=size, **(given | params))


@claim("wait.uart-during-work")
def test_uart_during_work(board: BoardUnderTest, record: Record) -> None:
    execution = data(board, "work", 48, work_us=20_000)
    record.measure("to read what came while a task worked", seconds(execution, "took"))
    assert execution.value("whole") is True


LONG = 1000
"""Bytes: more than a port's transmit buffer holds, and less than the receive buffer asked for."""
NO_TIME_S = 0.02
"""A drain that is over by then went into buffers: there was nothing to wait for."""


@claim("wait.uart-both-ways")
def test_uart_both_ways(board: BoardUnderTest) -> None:
    execution = data(board, "both", LONG)
    whole = execution.value("whole")
    if not whole and execution.value("buffer") < LONG:
        raise Unsupported("machine.UART with rxbuf")
    assert whole is True


@claim("wait.uart-drain")
def test_uart_drain(board: BoardUnderTest, record: Record) -> None:
    """Others have their turns: no gap is half of the drain, if that takes any time."""
    took = gap = 0.0
    for _ in machines(board, record):
        took, gap = (us / 1e6 for us in data(board, "both", LONG).value("drained"))
        record.measure("a drain of 1000 bytes", [took])
        record.measure("the longest that another task stood still meanwhile", [gap])
        if gap < max(took / 2, NO_TIME_S):
            break
    assert gap < max(took / 2, NO_TIME_S)


@claim("wait.uart-cancelled-read")
def test_uart_cancelled_read(board: BoardUnderTest) -> None:
    size = 48
    assert data(board, "cut", size, step_us=10).value("got") == (True, size)


@claim("wait.uart-timeout")
def test_uart_timeout(board: BoardUnderTest, record: Record) -> None:
    ms = 20

    def once() -> tuple[list[float], float]:
        execution = data(board, "timeout", 4, ms=ms)
        assert [event.data for event in execution.all("after")] == [(None, True)] * 4
        return [took - ms / 1e3 for took in seconds(execution, "took", ms)], zero(execution)

    late, allowed = lateness(board, record, "a read of a UART that times out, how late", once)
    assert late <= allowed
