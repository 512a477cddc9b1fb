"""Wires between a board's own pins: what a bench says of them, and what is wrong with them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import bench as benches
from rig.board.board import Board
from rig.checkup.wires import check_wires
from rig.cli import app
from rig.errors import UsageError
from rig.results import Outcome
from rig.run_dir import RunDir
from rig.stations import attach
from rig.virtual import emulated, image
from rig.virtual.emulators import rp2040js
from rig.wires import BoardWires, UartLoop, lacking
from tests.virtual_boards import identified

PICO = '[board.pico]\nport = "/dev/ttyACM0"\n'
WIRES = PICO + "[board.pico.wires]\n"
UF2 = os.environ.get("LOOPRIG_UF2", "")
on_a_pico = pytest.mark.skipif(not UF2, reason="LOOPRIG_UF2 names no firmware")

BAD = {
    "no wire at all": (WIRES, "board.pico.wires: it names no wire"),
    "one end": (WIRES + 'pins = ["GP2"]\n', "pins = ['GP2']: a wire has two ends"),
    "three ends": (WIRES + "pins = [2, 3, 4]\n", "pins = [2, 3, 4]: a wire has two ends"),
    "one name": (WIRES + 'pins = "GP2"\n', "pins = 'GP2': a wire has two ends"),
    "a switch": (WIRES + "pins = [true, 3]\n", "a wire has two ends"),
    "an empty name": (WIRES + 'pins = ["GP2", ""]\n', "pins.1 is empty"),
    "a negative number": (WIRES + "pins = [2, -3]\n", "wires.pins.1: -3 is no pin"),
    "one pin twice": (WIRES + 'pins = ["GP2", "GP2"]\n', "'GP2' is pins.0 already"),
    "one pin by two names": (WIRES + 'pins = ["GP2", 2]\n', "2 is pins.0 already"),
    "a pin of both": (
        WIRES + 'pins = [4, 3]\nuart = {id = 1, tx = "GP4", rx = "GP5"}\n',
        "uart.tx: 'GP4' is pins.0 already",
    ),
    "the meter's marker": (
        PICO + '[board.pico.power]\nmarker = "15"\n[board.pico.wires]\npins = ["GP15", 3]\n',
        "pins.0: 'GP15' is power.marker already",
    ),
    "half a loop": (WIRES + "uart = {id = 1, tx = 4}\n", "uart.rx: a UART's wire has two ends"),
    "a UART without a number": (WIRES + "uart = {tx = 4, rx = 5}\n", "uart.id is missing"),
    "a UART by its number": (WIRES + "uart = 1\n", "wires.uart = 1"),
    "an unknown key": (WIRES + "pin = [2, 3]\n", "wires.pin; did you mean 'pins'?"),
    "an unknown key of a UART": (
        WIRES + "uart = {id = 1, txd = 4}\n",
        "wires.uart.txd; did you mean 'tx'?",
    ),
    "a virtual board": (
        '[board.v]\nkind = "virtual"\nwires = {pins = [2, 3]}\n',
        "board.v.wires: a board of kind 'virtual' does not use it",
    ),
    "the control": (
        '[board.c]\nkind = "cpython"\nwires = {pins = [2, 3]}\n',
        "board.c.wires: a board of kind 'cpython' does not use it",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_meant_is_told(tmp_path: Path, case: str) -> None:
    text, what = BAD[case]
    path = tmp_path / "bench.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        benches.load(path)
    assert what in f"{caught.value.what}; {caught.value.hint}"
    assert str(path) in caught.value.what


@pytest.mark.parametrize(
    "wires",
    ['pins = ["GP2", "GP3"]', "pins = [2, 3]", "uart = {id = 1}", 'pins = ["X1", "P0.02"]'],
)
def test_one_jumper_is_enough(tmp_path: Path, wires: str) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f"{WIRES}{wires}\n", "utf-8")
    found = benches.load(path).board["pico"].wires
    assert found is not None
    assert bool(lacking(found, "wire.pins")) != bool(lacking(found, "wire.uart"))


# -- what doctor says ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A virtual board, on which 2 is wired to 3, and UART 1 to itself."""
    with identified("wired", tmp_path_factory.mktemp("board")) as (_, board):
        yield board


def said(board: Board, wires: BoardWires) -> list[tuple[str, bool, str]]:
    return [(one.check, one.well, one.what) for one in check_wires("board wired", wires, board)]


def test_wires_that_are_there(board: Board) -> None:
    assert said(board, BoardWires(pins=(2, 3), uart=UartLoop(id=1))) == [
        ("wire", True, "2 to 3: low and high arrive"),
        ("UART", True, "UART 1: what its TX sends arrives at its RX"),
    ]


@pytest.mark.parametrize(
    ("wires", "what"),
    [
        (BoardWires(pins=(2, 5)), "nothing is wired to it"),
        (BoardWires(pins=(3, 2)), "nothing is wired to it"),  # a played wire has a direction
        (BoardWires(pins=("GP2", 3)), "machine.Pin for 'GP2' to 3 raises ValueError: invalid pin"),
        (BoardWires(uart=UartLoop(id=0)), "machine.UART 0 raises ValueError"),
    ],
)
def test_wires_that_are_not_there(board: Board, wires: BoardWires, what: str) -> None:
    [(_, well, told)] = said(board, wires)
    assert not well
    assert what in told


