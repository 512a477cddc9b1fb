"""How long many virtual boards take, against one: `looprig run -n auto` on the same suite.

    python benchmarks/many_boards.py [--boards 1,4,8] [--power] [--claims GLOB]… [--repeat N]

Eight boards are to take at most 2 times as long as one on a machine with 2 processors, four at
most 1.3 times. `busy` is the processor time of all processes over what the machine had: near
100 % the machine is the limit and not the rig's waiting. A loaded machine falsifies the ratios, so
the load is shown, and the best of several rounds counts; the rounds of all sizes take turns.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "fixtures" / "benches" / "eight-virtual.toml"
LIMITS = {4: 1.3, 8: 2.0}


@dataclass
class Round:
    """One run: seconds on the wall, seconds of processor time, results, exit code."""

    wall_s: float
    busy_s: float
    results: int
    code: int


def run(boards: int, arguments: list[str]) -> Round:
    """A run on the first so many boards of the bench."""
    names = [f"--board=unix{number}" for number in range(1, boards + 1)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = [sys.executable, "-m", "rig.cli", "run", "--bench", str(BENCH), *names]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run(
            [*command, "-n", "auto", "--out", str(out), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        wall_s = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        lines = (out / "results.jsonl").read_text().count("\n") if out.exists() else 0
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Round(wall_s, busy_s, lines, done.returncode)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--boards", default="1,4,8")
    parser.add_argument("--power", action="store_true", help="with the power claims (minutes)")
    parser.add_argument("--claims", action="append", default=[])
    parser.add_argument("--repeat", type=int, default=2)
    args = parser.parse_args()
    sizes = [int(size) for size in args.boards.split(",")]
    arguments = [] if args.power else ["--no-power"]
    for glob in args.claims:
        arguments += ["--claims", glob]
    before = os.getloadavg()[0]
    rounds: dict[int, list[Round]] = {size: [] for size in sizes}
    for _ in range(args.repeat):
        for size in sizes:
            rounds[size].append(run(size, arguments))
    cpus = os.cpu_count() or 1
    best = {size: min(found, key=lambda one: one.wall_s) for size, found in rounds.items()}
    one = best[min(sizes)]
    table = Table(title=f"many boards, {cpus} processors, load {before:.1f} before")
    for column in ("boards", "wall", "to one", "limit", "results", "processor", "busy", "exit"):
        table.add_column(column, justify="right")
    for size, round_ in best.items():
        limit = LIMITS.get(size)
        table.add_row(
            str(size),
            f"{round_.wall_s:.1f} s",
            f"{round_.wall_s / one.wall_s:.2f}",
            f"{limit:g}" if limit else "",
            str(round_.results),
            f"{round_.busy_s:.1f} s",
            f"{round_.busy_s / round_.wall_s / cpus:.0%}",
            str(round_.code),
        )
    Console().print(table)
    return int(any(best[n].wall_s > LIMITS[n] * one.wall_s for n in sizes if n in LIMITS))


if __name__ == "__main__":
    sys.exit(main())
