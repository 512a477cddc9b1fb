"""Who is asked, under which name, and what is said of a port that does not open.

The ports of a machine are played (tests/played_ports.py), its process table is a folder, and what
pyserial raises on Windows and macOS is raised here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from rig import bench as benches
from rig.board.arriving import Patience
from rig.board.board import Board
from rig.errors import RigError
from rig.ports import Port, bootloaders, canonical, identity, lookup
from rig.profiles import floor_of
from rig.results import BoardInfo
from rig.stations import attach, find_by_serial_number, lock_of
from tests.board_factory import push
from tests.first_board import FirstBoard
from tests.played_ports import PlayedPorts, looprig

posix = pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")
PICO: dict[str, Any] = {"vid": 0x2E8A, "pid": 0x0005, "serial_number": "E6614103E7738B27"}
PPK2: dict[str, Any] = {
    "vid": 0x1915, "pid": 0xC00A, "serial_number": "C8A1B0D5E3F2", "description": "PPK2",
}  # fmt: skip


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlayedPorts:
    return PlayedPorts(tmp_path, monkeypatch)


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
@pytest.mark.slow
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
