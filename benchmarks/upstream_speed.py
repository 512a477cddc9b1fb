"""How long MicroPython's own asyncio tests take over each transport, side by side.

    python -m benchmarks.upstream_speed MICROPYTHON_DIR [--rounds N] [--test GLOB]

Every runner is a process of its own, from its start to its end, on one virtual board behind one
wire; rounds take the runners in turn, and the medians' ratios are what counts. `looprig` and its
peers are given what each test should print; `looprig upstream` and `run-tests.py` are the whole
commands, which find the tests and run CPython where a test has no `.exp`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rig.results import Outcome
from rig.run_dir import RunDir
from rig.upstream.suite import Suite
from rig.virtual.board import VirtualBoard
from tests.fault_bench import FaultBench

ROOT = Path(__file__).resolve().parent.parent
SLOW = 11520
"""Bytes per second of a UART at 115200 baud."""


def commands(
    port: str, scripts: list[Path], tests: Path, pattern: str, out: Path
) -> dict[str, list[str]]:
    """Each runner's command line."""
    names = [str(script) for script in scripts]
    own = [str(path.relative_to(tests)) for path in sorted(tests.glob(pattern))]
    python = [sys.executable, "-m"]
    return {
        "floor": [*python, "benchmarks.floor_client", port, *names],
        "looprig": [*python, "benchmarks.upstream_client", port, *names],
        "mpremote API": [*python, "benchmarks.fault_clients", "mpremote-api", port, *names],
        "mpremote": [*python, "benchmarks.fault_clients", "mpremote", port, *names],
        "belay": [*python, "benchmarks.fault_clients", "belay", port, *names],
        "looprig upstream": [
            *python,
            "rig.cli",
            "upstream",
            str(tests),
            pattern,
            "--port",
            port,
            "--out",
            str(out),
        ],
        "run-tests.py": [sys.executable, str(tests / "run-tests.py"), "-t", port, *own],
    }


Measured = tuple[float, float, int, int, int]
"""Wall seconds of the process, of those on the port where the runner says it (else 0), tests
passed, bytes to the board, bytes from it."""


def measure(command: list[str], wire: FaultBench, tests: Path) -> Measured:
    """One runner once."""
    to_board, to_host = wire.to_board.carried, wire.to_host.carried
    folder = tests if "run-tests.py" in command[1] else ROOT
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds = time.monotonic() - started
    passed = 0
    on_port = 0.0
    if "--out" in command:
        run = RunDir(Path(command[-1]))
        passed = sum(result.outcome is Outcome.CONFORMS for result in run.results())
        shutil.rmtree(run.path)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            passed += int(said["pass"])
            on_port += said.get("seconds", 0.0)
        passed += line.startswith("pass ")
    return (
        seconds,
        on_port,
        passed,
        wire.to_board.carried - to_board,
        wire.to_host.carried - to_host,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="a MicroPython checkout")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--test", default="extmod/asyncio_*.py")
    parser.add_argument("--runner", action="append", default=[])
    args = parser.parse_args()
    tests = (args.directory / "tests").resolve()
    suite = Suite(args.directory)
    with tempfile.TemporaryDirectory(prefix="speed-") as name:
        scripts = []
        for script in sorted(tests.glob(args.test)):  # for all, so that none runs CPython
            copy = Path(shutil.copy(script, name))
            Path(f"{copy}.exp").write_text(
                suite.expected(script.relative_to(tests).as_posix()), "utf-8"
            )
            scripts.append(copy)
        print(f"{len(scripts)} tests, {sum(p.stat().st_size for p in scripts)} bytes of source")
        board = VirtualBoard("board", "micropython", Path(name))
        board.wait_ready()
        try:
            with FaultBench(str(board.port), Path(name) / "wire") as wire:
                wire.to_host.crlf = True  # run-tests.py takes no other line ends
                for rate in (0, SLOW):
                    table(wire, scripts, tests, rate, args)
        finally:
            board.stop()
    if not importlib.util.find_spec("belay"):
        print("missing: belay: not installed (pip install belay)")


def table(
    wire: FaultBench, scripts: list[Path], tests: Path, rate: int, args: argparse.Namespace
) -> None:
    """One table: every runner at one speed of the wire."""
    wire.to_board.bytes_per_s = wire.to_host.bytes_per_s = rate
    run = scripts[0].with_name("run")
    runners = commands(str(wire.link), scripts, tests, args.test, run)
    if not importlib.util.find_spec("belay"):
        del runners["belay"]
    if args.runner:
        runners = {name: runners[name] for name in runners if name in args.runner}
    rows: dict[str, list[Measured]] = {name: [] for name in runners}
    for _ in range(args.rounds):
        for name, command in runners.items():
            rows[name].append(measure(command, wire, tests))
    medians = {
        name: [statistics.median(row[part] for row in found) for part in (0, 1)]
        for name, found in rows.items()
    }
    floor = medians.get("floor", next(iter(medians.values())))
    print(f"\nthe wire carries {rate} B/s" if rate else "\nthe wire is as fast as the host")
    print("| runner | pass | s | x floor | s on the port | x floor | bytes sent | received |")
    print("|---|---|---|---|---|---|---|---|")
    for name, found in rows.items():
        _, _, passed, sent, received = found[0]
        seconds, on_port = medians[name]
        port = f"{on_port:.2f} | {on_port / floor[1]:.2f}" if on_port and floor[1] else " | "
        ratio = seconds / floor[0]
        print(f"| {name} | {passed} | {seconds:.2f} | {ratio:.2f} | {port} | {sent} | {received} |")


if __name__ == "__main__":
    main()
