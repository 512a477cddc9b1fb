"""A sleep that takes the port away: events are kept on the board, and asked for afterwards.

A real MicroPython stands behind a wire that unplugs itself when the board says it goes to sleep.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.port import PortAbsent
from rig.board.program import assemble, source
from rig.board.reopening import home_of, where
from rig.board.shrink import shrink
from rig.claims import DEVICE_TESTS
from rig.errors import RigError
from rig.virtual.board import VirtualBoard
from tests.board_factory import connect, push, virtual
from tests.fault_bench import FaultBench
from tests.played_ports import PlayedPorts

CUE = b"USB off"
SLEEPS = """
import time
emit('before', 1)
print('USB off')
time.sleep_ms(300)
emit('after', [2])
"""
AWAY_S = 0.4


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("away")) as device:
        yield device


@pytest.fixture
def wire(device: VirtualBoard, tmp_path: Path) -> Iterator[FaultBench]:
    with FaultBench(str(device.port), tmp_path / "wire") as wire:
        yield wire


@pytest.fixture
def board(wire: FaultBench) -> Iterator[Board]:
    board = connect(wire.link)
    wire.cue, wire.cue_s = CUE, 0.2
    yield board
    wire.cue = b""
    board.close()


def sleep(board: Board, text: str = SLEEPS, deadline: float = 8.0) -> Execution:
    """Run this text as a device test whose sleep takes the port away."""
    code = assemble([("x.py", shrink(text))], {}, kept=True)
    return board.push("x", code, deadline, away=AWAY_S)


@pytest.mark.parametrize("packing", ["deflate", "literal", "source"])
@pytest.mark.parametrize("gone_s", [0.1, 1.5])
def test_events_are_there_when_the_port_is_back(
    packing: str, gone_s: float, board: Board, wire: FaultBench
) -> None:
    board.packing = packing  # type: ignore[assignment]
    wire.cue_s = gone_s
    execution = sleep(board)
    assert execution.ended is Ended.FINISHED, execution.how
    assert execution.names == ["before", "after"]
    assert execution.value("after") == [2]
    assert execution.ms_between("before", "after") > 290
    assert execution.away == 1
    assert execution.damage == []
    assert execution.recovery == []
    assert sleep(board).names == ["before", "after"], "and the next test runs as ever"


def test_a_port_that_goes_time_and_again(board: Board) -> None:
    for stays_ms in (300, 1200, 4800):  # a busy host may not be back before it goes again
        again = f"print('USB off')\ntime.sleep_ms({stays_ms})\n"
        execution = sleep(board, SLEEPS + again + again, deadline=20.0)
        assert execution.ended is Ended.FINISHED, execution.how
        assert execution.names == ["before", "after"]
        if execution.away >= 2:
            break
    assert execution.away >= 2


def test_a_port_that_stays_after_all(board: Board, wire: FaultBench) -> None:
    wire.cue = b""
    execution = sleep(board)
    assert execution.ended is Ended.FINISHED
    assert execution.names == ["before", "after"]
    assert execution.away == 0


def test_an_exception_is_told_with_what_came_before_it(board: Board) -> None:
    execution = sleep(board, SLEEPS + "1/0\n")
    assert execution.ended is Ended.RAISED
    assert execution.names == ["before", "after"]
    assert "ZeroDivisionError" in execution.how
    assert 'File "x.py", line 7' in execution.traceback
    assert execution.damage == []


def test_another_program_that_probes_the_port_is_not_told(board: Board) -> None:
    """As ModemManager does on each new port: what it says is not the host's question."""
    link = board.wire
    board.reset(Execution("x", "board"))
    code = assemble([("x.py", "emit('a')")], {}, kept=True)
    link.paste(code.packed("0123abcd", "literal"), board.within(5))
    link.send(b"AT\r\nATI\r\n")
    assert b"ok" in link.read_to(b"\n", board.within(2), "the loader's word")
    assert link.read_some(board.within(0.3)) == b""
    link.send(b"#0123abcd\nAT!\r\n#0123abcd!\n")
    assert b"0123abcd 0 " in link.read_to(b"\x04>", board.within(5), "the end")


def test_damage_is_still_damage(board: Board, wire: FaultBench) -> None:
    """A wire that changes bytes once the port is back; and what a board forges."""
    forged = SLEEPS + "_kept[0] = _kept[0].replace('before 1', 'before 2')\ndel _kept[1]\n"
    assert any("where 1 was due" in said for said in sleep(board, forged).damage)
    many = "for n in range(300): emit('n', n)\n"
    assert any("was due" in said for said in sleep(board, SLEEPS + many).damage)
    broken = SLEEPS + "_check = lambda record: 1\n"
    assert "record 0 fails its checksum" in sleep(board, broken).damage
    wire.to_host.corrupt = 0.02
    noisy = sleep(board, SLEEPS, 3)
    wire.clear()
    assert noisy.damage or noisy.names == ["before", "after"]


