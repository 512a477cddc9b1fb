"""The recovery ladder: which rungs are climbed, what is recorded, how soon a board is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.program import assemble
from rig.claims import ROOT
from rig.errors import BoardLost
from tests.board_factory import connect, push, virtual
from tests.fault_bench import FaultBench
from tests.first_board import FirstBoard
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


@pytest.mark.slow
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


@pytest.mark.parametrize("wired", [True, False])
def test_a_board_without_a_switch_is_reset_by_its_bridge(wired: bool, tmp_path: Path) -> None:
    """As ESP32 boards have it: RTS without DTR is the reset pin."""

    def runs(dtr: bool, rts: bool) -> bool:
        return dtr or not rts or not wired

    with FirstBoard(tmp_path, runs_when=runs) as played:
        board = connect(played.port)
        board.deadline_scale = 0.3
        execution = push(board, IGNORE, 0.3)
        if wired:
            assert execution.recovery[-1] == "reset by RTS: the board is back"
            assert push(board, "emit('fine')").names == ["fine"]
        else:
            assert "close and reopen the port, reset by RTS" in board.info.lost
        board.close()


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


def unplug(wire: FaultBench, seconds: float | None = None) -> None:
    """Until it is: the wire is a thread of its own."""
    wire.close_port(seconds)
    deadline = time.monotonic() + 5
    while wire.link.exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_port_that_is_gone_when_the_first_test_comes(tmp_path: Path) -> None:
    """The board was there when it was asked who it is; its port is opened anew for the tests."""
    with virtual(tmp_path) as device, FaultBench(str(device.port), tmp_path / "wire") as wire:
        known = connect(wire.link)
        known.close()
        unplug(wire, 1.0)
        board = Board("b", str(wire.link))
        board.info = known.info.model_copy()
        assert push(board, "emit('back')").names == ["back"], "it is waited for as ever"
        board.close()
        unplug(wire)
        board = Board("b", str(wire.link))
        started = time.monotonic()
        with pytest.raises(BoardLost, match=r"board b is lost: at .* UTC, after .*no such port"):
            push(board, "emit('a')")
        assert 4 < time.monotonic() - started < 7
        assert board.info.lost
        started = time.monotonic()
        with pytest.raises(BoardLost):
            push(board, "emit('b')")
        assert time.monotonic() - started < 0.1, "and then it costs nothing more"


@pytest.mark.slow
def test_a_board_that_vanished_before_its_first_test_is_lost_once(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with virtual(tmp_path) as device, FaultBench(str(device.port), tmp_path / "wire") as wire:
        command = [sys.executable, "-m", "rig.cli", "run", "--port", str(wire.link), "--no-power"]
        process = subprocess.Popen(
            [*command, "--claims", "run.*", "--out", str(out)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not (out / "run.json").exists():  # written when every board said who it is
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)  # a poll of another process's file
        wire.close_port()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3, said
    assert said.count("was lost at") == 1, said
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert "close and reopen the port" in info["boards"][0]["lost"]
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) > 5
    assert all("is lost" in line["why"] for line in lines[1:]), lines


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
