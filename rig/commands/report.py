"""`looprig report` and `looprig compare`: from runs to what people read."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rig.errors import UsageError


def existing(runs: list[Path]) -> list[Path]:
    """The runs' directories, also by their ids; raises UsageError for one that is not there.

    A damaged one is kept: the report names it, and goes on with the others.
    """
    found = []
    for run in runs:
        for path in (run, Path("runs") / run):
            if path.is_dir():
                found.append(path)
                break
        else:
            raise UsageError(f"{run}: no run is there", "name a directory that holds a run.json")
    return found


def output(folder: Path) -> Path:
    """The directory, made; raises UsageError for one that cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # a file system that is read-only says so here
            pass
    except OSError as error:
        why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
        raise UsageError(f"--out {folder}: {why}", "name a directory to write to") from error
    return folder


def report(runs: list[Path], out: Path | None) -> int:
    """Aggregate runs into one report; prints the matrix and the page's path."""
    from rich.console import Console

    import reports

    paths = existing(runs)
    console = Console()
    loaded = reports.load(paths)
    if loaded.runs.empty:
        raise UsageError("; ".join(loaded.problems), "name directories that looprig run wrote")
    if loaded.results.empty and loaded.problems:
        raise UsageError("; ".join(loaded.problems), "there is nothing to report")
    target = out or (paths[0] / "report" if len(paths) == 1 else Path("runs") / "report")
    page = reports.write_site(loaded, output(target))
    reports.terminal_matrix(loaded, console)
    console.print(f"report: {page}", markup=False, soft_wrap=True)
    return 0


def compare(runs: list[Path], threshold: float, out: Path | None) -> int:
    """What changed from the older runs to the newest; exit 1 on a regression, 3 if undecided."""
    from rich.console import Console

    import reports

    if len(runs) < 2:
        raise UsageError("compare needs an old run and a new one", "looprig compare OLD NEW")
    if not threshold >= 0:  # also for a nan
        raise UsageError(f"--threshold {threshold}: a number from 0 on", "0.1 is a tenth")
    paths = existing(runs)
    comparison = reports.compare(paths[:-1], paths[-1], threshold)
    if out:
        output(out)
    console = Console()
    comparison.render_terminal(console)
    if out:
        (out / "compare.md").write_text(comparison.to_markdown(), encoding="utf-8")
        comparison.write_html(out / "compare.html")
        console.print(f"written: {out / 'compare.html'}", markup=False, soft_wrap=True)
    return comparison.exit_code
