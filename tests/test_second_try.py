"""What the wire spoilt is tried once more at the end of the run, and both tries are recorded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig.claims import ROOT
from tests.first_board import FirstBoard


@pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")
def test_a_fault_that_passes_leaves_no_error(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with FirstBoard(tmp_path) as board:
        command = [sys.executable, "-m", "rig.cli", "run", "--port", board.port, "--no-power"]
        run = subprocess.Popen(
            [*command, "--claims", "run.until-main-*", "--out", str(out)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        deadline = time.monotonic() + 120

        def wait_for(path: Path) -> None:
            while not (path.exists() and path.stat().st_size):
                assert run.poll() is None, run.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.005)  # a poll of another process's file

        wait_for(out / "run.json")  # the board has said who it is
        board.drop = 300
        wait_for(out / "results.jsonl")
        board.drop = 0
        said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    results = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    assert [result["outcome"] for result in results] == ["conforms", "conforms"]
    [first] = [tried for result in results for tried in result["earlier"]]
    assert first["outcome"] == "errored"
    assert "cannot be trusted" in first["why"]
    assert first["executions"], "the evidence of the first try is kept"
