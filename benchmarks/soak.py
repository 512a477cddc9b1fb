"""Does a good board ever raise an alarm? Complete runs, half of them with every core busy.

    python benchmarks/soak.py --runs 200
    python benchmarks/soak.py --runs 200 --jobs 4
    python benchmarks/soak.py --runs 20 --power
    python benchmarks/soak.py --runs 200 --claims 'wait.*'
    python benchmarks/soak.py --runs 200 --as-it-is

Prints each unexpected or errored result as it comes and a table at the end, also after Ctrl-C;
exits 1 if there was one. Nothing is run again: an alarm is an alarm. With `--jobs` so many runs go
on at a time, which saves time and is a load of its own: "idle" is then a host with nothing else
to do. With `--as-it-is` no load is made, for the machine has other work. The table says how many
processes waited for a core, the load average, at the median of the runs' ends.
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
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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


def one_run(
    power: bool, boards: list[str], claims: list[str], out: Path
) -> tuple[float, int, list[Result]]:
    """Wall seconds, exit code and results of one complete run, judged at every level."""
    command = [sys.executable, "-m", "rig.cli", "run", "--level", "all", "--out", str(out)]
    command += [] if power else ["--no-power"]
    for board in boards:
        command += ["--board", board]
    for glob in claims:
        command += ["--claims", glob]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began, done.returncode, RunDir(out).results()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--power", action="store_true", help="with the power claims")
    parser.add_argument("--board", action="append", default=[], help="default: unix")
    parser.add_argument("--claims", action="append", default=[], help="default: every claim")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--as-it-is", action="store_true", help="make no load: there is one")
    args = parser.parse_args()
    console = Console()
    states = ["as it is"] if args.as_it_is else ["idle", "every core busy"]
    rows: dict[str, list[float]] = {state: [] for state in states}
    loads: dict[str, list[float]] = {state: [] for state in states}
    alarms = dict.fromkeys(rows, 0)
    count = 0
    with contextlib.suppress(KeyboardInterrupt), ThreadPoolExecutor(args.jobs) as pool:
        for first in range(0, args.runs, args.jobs):
            state = states[first // args.jobs % len(states)]
            folder = tempfile.TemporaryDirectory(prefix="looprig-soak-")
            with folder as parent, every_core_busy(state == "every core busy"):
                outs = [Path(parent) / str(n) for n in range(first, first + args.jobs)]
                together = pool.map(
                    partial(one_run, args.power, args.board or ["unix"], args.claims), outs
                )
                for out, (wall, code, results) in zip(outs, together, strict=True):
                    rows[state].append(wall)
                    loads[state].append(os.getloadavg()[0])
                    count += len(results)
                    bad = [r for r in results if r.unexpected or r.outcome is Outcome.ERRORED]
                    alarms[state] += len(bad) or int(code != 0)
                    for result in bad:
                        why = f"expected {result.expected}, actual {result.actual}"
                        why = result.why or why
                        console.print(
                            f"run {out.name} ({state}): {result.claim} {result.outcome}: {why}"
                        )
                    if code and not bad:
                        console.print(f"run {out.name} ({state}): exit {code}")
    done = sum(map(len, rows.values()))
    table = Table(title=f"{done} complete runs, {args.jobs} at a time, {count} results")
    for heading in ("host", "load", "runs", "median wall, s", "alarms"):
        table.add_column(heading, justify="right")
    for state, walls in rows.items():
        if walls:
            median = f"{statistics.median(walls):.1f}"
            load = f"{statistics.median(loads[state]):.1f}"
            table.add_row(state, load, str(len(walls)), median, str(alarms[state]))
    console.print(table)
    return int(any(alarms.values()))


if __name__ == "__main__":
    sys.exit(main())
