"""Which asyncio ran: two that differ have two digests, and one has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.results import BoardInfo
from rig.run_dir import RunDir
from tests.started import looprig

MODULES = {
    "__init__": "from .core import *\nfrom . import core, event, funcs, lock, stream\n",
    "core": "class TaskQueue:\n    pass\ndef run(c):\n    try:\n        c.send(None)\n"
    "    except StopIteration as e:\n        return e.value\n",
    "event": "", "funcs": "", "lock": "", "stream": "",
}  # fmt: skip


def board(out: Path, *words: object) -> BoardInfo:
    asked = ("run", "--board", "unix", "--no-power", "-q", "--claims", "run.returns-value")
    looprig(*asked, *words, "--out", out)
    return RunDir(out).read().boards[0]


def overlay(folder: Path, name: str, more: str = "") -> Path:
    """A Python asyncio of files, with `more` at the end of its core."""
    for module, text in MODULES.items():
        path = folder / name / "asyncio" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + more * (module == "core"), "utf-8")
    return folder / name


@pytest.mark.slow
def test_a_frozen_one_is_told_by_its_names_and_has_the_c_queue(tmp_path: Path) -> None:
    first, again = board(tmp_path / "1"), board(tmp_path / "2")
    assert first.queue == "C"
    assert first.asyncio.startswith("frozen ")
    assert first.asyncio == again.asyncio
    assert first.sys_version
    fault = board(tmp_path / "3", "--fault", "latency-wakes-rounded-up")
    assert "under overlay" in fault.asyncio


def test_files_are_told_by_what_is_in_them(tmp_path: Path) -> None:
    first = board(tmp_path / "1", "--overlay", overlay(tmp_path, "a"))
    assert first.queue == "Python"
    assert first.asyncio.startswith("files ")
    again = board(tmp_path / "2", "--overlay", overlay(tmp_path, "b"))
    assert first.asyncio == again.asyncio
    other = board(tmp_path / "3", "--overlay", overlay(tmp_path, "c", "# nothing else\n"))
    assert other.asyncio.partition(" under")[0] != first.asyncio.partition(" under")[0]
