"""`looprig boards` and `looprig init`: what is attached, by asking it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rig import bench as benches
from rig import profiles
from rig.board.arriving import Patience
from rig.checkup.discovery import Answer, ask
from rig.checkup.ports import holders
from rig.claims import catalogue
from rig.cli import app
from rig.commands.init import bench_file, quoted, unique
from rig.commands.prepared import identify
from rig.errors import RigError, UsageError
from rig.expectations import FOLDER, Expectations, known, of
from rig.ports import Port, attached, lookup
from rig.profiles import Floor
from rig.results import BoardInfo
from rig.stations import attach, find_by_serial_number
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter

needs_ptys = pytest.mark.skipif(os.name != "posix", reason="virtual boards need PTYs")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    started = VirtualBoard("pico", "micropython", tmp_path_factory.mktemp("board"))
    started.wait_ready()
    yield started
    started.stop()


def looprig(*arguments: object) -> int:
    return int(app([str(argument) for argument in arguments], standalone_mode=False))


def listed(monkeypatch: pytest.MonkeyPatch, *ports: SimpleNamespace) -> None:
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: list(ports))


def usb(device: str, vid: int, pid: int, serial_number: str) -> SimpleNamespace:
    return SimpleNamespace(
        device=device, vid=vid, pid=pid, serial_number=serial_number, description="Board in FS mode"
    )


# -- boards ---------------------------------------------------------------------------------


@needs_ptys
def test_a_board_is_known_by_its_answer(
    board: VirtualBoard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port behind which a board may be is asked; the list shows what it said and
    its USB numbers."""
    listed(monkeypatch, usb(str(board.port), 0x2E8A, 0x0005, "E660C06213865126"))
    assert looprig("boards") == 0
    said = capsys.readouterr().out
    assert str(board.port) in said
    assert "micropython 1." in said
    assert "2e8a:0005" in said
    assert "E660C06213865126" in said


