"""`looprig report` and `looprig compare`: from runs to what people read."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rig import streams, whole
from rig.answers import reading
from rig.answers.answer import tell
from rig.ending import GOOD, RIG
from rig.errors import UsageError
from rig.results import Outcome
from rig.run_dir import located, unwritable

MOST_CHANGE = 10.0
"""A threshold beyond it would let pass what takes ten times as long."""


def existing(runs: list[Path]) -> list[Path]:
    """The runs' directories, also by their ids; raises UsageError for one that is not there.

    A damaged one is kept: the report names it, and goes on with the others.
    """
    found = []
    for run in runs:
        if (path := located(run)) is None:
            raise UsageError(f"{run}: no run is there", "name a directory that holds a run.json")
        found.append(path)
    return found


def output(folder: Path) -> Path:
    """The directory, made; raises UsageError for one that cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # a file system that is read-only says so here
            pass
    except OSError as error:
        if isinstance(error, FileExistsError):
            error.strerror = "it is a file"
        raise unwritable(f"--out {folder}", error, "name a directory to write to") from error
    return folder


def report(runs: list[Path], out: Path | None, every: bool = False, as_json: bool = False) -> int:
    """Aggregate runs into one report; prints what needs a look, or the whole matrix, and the
    page's path. Exit 3 where a run that was named is not in it."""
    import reports

    paths = existing(runs)
    console = streams.console()
    loaded = reports.load(paths)
    if loaded.runs.empty:
        raise UsageError("; ".join(loaded.problems), "name directories that looprig run wrote")
    if loaded.results.empty and loaded.problems:
        raise UsageError("; ".join(loaded.problems), "there is nothing to report")
    target = out or (paths[0] / "report" if len(paths) == 1 else Path("runs") / "report")
    page = reports.write_site(loaded, output(target))
    there = loaded.directories.values()
    every_one = all(any(run.is_relative_to(path) for run in there) for path in paths)
    code = GOOD if every_one else RIG
    if as_json:
        tell(
            reading.Report(
                runs=[str(path) for path in paths],
                report=str(page),
                outcomes=dict(Counter(map(Outcome, loaded.results["outcome"]))),
                problems=list(loaded.problems),
            )
        )
        return code
    reports.terminal_matrix(loaded, console, every)
    console.print(f"report: {page}", markup=False, soft_wrap=True)
    return code


def compare(
    runs: list[Path],
    threshold: float,
    out: Path | None,
    as_json: bool = False,
    new: Sequence[Path] = (),
    strict: bool = False,
) -> int:
    """What changed from the older runs to the newest; exit 1 on a regression, 3 if undecided."""
    import reports

    if len(runs) + len(new) < 2:
        raise UsageError("compare needs an old run and a new one", "looprig compare OLD NEW")
    if not 0 <= threshold <= MOST_CHANGE:  # also for a nan
        what = f"--threshold {threshold:g}: a number from 0 on, to {MOST_CHANGE:g}"
        raise UsageError(what, "0.1 is a tenth")
    paths = existing(runs)
    olds, news = (paths, existing([*new])) if new else (paths[:-1], paths[-1:])
    if out:
        output(out)
    comparison = reports.compare(olds, news, threshold)
    comparison.strict = strict
    console = streams.console()
    if not as_json:
        comparison.render_terminal(console)
    if out:
        whole.write(out / "compare.md", comparison.to_markdown())
        comparison.write_html(out / "compare.html")
    if out and not as_json:
        console.print(f"written: {out / 'compare.html'}", markup=False, soft_wrap=True)
    if as_json:
        tell(compared(comparison))
    return comparison.exit_code


def compared(comparison: Any) -> reading.Compare:
    """A comparison for programs."""
    fields = ("old", "exit_code", "compared", "notes", "problems")
    groups = {
        name: [changed(change) for change in getattr(comparison, name)]
        for name in ("regressions", "improvements", "undecided")
    }
    plain = {name: getattr(comparison, name) for name in fields}
    more = {
        "headline": comparison.headline(),
        "new": comparison.new[-1],
        "new_runs": comparison.new,
        "figures": [figured(judged) for judged in comparison.figures],
        "steps": [asdict(step) for step in comparison.steps],
    }
    return reading.Compare.model_validate({**plain, **groups, **more})


def figured(judged: Any) -> dict[str, object]:
    """A figure and its verdict; numbers where they are known."""
    figure, found, tail = judged.figure, judged.effect, judged.tail
    told: dict[str, object] = {
        "board": figure.board, "claim": figure.claim, "figure": figure.what, "unit": figure.unit,
        "verdict": judged.verdict, "least": judged.least, "repeats": judged.repeats,
        "why": judged.by or judged.why,
        "sentence": judged.sentence(),
    }  # fmt: skip
    if found is not None:
        told |= {
            "relative": found.relative, "old": found.old, "new": found.new,
            "change": found.change, "low": found.low, "high": found.high,
        }  # fmt: skip
    if tail is not None:
        told |= {"late_old": tail.old, "late_new": tail.new}
    return told


def changed(change: Any) -> dict[str, object]:
    kept = {
        key: value for key, value in asdict(change).items() if key in reading.Changed.model_fields
    }
    return {**kept, "sentence": change.sentence()}
