"""Release against release: what got worse, what got better, what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import basis, changes
from reports.basis import Extent
from reports.changes import Change
from reports.loading import RUN_FILE, Loaded, load
from reports.matching import match
from reports.neutral import markdown, visible
from reports.site import environment
from reports.trend import trends
from reports.units import count, percent, signed
from rig import whole
from rig.ending import of_comparison
from rig.errors import UsageError

_TITLES = {"regressions": "Worse", "improvements": "Better", "undecided": "Cannot be told"}


@dataclass
class Comparison:
    """The changes from the old runs to the new one."""

    old: list[str]
    new: str
    threshold: float
    regressions: list[Change] = field(default_factory=list)
    improvements: list[Change] = field(default_factory=list)
    undecided: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    extent: Extent = field(default_factory=Extent)
    problems: list[str] = field(default_factory=list)
    history: Loaded | None = None

    @property
    def compared(self) -> dict[str, int]:
        """How many claims, waits and measurements were compared."""
        return self.extent.compared

    @property
    def exit_code(self) -> int:
        """1 for a regression; 3 if nothing, or less than before, could be compared; else 0."""
        untold = len(self.undecided) + self.extent.less
        return of_comparison(len(self.regressions), self.compared.get("claim", 0), untold)

    @property
    def mark(self) -> str:
        """The state whose mark and colour the headline has."""
        return {0: "conforms", 1: "diverges"}.get(self.exit_code, "inconclusive")

    def headline(self) -> str:
        """In one sentence: what changed, and whether it is all that there was to compare."""
        less = self.extent.missing()
        if not self.compared.get("claim"):
            return "Nothing was compared" + (f" ({less} missing)" if less else "")
        parts = [
            f"{count(len(self.regressions), 'thing')} worse"
            if self.regressions
            else "nothing worse",
            f"{len(self.improvements)} better" if self.improvements else "",
            f"{len(self.undecided)} cannot be told" if self.undecided else "",
            f"less compared than before ({less} missing)" if less else "",
        ]
        if not any((self.regressions, self.improvements, self.undecided, less)):
            return "Nothing changed"
        text = ", ".join(filter(None, parts))
        return text[0].upper() + text[1:]

    def basis(self) -> str:
        """What was compared."""
        told = ", ".join(count(number, noun) for noun, number in self.compared.items())
        return (
            f"{told} compared; a current or latency counts as changed when its intervals are "
            f"apart (95 %, for all of them together) and it moved by more than "
            f"{percent(self.threshold)}."
        )

    def groups(self) -> list[tuple[str, list[Change]]]:
        """Title and changes, the worse first."""
        return [(title, getattr(self, name)) for name, title in _TITLES.items()]

    def render_terminal(self, console: Console) -> None:
        """The changes, the worse first, the sentence that sums them up last."""
        styles = {"Worse": "red", "Better": "green", "Cannot be told": "yellow"}
        for title, group in self.groups():
            if not group:
                continue
            console.print(Text(title, style=f"bold {styles[title]}"))
            table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
            for change in group:
                table.add_row(Text(f"  {change.kind}"), Text(change.sentence()))
            console.print(table)
            console.print()
        for line in [*self.notes, *self.problems]:
            console.print(Text(visible(line), style="yellow"))
        console.print(Text(self.basis()))
        style = {0: "bold green", 1: "bold red"}.get(self.exit_code, "bold yellow")
        console.print(Text(f"{self.headline()}.", style=style))

    def to_markdown(self) -> str:
        """For a CI job's summary or a pull request."""
        lines = [f"## Event loop, compared: {self.headline()}", ""]
        lines += [f"{markdown(', '.join(self.old), 200)} → {markdown(self.new)}", "", self.basis()]
        for title, group in self.groups():
            if not group:
                continue
            lines += [
                "",
                f"### {title}",
                "",
                "| | board | claim | what | before | after | change |",
            ]
            lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
            for item in group[:100]:
                cells = (item.board, item.claim, item.what, item.before, item.after)
                texts = " | ".join(markdown(text, 120) for text in cells)
                moved = signed(item.change)
                lines.append(f"| {item.kind} | {texts} | {moved} {markdown(item.note, 160)} |")
            if len(group) > 100:
                lines += ["", f"… and {len(group) - 100} more."]
        if self.notes or self.problems:
            lines += ["", *(f"- {markdown(line, 300)}" for line in (*self.notes, *self.problems))]
        return "\n".join(lines) + "\n"

    def write_html(self, path: Path) -> Path:
        """One page that needs nothing beside it; returns its path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        history = trends(self.history) if self.history is not None else {}
        page = (
            environment()
            .get_template("compare.html")
            .render(comparison=self, history=history, signed=signed)
        )
        whole.write(path, page)
        return path


def compare(old: Sequence[Path], new: Path, threshold: float = 0.1) -> Comparison:
    """What changed from the old runs (the latest is the baseline) to the new one.

    Several olds make a history, ordered by when they were started, with the new run at its end:
    a current or latency then has to leave the range that they show. Raises UsageError where there
    is nothing to compare, or a run would be compared with itself.
    """
    loaded, notes = _ordered([*old, new], new)
    runs = loaded.runs["run"].tolist()
    matched = match(loaded, runs)
    for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
        pairs = zip(frame["run"], frame["name"], strict=True)
        frame["identity"] = pd.Series([matched.labels[pair] for pair in pairs], dtype="str")
    before, after = _part(loaded, runs[:-1]), _part(loaded, runs[-1:])
    extent = basis.extent(before, after)
    at_once = extent.compared["wait"] + extent.compared["measurement"]
    found = changes.none_better_by_slowness(
        [
            *changes.outcome_changes(before, after),
            *changes.power_changes(before, after, threshold, at_once),
            *changes.latency_changes(before, after, threshold, at_once),
        ]
    )
    made = Comparison(
        old=before.runs["run"].tolist(),
        new=runs[-1],
        threshold=threshold,
        notes=[*notes, *matched.notes, *extent.notes],
        problems=loaded.problems,
        extent=extent,
    )
    for change in found:
        kind = "undecided" if change.direction == "undecided" else f"{change.direction}s"
        getattr(made, kind).append(change)
    for part, which in ((before, "old"), (after, "new")):
        if overlay := part.runs["overlay"].iloc[-1]:
            made.notes.append(f"the {which} run was made with the overlay {overlay}")
    if not after.runs["finished"].iloc[-1]:
        made.notes.append("the new run did not finish")
    if before.runs.shape[0] > 1:
        made.history = loaded
        for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
            frame["board"] = frame["identity"]
    return made


def _ordered(paths: Sequence[Path], new: Path) -> tuple[Loaded, list[str]]:
    """Every run once, in the order that all parts of the page keep: the olds by when they were
    started, then the new one, which is the one that was named so; and what is odd about that."""
    loaded = load(paths)
    real = {run: directory.resolve() for run, directory in loaded.directories.items()}
    judged = set(loaded.results["run"])
    newest = [run for run, at in real.items() if new.resolve() in (at, at.parent, at / RUN_FILE)]
    if len(newest) > 1:
        raise UsageError(f"{new} holds {len(newest)} runs", "name the one to compare")
    olds = [run for run in loaded.runs["run"] if run not in newest]
    for runs, which in ((newest, "new"), (olds, "old")):
        if not judged & set(runs):
            if which == "old" and newest and judged:
                raise UsageError(
                    f"no old run beside {new} holds results: "
                    f"{'; '.join(loaded.problems) or 'it would be compared with itself'}",
                    "name another run before it",
                )
            raise UsageError(
                f"the {which} run holds no results: {'; '.join(loaded.problems) or 'it is empty'}",
                "name a directory that looprig run wrote",
            )
    times = loaded.runs.set_index("run")["when"]
    copies = [run for run in olds if run.partition("~")[0] == newest[0].partition("~")[0]]
    if same := [run for run in copies if times[run] == times[newest[0]]]:
        raise UsageError(
            f"{real[same[0]]} is a copy of {new}: a run would be compared with itself",
            "name another run",
        )
    order = {run: number for number, run in enumerate([*olds, *newest])}
    for frame in (loaded.results, loaded.power, loaded.measurements, loaded.boards):
        frame["run_order"] = frame["run"].map(order).astype("int64")
    loaded.runs = loaded.runs.sort_values("run", key=lambda runs: runs.map(order))
    loaded.runs = loaded.runs.reset_index(drop=True)
    notes = []
    if later := [run for run in olds if times[run] > times[newest[0]]]:
        notes.append(
            f"{newest[0]} counts as the new run, for it was named last; it was made before "
            f"{', '.join(later)}"
        )
    return loaded, notes


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
