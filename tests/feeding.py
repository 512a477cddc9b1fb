"""Boards that live on the power of a played meter, and benches to run them on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rig.bench import ROOT
from rig.results import Result
from rig.run_dir import RunDir
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter


@dataclass
class Fed:
    """A board and the table of the meter that feeds it."""

    board: VirtualBoard
    meter: str  # the bench file's [meter.m], without its head
    instrument: VirtualMeter | None = None  # of one that has a front panel

    def bench(self, folder: Path, meter: str = "") -> Path:
        path = folder / "bench.toml"
        text = f'[board.b]\nport = "{self.board.port}"\nmeter = "m"\n'
        text += '[board.b.power]\nfloor = "raw-wait"\n'
        path.write_text(f"{text}[meter.m]\n{meter or self.meter}\n", encoding="utf-8")
        return path


@contextlib.contextmanager
def fed_board(folder: Path) -> Iterator[VirtualBoard]:
    board = VirtualBoard("b", "micropython", folder, fed=True)
    try:
        board.wait_ready()
        yield board
    finally:
        board.stop()


@contextlib.contextmanager
def played(module: str, link: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A device of rig/virtual behind a PTY at `link`."""
    command = [sys.executable, "-m", f"rig.virtual.{module}", "--link", str(link), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    assert process.stdin
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
        link.unlink(missing_ok=True)


@contextlib.contextmanager
def by_ppk2(folder: Path, *options: str) -> Iterator[Fed]:
    with fed_board(folder) as board:
        own = ("--pid-file", str(board.pid_file), "--feeds", str(board.supply))
        with played("ppk2", folder / "ppk2", *own, *options):
            yield Fed(board, f'kind = "ppk2"\nresource = "{folder / "ppk2"}"\nvoltage = "3.3 V"')


@contextlib.contextmanager
def by_powershield(folder: Path, model: str = "lpm01a") -> Iterator[Fed]:
    with fed_board(folder) as board:
        own = ("--pid-file", str(board.pid_file), "--feeds", str(board.supply), "--model", model)
        table = f'kind = "powershield"\nresource = "{folder / "ps"}"\nvoltage = "3.3 V"'
        with played("powershield", folder / "ps", *own):
            yield Fed(board, table)


@contextlib.contextmanager
def by_scpi(folder: Path, dialect: str, table: str = "", **options: Any) -> Iterator[Fed]:
    with fed_board(folder) as board:
        meter = VirtualMeter(board.pid_file, {"dialect": dialect, **options}, feeds=board.supply)
        try:
            table = f'resource = "{meter.wait_ready()}"\nrange = "100 mA"\n{table}'
            yield Fed(board, table, meter)
        finally:
            meter.stop()


def looprig(*arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own; modules in `path` come before those installed."""
    command = [sys.executable, "-m", "rig.cli", *(str(each) for each in arguments)]
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=400, env=environment
    )


def power_run(
    bench: Path, folder: Path, *claims: str, path: Path | None = None
) -> tuple[int, list[Result]]:
    """Exit code and results of these claims."""
    out = folder / f"run-{len(list(folder.iterdir()))}"
    asked = [part for claim in claims for part in ("--claims", claim)]
    done = looprig("run", "--bench", bench, "--out", out, *asked, path=path)
    print(done.stdout, done.stderr)  # a failing test's report has it
    assert done.returncode != 2
    return done.returncode, RunDir(out).results()


DRIVER = """\
from pathlib import Path
from rig.virtual import joulescope
from rig.virtual.joulescope import Driver

joulescope.Driver.instruments = [
    joulescope.Instrument({path!r}, Path({pid_file!r}), Path({supply!r}), on={on})
]
"""


@contextlib.contextmanager
def by_joulescope(folder: Path, model: str = "js220", on: bool = True) -> Iterator[Fed]:
    """The instrument lives in the process that loads its driver, from `folder / "driver"`.

    A bench that names no resource takes the only Joulescope there is: one test at a time has it.
    """
    with (
        FileLock(Path(tempfile.gettempdir()) / "played-joulescope.lock"),
        fed_board(folder) as board,
    ):
        place = folder / "driver"
        place.mkdir()
        text = DRIVER.format(
            path=f"u/{model}/000415", pid_file=str(board.pid_file), supply=str(board.supply), on=on
        )
        (place / "pyjoulescope_driver.py").write_text(text, encoding="utf-8")
        yield Fed(board, 'kind = "joulescope"')


VOLTAGE = 'voltage = "3.3 V"'
FEEDERS: dict[str, Callable[[Path], Any]] = {
    "ppk2": by_ppk2,
    "keysight-34465a": lambda folder: by_scpi(folder, "keysight-34465a"),
    "keithley-dmm6500": lambda folder: by_scpi(folder, "keithley-dmm6500"),
    "keithley-2450": lambda folder: by_scpi(folder, "keithley-2450", VOLTAGE),
    "keithley-2450, on": lambda folder: by_scpi(folder, "keithley-2450", output="on"),
    "keysight-n6705c": lambda folder: by_scpi(folder, "keysight-n6705c", VOLTAGE),
    "rs-ngu": lambda folder: by_scpi(folder, "rs-ngu", VOLTAGE),
    "powershield": by_powershield,
    "stlink-v3pwr": lambda folder: by_powershield(folder, "stlink"),
    "js220": by_joulescope,
    "js320": lambda folder: by_joulescope(folder, "js320"),
    "js110": lambda folder: by_joulescope(folder, "js110"),
}


def drivers(folder: Path) -> Path | None:
    place = folder / "driver"
    return place if place.is_dir() else None


def load_driver(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The played driver of a Joulescope, where there is one, in this process."""
    if place := drivers(folder):
        monkeypatch.syspath_prepend(place)
        monkeypatch.delitem(sys.modules, "pyjoulescope_driver", raising=False)
