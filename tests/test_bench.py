"""A bench file is checked before anything is opened; what is wrong is one sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rig import bench as benches
from rig.errors import UsageError
from rig.networks import BoardNetwork
from rig.wires import BoardWires, UartLoop

PICO = '[board.pico]\nport = "/dev/ttyACM0"\n'
BAD = {
    "an unknown key": (
        PICO + "speed = 9600\n",
        "unknown key board.pico.speed; known: ",
    ),
    "a mistyped key": (
        PICO + "baud_rate = 9600\n",
        "unknown key board.pico.baud_rate; did you mean 'baudrate'?",
    ),
    "a mistyped key of a meter": (
        PICO + '[meter.dmm]\nresource = "GPIB::1"\nrate = 5\n',
        "unknown key meter.dmm.rate; ",
    ),
    "a mistyped key of a board's power": (
        PICO + '[board.pico.power]\nflor = "idle"\n',
        "unknown key board.pico.power.flor; did you mean 'floor'?",
    ),
    "a mistyped key of a board's place": (
        "[board.pico.labgrid]\nplaces = 'left'\n",
        "unknown key board.pico.labgrid.places; did you mean 'place'?",
    ),
    "a mistyped key of the coordinator": (
        PICO + "[labgrid]\nwait = 5\n",
        "unknown key labgrid.wait; did you mean 'wait_s'?",
    ),
    "a mistyped key of a board called power": (
        "[board.power]\nbaud_rate = 9600\n",
        "unknown key board.power.baud_rate; did you mean 'baudrate'?",
    ),
    "a mistyped key of the power of a board called labgrid": (
        "[board.labgrid.power]\nflor = 'idle'\n",
        "unknown key board.labgrid.power.flor; did you mean 'floor'?",
    ),
    "a mistyped key of a board called meter": (
        "[board.meter]\nprot = 'COM3'\n",
        "unknown key board.meter.prot; did you mean 'port'?",
    ),
    "a mistyped key of a meter called board": (
        PICO + "[meter.board]\nresorce = 'GPIB::1'\n",
        "unknown key meter.board.resorce; did you mean 'resource'?",
    ),
    "a mistyped key beside a wrong type": (
        "[board.pico]\nport = 3\nbaud_rate = 9600\n",
        "unknown key board.pico.baud_rate; did you mean 'baudrate'?",
    ),
    "a mistyped table": ("[bord.pico]\nport = 'COM3'\n", "unknown key bord; did you mean 'board'?"),
    "a wrong type": ("[board.pico]\nport = 3\n", "board.pico.port = 3: "),
    "a wrong number": (PICO + "deadline_scale = -1\n", "board.pico.deadline_scale = -1: "),
    "no number": (PICO + 'baudrate = "fast"\n', "board.pico.baudrate = 'fast': "),
    "an unknown kind": (PICO + 'kind = "virtaul"\n', "board.pico.kind = 'virtaul'; did you mean"),
    "an unknown kind of a board called kind": (
        "[board.kind]\nkind = 'serail'\n",
        "board.kind.kind = 'serail'; did you mean 'serial'?",
    ),
    "an unknown kind of a meter": (
        PICO + "[meter.dmm]\nkind = 'ppk'\n",
        "meter.dmm.kind = 'ppk'; did you mean 'ppk2'?",
    ),
    "no port": ("[board.pico]\n", "board.pico: no port; add port"),
    "no board": ("", "it has no board; add a [board.NAME] table"),
    "a name that is no name": ('[board."a/b"]\nport = "COM3"\n', "a name is letters, digits"),
    "a meter that is not there": (
        PICO + 'meter = "dmn"\n[meter.dmm]\nresource = "GPIB::1"\n',
        "board.pico.meter: there is no meter 'dmn'; did you mean 'dmm'?",
    ),
    "a meter without a resource": (PICO + "[meter.dmm]\n", "meter.dmm: no resource; "),
    "a range that is no current": (
        PICO + '[meter.dmm]\nresource = "GPIB::1"\nrange = "5 V"\n',
        "meter.dmm.range = '5 V': ",
    ),
    "a channel that is none": (
        PICO + '[meter.dmm]\nresource = "GPIB::1"\nchannel = 0\n',
        "meter.dmm.channel = 0: ",
    ),
    "a channel of what has only one": (
        PICO + '[meter.dmm]\nkind = "ppk2"\nchannel = 1\n',
        "meter.dmm.channel: a ppk2 has only one; leave channel out",
    ),
    "a profile that is not there": (
        PICO + 'profile = "rp2040"\n',
        "board.pico.profile: there is no board profile 'rp2040'; did you mean 'rp2'?",
    ),
    "an interpreter that is not there": (
        '[board.pico]\nkind = "virtual"\nfirmware = "micropyton"\n',
        "board.pico.firmware: there is no interpreter 'micropyton'; a path needs a",
    ),
    "a control without files": (
        '[board.control]\nkind = "cpython"\nfile_system = "none"\n',
        "board.control.file_system: CPython does not run without files; leave it out",
    ),
    "no TOML": ("[board", "mend the TOML"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_bench_file_is_one_sentence(tmp_path: Path, case: str) -> None:
    text, sentence = BAD[case]
    path = tmp_path / "bench.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        benches.load(path)
    said = str(caught.value)
    assert sentence in said
    assert str(path) in said
    assert "\n" not in said


def test_a_bench_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        benches.load(tmp_path / "none.toml")


def test_every_bench_of_this_project_is_well() -> None:
    for path in sorted((benches.ROOT / "fixtures" / "benches").glob("*.toml")):
        assert benches.load(path).board, path


def test_only_the_boards_asked_for_are_chosen() -> None:
    bench = benches.load(benches.DEFAULT)
    assert list(bench.choose(["cpython"]).board) == ["cpython"]
    assert bench.choose([]) == bench
    with pytest.raises(UsageError, match="no such board; did you mean 'unix'"):
        bench.choose(["unx"])


def test_one_instrument_under_two_names_is_shared(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(
        """
        board.pico = {port = "COM3", meter = "first"}
        board.esp = {port = "COM4", meter = "second"}
        board.stm = {port = "COM5", meter = "other"}
        meter.first = {resource = "GPIB::1", channel = 1}
        meter.second = {resource = "GPIB::1", channel = 2}
        meter.other = {resource = "GPIB::2"}
        """,
        "utf-8",
    )
    meters = benches.load(path).meter
    assert {name: meter.shared for name, meter in meters.items()} == {
        "first": True,
        "second": True,
        "other": False,
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("../dev/mps2", "{home}/dev/mps2"), ("/dev/ttyACM0", "/dev/ttyACM0"), ("COM3", "COM3"),
        ("socket://host:1/x", "socket://host:1/x"),
    ],
)  # fmt: skip
def test_a_relative_port_is_relative_to_its_file(
    written: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "benches").mkdir()
    (tmp_path / "benches" / "bench.toml").write_text(f'[board.pico]\nport = "{written}"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    [board] = benches.load(Path("benches/bench.toml")).board.values()
    assert board.port == meant.format(home=tmp_path)


def test_a_port_and_a_meter_are_a_bench_of_their_own() -> None:
    bench = benches.for_port("COM3", "USB0::1::2::3::INSTR")
    [board] = bench.board.values()
    assert board.port == "COM3"
    assert bench.meter[board.meter].resource == "USB0::1::2::3::INSTR"
    assert not benches.for_port("COM3").meter


def test_every_key_is_documented() -> None:
    """docs/bench.md names every key that a bench file may hold."""
    text = (benches.ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    models = (benches.BoardEntry, benches.MeterEntry, benches.PowerProfile, BoardNetwork)
    for model in (*models, BoardWires, UartLoop):
        for key in model.model_fields:
            assert f"`{key}`" in text, f"{model.__name__}.{key}"


def test_options_of_a_virtual_meter_are_those_it_takes() -> None:
    command = [sys.executable, "-m", "rig.virtual.meter_server", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    taken = set(re.findall(r"^  --([a-z]+) ", said, re.MULTILINE))
    taken.remove("feeds")  # the meter's own key, `feeds`, makes it
    assert set(benches.OPTIONS["virtual"]) == taken
