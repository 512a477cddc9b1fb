"""What the pages tell, computed: who keeps each claim, since which release, who alone does not."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from reports.neutral import one_line
from reports.publish.columns import age
from reports.publish.gathering import Gathered
from rig import expectations
from rig.claims import Claim, catalogue
from rig.results import BoardInfo, Divergence

KEPT = "conforms"
BROKEN = ("diverges", "crashed")
VERDICTS = (KEPT, *BROKEN)


class Spot(NamedTuple):
    """One claim on one board and release: the latest of its runs counts."""

    outcome: str
    key: str  # of its evidence
    run: str
    often: str = ""  # where its runs do not agree: "diverges in 2 of 5 runs"


@dataclass
class Release:
    """A release as one board ran it."""

    name: str
    slug: str
    runs: list[str]
    latest: str  # when its latest run began
    mixed: str
    known: dict[str, Divergence]  # claim -> reason and link
    number: int = 0  # among all columns
    firmware: str = ""  # sys.version of the latest run


@dataclass
class Line:
    """A board through its releases, oldest first."""

    port: str
    board: str
    slug: str
    how: str
    releases: list[Release] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """A claim on a board, through its releases."""

    state: str  # the latest verdict, "" for none
    words: str
    changed: bool = False  # a release brought the latest verdict, and the one before had another

    @property
    def regressed(self) -> bool:
        return self.changed and self.state in BROKEN


UNTOLD = Told("", "no verdict")


class Table:
    """Everything that pages show, by line, release and claim."""

    def __init__(self, gathered: Gathered) -> None:
        self.problems = gathered.problems
        self.runs = gathered.parts["run"].nunique()
        self.claims: dict[str, Claim] = catalogue()
        self.lines = _lines(gathered.parts)
        self.spots: dict[tuple[str, int], Spot] = _spots(gathered, self.lines)
        by_age = sorted({each.name for _, each in self.columns}, key=age)
        self.releases = {name: address(name) for name in by_age}
        for _, each in self.columns:
            each.slug = self.releases[each.name]
        self.ports = list(dict.fromkeys(line.port for line in self.lines))

    @property
    def columns(self) -> Iterator[tuple[Line, Release]]:
        for line in self.lines:
            for release in line.releases:
                yield line, release

    @cached_property
    def mixed(self) -> dict[str, list[str]]:
        """What of all this is no release as it was shipped: how, and which."""
        found: dict[str, list[str]] = {}
        for _, release in self.columns:
            if release.mixed and release.name not in found.setdefault(release.mixed, []):
                found[release.mixed].append(release.name)
        return found

    def spot(self, claim: str, release: Release) -> Spot | None:
        return self.spots.get((claim, release.number))

    def counts(self, release: Release) -> Counter[str]:
        """Outcomes of one column."""
        return self._counts[release.number]

    @cached_property
    def _counts(self) -> dict[int, Counter[str]]:
        return self._tally(self.claims)

    def _tally(self, claims: Container[str]) -> dict[int, Counter[str]]:
        found: dict[int, Counter[str]] = {each.number: Counter() for _, each in self.columns}
        for (claim, number), spot in self.spots.items():
            if claim in claims:
                found[number][spot.outcome] += 1
        return found

    def documented(self, release: Release) -> tuple[int, int]:
        """Of the claims of level documented, how many it keeps, and how many have a verdict."""
        of = self._documented[release.number]
        return of[KEPT], sum(of[outcome] for outcome in VERDICTS)

    @cached_property
    def _documented(self) -> dict[int, Counter[str]]:
        return self._tally({each.id for each in self.claims.values() if each.level == "documented"})

    def lines_of(self, claim: str) -> list[Line]:
        """The boards that were asked to keep it, in the order of all."""
        return self._lines_of.get(claim, [])

    @cached_property
    def _lines_of(self) -> dict[str, list[Line]]:
        places = {release.number: place for place, line in enumerate(self.lines)
                  for release in line.releases}  # fmt: skip
        found: dict[str, set[int]] = {}
        for claim, number in self.spots:
            found.setdefault(claim, set()).add(places[number])
        return {claim: [self.lines[place] for place in sorted(of)] for claim, of in found.items()}

    def told(self, claim: str, line: Line) -> Told:
        """Who keeps it since when, of one board."""
        return self._told.get((claim, line.slug), UNTOLD)

    @cached_property
    def _told(self) -> dict[tuple[str, str], Told]:
        return {
            (claim, line.slug): _history(
                [
                    (release.name, spot.outcome)
                    for release in line.releases
                    if (spot := self.spot(claim, release)) and spot.outcome in VERDICTS
                ],
                any(
                    known.intermittent
                    for release in line.releases
                    if (known := release.known.get(claim))
                ),
            )
            for claim in self.claims
            for line in self.lines_of(claim)
        }

    def broken_by(self, claim: str) -> list[Line]:
        """The boards that do not keep it in the latest release with a verdict."""
        return self._broken_by[claim]

    @cached_property
    def _broken_by(self) -> dict[str, list[Line]]:
        return {
            claim: [line for line in self.lines_of(claim) if self.told(claim, line).state in BROKEN]
            for claim in self.claims
        }

    def keepers(self, claim: str) -> tuple[int, int]:
        """How many boards keep it in their latest release, of those with a verdict."""
        return self._keepers[claim]

    @cached_property
    def _keepers(self) -> dict[str, tuple[int, int]]:
        states = {
            claim: [self.told(claim, line).state for line in self.lines_of(claim)]
            for claim in self.claims
        }
        return {
            claim: (told.count(KEPT), sum(state != "" for state in told))
            for claim, told in states.items()
        }

    def alone(self, claim: str) -> Line | None:
        """The one board that does not keep it, where others do."""
        broken = self.broken_by(claim)
        return broken[0] if len(broken) == 1 and self.keepers(claim)[0] else None


def address(name: str, *more: str) -> str:
    """A file name for a page that stays the same whatever others there are."""
    if not more and re.fullmatch(r"[0-9][a-z0-9.-]{0,40}", name):
        return name.rstrip(".")
    plain = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:50]
    return f"{plain}-{hashlib.sha256(repr((name, *more)).encode()).hexdigest()[:6]}".lstrip("-")


def _history(verdicts: list[tuple[str, str]], intermittent: bool) -> Told:
    """Since when; of what is known to show at some times only, no release is said to begin it."""
    if not verdicts:
        return UNTOLD
    state = verdicts[-1][1]
    kept = state == KEPT
    held = sum(outcome == KEPT for _, outcome in verdicts)
    if intermittent and 0 < held < len(verdicts):
        return Told(state, f"kept at some times only: here in {held} of {len(verdicts)} releases")
    since = len(verdicts) - 1
    while since and (verdicts[since - 1][1] == KEPT) == kept:
        since -= 1
    first = verdicts[since][0]
    if len(verdicts) == 1:
        words = f"kept in {first}" if kept else f"not kept in {first}"
    elif since == 0:
        words = f"kept in all, from {first} on" if kept else f"not kept in any, from {first} on"
    else:
        before = verdicts[since - 1][0]
        words = (
            f"kept since {first}, not in {before}" if kept
            else f"not kept since {first}, kept in {before}"
        )  # fmt: skip
    return Told(state, words, changed=since > 0)


class _Part(NamedTuple):
    """A row of `parts`, as far as pages show it."""

    port: str
    board: str
    release: str
    how: str
    mixed: str
    run: str
    started: str
    info: str


def _lines(parts: pd.DataFrame) -> list[Line]:
    lines: dict[tuple[str, str, str], Line] = {}
    ordered = parts.sort_values("started", kind="stable")
    rows = [_Part(*map(str, row)) for row in ordered[list(_Part._fields)].itertuples(index=False)]
    rows.sort(key=lambda row: (row.port, row.board, row.how, age(row.release)))
    number = 0
    for row in rows:
        key = (row.port, row.board, row.how)
        if key not in lines:
            name = address(f"{row.port} {row.board}", row.how)
            lines[key] = Line(row.port, row.board, name, row.how)
        releases = lines[key].releases
        about = BoardInfo.model_validate_json(row.info)
        if not releases or releases[-1].name != row.release:
            known = expectations.of(about.model_copy(update={"version": row.release}))
            releases.append(Release(row.release, "", [], "", row.mixed, known, number))
            number += 1
        releases[-1].runs.append(row.run)
        releases[-1].latest = row.started
        releases[-1].firmware = one_line(about.sys_version, 120)
    return list(lines.values())


def _spots(gathered: Gathered, lines: list[Line]) -> dict[tuple[str, int], Spot]:
    numbers = {
        (line.port, line.board, line.how, release.name): release.number
        for line in lines
        for release in line.releases
    }
    parts = gathered.parts
    places = zip(parts["port"], parts["board"], parts["how"], parts["release"], strict=True)
    parts = parts.assign(column=[numbers[place] for place in places])
    parts = parts.sort_values(["started", "key"], kind="stable")
    joined = parts[["key", "run", "column"]].merge(gathered.cells, on="key", how="left", sort=False)
    spots: dict[tuple[str, int], Spot] = {}
    several: dict[tuple[str, int], list[str]] = {}
    for key, run, column, claim, outcome in joined.itertuples(index=False):
        at = (claim, column)
        if at in spots:
            several.setdefault(at, [spots[at].outcome]).append(outcome)
        spots[at] = Spot(outcome, key, run)
    for at, outcomes in several.items():
        counts = Counter(outcomes)
        if len(counts) > 1:
            told = ", ".join(f"{name} in {n}" for name, n in counts.most_common())
            spots[at] = spots[at]._replace(often=f"{told} of {len(outcomes)} runs")
    return spots
