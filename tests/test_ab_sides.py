"""`looprig ab` and `run --repeat` on boards that run: firmwares, two boards of a kind, repeats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.publish.columns import columns_of
from rig.run_dir import RunDir
from tests.foreign import SAYS, foreign
from tests.started import looprig

CLAIMS = ("--claims", "run.returns-value", "--claims", "latency.event-to-task")
FIRMWARES = [path for path in os.environ.get("LOOPRIG_FIRMWARES", "").split(os.pathsep) if path]
"""Two firmwares to hold against each other, such as two UF2 of the Pico."""


def compared(folder: Path) -> dict[str, object]:
    done = looprig("compare", folder / "base", folder / "change", "--json")
    assert done.returncode in (0, 1, 3), done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def nightly(folder: Path, number: int) -> Path:
    """A firmware that says which commit it is of."""
    said = f"3.4.0; MicroPython v1.29.0-preview.{number}.gabc{number} on 2026-07-0{number}"
    boot = SAYS.format(name="micropython", version=(1, 29, 0, "preview"), sys_version=said)
    return foreign(folder, f"nightly-{number}", boot)


@pytest.mark.slow
def test_two_nightlies_are_one_board_compared_and_two_columns_published(tmp_path: Path) -> None:
    words = [word for number in (1, 2) for word in ("--firmware", nightly(tmp_path, number))]
    out = tmp_path / "ab"
    done = looprig("ab", *words, "--repeat", 1, *CLAIMS, "--no-power", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    runs = [RunDir(out / side / "1").read() for side in ("base", "change")]
    releases = ["1.29.0-preview.1.gabc1", "1.29.0-preview.2.gabc2"]
    assert [run.boards[0].version for run in runs] == releases
    told = compared(out)
    assert told["compared"] == {"claim": 2, "wait": 0, "measurement": 1}
    columns = [column for run in runs for column in columns_of(run, run.boards[0], [])]
    assert [column.release for column in columns] == releases
    assert len({(column.port, column.board) for column in columns}) == 1


@pytest.mark.slow
def test_two_boards_of_a_kind(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text('[board.left]\nkind = "virtual"\n[board.right]\nkind = "virtual"\n', "utf-8")
    out = tmp_path / "ab"
    words = ("--bench", bench, "--board", "left", "--board", "right", "--repeat", 2)
    done = looprig("ab", *words, *CLAIMS, "--no-power", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    names = [
        RunDir(out / side / n).read().boards[0].name for n in "12" for side in ("base", "change")
    ]
    assert names == ["left", "right", "left", "right"]
    assert done.stdout.splitlines()[-1] == f"what changed: looprig compare {out}/base {out}/change"
    told = compared(out)
    assert told["compared"] == {"claim": 2, "wait": 0, "measurement": 1}
    assert told["exit_code"] == 0, told
    assert len(told["new_runs"]) == 2  # type: ignore[arg-type]
    assert any("was called left" in str(note) for note in told["notes"])  # type: ignore[attr-defined]


def test_repeats_of_a_board(tmp_path: Path) -> None:
    out = tmp_path / "r"
    done = looprig("run", "--board", "unix", "--no-power", *CLAIMS, "--repeat", 2, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 results came out alike in each" in done.stdout
    assert "2 of 2 repeats; exit 0: 2; exit 0" in done.stdout
    ids = {RunDir(out / n).read().id for n in "12"}
    assert len(ids) == 2
    assert (out / "report" / "index.html").is_file()


@pytest.mark.skipif(len(FIRMWARES) != 2, reason="LOOPRIG_FIRMWARES names no two firmwares")
def test_two_firmwares_named_outside(tmp_path: Path) -> None:
    """By hand, with firmwares that differ: the two are one board, and what differs is theirs."""
    words = [word for path in FIRMWARES for word in ("--firmware", path)]
    out = tmp_path / "ab"
    command = [sys.executable, "-m", "rig", "ab", *map(str, words), "--repeat", "2", *CLAIMS]
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, timeout=1200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    boards = [RunDir(out / side / "1").read().boards[0] for side in ("base", "change")]
    assert (boards[0].sys_version, boards[0].asyncio) != (boards[1].sys_version, boards[1].asyncio)
    assert compared(out)["compared"]["claim"] == 2  # type: ignore[index]
