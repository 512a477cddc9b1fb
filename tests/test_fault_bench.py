"""The wire that misbehaves does exactly what it is told, and nothing false comes of it."""

from __future__ import annotations

import os
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.program import assemble
from rig.board.shrink import shrink
from rig.errors import LooprigError
from tests.board_factory import connect, virtual
from tests.fault_bench import FaultBench

WORK = """
import asyncio
async def work(name, ms):
    await asyncio.sleep_ms(ms)
    emit('done', name, ms)
async def main():
    await asyncio.gather(work('a', 30), work('b', 10), work('c', 20))
asyncio.run(main())
"""
RIGHT = [("b", 10), ("c", 20), ("a", 30)]


@dataclass
class Ends:
    """A wire, and what is at its two ends."""

    wire: FaultBench
    board: int
    host: serial.Serial

    def say(self, data: bytes, wait: float = 0.3) -> bytes:
        """What the host gets of what the board sends."""
        os.write(self.board, data)
        self.host.timeout = wait
        got: bytes = self.host.read(1 << 16)
        return got


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    master, slave = os.openpty()
    tty.setraw(slave)
    with FaultBench(os.ttyname(slave), tmp_path / "wire") as wire:
        host = serial.Serial(str(tmp_path / "wire"), timeout=0.3)
        yield Ends(wire, master, host)
        host.close()
    os.close(master)
    os.close(slave)


def test_a_good_wire_carries_everything(ends: Ends) -> None:
    data = bytes(range(256)) * 10
    assert ends.say(data) == data
    ends.host.write(b"back")
    assert os.read(ends.board, 10) == b"back"


def test_it_is_mute(ends: Ends) -> None:
    ends.wire.to_host.mute = True
    assert ends.say(b"hello") == b""
    ends.wire.clear()
    assert ends.say(b"again") == b"again"


def test_it_corrupts_drops_and_doubles(ends: Ends) -> None:
    data = b"x" * 2000
    ends.wire.to_host.corrupt = 0.1
    got = ends.say(data)
    assert len(got) == len(data)
    assert 100 < len(got) - got.count(b"x") < 320
    ends.wire.clear()
    ends.wire.to_host.drop = 0.1
    assert 1650 < len(ends.say(data)) < 1950
    ends.wire.clear()
    ends.wire.to_host.double = 0.1
    assert 2050 < len(ends.say(data)) < 2350


def test_it_is_late(ends: Ends) -> None:
    ends.wire.to_host.delay_s = 0.2
    started = time.monotonic()
    os.write(ends.board, b"late")
    ends.host.timeout = 2
    assert ends.host.read(4) == b"late"
    assert time.monotonic() - started >= 0.2


def test_it_is_slow(ends: Ends) -> None:
    ends.wire.to_host.bytes_per_s = 2000
    started = time.monotonic()
    os.write(ends.board, b"x" * 1000)
    ends.host.timeout = 5
    assert len(ends.host.read(1000)) == 1000
    assert time.monotonic() - started >= 0.48


def test_it_floods(ends: Ends) -> None:
    ends.wire.to_host.flood = b"flood"
    assert ends.say(b"x", wait=0.2).startswith(b"flood")


def test_it_closes_and_comes_back(ends: Ends) -> None:
    ends.host.timeout = 2
    ends.wire.close_port(0.3)
    with pytest.raises(serial.SerialException):
        ends.host.read(1)
    assert not ends.wire.link.exists()
    deadline = time.monotonic() + 5
    while not ends.wire.link.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with serial.Serial(str(ends.wire.link), timeout=0.5) as host:
        os.write(ends.board, b"back")
        assert host.read(4) == b"back"


def test_line_ends_as_boards_have_them(ends: Ends) -> None:
    ends.wire.to_host.crlf = True
    assert ends.say(b"a\nb\r\nc\r") == b"a\r\nb\r\nc\r"
    assert ends.say(b"\nd\n") == b"\nd\r\n"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["corrupt", "drop", "double"])
def test_rare_noise_makes_no_false_verdict(kind: str, tmp_path: Path) -> None:
    """Few bytes are damaged, so that many executions get far: none may end in a verdict that a
    good wire would not have given."""
    code = assemble([("work.py", shrink(WORK))], {})
    with virtual(tmp_path) as device, FaultBench(str(device.port), tmp_path / "wire") as wire:
        board = connect(tmp_path / "wire")
        board.deadline_scale = 0.2
        for direction in (wire.to_board, wire.to_host):
            setattr(direction, kind, 0.0005)
        finished = damaged = 0
        for _ in range(40):
            try:
                # 10 s for 30 ms of work: a host that stalls for 2 s has been seen, and it is the
                # wire that is tried here
                execution = board.push("work", code, 50)
            except LooprigError:  # lost: the rig's word for it, and no verdict
                board = Board("board", str(tmp_path / "wire"), deadline_scale=0.2)
                board.info.features = ["deflate", "binascii.crc32"]
                continue
            if execution.damage:
                damaged += 1
                continue
            seen = (execution.how, execution.events, execution.output, execution.recovery)
            assert execution.ended is Ended.FINISHED, seen
            assert execution.values("done") == RIGHT, seen
            finished += 1
        assert finished
        assert damaged
