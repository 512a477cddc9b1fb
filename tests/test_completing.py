"""What a shell is offered, asked as bash asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("looprig comp", "compare"),
        ("looprig run --claims gather.em", "gather.empty"),
        ("looprig claims gather.em", "gather.empty"),
        ("looprig faults lost-r", "lost-return-value"),
        ("looprig run --fault lost-r", "lost-return-value"),
        ("looprig run --board cp", "cpython"),
        ("looprig run --bench bench.toml --board pi", "pico"),
        ("looprig run --bench nowhere.toml --board pi", ""),
    ],
)
def test_it_is_offered(line: str, offered: str, tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text('[board.pico]\nport = "/dev/null"\n', "utf-8")
    words = line.split()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_LOOPRIG_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "rig"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.stdout.split() == [offered] * bool(offered), done.stderr
    assert done.stderr == ""
