"""Ports that do not open, ports that come back, and links that lose bytes on the way."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import serial

from rig.board import suspects
from rig.board.board import Board
from rig.board.port import PortBusy, PortSettling, explain_port
from rig.errors import RigError
from tests.board_factory import push
from tests.first_board import FirstBoard
from tests.played_ports import PlayedPorts, looprig
from tests.test_first_contact import PICO, ports, posix

__all__ = ["ports"]  # a fixture


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a machine on which nothing suspicious runs."""
    root = tmp_path / "machine"
    (root / "proc" / "1").mkdir(parents=True)
    (root / "proc/1/comm").write_text("systemd\n", "utf-8")
    (root / "proc/version").write_text("Linux version 6.1.0\n", "utf-8")
    monkeypatch.setattr(suspects, "ROOT", root)
    return root


def process(machine: Path, name: str) -> None:
    (machine / "proc/77").mkdir()
    (machine / "proc/77/comm").write_text(f"{name}\n", "utf-8")


# -- ports that do not open -----------------------------------------------------------------


DENIED = "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)"
STARTING = (
    "could not open port 'COM3': "
    "OSError(22, 'The device does not recognize the command.', None, 22)"
)


def test_a_busy_com_port_is_no_matter_of_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rig.board.port.SYSTEM", "win32")
    error = explain_port("COM3", serial.SerialException(DENIED))
    assert isinstance(error, PortBusy)
    assert "another program has it open" in error.what
    assert "Thonny" in error.hint
    assert "dialout" not in str(error)
    gone = "could not open port 'COM9': FileNotFoundError(2, 'The system cannot find the file')"
    assert "no such port" in explain_port("COM9", serial.SerialException(gone)).what


@posix
def test_windows_gets_a_moment_for_a_device_that_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.board.port.SYSTEM", "win32")
    opens = serial.serial_for_url
    until = time.monotonic() + 0.5

    def starting(*words: Any, **named: Any) -> Any:
        if time.monotonic() < until:
            raise serial.SerialException(STARTING)
        return opens(*words, **named)

    monkeypatch.setattr(serial, "serial_for_url", starting)
    with FirstBoard(tmp_path) as device:
        board = Board("b", device.port)
        board.open()
        board.close()
        until = time.monotonic() + 60
        monkeypatch.setattr("rig.board.reopening.SETTLING_S", 0.2)
        with pytest.raises(PortSettling, match="does not respond"):
            board.open()


def test_a_busy_port_names_what_probes_it(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rig.board.port.SYSTEM", "linux")
    busy = serial.SerialException("Could not exclusively lock port /dev/ttyACM0: [Errno 11]")
    assert "fuser /dev/ttyACM0" in explain_port("/dev/ttyACM0", busy).hint
    assert "ModemManager" not in explain_port("/dev/ttyACM0", busy).hint
    process(machine, "ModemManager")
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in explain_port("/dev/ttyACM0", busy).hint
    monkeypatch.setattr("rig.board.port.SYSTEM", "darwin")
    assert "lsof" in explain_port("/dev/cu.usbmodem1", busy).hint


@posix
@pytest.mark.parametrize("cause", ["brltty", "brltty's rules", "wsl", "nothing"])
def test_a_port_that_is_gone_names_what_takes_ports(
    cause: str, machine: Path, tmp_path: Path, ports: PlayedPorts,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if cause == "brltty":
        process(machine, "brltty")
    elif cause == "brltty's rules":
        (machine / "usr/lib/udev/rules.d").mkdir(parents=True)
        (machine / "usr/lib/udev/rules.d/85-brltty.rules").touch()
    elif cause == "wsl":
        (machine / "proc/version").write_text(
            "Linux version 5.15.153.1-microsoft-standard-WSL2\n", "utf-8"
        )
    words = {"wsl": "usbipd attach --wsl", "nothing": "looprig boards"}
    expected = words.get(cause, "sudo apt remove brltty")
    for command in (["doctor", "--port", tmp_path / "gone"], ["run", "--port", tmp_path / "gone"]):
        code, said = looprig(capsys, *command)
        assert code in (2, 3)
        assert "there is no such port" in said
        assert expected in said, said
    code, said = looprig(capsys, "boards")
    assert (expected in said) == (cause != "nothing")


# -- coming back ----------------------------------------------------------------------------


@pytest.mark.slow
@posix
def test_a_port_held_after_it_came_back_is_waited_for(tmp_path: Path, ports: PlayedPorts) -> None:
    """ModemManager opens each new port, types AT at it and keeps it, here for 7 s: longer than a
    port may be absent."""
    with FirstBoard(
        tmp_path, "ttyACM0", absent_s=0.2, renames=True, ports=ports, usb=PICO
    ) as device:
        board = Board("b", device.port)
        board.open()
        board.identify()
        device.keeps_busy_s = 7.0
        execution = push(board, "import machine\nmachine.reset()", 5)
        assert not board.info.lost, execution.recovery
        assert push(board, "emit('a')").names == ["a"]
        board.close()


@posix
@pytest.mark.parametrize(
    ("exit_code", "takes_s"), [(139, 0.0), (1, 0.0), pytest.param(0, 6.0, marks=pytest.mark.slow)]
)
def test_a_power_switch_is_judged_by_what_comes_back(
    exit_code: int, takes_s: float, tmp_path: Path
) -> None:
    """uhubctl crashes after it switched, or says that it could not, or takes its time."""
    with FirstBoard(tmp_path, deaf_s=0.2) as device:
        board = Board("b", device.port, power_cycle=device.power_cycle(exit_code, takes_s))
        board.open()
        board.identify()
        execution = push(board, "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass", 1)
        assert not board.info.lost
        _, back, noted = execution.recovery[-1].partition("the board is back")
        assert back
        assert (f"exit {exit_code}" in noted) == bool(exit_code)
        assert push(board, "emit('a')").names == ["a"]
        board.close()


@posix
def test_a_link_that_loses_single_bytes_is_never_held_against_the_board(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, drop=4000) as device:
        board = Board("b", device.port)
        board.open()
        board.identify()
        told = []
        for _ in range(3):
            execution = push(board, "emit('a')")
            told += execution.recovery
            assert execution.damage or execution.names == ["a"], execution
        assert device.lost
        assert board.lossy
        assert any("bytes were lost on the way" in line for line in told)
        board.close()


@posix
def test_a_link_that_loses_too_much_is_named(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, drop=700) as device:
        board = Board("b", device.port)
        board.open()
        with pytest.raises(RigError, match="its link loses bytes on the way to the board"):
            board.identify()
        board.close()
