"""The recovery ladder: which rungs are climbed, what is recorded, how soon a board is lost."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.program import assemble
from tests.board_factory import connect, push, virtual
from tests.scripted_board import HEADER, RawRepl, ScriptedBoard

IGNORE = "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass"
CODE = assemble([("x.py", "emit('a')")], {})
DONE = b"\x04\x04>"


def test_the_first_rung_is_an_interrupt(tmp_path: Path) -> None:
    with virtual(tmp_path) as device:
        board = connect(device.port)
        execution = push(board, "while True: pass", 0.3)
        assert execution.recovery == ["interrupt and soft reset: the board is back"]
        board.close()


def test_the_power_switch_is_the_last_rung(tmp_path: Path) -> None:
    with virtual(tmp_path) as device:
        board = connect(device.port, power_cycle=device.power_cycle)
        started = time.monotonic()
        execution = push(board, IGNORE, 0.3)
        assert time.monotonic() - started < 12
        steps = [line.partition(":")[0].partition(" (")[0] for line in execution.recovery]
        assert steps == ["interrupt and soft reset", "close and reopen the port", "power cycle"]
        assert execution.recovery[-1].endswith("the board is back")
        assert push(board, "emit('fine')").names == ["fine"]
        board.close()


def test_a_power_switch_that_fails_is_recorded(tmp_path: Path) -> None:
    with virtual(tmp_path) as device:
        board = connect(device.port, power_cycle=f"{sys.executable} -c 'exit(3)'")
        execution = push(board, IGNORE, 0.3)
        assert "exit 3" in execution.recovery[-1]
        assert "power cycle" in board.info.lost
        other = Board("other", str(device.port), power_cycle="no-such-command-here")
        other.link = None
        assert other.ladder.climb(execution.recovery)
        assert "no-such-command-here" in execution.recovery[-1]


def test_a_board_whose_soft_reset_fails_is_reset_hard(tmp_path: Path) -> None:
    """It answers the raw REPL, but a soft reset leads nowhere until machine.reset."""
    resets: list[bytes] = []

    def run(code: bytes) -> bytes:
        if b"machine.reset" in code:
            resets.append(code)
            repl.reset = b"\r\nMPY: soft reboot\r\n" + HEADER
            return b""
        return DONE

    repl = RawRepl(run, reset=b"")
    with ScriptedBoard(tmp_path, repl) as scripted:
        board = Board("b", str(scripted.port), deadline_scale=0.2)
        board.open()
        execution = board.push("x", CODE, 1)
        assert resets
        assert "machine.reset: the board is back" in execution.recovery
        board.close()


def test_a_mute_board_is_lost_in_time(tmp_path: Path) -> None:
    mute = False
    repl = RawRepl(lambda code: DONE)

    with ScriptedBoard(tmp_path, lambda byte: b"" if mute else repl(byte)) as scripted:
        board = Board("b", str(scripted.port))
        board.open()
        mute = True
        started = time.monotonic()
        record: list[str] = []
        lost = board.ladder.climb(record)
        assert time.monotonic() - started < 5
        assert "interrupt and soft reset, close and reopen the port" in lost
        assert len(record) == 2


def test_deadlines_scale_with_the_board(tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, lambda byte: b"") as scripted:
        board = Board("b", str(scripted.port), deadline_scale=0.1)
        started = time.monotonic()
        assert board.ladder.climb([])
        assert time.monotonic() - started < 2


def test_a_lost_board_costs_no_more_time(tmp_path: Path) -> None:
    with virtual(tmp_path) as device:
        board = connect(device.port)
        execution = push(board, IGNORE, 0.3)
        assert execution.ended is Ended.TIMED_OUT
        assert board.info.lost
        assert board.link is None
