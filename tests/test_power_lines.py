"""The ways to an instrument: serial lines at their rate, USBTMC's long answers, broken backends."""

from __future__ import annotations

import os
import select
import struct
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from rig.errors import RigError
from rig.meters.instrument import ScpiMeter
from rig.meters.visa import Broken, Session
from rig.virtual.meter import VirtualMeter

pytestmark = pytest.mark.skipif(os.name != "posix", reason="serial lines are played on PTYs")

Line = Callable[[int], str]


@pytest.fixture
def line() -> Iterator[Line]:
    """A SCPI instrument on a serial line, deaf at every baud rate but its own."""
    over = threading.Event()
    files: list[int] = []
    threads: list[threading.Thread] = []

    def serve(outer: int, inner: int, own: int) -> None:
        while not over.is_set():
            if not select.select([outer], [], [], 0.05)[0]:
                continue
            said = os.read(outer, 4096)
            right = termios.tcgetattr(inner)[4] == own
            if b"*IDN?" in said:
                os.write(outer, b"OWON,XDM1241,VIRTUAL1,V4\n" if right else b"\xf8\x80\xf8\n")

    def start(own: int) -> str:
        outer, inner = os.openpty()
        tty.setraw(inner)
        files.extend((outer, inner))
        threads.append(threading.Thread(target=serve, args=(outer, inner, own), daemon=True))
        threads[-1].start()
        return f"ASRL{os.ttyname(inner)}::INSTR"

    yield start
    over.set()
    for thread in threads:
        thread.join()
    for file in files:
        os.close(file)


@pytest.mark.parametrize(
    ("own", "asked"),
    [(termios.B115200, None), (termios.B9600, None), (termios.B38400, 38400)],
)
def test_a_serial_meter_at_its_own_rate(own: int, asked: int | None, line: Line) -> None:
    session = Session(line(own), baud_rate=asked)
    assert session.identify().startswith("OWON,XDM1241")
    session.close()


def test_a_serial_meter_at_another_rate(line: Line) -> None:
    session = Session(line(termios.B38400))
    with pytest.raises(RigError, match="tried at 115200 and 9600 baud: name its own as baud_rate"):
        session.identify()
    session.close()


class Endpoint:
    """Below pyvisa-py's USBTMC: an instrument whose answer is as long as it likes."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked = 0
        self.tag = 0

    def write(self, data: bytes) -> int:
        if data[0] == 1:  # DEV_DEP_MSG_OUT
            if b"LONG?" in bytes(data):
                self.answer = b",".join(b"%+.8E" % (k * 1e-6) for k in range(7000)) + b"\n"
            if b"BLOCK?" in bytes(data):
                doubles = struct.pack(">40000d", *(k * 1e-6 for k in range(40_000)))
                self.answer = b"#6%06d" % len(doubles) + doubles + b"\n"
        elif data[0] == 2:  # REQUEST_DEV_DEP_MSG_IN: at most so many bytes
            self.tag = data[1]
            self.asked = struct.unpack("<I", bytes(data[4:8]))[0]
        return len(data)

    def read(self, size: int) -> bytes:
        part, self.answer = self.answer[: self.asked], self.answer[self.asked :]
        head = struct.pack("<BBBxIBxxx", 2, self.tag, ~self.tag & 0xFF, len(part), not self.answer)
        return head + part


def test_an_answer_of_more_than_20_kb_over_usbtmc(monkeypatch: pytest.MonkeyPatch) -> None:
    usbtmc = pytest.importorskip("pyvisa_py.protocols.usbtmc")
    endpoint = Endpoint()

    def prepared(self: Any, *_: object, **__: object) -> None:
        self.usb_dev = None
        self.usb_recv_ep = self.usb_send_ep = SimpleNamespace(wMaxPacketSize=512)
        self.usb_intr_in = None
        self._btag = 0
        self.timeout = 2000

    monkeypatch.setattr(usbtmc.USBTMC, "__init__", prepared)
    monkeypatch.setattr(usbtmc.USBRaw, "write", lambda _, data: endpoint.write(bytes(data)))
    monkeypatch.setattr(usbtmc.USBRaw, "read", lambda _, size: endpoint.read(size))
    monkeypatch.setattr(usbtmc.USBRaw, "close", lambda _: None)
    session = Session("USB0::0x05E6::0x2450::04412345::INSTR")
    readings = session.readings("LONG?")
    assert len(readings) == 7000  # 105 kB
    assert readings[-1] == pytest.approx(6999e-6)
    block = session.block("BLOCK?", ">f8")
    assert len(block) == 40_000  # 320 kB, in pieces of PIECE
    assert block[-1] == pytest.approx(39_999e-6)
    session.close()


@pytest.mark.parametrize(
    "error",
    [
        ValueError("could not find endpoint"),
        RuntimeError("Connection was dropped by server."),
        EOFError("EOF"),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "ordinal not in range"),
        TypeError("argument of type NoneType"),
        AssertionError(),
    ],
)
def test_whatever_a_backend_raises_is_one_sentence(error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    session = Session.__new__(Session)
    session.resource = "X"
    broken: Any = SimpleNamespace(write=fail, read=fail, query=fail, read_bytes=fail)
    session.take_over(broken, 1.0)
    calls: list[Callable[[], object]] = [
        lambda: session.tell("A"),
        lambda: session.ask("A?"),
        session.read,
        lambda: session.block("A?", ">f8"),
        lambda: session.readings("A?"),
    ]
    for call in calls:
        with pytest.raises(Broken, match="the connection to the meter X failed") as caught:
            call()
        assert "\n" not in str(caught.value)


def test_a_session_that_broke_is_opened_once_more() -> None:
    started = VirtualMeter(None)
    meter = ScpiMeter(started.wait_ready())
    first = meter.session
    first.instrument.close()
    meter.arm(1.0, 1000.0)
    assert meter.session is not first
    assert len(meter.fetch().current_a) > 0
    started.stop()
    meter.session.instrument.close()
    with pytest.raises(RigError, match="failed"):
        meter.arm(1.0, 1000.0)
    meter.close()
