"""Does a good board ever raise an alarm? Complete runs, half of them with every core busy.

    python benchmarks/soak.py --runs 200
    python benchmarks/soak.py --runs 20 --power

Prints each unexpected or errored result as it comes and a table at the end; exits 1 if there
was one. Nothing is run again: an alarm is an alarm.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rig.results import Outcome, Result
from rig.run_dir import RunDir

ROOT = Path(__file__).resolve().parent.parent
SPIN = "while True: pass"


@contextlib.contextmanager
def every_core_busy(busy: bool) -> Iterator[None]:
    """A spinning process for each core, at the rig's own priority."""
    count = (os.cpu_count() or 1) if busy else 0
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def one_run(power: bool, boards: list[str], out: Path) -> tuple[float, int, list[Result]]:
    """Wall seconds, exit code and results of one complete run, judged at every level."""
    command = [sys.executable, "-m", "rig.cli", "run", "--level", "all", "--out", str(out)]
    command += [] if power else ["--no-power"]
    for board in boards:
        command += ["--board", board]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began, done.returncode, RunDir(out).results()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--power", action="store_true", help="with the power claims")
    parser.add_argument("--board", action="append", default=[], help="default: unix")
    args = parser.parse_args()
    console = Console()
    rows: dict[str, list[float]] = {"idle": [], "every core busy": []}
    alarms = dict.fromkeys(rows, 0)
    count = 0
    for number in range(args.runs):
        state = list(rows)[number % 2]
        with (
            tempfile.TemporaryDirectory(prefix="looprig-soak-") as folder,
            every_core_busy(state != "idle"),
        ):
            wall, code, results = one_run(args.power, args.board or ["unix"], Path(folder) / "run")
        rows[state].append(wall)
        count += len(results)
        bad = [r for r in results if r.unexpected or r.outcome is Outcome.ERRORED]
        alarms[state] += len(bad) or int(code != 0)
        for result in bad:
            why = result.why or f"expected {result.expected}, actual {result.actual}"
            console.print(f"run {number} ({state}): {result.claim} {result.outcome}: {why}")
        if code and not bad:
            console.print(f"run {number} ({state}): exit {code}")
    table = Table(title=f"{args.runs} complete runs, {count} results")
    for heading in ("host", "runs", "median wall, s", "alarms"):
        table.add_column(heading, justify="right")
    for state, walls in rows.items():
        if walls:
            median = f"{statistics.median(walls):.1f}"
            table.add_row(state, str(len(walls)), median, str(alarms[state]))
    console.print(table)
    return int(any(alarms.values()))


if __name__ == "__main__":
    sys.exit(main())