def test_a_jumper_that_fell_off_is_no_divergence(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.close()  # it is another's port now
    path = tmp_path / "bench.toml"
    table = f'[board.b]\nport = "{board.port}"\n[board.b.wires]\npins = [2, 5]\nuart = {{id = 1}}\n'
    path.write_text(table, "utf-8")
    claims = ["--claims", "wait.pin-edges-counted", "--claims", "wait.uart-both-ways"]
    out = ["--out", str(tmp_path / "run"), "--no-power"]
    with pytest.raises(SystemExit):
        app(["run", "--bench", str(path), "--level", "all", *claims, *out])
    found = {result.claim: result for result in RunDir(tmp_path / "run").results()}
    assert found["wait.uart-both-ways"].outcome is Outcome.CONFORMS
    assert found["wait.pin-edges-counted"].outcome is Outcome.UNSUPPORTED
    assert "nothing is wired to it" in found["wait.pin-edges-counted"].why
    assert "nothing is wired to it" in capsys.readouterr().err


# -- emulated boards -----------------------------------------------------------------------------


def test_a_command_is_told_of_the_wires() -> None:
    wires = BoardWires(pins=("GP2", 3), uart=UartLoop(id=1))
    words = emulated.command(Path("a b.elf"), "renode {firmware} {wires}", wires)
    assert words[:2] == ["renode", "a b.elf"]
    assert json.loads(words[2]) == {"pins": ["GP2", 3], "uart": {"id": 1}}
    assert emulated.command(Path("x"), "renode {firmware} {wires}", None)[2] == "{}"
    with pytest.raises(UsageError, match="not told of the wires"):
        emulated.command(Path("x"), "renode {firmware}", wires)


@on_a_pico
@pytest.mark.parametrize(
    ("wires", "what"),
    [
        ('pins = ["X1", "GP3"]', "'X1' is no pin of an RP2040"),
        ("pins = [2, 30]", "30 is no pin of an RP2040"),
        ("uart = {id = 2}", "an RP2040 has no such UART"),
    ],
)
def test_what_a_pico_has_not(tmp_path: Path, wires: str, what: str) -> None:
    path = tmp_path / "bench.toml"
    table = f'[board.p]\nkind = "emulated"\nfirmware = "{UF2}"\nwires = {{{wires}}}\n'
    path.write_text(table, "utf-8")
    with pytest.raises(UsageError, match=what):
        benches.load(path)


@on_a_pico
def test_an_emulated_pico_hears_itself(tmp_path: Path) -> None:
    """What the bench wires on a real firmware's pins, and nothing else."""
    path = tmp_path / "bench.toml"
    uart = 'uart = {id = 0, tx = "GP12", rx = "GP13"}'
    table = f'[board.p]\nkind = "emulated"\nfirmware = "{UF2}"\n[board.p.wires]\n'
    path.write_text(f"{table}pins = [6, 21]\n{uart}\n", "utf-8")
    with attach(benches.load(path)) as [station]:
        board = station.board()
        board.open()
        board.identify()
        assert station.wires is not None
        assert [well for _, well, _ in said(board, station.wires)] == [True, True]
        others = BoardWires(pins=("GP2", "GP3"), uart=UartLoop(id=1, tx="GP4", rx="GP5"))
        assert [well for _, well, _ in said(board, others)] == [False, False]
        board.close()


DEAF = {
    "wait.pin-alone": (
        "gpio[pin].setInputValue(",
        "if (core.waiting) gpio[pin].rawInputValue = isHigh(state); else gpio[pin].setInputValue(",
    ),
    "wait.uart-alone": (
        "if (isJoined) receive(",
        "if (isJoined && !uart.rp2040.core.waiting) receive(",
    ),
}
"""By claim, how a chip is made that hears nothing while its core waits for an event."""


@on_a_pico
@pytest.mark.slow
@pytest.mark.parametrize("claim", DEAF)
def test_a_chip_that_is_deaf_in_its_sleep_is_caught(claim: str, tmp_path: Path) -> None:
    for name in ("rp2040js.mjs", "rp2040_wires.mjs", "rp2040_core.mjs"):
        text = (Path(rp2040js.__file__).parent / name).read_text("utf-8")
        text = text.replace("function joinPins({ gpio }", "function joinPins({ gpio, core }")
        (tmp_path / name).write_text(text.replace(*DEAF[claim]), "utf-8")
    assert DEAF[claim][1] in (tmp_path / "rp2040_wires.mjs").read_text("utf-8")
    words = rp2040js.command(image.read(Path(UF2)), rp2040js.WIRES)
    words[1], words[words.index(UF2)] = str(tmp_path / "rp2040js.mjs"), "{firmware}"
    table = f'[board.p]\nkind = "emulated"\nfirmware = "{UF2}"\n'
    emulator = f'emulator = "env WIRES={{wires}} {" ".join(words)}"\n'
    wires = 'wires = {pins = ["GP2", "GP3"], uart = {id = 1, tx = "GP4", rx = "GP5"}}\n'
    (tmp_path / "bench.toml").write_text(table + emulator + wires, "utf-8")
    out = ["--bench", str(tmp_path / "bench.toml"), "--out", str(tmp_path / "run"), "--no-power"]
    with pytest.raises(SystemExit):
        app(["run", "--level", "all", "--claims", claim, *out])
    [result] = RunDir(tmp_path / "run").results()
    assert result.outcome in (Outcome.DIVERGES, Outcome.CRASHED)


@on_a_pico
def test_a_firmware_by_itself_is_wired() -> None:
    [entry] = benches.for_firmware([UF2]).board.values()
    assert not lacking(entry.wires, "wire.pins")
    assert not lacking(entry.wires, "wire.uart")


def test_a_program_by_itself_has_what_is_played() -> None:
    [entry] = benches.for_firmware([sys.executable]).board.values()
    assert entry.kind == "virtual"
    assert entry.wires is None  # the virtual board brings its own
