"""A run as a process beside the test: begun, waited for, looked into."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rig.claims import ROOT

EIGHT = ROOT / "fixtures" / "benches" / "eight-virtual.toml"
BOARDS = ["--bench", str(EIGHT), "--board=unix1", "--board=unix2"]
DEADLINE_S = 120.0
WORKER = b"looprig-worker"
HOLDER = b"rig.virtual.holder"


def start(out: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rig.cli", "run", "--out", out, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )


def results(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Result by claim and board; none of them twice."""
    found = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
    assert len({(r["claim"], r["board"]) for r in found}) == len(found), "a result twice"
    return {(r["claim"], r["board"]): r for r in found}


def until_first_result(out: Path, process: subprocess.Popen[str]) -> None:
    file = out / "results.jsonl"
    until(lambda: process.poll() is not None or (file.exists() and file.stat().st_size > 0))
    assert process.poll() is None, process.communicate()


def until(true: Any) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # a poll: they are no children of ours


def children(pid: int, having: bytes) -> list[int]:
    """Child processes with these bytes in their command line or name."""
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    lines = {
        int(n): Path(f"/proc/{n}/cmdline").read_bytes() + Path(f"/proc/{n}/comm").read_bytes()
        for n in numbers
    }
    return [number for number, line in lines.items() if having in line]
