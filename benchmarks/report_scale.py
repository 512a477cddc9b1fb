"""How the report's cost grows with the number of runs.

    python benchmarks/report_scale.py [--runs 10 100 1000] [--boards 4]

Writes runs of 150 results and two captures of 100 000 samples each into a temporary directory
(1000 runs take about 2 GB), loads them and writes the whole site, in a process of its own for
each size, and prints seconds and peak memory. The budget is 60 s and 1 GB for 1000 runs, linear
in runs. With `--boards 1000` every run is another board's, the worst case: every capture is drawn
and every result is a cell.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RESULTS = 150
SAMPLES = 100_000


def write_runs(home: Path, runs: int, boards: int) -> None:
    """`runs` run directories; lines and captures are made once a board and copied."""
    from tests.run_factory import CLAIMS, PICO, START, Recipe, write_run

    measured = [claim for claim in CLAIMS if claim[0].startswith("power.")][:2]
    others = [claim for claim in CLAIMS if not claim[0].startswith("power.")]
    claims = measured + [
        (f"{claim}-{number}", level, sentence)
        for number in range(RESULTS)
        for claim, level, sentence in others
        if not claim.startswith("latency.")
    ]
    claims = claims[: RESULTS - 3] + others[-3:]
    model = home / "model"
    write_run(model, Recipe(id="run", boards=(PICO,), claims=claims, samples=SAMPLES))
    source = model / "run"
    lines = (source / "results.jsonl").read_text("utf-8")
    info = (source / "run.json").read_text("utf-8")
    started = START.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number in range(runs):
        directory = home / "runs" / f"run-{number:05d}"
        (directory / "captures").mkdir(parents=True)
        name = f"pico-{number % boards}"
        when = (START + timedelta(hours=number)).isoformat(timespec="milliseconds")
        said = info.replace('"id": "run"', f'"id": "{directory.name}"').replace(started, when)
        said = said.replace('"name": "pico"', f'"name": "{name}"')
        (directory / "run.json").write_text(said, "utf-8")
        (directory / "results.jsonl").write_text(
            lines.replace('"board":"pico"', f'"board":"{name}"'), "utf-8"
        )
        for capture in (source / "captures").iterdir():
            shutil.copyfile(capture, directory / "captures" / capture.name)
    shutil.rmtree(model)


def measure(home: Path) -> None:
    """Load and write the site; prints seconds and megabytes."""
    import reports

    begun = time.perf_counter()
    loaded = reports.load([home / "runs"])
    read = time.perf_counter()
    reports.write_site(loaded, home / "report")
    done = time.perf_counter()
    assert not loaded.problems, loaded.problems
    # Linux counts in kilobytes, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1e6 if sys.platform == "darwin" else 1e3)
    size = sum(path.stat().st_size for path in (home / "report").rglob("*") if path.is_file())
    print(
        f"{loaded.runs.shape[0]:6d} runs {loaded.results.shape[0]:8d} results: "
        f"load {read - begun:6.1f} s, site {done - read:6.1f} s, "
        f"together {done - begun:6.1f} s, peak {megabytes:6.0f} MB, report {size / 1e6:6.1f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--boards", type=int, default=4)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure)
        return
    for runs in chosen.runs:
        with tempfile.TemporaryDirectory(prefix="report-scale-") as directory:
            home = Path(directory)
            write_runs(home, runs, chosen.boards)
            subprocess.run([sys.executable, __file__, "--measure", directory], check=True)


if __name__ == "__main__":
    main()
