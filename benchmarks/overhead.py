"""What the rig adds to the time that the functional suite takes on the board.

    python -m benchmarks.overhead [RUN_DIR]

Runs the suite without power on the default bench's MicroPython, or takes a run that was made.
A run it made is told as a whole: how long the command took from start to end, how much of that
device tests ran on the board, and how much the board spent on them in all: resetting itself,
receiving and compiling them, running them. For each result:
the time from start to end of its host test, less the time its scripts ran on the board; of that,
waiting for the soft reset and uploading are the wire's and the board's.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rig.results import Result
from rig.run_dir import RunDir

PARTS: dict[str, Callable[[Result], float]] = {
    "script on the board": lambda r: sum(e.run_s for e in r.executions),
    "waiting for the soft reset": lambda r: sum(e.reset_s for e in r.executions),
    "uploading": lambda r: sum(e.upload_s for e in r.executions),
    "host": lambda r: r.duration_s - sum(e.run_s + e.reset_s + e.upload_s for e in r.executions),
    "overhead: all but the script": lambda r: r.duration_s - sum(e.run_s for e in r.executions),
}


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(name) / "run"
        if len(sys.argv) < 2:
            asked = ["run", "--no-power", "--board", "unix", "--level", "all"]
            command = [sys.executable, "-m", "rig.cli", *asked, "--out", str(folder)]
            started = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True)
            wall = time.monotonic() - started
            if not folder.exists():
                raise SystemExit(done.stderr or done.stdout)
            runs = [e for result in RunDir(folder).results() for e in result.executions]
            ran = sum(e.run_s for e in runs)
            board = ran + sum(e.reset_s + e.upload_s for e in runs)
            print(f"looprig {' '.join(asked)}: exit {done.returncode}")
            print(f"{wall:.1f} s in all")
            print(f"{ran:.1f} s in scripts on the board: {wall / ran:.2f} x")
            print(f"{board:.1f} s with its resets and uploads: {wall / board:.2f} x")
        results = [result for result in RunDir(folder).results() if result.executions]
    print(f"{len(results)} results with {sum(len(r.executions) for r in results)} executions")
    print("| a test's time | median ms | p99 ms |\n|---|---|---|")
    for part, of in PARTS.items():
        values = [1000 * of(result) for result in results]
        print(f"| {part} | {statistics.median(values):.1f} | {percentile(values, 0.99):.1f} |")


if __name__ == "__main__":
    main()
