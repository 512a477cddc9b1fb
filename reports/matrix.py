"""The claims x boards matrix: the latest result of every claim on every board.

Within a run the last line of a claim counts (a resumed run judges again), among runs the latest
run. A cell that an earlier run filled says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from reports.loading import Loaded
from reports.units import count
from rig.results import LEVELS, SHOWED


@dataclass(frozen=True)
class State:
    """How an outcome is shown: never by colour alone, always a mark and a word."""

    name: str  # also the CSS class
    mark: str
    word: str
    tag: str = ""
    plain: str = ""  # the mark where only ASCII can be shown


STATES = {
    state.name: state
    for state in (
        State("crashed", "✖", "crashed", plain="X"),
        State("diverges", "≠", "diverges", plain="#"),
        State("errored", "!", "errored", plain="!"),
        State("inconclusive", "?", "inconclusive", plain="?"),
        State("now-conforms", "✓", "now conforms", plain="N"),
        State("crashed-expected", "✖", "crashed", "expected", plain="x"),
        State("diverges-expected", "≠", "diverges", "expected", plain="d"),
        State("unsupported", "∅", "unsupported", plain="-"),
        State("unmeasured", "○", "unmeasured", plain="o"),
        State("conforms", "✓", "conforms", plain="+"),
        State("absent", "·", "not judged", plain="."),
        State("not-chosen", " ", "not chosen", plain=" "),
    )
}
"""Every state, the one that needs a look first first."""
URGENT = ("crashed", "diverges", "errored", "inconclusive", "now-conforms")
UNEXPECTED = ("crashed", "diverges", "inconclusive", "errored")


@dataclass(frozen=True)
class Cell:
    """One claim on one board."""

    claim: str
    board: str
    state: State
    row: int | None = None  # of Loaded.results
    run: str = ""
    earlier: bool = False  # this board's latest run did not judge the claim


@dataclass
class Line:
    """One claim on all boards."""

    claim: str
    level: str
    required: str
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Chapter:
    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Matrix:
    boards: list[str]
    chapters: list[Chapter]
    counts: dict[str, int]  # state -> cells
    latest: pd.DataFrame  # the rows of Loaded.results behind the cells
    levels: list[str]

    def cells(self) -> list[Cell]:
        """Every cell, the most urgent first, else in the matrix's order."""
        order = {name: rank for rank, name in enumerate(STATES)}
        every = [cell for chapter in self.chapters for line in chapter.lines for cell in line.cells]
        return sorted(every, key=lambda cell: order[cell.state.name])

    def by_board(self) -> Iterator[tuple[str, list[tuple[Chapter, Cell, dict[str, Any]]]]]:
        """Board by board, its judged cells in the matrix's order, each with its row's values."""
        found = dict(list(self.latest.groupby("board", sort=False)))
        for number, board in enumerate(self.boards):
            values = found[board].to_dict("index") if board in found else {}
            yield (
                board,
                [
                    (chapter, cell, {str(key): value for key, value in values[cell.row].items()})
                    for chapter in self.chapters
                    for cell in (line.cells[number] for line in chapter.lines)
                    if cell.row is not None
                ],
            )

    def row(self, cell: Cell) -> dict[str, Any]:
        """The values behind one cell."""
        return {str(key): value for key, value in self.latest.loc[cell.row].items()}

    @property
    def claim_count(self) -> int:
        return sum(len(chapter.lines) for chapter in self.chapters)

    @property
    def unexpected(self) -> int:
        return sum(self.counts.get(name, 0) for name in UNEXPECTED)

    def headline(self) -> str:
        """The report in one sentence: what was unexpected, else what is known."""
        if not self.latest.shape[0]:
            return "Nothing was judged"
        of = self.counts.get
        if self.unexpected:
            words = (
                _several(of("crashed", 0), "unexpected crash", "unexpected crashes"),
                _several(of("diverges", 0), "unexpected divergence"),
                _several(of("inconclusive", 0), "inconclusive measurement"),
                _several(of("errored", 0), "error of the rig", "errors of the rig"),
            )
            return ", ".join(filter(None, words))
        expected = of("crashed-expected", 0) + of("diverges-expected", 0)
        known = _several(expected, "known divergence")
        gone = f"{of('now-conforms', 0)} gone" if of("now-conforms", 0) else ""
        return ", ".join(filter(None, ("Nothing unexpected", known, gone)))


