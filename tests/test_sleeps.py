"""A board whose floor nobody knows: `doctor` tries its sleeps and names the deepest that leaves the
port. Virtual boards, with the `machine` of such a board in their file system."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.checkup.finding import Finding
from rig.checkup.sleeps import check_sleeps
from rig.meters.instrument import ScpiMeter
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter, available

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not available(), reason="virtual meters need Linux's statistics"
)

PLAIN = (
    "from umachine import *\ndef reset():\n    import uctypes\n    uctypes.bytearray_at(0, 1)[0]\n"
)
GONE = f"{PLAIN}def lightsleep(ms):\n    reset()\n"
"""As on an rp2 before 1.24: the port goes, and the program with it."""
ASLEEP = f"""{PLAIN}
import socket
def lightsleep(ms):
    nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    nobody.settimeout(ms / 1000)
    try:
        nobody.recv(1)
    except OSError:
        pass
    nobody.close()
def idle():
    pass
"""
"""Sleeps to the end; its `idle` returns at once, as where an interrupt is always due."""
Examine = Callable[..., list[Finding]]


@pytest.fixture
def examine(tmp_path: Path) -> Iterator[Examine]:
    with contextlib.ExitStack() as stack:

        def examine(**files: str) -> list[Finding]:
            played = VirtualBoard("b", "micropython", tmp_path)
            stack.callback(played.stop)
            for name, text in files.items():
                (played.root / f"{name}.py").write_text(text, encoding="utf-8")
            played.wait_ready()
            supply = VirtualMeter(played.pid_file)
            stack.callback(supply.stop)
            meter = stack.enter_context(contextlib.closing(ScpiMeter(supply.wait_ready())))
            board = stack.enter_context(contextlib.closing(Board("b", str(played.port))))
            board.open()
            board.identify()
            return list(check_sleeps("board b", board, meter, 1000.0))

        yield examine


@pytest.mark.slow
def test_one_that_takes_the_port_away_is_not_named(examine: Examine) -> None:
    *each, named = examine(machine=GONE)
    told = {finding.what.partition(":")[0]: finding.what for finding in each}
    assert set(told) == {"sleep_ms", "raw-wait", "idle", "lightsleep"}
    assert "it cannot be used here" in told["lightsleep"]
    assert not named.well  # it has to be written into the bench file
    assert "of its sleeps that keep the port raw-wait is the deepest" in named.what
    assert named.mend == '[board.b.power] floor = "raw-wait"'


@pytest.mark.slow
def test_the_deepest_is_named(examine: Examine) -> None:
    """The simpler ones are none here: no sockets, and an `idle` that spins."""
    none = "raise ImportError('no network on this board')\n"
    *each, named = examine(
        machine=ASLEEP.replace("import socket", "import usocket as socket"), socket=none
    )
    told = {finding.what.partition(":")[0]: finding.what for finding in each}
    assert "it cannot be used here" in told["raw-wait"]
    assert "no pulses stand out of it" in told["idle"]  # its floor is as high as they are
    assert "lightsleep is the deepest" in named.what
