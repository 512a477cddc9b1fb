"""A comparison in words: in a terminal, for a pull request, on a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.basis import Extent
from reports.changes import Change
from reports.history import Step
from reports.loading import Loaded
from reports.neutral import markdown, visible
from reports.site import environment
from reports.trend import trends
from reports.units import count, percent, signed
from reports.verdicts import WORDS, Judged
from rig import whole
from rig.ending import of_comparison

_TITLES = {"regressions": "Worse", "improvements": "Better", "undecided": "Cannot be told"}
_MOST = 100  # rows of a table in Markdown
_SHOWN = 12  # figures that cannot be told, in a terminal


@dataclass
class Comparison:
    """The changes from the old runs to the new ones."""

    old: list[str]
    new: list[str]
    threshold: float
    figures: list[Judged] = field(default_factory=list)
    apart: bool = False  # old and new were not made by turns
    steps: list[Step] = field(default_factory=list)
    regressions: list[Change] = field(default_factory=list)
    improvements: list[Change] = field(default_factory=list)
    undecided: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    extent: Extent = field(default_factory=Extent)
    problems: list[str] = field(default_factory=list)
    history: Loaded | None = None
    strict: bool = False  # a figure that cannot be told is no good news

    @property
    def compared(self) -> dict[str, int]:
        """How many claims, waits and measurements were compared."""
        return self.extent.compared

    @property
    def untold(self) -> int:
        """How many figures cannot be told."""
        return sum(judged.verdict == "cannot be told" for judged in self.figures)

    @property
    def exit_code(self) -> int:
        """1 for a regression; 3 if nothing, or less than before, could be compared, or something
        may have changed; else 0. Figures that no change could be seen in count with `strict`."""
        untold = len(self.undecided) + self.extent.less + (self.untold if self.strict else 0)
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
        untold = "one run a side cannot tell figures"
        if self.judged_between_runs():
            untold = f"of {count(len(self.figures), 'figure')} {self.untold} cannot be told"
        if not any((self.regressions, self.improvements, self.undecided, less)):
            return "Nothing changed" + (f"; {untold}" if self.untold else "")
        text = ", ".join(filter(None, parts)) + (f"; {untold}" if self.untold else "")
        return text[0].upper() + text[1:]

    def sides(self) -> str:
        """`5 old runs, 5 new runs`."""
        return f"{count(len(self.old), 'old run')}, {count(len(self.new), 'new run')}"

    def basis(self) -> str:
        """What was compared, and how it was decided."""
        told = ", ".join(count(number, noun) for noun, number in self.compared.items())
        within = percent(self.threshold)
        if not self.judged_between_runs():
            said = (
                "With one run a side it is not known how much runs differ by themselves, so that "
                "no figure is called worse, better or the same: looprig ab, or run --repeat 5."
                if self.figures
                else ""
            )
        else:
            said = (
                "A figure's interval (95 %, of new over old, by the spread from run to run) says "
                f"that it is the same within ± {within}, or that it changed (of those named at "
                "most one in twenty by chance); else it cannot be told, and beside it stands the "
                "smallest change that would have shown."
            )
            if self.apart:
                said += (
                    " Old and new were measured apart, not by turns: whatever else was otherwise "
                    "then is in the change too."
                )
        return f"{self.sides()}; {told} compared. {said}".rstrip()

    def judged_between_runs(self) -> bool:
        """Whether there is any spread from run to run to judge figures by."""
        return any(judged.effect for judged in self.figures)

    def table(self) -> list[Judged]:
        """The figures, the worse first."""
        return sorted(self.figures, key=lambda judged: WORDS.index(judged.verdict))

    def tally(self) -> str:
        """`2 worse, 31 same, 5 cannot be told`."""
        seen = Counter(judged.verdict for judged in self.figures)
        return ", ".join(f"{seen[word]} {word}" for word in WORDS if seen[word])

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
        self._figures(console)
        for step in self.steps:
            console.print(Text(step.sentence()))
        for line in [*self.notes, *self.problems]:
            console.print(Text(visible(line), style="yellow"))
        console.print(Text(self.basis()))
        style = {0: "bold green", 1: "bold red"}.get(self.exit_code, "bold yellow")
        console.print(Text(f"{self.headline()}.", style=style))

    def _figures(self, console: Console) -> None:
        """How many are what, and which cannot be told; the worse and better stand above."""
        untold = [each for each in self.figures if each.verdict == "cannot be told"]
        if not self.judged_between_runs():
            return
        console.print(Text(f"Figures: {self.tally()}", style="bold"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        for judged in untold[:_SHOWN]:
            table.add_row(Text("  "), Text(judged.sentence()))
        if untold:
            console.print(table)
        if len(untold) > _SHOWN:
            console.print(Text(f"  … and {len(untold) - _SHOWN} more; --out has all"))
        console.print()

    def to_markdown(self) -> str:
        """For a CI job's summary or a pull request."""
        lines = [f"## Event loop, compared: {self.headline()}", ""]
        lines += [
            f"{markdown(', '.join(self.old), 200)} → {markdown(', '.join(self.new), 200)}",
            "",
            self.basis(),
        ]
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
            for item in group[:_MOST]:
                cells = (item.board, item.claim, item.what, item.before, item.after)
                texts = " | ".join(markdown(text, 120) for text in cells)
                moved = signed(item.change)
                lines.append(f"| {item.kind} | {texts} | {moved} {markdown(item.note, 160)} |")
            if len(group) > _MOST:
                lines += ["", f"… and {len(group) - _MOST} more."]
        lines += self._figures_in_markdown()
        if self.steps:
            lines += ["", "### Since when", ""]
            lines += [f"- {markdown(step.sentence(), 300)}" for step in self.steps[:_MOST]]
        if self.notes or self.problems:
            lines += ["", *(f"- {markdown(line, 300)}" for line in (*self.notes, *self.problems))]
        return "\n".join(lines) + "\n"

    def _figures_in_markdown(self) -> list[str]:
        if not self.judged_between_runs():
            return []
        lines = ["", f"### Figures: {self.tally()}", ""]
        lines += ["| | board | claim | figure | change (95 %) | late | would have shown | |"]
        lines += ["| --- " * 8 + "|"]
        for judged in self.table()[:_MOST]:
            figure = judged.figure
            cells = (
                judged.verdict, figure.board, figure.claim, figure.what, judged.interval,
                judged.late, judged.shown_least, judged.by or judged.why,
            )  # fmt: skip
            lines.append(f"| {' | '.join(markdown(cell, 120) for cell in cells)} |")
        return lines

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