def _several(number: int, noun: str, plural: str = "") -> str:
    return count(number, noun, plural) if number else ""


def state_of(outcome: str, expected: bool, now_conforms: bool) -> State:
    """The state in which a result is shown."""
    if now_conforms:
        return STATES["now-conforms"]
    return STATES[f"{outcome}-expected" if expected else outcome]


def latest_results(results: pd.DataFrame) -> pd.DataFrame:
    """The row that counts for each board and claim; `earlier` where a later run left it out."""
    ordered = results.sort_values("run_order", kind="stable")
    latest = ordered.drop_duplicates(["board", "claim"], keep="last").sort_index()
    last_run = results.groupby("board")["run_order"].max()
    latest_run = latest["board"].map(last_run).astype("int64")
    return latest.assign(earlier=latest["run_order"] < latest_run)


def matrix(loaded: Loaded) -> Matrix:
    """The matrix of everything that was loaded."""
    latest = latest_results(loaded.results)
    boards = list(dict.fromkeys(loaded.boards["board"]))
    claims = _claims(loaded, latest)
    columns = ["claim", "board", "outcome", "expected_divergence", "now_conforms", "run", "earlier"]
    found: dict[tuple[str, str], Cell] = {}
    for row, values in zip(latest.index, latest[columns].itertuples(index=False), strict=True):
        claim, board, outcome, expected, now, run, earlier = values
        found[claim, board] = Cell(
            claim, board, state_of(outcome, expected, now), int(row), run, bool(earlier)
        )
    chosen = _chosen(loaded)
    chapters: dict[str, Chapter] = {}
    counts: dict[str, int] = {}
    for claim, (chapter, level, required) in claims.items():
        line = Line(claim, level, required)
        for board in boards:
            missing = "absent" if claim in chosen.get(board, ()) else "not-chosen"
            cell = found.get((claim, board)) or Cell(claim, board, STATES[missing])
            line.cells.append(cell)
            counts[cell.state.name] = counts.get(cell.state.name, 0) + 1
        chapters.setdefault(chapter, Chapter(chapter)).lines.append(line)
    levels = [level for level in LEVELS if any(level == told[1] for told in claims.values())]
    return Matrix(boards, list(chapters.values()), counts, latest, list(levels))


def _chosen(loaded: Loaded) -> dict[str, set[str]]:
    """Board -> the claims that some run was to judge on it, and may not have come to."""
    lists = dict(zip(loaded.runs["run"], loaded.runs["claims"], strict=True))
    chosen: dict[str, set[str]] = {}
    for board, run in zip(loaded.boards["board"], loaded.boards["run"], strict=True):
        chosen.setdefault(board, set()).update(lists[run].split("\n"))
    return chosen


def _claims(loaded: Loaded, latest: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """claim -> (chapter, level, sentence), in the order the latest runs selected them."""
    told: dict[str, tuple[str, str, str]] = {}
    columns = ["claim", "chapter", "level", "required"]
    for claim, chapter, level, required in latest[columns].itertuples(index=False):
        if claim not in told or not told[claim][2]:
            told[claim] = (chapter, level, required)
    ordered: dict[str, Any] = {}
    for listed in dict.fromkeys(reversed(loaded.runs["claims"].tolist())):
        for claim in listed.split("\n"):
            if claim in told or (claim and not set(claim) & set("*?[")):
                ordered.setdefault(claim, told.get(claim, (claim.partition(".")[0], "", "")))
    for claim, what in told.items():
        ordered.setdefault(claim, what)
    return ordered


def verdicts(counts: dict[str, int]) -> tuple[int, int]:
    """How many cells conform, and how many have a verdict at all."""
    good = counts.get("conforms", 0) + counts.get("now-conforms", 0)
    bad = sum(
        counts.get(name, 0)
        for outcome in SHOWED
        for name in (outcome.value, f"{outcome.value}-expected")
    )
    return good, good + bad
