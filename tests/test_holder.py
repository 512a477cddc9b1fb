"""A virtual board is a board to any other tool: mpremote's command, a plain terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from rig.virtual.board import VirtualBoard
from tests.board_factory import connect, interpreters, push, virtual

PATIENCE_S = 10.0


@pytest.fixture(scope="module", params=["micropython", "cpython"])
def board(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("holder"), request.param) as board:
        yield board


def mpremote(board: VirtualBoard, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mpremote", "connect", str(board.port), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


class Terminal:
    """A serial terminal on the board's port."""

    def __init__(self, board: VirtualBoard) -> None:
        self.serial = serial.Serial(str(board.port), 115200, timeout=0.05, exclusive=True)

    def until(self, ending: bytes) -> bytes:
        data = b""
        deadline = time.monotonic() + PATIENCE_S
        while not data.endswith(ending):
            data += self.serial.read(4096)
            assert time.monotonic() < deadline, data
        return data


@pytest.fixture
def terminal(board: VirtualBoard) -> Iterator[Terminal]:
    terminal = Terminal(board)
    terminal.serial.write(b"\r\x03\x03\x02")
    terminal.until(b'"help()" for more information.\r\n>>> ')
    yield terminal
    terminal.serial.close()


def test_mpremote_runs_code(board: VirtualBoard, tmp_path: Path) -> None:
    assert mpremote(board, "exec", "print(6*7)").stdout == "42\n"
    assert mpremote(board, "eval", "6*7").stdout == "42\n"
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.implementation.name)\n", "utf-8")
    assert mpremote(board, "run", str(script)).stdout in ("micropython\n", "cpython\n")
    failed = mpremote(board, "exec", "1/0")
    assert failed.returncode
    assert "ZeroDivisionError" in failed.stderr + failed.stdout


def test_mpremote_copies_files(board: VirtualBoard, tmp_path: Path) -> None:
    if "cpython" in board.process.args:  # type: ignore[operator]
        pytest.skip("mpremote's file commands need MicroPython's os.ilistdir")
    data = bytes(range(256)) * 5
    (tmp_path / "data.bin").write_bytes(data)
    assert mpremote(board, "cp", str(tmp_path / "data.bin"), ":copy.bin").returncode == 0
    assert (board.root / "copy.bin").read_bytes() == data
    assert "copy.bin" in mpremote(board, "ls").stdout
    assert mpremote(board, "rm", ":copy.bin").returncode == 0
    assert not (board.root / "copy.bin").exists()


def test_the_friendly_repl(terminal: Terminal) -> None:
    terminal.serial.write(b"1+1\r")
    assert b"2" in terminal.until(b">>> ")
    terminal.serial.write(b"print('a')\r")
    assert b"a" in terminal.until(b">>> ")


def test_ctrl_c_stops_a_program(terminal: Terminal) -> None:
    terminal.serial.write(b"while True: pass\r\r")
    deadline = time.monotonic() + PATIENCE_S
    seen = b""
    while b"KeyboardInterrupt" not in seen:
        terminal.serial.write(b"\x03")
        seen += terminal.serial.read(4096)
        assert time.monotonic() < deadline, seen


def test_ctrl_d_resets_softly(board: VirtualBoard, terminal: Terminal) -> None:
    before = board.interpreter_pid()
    terminal.serial.write(b"\x04")
    assert b"MPY: soft reboot\r\n" in terminal.until(b"for more information.\r\n>>> ")
    assert board.interpreter_pid() != before


def test_raw_repl_resets_into_itself(terminal: Terminal) -> None:
    terminal.serial.write(b"\x01")
    terminal.until(b"raw REPL; CTRL-B to exit\r\n>")
    terminal.serial.write(b"\x04")
    seen = terminal.until(b"raw REPL; CTRL-B to exit\r\n>")
    assert b"soft reboot\r\n" in seen
    terminal.serial.write(b"print(1)\x04")
    assert terminal.until(b"\x04\x04>").startswith(b"OK1")


def test_a_crash_reboots_into_the_friendly_repl(board: VirtualBoard, terminal: Terminal) -> None:
    terminal.serial.write(b"\x01")
    terminal.until(b"raw REPL; CTRL-B to exit\r\n>")
    os.kill(board.interpreter_pid(), signal.SIGKILL)
    seen = terminal.until(b'"help()" for more information.\r\n>>> ')
    assert b"soft reboot" not in seen


def test_the_power_switch(board: VirtualBoard, terminal: Terminal) -> None:
    before = board.interpreter_pid()
    subprocess.run(board.power_cycle.split(), check=True)
    terminal.until(b'"help()" for more information.\r\n>>> ')
    assert board.interpreter_pid() != before


def test_resets_in_quick_succession(board: VirtualBoard) -> None:
    rig = connect(board.port)
    pids = set()
    for index in range(30):
        execution = push(rig, f"emit('index', {index})")
        assert execution.value("index") == index
        pids.add(board.interpreter_pid())
    assert len(pids) > 20  # the reset ahead may come before or after the look
    rig.close()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    with virtual(tmp_path) as board:
        pid = board.interpreter_pid()
        assert board.port.exists()
    assert not board.port.exists()
    deadline = time.monotonic() + PATIENCE_S
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_every_interpreter_killed_at_once_is_one_crash(
    board: VirtualBoard, terminal: Terminal
) -> None:
    """As `pkill micropython` does it: spares that were killed while they waited are passed over."""
    terminal.serial.write(b"1+1\r")
    terminal.until(b">>> ")
    for pid in [board.interpreter_pid(), *interpreters(board.process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    terminal.until(b'"help()" for more information.\r\n>>> ')
    terminal.serial.write(b"6*7\r")
    assert b"42" in terminal.until(b">>> ")


def test_no_interpreter_outlives_a_killed_holder(tmp_path: Path) -> None:
    with virtual(tmp_path) as board:
        pids = [board.interpreter_pid(), *interpreters(board.process.pid)]
        board.process.kill()
        board.process.wait()
        deadline = time.monotonic() + PATIENCE_S
        while any(_runs(pid) for pid in pids):
            assert time.monotonic() < deadline
            time.sleep(0.01)  # a poll of other processes


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
