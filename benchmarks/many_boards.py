"""What looprig takes, side by side: many boards to one, a run to its scripts, and the peers.

    python -m benchmarks.many_boards [--micropython DIR] [--rounds N] [--row NAME]…

Every command is a process from its start to its end, and each round runs them all in turn, so that
a ratio is of two that ran beside the same load; the median of the rounds counts. A round takes some
eight minutes. `busy` is the processor time of all processes over what the machine had meanwhile:
near 100 % the machine is the limit, and not the rig's waiting. `others` is the processor time that
other programs took. Limits are for a machine with two processors and nothing else to do; where it
had something else to do that is said, for then the figures are the load's as much as the rig's.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rig.run_dir import RunDir
from rig.virtual.board import VirtualBoard
from tests.fault_bench import FaultBench

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "fixtures" / "benches" / "eight-virtual.toml"
TESTS = "extmod/asyncio_*.py"


@dataclass
class Took:
    """One command: seconds on the wall, of processors, and of scripts on its boards in all."""

    wall_s: float
    cpu_s: float
    scripts_s: float
    code: int
    others_s: float  # of processors, for what is not the command's; nan where it cannot be known


@dataclass
class Row:
    """A figure: what over what, and what it is to be at most."""

    figure: Callable[[dict[str, Took]], float]
    needs: tuple[str, ...]
    limit: float
    unit: str = " x"


def to(one: str, other: str) -> Callable[[dict[str, Took]], float]:
    return lambda took: took[one].wall_s / took[other].wall_s


ROWS = {
    "four boards, functional, to one": Row(to("4", "1"), ("1", "4"), 1.3),
    "eight boards, functional, to one": Row(to("8", "1"), ("1", "8"), 1.8),
    "eight boards, whole suite, to one": Row(to("8 whole", "1 whole"), ("1 whole", "8 whole"), 1.4),
    "functional run to its scripts on the board": Row(
        lambda took: took["1"].wall_s / took["1"].scripts_s, ("1",), 1.15
    ),
    # two processors bear no more than the scripts that wait, side by side
    "four boards that share, functional, to one": Row(to("4 sharing", "1"), ("1", "4 sharing"), 1),
    "four boards that share, whole suite, to one": Row(
        to("4 sharing whole", "1 whole"), ("1 whole", "4 sharing whole"), 0.4
    ),
    "looprig upstream to run-tests.py -j1": Row(
        to("upstream", "run-tests.py"), ("upstream", "run-tests.py"), 0.56
    ),
    "looprig upstream to its scripts on the board": Row(
        lambda took: took["upstream"].wall_s / took["upstream"].scripts_s, ("upstream",), 1.05
    ),
    "make conformance, set up": Row(
        lambda took: took["conformance"].wall_s, ("conformance",), 40, " s"
    ),
}


IDLE = 0.05
"""The share of the machine's processors that others may take of one that counts as idle: what a
desktop's own services take."""


