"""What the public site costs, by the number of runs.

    python -m benchmarks.site_scale [--runs 100 1000 10000] [--boards 4] [--claims 25]
    python -m benchmarks.site_scale --matrix 10x5

Writes bundles into a temporary store: runs of `--claims` results each, those of a run in results/
with their evidence, of so many boards by turns. Then, in a process of its own each: the site of all
of them, and the same with one run more. Prints seconds of the processor and of the clock, and peak
memory. `--matrix 10x5` is ten releases on five ports, each run whole; the budgets are 60 s and 1 GB
for it, and 60 s for 1000 boards.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reports.publish import bundles, pages, unpacking
from reports.publish.bundles import Bundle
from reports.publish.store import Store
from rig.claims import ROOT, catalogue
from rig.results import BoardInfo, Outcome, Result

START = datetime(2026, 3, 1, tzinfo=UTC)
PICO = BoardInfo(name="pico", platform="rp2", implementation="micropython")
PORTS = ("rp2", "esp32", "samd", "mimxrt", "renesas-ra")


class Model:
    """One run's results, made once, and given to board after board."""

    def __init__(self, claims: int) -> None:
        content = (ROOT / "results" / "asyncio-1.27.0.parquet").read_bytes()
        bundle = bundles.decode(content)
        self.run = bundle.run.model_copy(update={"overlay": ""})
        self.results: list[Result] = bundle.results[:claims]

    def write(self, store: Path, number: int, board: BoardInfo) -> None:
        """A run of that board, in which one claim in 50 diverges, another one each time."""
        results: list[Result] = [
            each.model_copy(
                update={
                    "board": board.name,
                    "outcome": Outcome.DIVERGES if (place + number) % 50 == 0 else each.outcome,
                }
            )
            for place, each in enumerate(self.results)
        ]
        started = (START + timedelta(minutes=number)).isoformat()
        run = self.run.model_copy(
            update={"id": f"run-{number:05d}", "started": started, "boards": [board]}
        )
        (store / f"{run.id}.parquet").write_bytes(bundles.encode(Bundle(run, [], results)))


def many(model: Model, store: Path, numbers: range, boards: int) -> None:
    for number in numbers:
        name = f"Board {number % boards}"
        release = f"1.{21 + number // boards % 8}.0"
        about = {"name": name, "machine": name, "version": release}
        model.write(store, number, PICO.model_copy(update=about))


def matrix(model: Model, store: Path, releases: int, ports: int) -> None:
    for number in range(releases * ports):
        port = PORTS[number % ports]
        about = {"name": port, "machine": f"Board of {port}", "platform": port,
                 "version": f"1.{20 + number // ports}.0"}  # fmt: skip
        model.write(store, number, PICO.model_copy(update=about))


def measure(home: Path, what: str) -> None:
    """The site, in this process; prints what it cost."""
    begun, used = time.perf_counter(), time.process_time()
    table, read = pages.publish(Store(str(home / "bundles")), home / "site")
    seconds, processor = time.perf_counter() - begun, time.process_time() - used
    unpacking.stop()  # the process that reads Parquet counts too, once it has ended
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor += reader.ru_utime + reader.ru_stime
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1e6 if sys.platform == "darwin" else 1e3)
    assert not table.problems, table.problems
    size = sum(path.stat().st_size for path in (home / "site").rglob("*") if path.is_file())
    print(
        f"{what}: {read:5d} bundles read, {len(table.spots):7d} cells, {seconds:6.1f} s, "
        f"{processor:6.1f} s of the processor, peak {megabytes:5.0f} MB, site {size / 1e6:6.1f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--boards", type=int, default=4)
    parser.add_argument("--claims", type=int, default=25)
    parser.add_argument("--matrix", default="", metavar="RxP")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(Path(asked.measure[0]), asked.measure[1])
        return
    for runs in [0] if asked.matrix else asked.runs:
        home = Path(tempfile.mkdtemp(prefix="site-scale-"))
        try:
            store = home / "bundles"
            store.mkdir()
            model = Model(len(catalogue()) if asked.matrix else asked.claims)
            if asked.matrix:
                releases, ports = map(int, asked.matrix.split("x"))
                matrix(model, store, releases, ports)
                runs = releases * ports
            else:
                many(model, store, range(runs), asked.boards)
            again = [sys.executable, "-m", "benchmarks.site_scale", "--measure", str(home)]
            subprocess.run([*again, f"{runs:6d} runs  "], check=True, cwd=ROOT)
            many(model, store, range(runs, runs + 1), asked.boards)
            subprocess.run([*again, f"{runs:6d} and one"], check=True, cwd=ROOT)
        finally:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