def test_a_board_that_reset_in_its_sleep_crashed(
    board: Board, device: VirtualBoard, wire: FaultBench
) -> None:
    wire.cue_s = 1.0
    code = assemble([("x.py", shrink(SLEEPS + "time.sleep(9)"))], {}, kept=True)
    switch = threading.Timer(0.3, subprocess.run, [shlex.split(device.power_cycle)])
    switch.start()
    execution = board.push("x", code, 8.0, away=AWAY_S)
    switch.join()
    assert execution.ended is Ended.CRASHED
    assert "a friendly prompt answers" in execution.how
    assert execution.damage == []
    assert execution.run_s < 3, "it need not wait for the deadline to know"


def test_a_port_that_never_returns_is_no_verdict_and_says_why(
    board: Board, wire: FaultBench
) -> None:
    wire.cue_s = 60.0
    started = time.monotonic()
    code = assemble([("x.py", shrink(SLEEPS))], {}, kept=True)
    execution = board.push("x", code, 2.0, away=AWAY_S)
    assert time.monotonic() - started < 2.0 + 5.0 + 1.0
    assert execution.ended is Ended.DISCONNECTED
    assert execution.how.startswith("the port went away while the board slept and did not come")
    assert "no such port" in execution.how
    assert "close and reopen the port" in board.info.lost


def test_such_a_board_is_not_accused(device: VirtualBoard, tmp_path: Path) -> None:
    """The floor is the rig's own yardstick: what it does to USB is not the event loop's doing."""
    with FaultBench(str(device.port), tmp_path / "wire") as wire:
        under_test = BoardUnderTest(connect(wire.link))
        wire.cue, wire.cue_s = CUE, 60.0
        frame: dict[str, Any] = {
            "window_ms": 9,
            "pulse_ms": 5,
            "odd_us": 0,
            "floor_ms": 5,
            "settle_ms": 5,
        }
        frame |= {"marker": "", "floor": "def quiet(ms): print('USB off')"}
        with pytest.raises(RigError, match="must come back by itself") as raised:
            under_test.run("power/sleep", prefix="power/frame", deadline=1.0, away=0.2, **frame)
        assert "lost" in str(raised.value)
        assert under_test.info.lost
        wire.cue = b""


def test_an_ordinary_execution_still_ends_where_the_port_does(board: Board) -> None:
    execution = push(board, SLEEPS)
    assert execution.ended is Ended.DISCONNECTED
    assert execution.away == 0
    assert "went away" in execution.how


def test_it_costs_less_than_a_kilobyte() -> None:
    plain, kept = (assemble([("x.py", "emit('a')")], {}, kept=kept) for kept in (False, True))
    more = len(kept.packed("0123abcd", "deflate")) - len(plain.packed("0123abcd", "deflate"))
    assert 0 < more < 400
    assert len(source(DEVICE_TESTS / "harness_kept.py")) < 1024


def test_a_port_is_found_again_by_its_serial_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a re-enumeration names may have changed hands."""
    played = PlayedPorts(tmp_path, monkeypatch)
    pico, bridge = {"vid": 0x2E8A, "pid": 5}, {"vid": 0x10C4, "pid": 0xEA60}
    played.plug("/dev/ttyACM0", **pico, serial_number="ours")
    played.plug("/dev/ttyACM1", **pico, serial_number="other")
    played.plug("/dev/ttyUSB0", **bridge, serial_number="0001", location="1-1:1.0")
    played.plug("/dev/ttyUSB1", **bridge, serial_number="0001", location="1-2:1.0")
    ours, other = home_of("/dev/ttyACM0"), home_of("/dev/ttyACM1")
    bridged, socket = home_of("/dev/ttyUSB1"), home_of("socket://host:1")
    for name in ("/dev/ttyACM0", "/dev/ttyACM1", "/dev/ttyUSB1"):
        played.pull(name)
    for gone in (ours, bridged):
        with pytest.raises(PortAbsent, match="no USB device"):
            where(gone)
    played.plug("/dev/ttyACM0", **pico, serial_number="other")
    played.plug("/dev/ttyACM1", **pico, serial_number="ours")
    played.plug("/dev/ttyUSB2", **bridge, serial_number="0001", location="1-2:1.0")
    assert where(ours) == "/dev/ttyACM1"
    assert where(other) == "/dev/ttyACM0"
    assert where(bridged) == "/dev/ttyUSB2", "a number that others have too: where it is plugged"
    assert where(socket) == "socket://host:1"


def test_one_of_two_ports_of_a_device_is_found_again_by_its_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = PlayedPorts(tmp_path, monkeypatch)
    usb = {"vid": 0x2E8A, "pid": 5, "serial_number": "E6614103E7738B27"}
    for number in (0, 2):
        played.plug(f"/dev/ttyACM{number}", **usb, location=f"1-1:1.{number}")
    repl = home_of("/dev/ttyACM2")
    assert repl.serial_number, "one device with two ports is no shared number"
    for number in (0, 2):
        played.pull(f"/dev/ttyACM{number}")
        played.plug(f"/dev/ttyACM{number + 5}", **usb, location=f"1-1:1.{number}")
    assert where(repl) == "/dev/ttyACM7"
