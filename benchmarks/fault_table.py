"""The fault table: what one faulty test of four costs each runner.

    python -m benchmarks.fault_table [--micropython DIR] [--row TEXT]... [--runner NAME]...

Every cell starts a virtual board and a wire of its own. Peers that are not installed are named.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fault_rows import ROWS, Row, Scene, write_scripts
from rig.virtual.board import VirtualBoard
from tests.fault_bench import FaultBench

PATIENCE_S = 35.0
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
WEIGH_S = 0.05
"""After so long a runner that has not ended counts as hanging."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Cell:
    """What became of one row under one runner."""

    passed: dict[str, bool] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    lost: str = ""
    hung: bool = False
    seconds: float = 0.0
    since_fault: float = 0.0  # seconds from t2's start to the runner's end
    peak_mb: float = 0.0
    errors: str = ""

    def summary(self, row: Row) -> str:
        """In a few words."""
        others = [self.passed.get(name, False) for name in ("t1", "t3", "t4")]
        if self.hung:
            return "hangs" if not all(others) else "all done, then hangs"
        if row.noisy:
            wrong = [name for name, text in self.said.items() if blamed(text)]
            good = sum(self.passed.values())
            return f"{good} of 4 pass" + (f", {len(wrong)} held against the board" if wrong else "")
        if self.passed.get("t2") and not row.may_pass:
            return "t2 PASSES" + ("" if all(others) else ", others lost")
        if all(others):
            return "all pass" if self.passed.get("t2") else "only t2 lost"
        if self.lost:
            return f"board lost after {self.since_fault:.1f} s"
        return "rest lost"


def blamed(said: str) -> bool:
    """Whether the words are a verdict against the board rather than the rig's own error."""
    return said.startswith(("raised", "crashed", "timed-out", "disconnected", "wrong output"))


def run_cell(
    row: Row, runner: str, deadline: float = 10.0, micropython: str = "",
    patience: float = PATIENCE_S, scale: float = 1.0,
) -> Cell:  # fmt: skip
    """One runner against one fault, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        folder = Path(name)
        board = VirtualBoard("board", "micropython", folder)
        try:
            board.wait_ready()
            with FaultBench(str(board.port), folder / "wire") as wire:
                wire.to_host.crlf = True
                scene = Scene(board, wire)
                if row.before:
                    row.before(scene)
                if row.act:
                    scene.when_started(row.act)
                return _watch(row, runner, scene, folder, deadline, micropython, patience, scale)
        finally:
            board.stop()


def _watch(
    row: Row, runner: str, scene: Scene, folder: Path, deadline: float, micropython: str,
    patience: float, scale: float,
) -> Cell:  # fmt: skip
    cell = Cell()
    scripts = write_scripts(row, folder)
    power = scene.board.power_cycle if row.power_switch else ""
    command = [
        sys.executable, "-m", "benchmarks.fault_clients", runner, str(scene.wire.link),
        *map(str, scripts), "--deadline", str(deadline), "--power-cycle", power,
        "--micropython", micropython, "--scale", str(scale),
    ]  # fmt: skip
    started = time.monotonic()
    fault_at: list[float] = []
    scene.when_started(lambda _: fault_at.append(time.monotonic()))
    with (folder / "errors").open("w+b") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )

        def give_up() -> None:
            cell.hung = True
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(patience, give_up)
        timer.start()
        weighing = threading.Thread(target=_weigh, args=(process.pid, cell))
        weighing.start()
        assert process.stdout
        for line in process.stdout:
            _take(cell, line)
        timer.cancel()
        process.wait()
        weighing.join()
        errors.seek(0)
        cell.errors = errors.read().decode(errors="replace")[-2000:]
    ended = time.monotonic()
    cell.seconds = ended - started
    cell.since_fault = ended - (fault_at[0] if fault_at else started)
    return cell


def _weigh(pid: int, cell: Cell) -> None:
    """Follow a process's peak memory to its end.

    Not by its resource usage: there Linux counts what the parent had when it forked.
    """
    status = Path(f"/proc/{pid}/status")
    while True:
        try:
            found = PEAK.search(status.read_text("utf-8"))
        except OSError:
            return
        if found is None:  # a zombie has no memory any more
            return
        cell.peak_mb = int(found[1]) / 1024
        time.sleep(WEIGH_S)


def _take(cell: Cell, line: bytes) -> None:
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return
    if "lost" in said:
        cell.lost = str(said["lost"])
    else:
        cell.passed[said["script"]] = bool(said["pass"])
        cell.said[said["script"]] = str(said["said"])


def runners(micropython: str) -> tuple[list[str], list[str]]:
    """The runners at hand, and why the others are not."""
    here, missing = ["looprig", "mpremote-api", "mpremote"], []
    if importlib.util.find_spec("belay"):
        here.append("belay")
    else:
        missing.append("belay: not installed (pip install belay)")
    if (Path(micropython or "/nowhere") / "tests" / "run-tests.py").is_file():
        here.append("run-tests")
    else:
        missing.append("run-tests.py: name a MicroPython checkout with --micropython")
    return here, missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--micropython", default=os.environ.get("MICROPYTHON", ""))
    parser.add_argument("--row", action="append", default=[], help="rows whose name has this text")
    parser.add_argument("--runner", action="append", default=[])
    args = parser.parse_args()
    here, missing = runners(args.micropython)
    chosen = [name for name in here if not args.runner or name in args.runner]
    print("| t2 | " + " | ".join(chosen) + " | MB (looprig) |")
    print("|---" * (len(chosen) + 2) + "|")
    for row in ROWS:
        if args.row and not any(text in row.name for text in args.row):
            continue
        cells = []
        peak = 0.0
        for runner in chosen:
            if row.ours_only and runner != "looprig":
                cells.append("no events")
                continue
            cell = run_cell(row, runner, micropython=args.micropython)
            if runner == "looprig":
                peak = cell.peak_mb
            cells.append(f"{cell.summary(row)}, {cell.seconds:.0f} s")
        print(f"| {row.name} | " + " | ".join(cells) + f" | {peak:.0f} |", flush=True)
    for line in missing:
        print(f"missing: {line}")


if __name__ == "__main__":
    main()
