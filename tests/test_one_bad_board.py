"""One bad board is one bad board: what cannot be had at the start is lost, and the others run."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.results import Outcome
from rig.run_dir import RunDir
from rig.virtual.board import VirtualBoard
from tests.foreign import CIRCUITPYTHON, foreign, mute
from tests.started import told

GOOD = ("one", "two", "three", "four")
CLAIMS = ("--claims", "run.returns*", "--claims", "task.done")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Tables of four boards that cannot be had: absent, mute, of another firmware, wedged."""
    folder = tmp_path_factory.mktemp("bad")
    master, slave = os.openpty()
    tty.setraw(slave)
    circuit = foreign(folder, "circuitpython", CIRCUITPYTHON)
    wedged = mute(folder, "wedged")
    yield (
        '[board.absent]\nport = "/dev/ttyNOWHERE"\n'
        f'[board.mute]\nport = "{os.ttyname(slave)}"\ndeadline_scale = 0.1\n'
        f'[board.circuit]\nkind = "virtual"\nfirmware = "{circuit}"\n'
        f'[board.wedged]\nkind = "virtual"\nfirmware = "{wedged}"\n'
    )
    os.close(master)
    os.close(slave)


def written(folder: Path, text: str) -> Path:
    bench = folder / "bench.toml"
    bench.write_text(text, "utf-8")
    return bench


def good(names: tuple[str, ...] = GOOD) -> str:
    return "".join(f'[board.{name}]\nkind = "virtual"\n' for name in names)


@pytest.mark.slow
def test_four_of_eight_run_to_the_end(bad: str, tmp_path: Path) -> None:
    bench, out = written(tmp_path, bad + good()), tmp_path / "run"
    words = ("run", "--bench", bench, "--no-power", "--out", out, *CLAIMS)
    code, said = told(*words, "-n", "2")
    assert code == 3
    assert "4 lost boards; exit 3" in said
    run = RunDir(out)
    results = run.results()
    assert {(result.board, result.outcome) for result in results} == {
        (name, Outcome.CONFORMS) for name in GOOD
    }
    assert len(results) == len(run.read().claims) * 4
    assert run.read().errors == []
    lost = {board.name: board.lost for board in run.read().boards if board.lost}
    reasons = {
        "absent": "at the start: port /dev/ttyNOWHERE: there is no such port",
        "mute": "no MicroPython answers",
        "circuit": "runs CircuitPython 9.2.1, which the rig cannot judge",
        "wedged": "virtual board wedged did not start: the interpreter did not reach its REPL",
    }
    assert set(lost) == set(reasons)
    page = (out / "report" / "index.html").read_text("utf-8")
    first_screen = page[: page.index("<table")]  # before the first claim
    for name, reason in reasons.items():
        assert reason in lost[name]
        assert f"board {name} was lost at the start" in said
        assert reason in first_screen
    # boards that have come back go on where they were not; the others have nothing left to do
    mute_and_circuit = bad[bad.index("[board.mute]") : bad.index("[board.wedged]")]
    written(tmp_path, mute_and_circuit + good(("absent", "wedged")) + good())
    code, said = told("run", "--resume", out)
    assert code == 3
    assert "2 lost boards" in said
    assert {result.board for result in run.results()} == {*GOOD, "absent", "wedged"}


def test_strict_refuses_the_bench(tmp_path: Path) -> None:
    bench = written(tmp_path, good(("one",)) + '[board.absent]\nport = "/dev/ttyNOWHERE"\n')
    out = tmp_path / "run"
    code, said = told("run", "--bench", bench, "--no-power", "--out", out, "--strict", *CLAIMS)
    assert code == 2
    assert "port /dev/ttyNOWHERE: there is no such port" in said
    assert not out.exists()


def test_a_bench_of_which_no_board_can_be_had_is_refused(tmp_path: Path) -> None:
    bench = written(tmp_path, "".join(f'[board.{n}]\nport = "/dev/tty{n}"\n' for n in "AB"))
    out = tmp_path / "run"
    code, said = told("run", "--bench", bench, "--out", out, *CLAIMS)
    assert code == 3
    assert "no board of the bench can be had: A: port /dev/ttyA: there is no such port; B: " in said
    assert not out.exists()


def test_a_firmware_that_is_not_there_is_named(tmp_path: Path) -> None:
    bench = written(tmp_path, '[board.b]\nkind = "virtual"\nfirmware = "./build/micropython"\n')
    code, said = told("run", "--bench", bench, "--out", tmp_path / "run")
    assert code == 3
    assert f"{tmp_path}/build/micropython: there is no such file" in said
    assert "pip install" not in said


def test_a_meter_that_cannot_be_had_costs_its_own_board(tmp_path: Path) -> None:
    wired = VirtualBoard("two", "micropython", tmp_path)
    try:
        wired.wait_ready()
        text = good(("one",)) + f'[board.two]\nport = "{wired.port}"\nmeter = "dmm"\n'
        text += '[meter.dmm]\nresource = "TCPIP::127.0.0.1::9::SOCKET"\n'
        bench, out = written(tmp_path, text), tmp_path / "run"
        code, said = told("run", "--bench", bench, "--out", out, *CLAIMS)
    finally:
        wired.stop()
    assert code == 3, said
    assert {result.board for result in RunDir(out).results()} == {"one"}
    [lost] = [board for board in RunDir(out).read().boards if board.lost]
    assert lost.name == "two"
    assert "127.0.0.1" in lost.lost
