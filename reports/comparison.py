"""Release against release: what got worse, what got better, what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports import changes
from reports.changes import Change
from reports.loading import Loaded, load
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
    compared: dict[str, int] = field(default_factory=dict)
    missing: int = 0  # claims of the baseline that the new run does not have on their board
    problems: list[str] = field(default_factory=list)
    history: Loaded | None = None

    @property
    def exit_code(self) -> int:
        """1 for a regression; 3 if nothing, or less than before, could be compared; else 0."""
        untold = sum(change.after in ("errored", "–") for change in self.undecided)  # noqa: RUF001
        compared = self.compared.get("claim", 0)
        return of_comparison(len(self.regressions), compared, untold + self.missing)

    def headline(self) -> str:
        """In one sentence."""
        if not (self.regressions or self.improvements or self.undecided):
            return "Nothing changed"
        parts = [
            f"{count(len(self.regressions), 'thing')} worse"
            if self.regressions
            else "nothing worse",
            f"{len(self.improvements)} better" if self.improvements else "",
            f"{len(self.undecided)} cannot be told" if self.undecided else "",
        ]
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
        style = "bold red" if self.regressions else "bold green"
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

    Several olds make a history: a current or latency then has to leave the range that they show.
    Raises UsageError where there is nothing to compare.
    """
    before, after = load(old), load([new])
    for loaded, which in ((before, "old"), (after, "new")):
        if not loaded.results.shape[0]:
            raise UsageError(
                f"the {which} run holds no results: {'; '.join(loaded.problems) or 'it is empty'}",
                "name a directory that looprig run wrote",
            )
    if after.runs.shape[0] > 1:
        raise UsageError(f"{new} holds {after.runs.shape[0]} runs", "name the one to compare")
    _match(before, after)
    unfinished = not after.runs["finished"].iloc[-1]
    compared = _compared(before, after)
    at_once = compared["wait"] + compared["measurement"]
    found = [
        *changes.outcome_changes(before, after, unfinished),
        *changes.power_changes(before, after, threshold, at_once),
        *changes.latency_changes(before, after, threshold, at_once),
    ]
    made = Comparison(
        old=before.runs["run"].tolist(),
        new=after.runs["run"].iloc[-1],
        threshold=threshold,
        problems=before.problems + after.problems,
        compared=compared,
        missing=_missing(before, after),
    )
    for change in found:
        kind = "undecided" if change.direction == "undecided" else f"{change.direction}s"
        getattr(made, kind).append(change)
    if missing := changes.missing_boards(before, after):
        made.notes.append(f"not in the new run: {', '.join(missing)}")
    for loaded, which in ((before, "old"), (after, "new")):
        if overlay := loaded.runs["overlay"].iloc[-1]:
            made.notes.append(f"the {which} run was made with the overlay {overlay}")
    if unfinished:
        made.notes.append("the new run did not finish")
    if before.runs.shape[0] > 1:
        made.history = load([*old, new])
        for name in ("results", "power", "measurements", "boards"):
            frame = getattr(made.history, name)
            frame["board"] = frame["identity"]
    return made


def _match(before: Loaded, after: Loaded) -> None:
    """Boards are told apart within each side alone; one of a name there is the same one here."""
    for board in after.boards.drop_duplicates("identity").to_dict("records"):
        same = before.boards[before.boards["name"] == board["name"]]
        known = same["identity"].unique()
        if len(known) == 1 and known[0] != board["identity"]:
            if (after.boards["name"] == board["name"]).sum() != 1:
                continue
            for frame in (after.results, after.power, after.measurements, after.boards):
                frame.loc[frame["identity"] == board["identity"], "identity"] = known[0]
        elif len(known) > 1:
            exact = same[
                (same["platform"] == board["platform"]) & (same["unique_id"] == board["unique_id"])
            ]
            if exact.shape[0]:
                label = exact["identity"].iloc[-1]
                for frame in (after.results, after.power, after.measurements, after.boards):
                    frame.loc[frame["identity"] == board["identity"], "identity"] = label


def _missing(before: Loaded, after: Loaded) -> int:
    """How many claims the latest old run judged on boards, and the new run did not."""
    baseline = before.results[before.results["run"] == before.runs["run"].iloc[-1]]
    sides = (set(zip(f["identity"], f["claim"], strict=True)) for f in (baseline, after.results))
    ours, theirs = sides
    return len(ours - theirs)


def _compared(before: Loaded, after: Loaded) -> dict[str, int]:
    pairs = (
        ("claim", "results", ["identity", "claim"]),
        ("wait", "power", ["identity", "claim", "wait", "occurrence"]),
        ("measurement", "measurements", ["identity", "claim", "measurement", "unit", "occurrence"]),
    )
    told = {}
    for noun, name, keys in pairs:
        frames: list[pd.DataFrame] = [getattr(side, name) for side in (before, after)]
        ours, theirs = (set(frame[keys].itertuples(index=False, name=None)) for frame in frames)
        told[noun] = len(ours & theirs)
    return told