@needs_ptys
def test_a_port_that_does_not_answer_is_listed_as_no_board(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rig.board.connection.FIRST", Patience(0.3, 0.3))
    master, slave = os.openpty()
    listed(monkeypatch, usb(os.ttyname(slave), 0x0403, 0x6001, "A1"))
    code = looprig("boards")
    os.close(master)
    os.close(slave)
    assert code == 0
    assert "no board: /dev/pts/" in capsys.readouterr().out


def test_only_usb_ports_are_asked_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port without USB ids may be a console or a modem: asking interrupts what is there."""
    plain = SimpleNamespace(
        device="/dev/ttyS0", vid=None, pid=None, serial_number=None, description="ttyS0"
    )
    listed(monkeypatch, plain, usb("COM7", 0x303A, 0x1001, "12:34"))
    assert [port.device for port in attached()] == ["COM7"]
    assert lookup("/dev/ttyS0").usb == ""


def test_a_port_that_was_named_and_does_not_answer_is_exit_3(tmp_path: Path) -> None:
    assert looprig("boards", tmp_path / "nothing") == 3


@needs_ptys
def test_the_boards_of_a_bench_file_virtual_ones_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text(
        '[board.here]\nkind = "virtual"\n[board.gone]\nport = "/dev/ttyACM98"\n', "utf-8"
    )
    assert looprig("boards", "--bench", bench) == 3
    said = capsys.readouterr().out
    assert "here" in said
    assert "board gone: port /dev/ttyACM98: there is no such port" in said


@needs_ptys
def test_a_board_is_left_at_its_repl(board: VirtualBoard) -> None:
    first, second = ask(Port(str(board.port))), ask(Port(str(board.port)))
    assert first.board == second.board
    assert first.board is not None
    assert first.board.platform in ("linux", "darwin")
    assert holders(str(board.port)) == []


def test_own_usb_is_told_from_a_bridge() -> None:
    assert Port("COM1", 0x2E8A, 5).own_usb
    assert Port("COM1", 0x303A, 0x1001).own_usb
    assert not Port("COM1", 0x10C4, 0xEA60).own_usb
    assert not Port("COM1", 0x0483, 0x374B).own_usb, "ST-LINK's serial port is a bridge"
    assert Port("COM1", 0x0483, 0x5740).own_usb, "STM32's own"
    assert not Port("socket://host:1").own_usb


def test_a_bench_names_a_board_by_its_usb_serial_number(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(monkeypatch, usb("COM3", 0x2E8A, 5, "E66"), usb("COM9", 0x2E8A, 5, "E77"))
    entry = benches.BoardEntry.model_validate({"serial_number": "E77"})
    assert find_by_serial_number("pico", entry) == "COM9"
    gone = benches.BoardEntry.model_validate({"serial_number": "E88"})
    with pytest.raises(
        RigError, match=r"no USB device has serial number 'E88'; attached: E66, E77"
    ):
        find_by_serial_number("pico", gone)


# -- init -----------------------------------------------------------------------------------


@needs_ptys
def test_init_writes_a_bench_that_loads_and_is_well(tmp_path: Path, board: VirtualBoard) -> None:
    meter = VirtualMeter(board.pid_file)
    out = tmp_path / "my.toml"
    assert looprig("init", board.port, "--meter", meter.wait_ready(), "--out", out) == 0
    bench = benches.load(out)
    assert looprig("doctor", "--bench", out) == 0
    meter.stop()
    [entry] = bench.board.values()
    assert entry.port == str(board.port)
    assert entry.profile == "unix"
    assert bench.meter[entry.meter].range == "100 mA"


@needs_ptys
def test_init_writes_nothing_over_a_file_or_without_a_board(
    tmp_path: Path, board: VirtualBoard
) -> None:
    out = tmp_path / "bench.toml"
    with pytest.raises(RigError, match="no MicroPython board answered"):
        looprig("init", tmp_path / "no-port", "--out", out)
    assert not out.exists()
    out.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="there already"):
        looprig("init", board.port, "--out", out)
    assert out.read_text("utf-8") == "mine"
    other = tmp_path / "other.toml"
    with pytest.raises(RigError, match=r"does not answer \*IDN"):
        looprig("init", board.port, "--meter", "TCPIP::127.0.0.1::9::SOCKET", "--out", other)
    assert not other.exists()


def test_a_bench_of_several_leaves_the_wiring_to_the_reader(tmp_path: Path) -> None:
    def answer(device: str, serial_number: str, machine: str) -> Answer:
        info = BoardInfo(
            name="board", port=device, platform="rp2", implementation="micropython",
            version="1.28.0", machine=machine,
        )  # fmt: skip
        return Answer(Port(device, 0x2E8A, 5, serial_number), info)

    text = bench_file(
        [answer("/dev/ttyACM0", "E66", "Pico"), answer("COM4", "", 'Pico "2"\nW\\')],
        [("USB0::1::2::3::INSTR", "Keysight,34465A,1,1", "keysight-34465a")],
    )
    path = tmp_path / "bench.toml"
    path.write_text(text, "utf-8")
    bench = benches.load(path)
    assert list(bench.board) == ["rp2-1", "rp2-2"]
    assert bench.board["rp2-1"].serial_number == "E66"
    assert bench.board["rp2-1"].port == ""
    assert bench.board["rp2-2"].port == "COM4"
    assert all(entry.meter == "" for entry in bench.board.values())
    assert "# meter = " in text


def test_names_are_unique_and_fit_a_bench() -> None:
    assert unique(["rp2", "esp32", "rp2", "a b"]) == ["rp2-1", "esp32", "rp2-2", "a-b"]


def test_what_a_device_calls_itself_is_quoted() -> None:
    name = 'a"b\\c\nd\x7f\u2028\U000e0001'  # the last needs five hex digits
    assert tomllib.loads(f"name = {quoted(name)}")["name"] == name


# -- profiles -------------------------------------------------------------------------------


def test_every_family_in_use_has_a_profile() -> None:
    assert set(profiles.profiles()) >= {
        "rp2", "esp32", "stm32", "nrf", "samd", "mimxrt", "zephyr", "renesas-ra", "alif", "unix",
    }  # fmt: skip


def test_what_is_called_run_names_the_firmware_it_was_run_on() -> None:
    """And nothing read in a manual or in the source passes for something that was run."""
    for profile in profiles.profiles().values():
        assert profile.fact, profile.family
        for fact in profile.fact:
            named = re.search(r"\d+\.\d+", fact.where) if fact.basis == "run" else fact.where
            assert named, f"{profile.family}: {fact.says}"


def test_every_floor_exists_and_spares_the_usb_it_needs() -> None:
    from rig.floors import FLOORS

    for profile in profiles.profiles().values():
        for own_usb in (True, False):
            assert profile.floor_for(own_usb) in FLOORS
        assert profile.floor_for(own_usb=True) not in profile.drops_usb, profile.family
        assert set(profile.usb_returns) <= set(profile.drops_usb) <= set(FLOORS), profile.family


def test_a_board_is_of_the_family_it_runs_or_that_the_bench_names() -> None:
    board = BoardInfo(name="b", platform="pyboard", implementation="micropython")
    found = profiles.of(board)
    assert found is not None
    assert found.family == "stm32"
    assert profiles.of(board.model_copy(update={"implementation": "cpython"})) is None
    assert profiles.of(board.model_copy(update={"platform": "novel"})) is None
    assert profiles.of(board.model_copy(update={"platform": "novel"}), "nrf") == profiles.named(
        "nrf"
    )


def test_the_page_of_families_is_what_the_profiles_say() -> None:
    """`python -m rig.profiles` writes it anew."""
    path = benches.ROOT / "docs" / "board-families.md"
    assert path.read_text(encoding="utf-8") == profiles.page()


def test_the_floor_follows_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(
        monkeypatch,
        usb("/dev/ttyACM0", 0x303A, 0x1001, "own"),
        usb("/dev/ttyUSB0", 0x10C4, 0xEA60, "bridge"),
    )
    board = BoardInfo(name="b", platform="esp32", implementation="micropython")
    over_usb = board.model_copy(update={"port": "/dev/ttyACM0"})
    over_uart = board.model_copy(update={"port": "/dev/ttyUSB0"})
    assert profiles.floor_of(over_usb) == Floor("sleep_ms")
    assert profiles.floor_of(over_uart) == Floor("lightsleep")
    assert profiles.floor_of(over_uart, named_floor="lightsleep") == Floor("lightsleep")


def test_a_floor_that_takes_usb_away_is_taken_where_something_says_that_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed(monkeypatch, usb("/dev/ttyACM0", 0x303A, 0x1001, "own"))
    esp32 = BoardInfo(name="b", platform="esp32", implementation="micropython", port="/dev/ttyACM0")
    alif = esp32.model_copy(update={"platform": "alif"})
    away = Floor("lightsleep", drops_port=True)
    with pytest.raises(UsageError, match="nothing says that it comes back") as raised:
        profiles.floor_of(esp32, named_floor="lightsleep")
    assert raised.value.hint.endswith("[board.b.power] drops_port = true")
    assert profiles.floor_of(esp32, "", "lightsleep", True) == away
    assert profiles.floor_of(esp32, "", "lightsleep", False) == Floor("lightsleep")
    assert profiles.floor_of(alif, named_floor="lightsleep") == away
    elsewhere = alif.model_copy(update={"port": "socket://host:1"})
    assert profiles.floor_of(elsewhere, named_floor="lightsleep") == Floor("lightsleep")
    assert profiles.floor_of(elsewhere, "", "lightsleep", True) == away


@needs_ptys
def test_a_run_takes_the_floor_of_what_the_board_turns_out_to_be(board: VirtualBoard) -> None:
    with attach(benches.for_port(str(board.port))) as [station]:
        assert station.power.floor == ""
        identify(station, None)
        assert station.power.floor == "raw-wait"
        assert station.power.drops_port is False


# -- expected divergences -------------------------------------------------------------------


def test_every_port_expects_what_asyncio_is_known_for() -> None:
    unix, rp2, novel = known("unix", "1.28.0"), known("rp2", "1.28.0"), known("novel", "1.28.0")
    assert set(novel) < set(rp2)
    assert set(novel) < set(unix)
    assert "latency.waiting-flag-is-free" not in rp2
    assert "(seen on unix" in novel["run.cancels-leftovers"].reason
    assert "(seen on unix" not in unix["run.cancels-leftovers"].reason
    assert rp2["run.cancels-leftovers"].link == unix["run.cancels-leftovers"].link
    there = BoardInfo(name="b", implementation="micropython", platform="novel", version="1.28.0")
    assert of(there) == novel
    assert of(there.model_copy(update={"implementation": "cpython"})) == {}


def test_what_is_known_belongs_to_versions_and_ports(tmp_path: Path) -> None:
    entry = '[[divergence]]\nclaim = "{}"\nreason = "r"\nversions = "{}"\n'
    (tmp_path / "asyncio.toml").write_text(
        entry.format("a.b", "<1.28")
        + entry.format("c.d", ">=1.24, <1.29")
        + entry.format("e.f", ">0"),
        "utf-8",
    )
    (tmp_path / "port.toml").write_text(
        'without = ["e.f"]\n' + entry.format("g.h", "==1.28"), "utf-8"
    )
    for version, claims in {
        "1.23.0": {"a.b", "e.f"},
        "1.27.0": {"a.b", "c.d", "e.f"},
        "1.28.0": {"c.d", "e.f"},
        "1.28.0-preview.3.gabc": {"c.d", "e.f"},
        "1.29.0-preview (abc)": {"e.f"},
    }.items():
        assert set(known("other", version, tmp_path)) == claims, version
    assert set(known("port", "1.28.0", tmp_path)) == {"c.d", "g.h"}
    (tmp_path / "asyncio.toml").write_text(entry.format("a.b", "1.28"), "utf-8")
    with pytest.raises(RigError, match=r"'1\.28' is no condition such as <1\.30"):
        known("third", "1.28.0", tmp_path)


def test_expectations_are_of_families_and_name_claims() -> None:
    for path in FOLDER.glob("*.toml"):
        assert path.stem in {*profiles.profiles(), "asyncio", "cpython"}, path
        content = Expectations.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        named = {entry.claim for entry in content.divergence} | set(content.without)
        assert named <= set(catalogue()), path
        assert all(entry.link for entry in content.divergence), path


@pytest.mark.parametrize(
    ("version", "floor"),
    [("1.23.0", "idle"), ("1.24.0", "lightsleep"), ("1.24.0-preview.3", "lightsleep"), ("", "")],
)
def test_floors_go_by_version(version: str, floor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """rp2 before 1.24 lost its USB in lightsleep."""
    monkeypatch.setattr(profiles, "lookup", lambda port: Port(port, vid=0x2E8A))
    info = BoardInfo(name="b", platform="rp2", implementation="micropython", version=version)
    assert profiles.floor_of(info).name == (floor or "lightsleep")
    if floor == "idle":
        with pytest.raises(UsageError, match="ends the connection"):
            profiles.floor_of(info, named_floor="lightsleep")
