"""Release against release: which runs are which side, and what is compared between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reports import basis, changes, outcomes, verdicts
from reports.changes import Change, Direction
from reports.comparison import Comparison
from reports.figures import by_turns, figures
from reports.history import steps
from reports.loading import RUN_FILE, Loaded, load
from reports.matching import match
from reports.units import quantity
from reports.verdicts import Judged
from rig.errors import UsageError


@dataclass(frozen=True)
class _Sides:
    """All runs in order, the old ones by the path that named them, and the new ones."""

    loaded: Loaded
    old: list[list[str]]  # a path each, the latest last; several runs of one are repeats
    new: list[str]
    notes: list[str]


def compare(old: Sequence[Path], new: Path | Sequence[Path], threshold: float = 0.1) -> Comparison:
    """What changed from the old runs to the new ones.

    A directory that holds several runs holds repeats. If an old one does, the latest of the old is
    what is compared with, and the others are history; else all old runs, named one by one, are
    repeats of one another for figures, and for outcomes the latest counts. Raises UsageError where
    there is nothing to compare, or a run would be compared with itself.
    """
    news = [new] if isinstance(new, Path) else [*new]
    sides = _sides(old, news)
    loaded, repeated = sides.loaded, any(len(runs) > 1 for runs in sides.old)
    matched = match(loaded, loaded.runs["run"].tolist())
    for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
        pairs = zip(frame["run"], frame["name"], strict=True)
        frame["identity"] = pd.Series([matched.labels[pair] for pair in pairs], dtype="str")
    olds = sides.old[-1] if repeated else [run for runs in sides.old for run in runs]
    before, after = _part(loaded, olds), _part(loaded, sides.new)
    extent = basis.extent(before, after)
    at_once = extent.compared["wait"] + extent.compared["measurement"]
    uneven, told = outcomes.changes(before, after, repeated)
    turns = by_turns(before, after)
    judged = verdicts.judge(figures(before, after, loaded, turns), threshold)
    found = changes.none_better_by_slowness(
        [
            *uneven,
            *changes.current_changes(before, after, threshold, at_once),
            *changes.latency_changes(before, after, threshold, at_once),
            *(_change(each) for each in judged if each.verdict in ("worse", "better")),
        ]
    )
    made = Comparison(
        old=before.runs["run"].tolist(),
        new=after.runs["run"].tolist(),
        threshold=threshold,
        figures=judged,
        apart=not all(turns.values()),
        notes=[*sides.notes, *matched.notes, *extent.notes, *told],
        problems=loaded.problems,
        extent=extent,
    )
    for change in found:
        kind = "undecided" if change.direction == "undecided" else f"{change.direction}s"
        getattr(made, kind).append(change)
    for part, which in ((before, "old"), (after, "new")):
        if overlay := part.runs["overlay"].iloc[-1]:
            made.notes.append(f"the {which} run was made with the overlay {overlay}")
    if not after.runs["finished"].astype(bool).all():
        made.notes.append("the new run did not finish")
    if len(sides.old) > 1:
        made.steps = steps(loaded, threshold)
        made.history = loaded
        for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
            frame["board"] = frame["identity"]
    return made


def _change(judged: Judged) -> Change:
    """A figure that is worse or better, in the terms of what decided."""
    figure, found, end = judged.figure, judged.effect, judged.tail
    direction: Direction = "regression" if judged.verdict == "worse" else "improvement"
    assert found is not None
    values, change = (found.old, found.new), found.change if found.relative else None
    if end is not None and not judged.by.startswith("its middle"):
        values, change = (end.old_p99, end.new_p99), end.change_p99
    was, now = (quantity(value, figure.unit) for value in values)
    notes = [f"by {judged.by}: {judged.interval}", judged.late]
    return Change(
        figure.kind, direction, figure.board, figure.claim, figure.what, was, now, change,
        note="; ".join(filter(None, notes)), unit=figure.unit,
    )  # fmt: skip


def _sides(old: Sequence[Path], new: Sequence[Path]) -> _Sides:
    """Every run once, in the order that all parts of the page keep: the olds by when they were
    started, then the new ones, which are those that were named so; and what is odd about that."""
    loaded = load([*old, *new])
    real = {run: directory.resolve() for run, directory in loaded.directories.items()}
    judged = {*loaded.results["run"]}
    newest = [run for run in loaded.runs["run"] if _named(real[run], new)]
    olds = [run for run in loaded.runs["run"] if run not in newest]
    said = ", ".join(map(str, new))
    for runs, which in ((newest, "new"), (olds, "old")):
        if not judged & {*runs}:
            problems = "; ".join(loaded.problems)
            if which == "old" and newest and judged:
                raise UsageError(
                    f"no old run beside {said} holds results: "
                    f"{problems or 'it would be compared with itself'}",
                    "name another run before it",
                )
            raise UsageError(
                f"the {which} run holds no results: {problems or 'it is empty'}",
                "name a directory that looprig run wrote",
            )
    times = loaded.runs.set_index("run")["when"]
    copied = {run.partition("~")[0]: run for run in newest}
    for run in olds:
        twin = copied.get(run.partition("~")[0])
        if twin is not None and times[run] == times[twin]:
            raise UsageError(
                f"{real[run]} is a copy of {real[twin]}: a run would be compared with itself",
                "name another run",
            )
    order = {run: number for number, run in enumerate([*olds, *newest])}
    for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
        frame["run_order"] = frame["run"].map(order).astype("int64")
    loaded.runs = loaded.runs.sort_values("run", key=lambda runs: runs.map(order))
    loaded.runs = loaded.runs.reset_index(drop=True)
    notes = []
    first = min(newest, key=lambda run: order[run])
    if (later := [run for run in olds if times[run] > times[first]]) and len(newest) == 1:
        notes.append(
            f"{first} counts as the new run, for it was named last; it was made before "
            f"{', '.join(later)}"
        )
    return _Sides(loaded, _groups(old, olds, real, order), newest, notes)


def _named(run: Path, paths: Sequence[Path]) -> bool:
    return any(path.resolve() in (run, run.parent, run / RUN_FILE) for path in paths)


def _groups(
    paths: Sequence[Path], runs: list[str], real: dict[str, Path], order: dict[str, int]
) -> list[list[str]]:
    """The runs by the path that names them, the path with the latest run last."""
    groups: dict[Path, list[str]] = {}
    for run in runs:
        groups.setdefault(next(path for path in paths if _named(real[run], [path])), []).append(run)
    return sorted(groups.values(), key=lambda group: max(order[run] for run in group))


def _part(loaded: Loaded, runs: Sequence[str]) -> Loaded:
    """The rows of some of the runs."""

    def rows(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["run"].isin(runs)]

    return Loaded(
        results=rows(loaded.results),
        power=rows(loaded.power),
        measurements=rows(loaded.measurements),
        boards=rows(loaded.boards),
        runs=rows(loaded.runs),
    )