def worked() -> float:
    """Seconds that the machine's processors worked since it started, in all; nan but on Linux."""
    try:
        user, nice, system, _, _, irq, soft, *_ = map(
            int, Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()[1:]
        )
    except OSError:
        return math.nan
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def measured(command: list[str], cwd: Path = ROOT, out: Path | None = None) -> Took:
    """Run a command; `out` is the run's directory, if it makes one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    all_before = worked()
    began = time.monotonic()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    wall_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    others_s = worked() - all_before - cpu_s
    if done.returncode:
        print(f"{' '.join(command)}: exit {done.returncode}", file=sys.stderr)
        print(done.stdout[-1500:], done.stderr[-500:], file=sys.stderr)
    results = RunDir(out).results() if out else []
    scripts_s = sum(e.run_s for result in results for e in result.executions)
    return Took(wall_s, cpu_s, scripts_s, done.returncode, others_s)


def run(name: str) -> Took:
    """`looprig run` on so many boards as the name says, with power where it says `whole`."""
    words = name.split()
    arguments = [f"--board=unix{number}" for number in range(1, int(words[0]) + 1)]
    arguments += [] if "whole" in words else ["--no-power"]
    arguments += ["--share"] if "sharing" in words else ["-n", "auto"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        words = ["run", "--bench", str(BENCH), "--level", "all", "--out", str(out), *arguments]
        return measured([sys.executable, "-m", "rig.cli", *words], out=out)


def upstream(name: str, tests: Path) -> Took:
    """MicroPython's own asyncio tests on a board of their own, by looprig or by run-tests.py."""
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        board = VirtualBoard("board", "micropython", folder)
        board.wait_ready()
        try:
            with FaultBench(str(board.port), folder / "wire") as wire:
                wire.to_host.crlf = True  # run-tests.py takes no other line ends
                port, out = str(wire.link), folder / "run"
                if name == "upstream":
                    words = ["upstream", str(tests), TESTS, "--port", port, "--out", str(out)]
                    return measured([sys.executable, "-m", "rig.cli", *words], out=out)
                own = [str(path.relative_to(tests)) for path in sorted(tests.glob(TESTS))]
                script = [sys.executable, str(tests / "run-tests.py"), "-j1", "-t", port, *own]
                return measured(script, cwd=tests)
        finally:
            board.stop()


def command(name: str, tests: Path | None) -> Took:
    if name == "conformance":
        return measured(["make", "conformance"])
    if name in ("upstream", "run-tests.py"):
        assert tests is not None
        return upstream(name, tests)
    return run(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--micropython", type=Path, help="a checkout, for its own tests' rows")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--row", action="append", default=[], help="rows whose name holds this")
    args = parser.parse_args()
    tests = (args.micropython / "tests").resolve() if args.micropython else None
    rows = {
        name: row
        for name, row in ROWS.items()
        if (tests or "upstream" not in row.needs)
        and (not args.row or any(part in name for part in args.row))
    }
    names = list(dict.fromkeys(name for row in rows.values() for name in row.needs))
    load = os.getloadavg()[0]
    if "conformance" in names:
        measured(["make", "setup"])
    rounds = [{name: command(name, tests) for name in names} for _ in range(args.rounds)]
    cpus = os.cpu_count() or 1
    console = Console()
    loads = f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    table = Table(title=f"{cpus} processors, {loads}, {args.rounds} round(s)")
    for column in ("measure", "median", "rounds", "wanted"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    missed = False
    for name, row in rows.items():
        found = [row.figure(took) for took in rounds]
        median = statistics.median(found)
        missed |= median > row.limit
        spread = f"{min(found):.2f} to {max(found):.2f}"
        table.add_row(name, f"{median:.2f}{row.unit}", spread, f"≤ {row.limit:g}{row.unit}")
    console.print(table)
    each = Table()
    for column in ("command", "wall", "scripts on boards", "processors", "busy", "others", "exit"):
        each.add_column(column, justify="left" if column == "command" else "right")
    measurable = not math.isnan(worked())
    for name in names:
        took = sorted((took[name] for took in rounds), key=lambda t: t.wall_s)[len(rounds) // 2]
        each.add_row(
            name,
            f"{took.wall_s:.1f} s",
            f"{took.scripts_s:.1f} s" if took.scripts_s else "",
            f"{took.cpu_s:.1f} s",
            f"{took.cpu_s / took.wall_s / cpus:.0%}",
            f"{max(took.others_s / took.wall_s / cpus, 0.0):.0%}" if measurable else "",
            str(took.code),
        )
    console.print(each)
    had_s = cpus * sum(took.wall_s for round_ in rounds for took in round_.values())
    others_s = sum(took.others_s for round_ in rounds for took in round_.values())
    if others_s > IDLE * had_s:
        console.print(
            f"This machine was NOT idle: other programs took {others_s / had_s:.0%} of its "
            "processors. Measure anew before these figures are written down."
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
