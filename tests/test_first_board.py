"""The board with manners has them: what the rig is held to is not a comfortable one."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
import serial

from tests.first_board import BURST, DOWNLOAD, ESP32, FirstBoard
from tests.played_ports import PlayedPorts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")

RAW = b"raw REPL; CTRL-B to exit\r\n>"
S = 10.0


def read_to(port: serial.Serial, ending: bytes, seconds: float = S) -> bytes:
    """All up to `ending`; raises AssertionError with what came instead."""
    said = b""
    deadline = time.monotonic() + seconds
    while not said.endswith(ending):
        assert time.monotonic() < deadline, said
        said += port.read(1)
    return said


def opened(board: FirstBoard) -> serial.Serial:
    return serial.serial_for_url(board.port, baudrate=115200, timeout=0.2, exclusive=True)


def test_it_runs_boot_and_main_and_soft_resets_as_firmware_does(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, boot="print('booted')", main="print('mained')") as board:
        with opened(board) as port:
            port.write(b"\r\x03\r\x01")
            read_to(port, RAW)
            port.write(b"\x04")
            assert read_to(port, RAW).replace(b"\r", b"") == (
                b"OK\nMPY: soft reboot\nbooted\n" + RAW.replace(b"\r", b"")
            ), "main.py is not for raw mode"
            port.write(b"\x02")
            read_to(port, b">>> ")
            port.write(b"\x04")
            assert b"booted\nmained\nMicroPython" in read_to(port, b">>> ").replace(b"\r", b"")
        assert board.resets == 0


def test_it_resets_when_opened_and_is_deaf_meanwhile(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, **ESP32) as board:
        for count in (1, 2):
            with opened(board) as port:
                port.write(b"\r\x03\r\x01")
                said = read_to(port, b">>> ")
                assert b"rst:0x1" in said
                assert max(said) >= 0x80
                assert RAW not in said, "what came while it was deaf is gone"
            assert board.resets == count


def test_what_it_says_at_an_opening_is_for_who_has_opened(tmp_path: Path) -> None:
    """pyserial drops what came while it opened, however long a loaded machine takes for that."""
    with FirstBoard(tmp_path, stays_in_rom=True, rom=DOWNLOAD) as board, opened(board) as port:
        deadline = time.monotonic() + S
        while not board.opened:
            assert time.monotonic() < deadline
            time.sleep(0.01)  # another thread notices
        port.reset_input_buffer()
        port.write(b"\x03")
        read_to(port, b"download\r\n")


def test_a_reset_of_its_own_takes_its_port_away_and_renames_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rig.ports import listed

    ports = PlayedPorts(tmp_path, monkeypatch)
    usb = {"vid": 0x2E8A, "pid": 5, "serial_number": "E66"}
    with FirstBoard(tmp_path, absent_s=0.2, renames=True, ports=ports, usb=usb) as board:
        before = board.port
        assert [port.device for port in listed()] == [before]
        with opened(board) as port:
            port.write(b"\r\x03import machine;machine.reset()\r")
            with pytest.raises((OSError, AssertionError)):
                read_to(port, b"never", 2)
        deadline = time.monotonic() + S
        while not listed():
            assert time.monotonic() < deadline
            time.sleep(0.01)  # another thread plugs it
        assert board.port != before
        assert [port.device for port in listed()] == [board.port]
        with opened(board) as port:
            port.write(b"\r")
            read_to(port, b">>> ")


def test_ctrl_c_reaches_main_unless_it_is_off(tmp_path: Path) -> None:
    loop = "while True: pass"
    with FirstBoard(tmp_path / "a", main=loop) as board, opened(board) as port:
        deadline = time.monotonic() + S
        while not port.in_waiting and time.monotonic() < deadline:
            port.write(b"\x03")
            time.sleep(0.1)  # main.py may not run yet
        assert b"KeyboardInterrupt" in read_to(port, b">>> ")
    with FirstBoard(tmp_path / "b", main=loop, ctrl_c=False) as board, opened(board) as port:
        for _ in range(5):
            port.write(b"\x03\r")
            time.sleep(0.1)
        assert port.in_waiting == 0


def test_a_restart_by_main_is_a_reset_with_its_boot_window(tmp_path: Path) -> None:
    main = "import machine\ntry:\n  while True: pass\nfinally:\n  machine.reset()"
    window = "import time; time.sleep(0.5)"
    with FirstBoard(tmp_path, boot=window, main=main) as board, opened(board) as port:
        for _ in range(100):
            port.write(b"\x03")
            time.sleep(0.02)  # as the rig floods
            if b">>> " in port.read(port.in_waiting):
                break
        assert board.resets <= 2


def test_a_link_that_keeps_64_bytes_of_a_burst(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, **BURST) as board, opened(board) as port:
        port.write(b"\r\x03\r\x01")
        read_to(port, RAW)
        time.sleep(0.06)  # a burst of its own
        port.write(b"x='" + b"a" * 100)
        time.sleep(0.06)  # a burst of its own
        port.write(b"'\x04")
        assert read_to(port, b"\x04>") == b"OK\x04\x04>"
        assert board.lost == 103 - 64


def test_a_multiple_of_64_waits_for_the_next_byte(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, hold64=True) as board, opened(board) as port:
        port.write(b"\r\x03\r\x01")
        read_to(port, RAW)
        port.timeout = 0.5
        # OK, 64 in all, and the program stays: nothing flushes them
        port.write(b"import sys,time;sys.stdout.write('a'*62);time.sleep(1)\x04")
        assert read_to(port, b"a\x04\x04>").count(b"a") == 62


def test_the_lines_hold_it_in_reset_over_rfc2217(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, runs_when=lambda dtr, rts: not dtr and not rts) as board:
        with opened(board) as port:
            port.write(b"\r\x03")
            assert port.read(1) == b""
        port = serial.serial_for_url(board.port, do_not_open=True, timeout=0.2)
        port.dtr = port.rts = False
        with port:
            port.write(b"\r\x03")
            read_to(port, b">>> ")


def test_its_power_switch_has_its_own_mind(tmp_path: Path) -> None:
    with FirstBoard(tmp_path, mute_after=1) as board, opened(board) as port:
        port.write(b"\r\x03")
        assert port.read(1) == b""
        done = subprocess.run(["sh", "-c", board.power_cycle(139)])
        assert done.returncode == 139
        deadline = time.monotonic() + S
        while not port.in_waiting:
            assert time.monotonic() < deadline
            port.write(b"\r")
            time.sleep(0.05)  # it boots
