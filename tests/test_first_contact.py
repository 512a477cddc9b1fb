"""Who is asked, under which name, and what is said of a port that does not open.

The ports of a machine are played (tests/played_ports.py), its process table is a folder, and what
pyserial raises on Windows and macOS is raised here.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
import serial

from rig import bench as benches
from rig.board import suspects
from rig.board.arriving import Patience
from rig.board.board import Board
from rig.board.port import PortBusy, PortSettling, explain_port
from rig.cli import app
from rig.errors import LooprigError, RigError, UsageError
from rig.ports import Port, bootloaders, canonical, identity, lookup
from rig.profiles import floor_of
from rig.results import BoardInfo
from rig.stations import attach, find_by_serial_number, lock_of
from tests.board_factory import push
from tests.first_board import FirstBoard
from tests.played_ports import PlayedPorts

posix = pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")
PICO: dict[str, Any] = {"vid": 0x2E8A, "pid": 0x0005, "serial_number": "E6614103E7738B27"}
PPK2: dict[str, Any] = {
    "vid": 0x1915, "pid": 0xC00A, "serial_number": "C8A1B0D5E3F2", "description": "PPK2",
}  # fmt: skip


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedPorts:
    return PlayedPorts(tmp_path, monkeypatch)


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


def looprig(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Exit code and all that was said, as a user sees it."""
    try:
        code = int(app([str(argument) for argument in arguments], standalone_mode=False))
        extra = ""
    except LooprigError as error:
        code, extra = (2 if isinstance(error, UsageError) else 3), f"looprig: {error}"
    said = capsys.readouterr()
    return code, said.out + said.err + extra


