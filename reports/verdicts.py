"""What is said of each figure: worse, better, same, or that it cannot be told.

Of a hundred figures of equals five differ at 5 %. So what counts is the share of wrong ones among
those that are named (Benjamini and Hochberg). Where nothing changed at all that is the share of
comparisons that name anything: 2 % for middles, 2 % for shares of late ones and 1 % for p99, which
is 5 % together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from reports.effects import MOST, Array, Between, Effect, Side, between, side, tick
from reports.leaning import leaned
from reports.neutral import one_line
from reports.tails import Tail, shares, tail
from reports.units import difference, percent, quantity, signed

MIDDLES, LATE, TOPS = 0.02, 0.02, 0.01
"""Shares of wrong ones among the named, in each of the three families."""
_NO_USE = 9.0  # a change beyond it is told by its order
Verdict = Literal["worse", "better", "same", "cannot be told"]
WORDS: tuple[Verdict, ...] = ("worse", "better", "same", "cannot be told")


@dataclass(frozen=True)
class Figure:
    """A figure of a board on both sides, run by run."""

    board: str
    claim: str
    what: str
    unit: str
    kind: Literal["latency", "current"]
    old: Side
    new: Side
    samples: tuple[list[Array], list[Array]] = ((), ())  # type: ignore[assignment]  # of each run
    step: float = 0.0  # of the clock
    factor: float = 1.0  # by which the sides may differ through nothing of theirs
    higher_is_better: bool = False
    unsure: str = ""  # why nothing can be said of it, whatever its numbers


@dataclass(frozen=True)
class Judged:
    """A figure with what is said of it."""

    figure: Figure
    verdict: Verdict
    effect: Effect | None
    tail: Tail | None
    least: float | None = None  # the smallest change that would have shown
    by: str = ""  # what decided: the middle, the late share, the p99
    why: str = ""  # it cannot be told
    repeats: int | None = None  # a side, that would show the threshold, where it cannot be told

    @property
    def interval(self) -> str:
        """`+2 % (+1 % … +8 %)`, in the unit around zero."""
        found = self.effect
        if found is None:
            return ""
        numbers = (found.change, found.low, found.high)
        if found.relative:
            center, *ends = map(signed, numbers)
        else:
            center, *ends = (difference(number, self.figure.unit) for number in numbers)
        return f"{center} ({' … '.join(ends)})"

    @property
    def shown_least(self) -> str:
        """`+12 %`."""
        if self.least is None or self.effect is None:
            return ""
        if self.effect.relative:
            return signed(self.least) if self.least < _NO_USE else "more than tenfold"
        return difference(self.least, self.figure.unit)

    @property
    def late(self) -> str:
        """`late 0 % → 2 %, p99 12 µs → 1 ms`, '' where too few samples say it."""
        if (found := self.tail) is None:
            return ""
        tops = (quantity(top, self.figure.unit) for top in (found.old_p99, found.new_p99))
        return f"late {percent(found.old)} → {percent(found.new)}, p99 {' → '.join(tops)}"

    def sentence(self) -> str:
        """In one line, every text safe to print."""
        name = f"{one_line(self.figure.claim)} on {one_line(self.figure.board)}"
        least = f"; {self.shown_least} would have shown" if self.verdict == WORDS[3] else ""
        parts = [self.interval, self.late, self.why]
        said = "; ".join(filter(None, parts))
        return f"{name}: {one_line(self.figure.what)} {self.verdict}: {said}{least}"


def of_samples(
    old: Sequence[Array], new: Sequence[Array], unit: str, beyond: float = 0.0
) -> tuple[Side, Side, float]:
    """Both sides, and their clock's step, from the samples of their runs: of a time, the clock's
    ticks are a bound; of what is counted, `beyond` is."""
    if unit == "s":
        step = tick((old, new))
        return side(old, step), side(new, step), step
    sides = [side(runs, 0.0)._replace(beyond=beyond) for runs in (old, new)]
    return sides[0], sides[1], 0.0


def judge(figures: Sequence[Figure], threshold: float) -> list[Judged]:
    """Each figure's verdict, among all of them. `threshold` is relative: what surely lies within is
    the same."""
    effects = _effects(figures)
    tails = [
        tail(*f.samples, f.step, threshold, f.factor, (f.old.values, f.new.values))
        if f.samples[0] and f.unit == "s"
        else None
        for f in figures
    ]
    sound = [not f.unsure for f in figures]
    middles, level = named(
        [e.p if e and ok else None for e, ok in zip(effects, sound, strict=True)], MIDDLES
    )
    ends = [t if ok else None for t, ok in zip(tails, sound, strict=True)]
    late, _ = named(_shares(figures, ends), LATE)
    tops, _ = named([t.p_p99 if t else None for t in ends], TOPS)
    return [
        _one(figure, found, end, moved, (few, top), threshold, level)
        for figure, found, end, moved, few, top in zip(
            figures, effects, tails, middles, late, tops, strict=True
        )
    ]


def _effects(figures: Sequence[Figure]) -> list[Effect | None]:
    """Each change, by the spread as its board knows it: times and currents apart, and what is no
    ratio by itself."""
    found = [between(f.old, f.new, f.factor) for f in figures]
    effects = [each.effect() if each else None for each in found]
    groups: dict[tuple[str, str], dict[int, Between]] = {}
    for number, (figure, each) in enumerate(zip(figures, found, strict=True)):
        if each and each.relative:
            groups.setdefault((figure.board, figure.kind), {})[number] = each
    for group in groups.values():
        for number, spread in zip(group, leaned([b.spread for b in group.values()]), strict=True):
            effects[number] = group[number].effect(spread)
    return effects


def _shares(figures: Sequence[Figure], ends: Sequence[Tail | None]) -> list[float | None]:
    """Of each figure the chance of its late ones, judged among those of its board."""
    found: list[float | None] = [None] * len(ends)
    for board in {figure.board for figure in figures}:
        ours = [n for n, end in enumerate(ends) if end and figures[n].board == board]
        for number, chance in zip(ours, shares([ends[n].events for n in ours]), strict=True):  # type: ignore[union-attr]
            found[number] = chance
    return found


def named(chances: Sequence[float | None], share: float) -> tuple[list[bool], float]:
    """(which are named, the level at which one more would have been); None is no chance."""
    known = [p for p in chances if p is not None]
    if not known:
        return [False] * len(chances), share
    adjusted = iter(stats.false_discovery_control(np.clip(known, 0.0, 1.0)))
    found = [p is not None and bool(next(adjusted) <= share) for p in chances]
    return found, share * min(len(known), sum(found) + 1) / len(known)


def _one(
    figure: Figure,
    found: Effect | None,
    end: Tail | None,
    moved: bool,
    late: tuple[bool, bool],
    threshold: float,
    level: float,
) -> Judged:
    if figure.unsure:
        return Judged(figure, "cannot be told", found, end, why=figure.unsure)
    if found is None:
        return Judged(figure, "cannot be told", None, None, why="one run a side")
    size = threshold if found.relative else threshold * abs(found.old) + found.beyond
    floor = -size / (1 + size) if found.relative else -size  # half as fast is twice as slow
    same = floor <= found.low and found.high <= size
    ways: dict[str, float] = {}
    if moved and not same:
        ways["its middle"] = -found.change if figure.higher_is_better else found.change
    if end is not None:
        apart = end.low > threshold or end.high < -threshold / (1 + threshold)
        if late[0]:
            ways["its late ones"] = end.new - end.old
        if late[1] and apart:
            ways["its p99"] = end.change_p99
    least = found.least(level)
    worse = [way for way, by in ways.items() if by > 0]
    if ways:
        by = ", ".join(worse or ways)
        return Judged(figure, "worse" if worse else "better", found, end, least, by)
    if same:
        return Judged(figure, "same", found, end, least)
    runs, shown = found.repeats(level, size), percent(threshold)
    reasons = ["measured apart on a host that other programs share"] * (figure.factor != 1.0)
    if runs is None:
        reasons.append(f"not even {MOST} repeats a side would show {shown}")
    elif runs > found.runs:
        reasons.append(f"{runs} repeats a side would show {shown}")
    why = "; ".join(reasons)
    return Judged(figure, "cannot be told", found, end, least, why=why, repeats=runs)