# -- who is asked ---------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    ("usb", "what"),
    [
        (PPK2, "Nordic PPK2"),
        ({"vid": 0x1546, "pid": 0x01A7, "description": "u-blox 7"}, "GPS"),
        ({"vid": 0x2C99, "pid": 0x0002, "description": "Original Prusa i3 MK3"}, "3D printer"),
        ({"vid": 0x10C4, "pid": 0xEA60, "description": "Sonoff Zigbee 3.0 USB Dongle"}, "Zigbee"),
        ({"vid": 0x1A86, "pid": 0x7523, "description": "Ender 3 S1"}, "Ender"),
    ],
)
def test_nothing_is_sent_to_what_is_known_to_be_something_else(
    usb: dict[str, Any], what: str, tmp_path: Path, ports: PlayedPorts,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A PPK2 takes `\\r\\x03\\r` for a voltage: the board that it powers browns out."""
    with FirstBoard(tmp_path, ports=ports, usb=usb) as device:
        out = tmp_path / "bench.toml"
        for command in (
            ["boards"], ["boards", "--all"], ["boards", device.port], ["init", "--out", out],
            ["doctor", "--port", device.port], ["run", "--port", device.port],
        ):  # fmt: skip
            code, said = looprig(capsys, *command)
            assert what in said, (command, said)
            assert code == (0 if command in (["boards"], ["boards", "--all"]) else 3), said
        assert device.opened == 0, "opening alone resets a printer"
        assert device.heard == b""


@posix
def test_an_unknown_device_is_asked_when_it_is_named_or_agreed_to(
    tmp_path: Path, ports: PlayedPorts, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = {"vid": 0xCAFE, "pid": 0x4001, "description": "Thing"}
    with FirstBoard(tmp_path, ports=ports, usb=unknown) as board:
        code, said = looprig(capsys, "boards")
        assert code == 0
        assert "cafe:4001 Thing): not asked: nothing is known of the device" in said
        assert "--all" in said
        code, said = looprig(capsys, "init", "--out", tmp_path / "bench.toml")
        assert code == 3
        assert board.heard == b""
        for command in (["boards", board.port], ["boards", "--all"]):
            code, said = looprig(capsys, *command)
            assert code == 0
            assert "micropython 1." in said
        assert looprig(capsys, "init", "--all", "--out", tmp_path / "bench.toml")[0] == 0


def test_bootloaders_are_listed_as_such_also_without_a_port(
    ports: PlayedPorts, capsys: pytest.CaptureFixture[str]
) -> None:
    ports.plug("COM9", vid=0x239A, pid=0x0013, description="Metro M0")
    ports.plug("", vid=0x2E8A, pid=0x0003, description="RP2 Boot")
    assert [port.usb for port in bootloaders()] == ["2e8a:0003"]
    code, said = looprig(capsys, "boards")
    assert code == 0
    words = "a board, but it is in its bootloader: copy a MicroPython .uf2 on its drive"
    assert said.count(words) == 2, said


def test_bootloaders_are_read_from_sysfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rig.ports.USB_DEVICES", tmp_path)
    for name, vid, pid in (("1-1", "2e8a", "0003"), ("1-2", "2e8a", "0005"), ("1-3", "", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "idVendor").write_text(vid + "\n", "utf-8")
        (tmp_path / name / "idProduct").write_text(pid + "\n", "utf-8")
    assert [port.usb for port in bootloaders()] == ["2e8a:0003"]


@posix
def test_one_board_with_two_ports_is_one_board(
    tmp_path: Path, ports: PlayedPorts, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The REPL is on the second: the first says nothing, and is no board that does not answer."""
    monkeypatch.setattr("rig.board.connection.FIRST", Patience(1.0, 1.0))
    silent = {**PICO, "location": "1-1:1.0"}
    repl = {**PICO, "location": "1-1:1.2"}
    with (
        FirstBoard(tmp_path, "ttyACM0", ports=ports, usb=silent, stays_in_rom=True),
        FirstBoard(tmp_path, "ttyACM1", ports=ports, usb=repl) as board,
    ):
        code, said = looprig(capsys, "boards")
        assert code == 0
        assert said.count("micropython 1.") == 1
        assert "no board" not in said
        out = tmp_path / "bench.toml"
        assert looprig(capsys, "init", "--out", out)[0] == 0
        bench = benches.load(out)
        [entry] = bench.board.values()
        assert entry.interface == 2
        with attach(bench) as [station]:
            assert station.port == board.port


# -- names and identities -------------------------------------------------------------------


@posix
def test_a_port_is_the_same_by_any_of_its_names(tmp_path: Path, ports: PlayedPorts) -> None:
    jtag = {"vid": 0x303A, "pid": 0x1001, "serial_number": "34:85:18:AC:00:11"}
    with FirstBoard(
        tmp_path, "ttyACM0", absent_s=0.3, renames=True, ports=ports, usb=jtag
    ) as device:
        by_id = tmp_path / "usb-Espressif_USB_JTAG_34:85:18:AC:00:11-if00"
        by_id.symlink_to(device.port)
        assert lookup(str(by_id)).own_usb
        assert lookup(str(by_id)).device == str(by_id), "it stays what the user called it"
        assert lock_of(str(by_id)).lock_file == lock_of(device.port).lock_file
        info = BoardInfo(name="b", platform="esp32", implementation="micropython", port=str(by_id))
        assert floor_of(info).name == "sleep_ms", "lightsleep would kill its USB-Serial-JTAG"
        board = Board("b", str(by_id))
        board.open()
        board.identify()
        execution = push(board, "import machine\nmachine.reset()", 5)
        assert execution.ended == "disconnected"
        assert not board.info.lost, "it is found again under its new name"
        assert push(board, "emit('a')").names == ["a"]
        board.close()


@pytest.mark.parametrize(
    ("one", "other", "system"),
    [
        ("COM3", "com3", "win32"),
        ("COM12", r"\\.\COM12", "win32"),
        ("/dev/cu.usbmodem1101", "/dev/tty.usbmodem1101", "darwin"),
    ],
)
def test_names_of_other_systems(one: str, other: str, system: str) -> None:
    assert canonical(one, system) == canonical(other, system)
    assert canonical(one, system) != canonical(one + "0", system)


def test_a_shared_or_dummy_serial_number_is_no_identity(ports: PlayedPorts) -> None:
    bridge = {"vid": 0x10C4, "pid": 0xEA60}
    for number in ("0001", "0", "000000000000", "123456", "0123456789ABCDEF", "FFFFFFFF", ""):
        assert identity(Port("COM1", 0x10C4, 0xEA60, number), []) == "", number
    ports.plug("COM1", **bridge, serial_number="B0FA62D1", location="1-1:1.0")
    ports.plug("COM2", **bridge, serial_number="B0FA62D1", location="1-2:1.0")
    ports.plug("COM3", **bridge, serial_number="B0FA62D2", location="1-3:1.0")
    assert identity(lookup("COM1")) == ""
    assert identity(lookup("COM3")) == "B0FA62D2"
    entry = benches.BoardEntry.model_validate({"serial_number": "B0FA62D1"})
    with pytest.raises(RigError, match=r"several USB devices .* COM1, COM2; name its port"):
        find_by_serial_number("b", entry)


# -- lines ----------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("dtr", [False, True])
def test_dtr_and_rts_are_found_by_doctor_and_set_by_the_bench(
    dtr: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.board.connection.FIRST", Patience(0.5, 0.5))
    monkeypatch.setattr("rig.board.recovery.REOPEN_S", 0.3)
    monkeypatch.setattr("rig.checkup.boards.clock_rate", lambda board, ms: 1.0)
    with FirstBoard(tmp_path, runs_when=lambda d, r: (d, r) == (dtr, False)) as board:
        code, said = looprig(capsys, "doctor", "--port", board.port)
        assert code == 3
        words = f"dtr = {str(dtr).lower()} and rts = false"
        assert f"it speaks once its port is opened with {words}" in said
        bench = tmp_path / "bench.toml"
        lines = f"dtr = {str(dtr).lower()}\nrts = false\n"
        bench.write_text(f'[board.cam]\nport = "{board.port}"\n{lines}', "utf-8")
        code, said = looprig(capsys, "doctor", "--bench", bench)
        assert code == 0, said


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
@pytest.mark.parametrize(("exit_code", "takes_s"), [(139, 0.0), (1, 0.0), (0, 6.0)])
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
