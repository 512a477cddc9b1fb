"""One thing that changed, and what two single runs hint at: currents and latencies that moved.

Between two runs a current or latency moved if their intervals do not touch and the change exceeds
the threshold. That is within those runs: whether the next one would show it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from reports.loading import Loaded
from reports.neutral import one_line
from reports.spans import FEWEST, alike, by_instrument, moved, of_current, of_median
from reports.units import quantity, signed
from reports.views import records

Kind = Literal["outcome", "wait", "current", "latency"]
Direction = Literal["regression", "improvement", "undecided"]
REFERENCES = ("turn of the loop", "bare turn")
"""What times are held against: where these are slower, more is allowed."""
_MEASURED = ("latency.", "power.")
HIGHER_IS_BETTER = {"Hz", "1/s", "B/s"}
WAITS = ["identity", "claim", "wait", "occurrence"]
KEYS = ["identity", "claim", "measurement", "unit", "occurrence"]
UNSTATED = "by another instrument or range, whose accuracy is not stated"


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was."""

    kind: Kind
    direction: Direction
    board: str
    claim: str
    what: str  # the wait or the measurement, empty for an outcome
    before: str
    after: str
    change: float | None = None  # relative
    note: str = ""
    unit: str = ""  # of a latency's or cost's figures

    @property
    def absolute(self) -> bool:
        """Whether it is a quantity of its own, and not a verdict or a ratio."""
        return self.kind == "current" or (self.kind == "latency" and self.unit not in ("", "1"))

    @property
    def way(self) -> Direction:
        """Its direction, of a figure that hints at one that one."""
        if self.direction != "undecided" or not self.absolute or not self.change:
            return self.direction
        worse = self.change < 0 if self.unit in HIGHER_IS_BETTER else self.change > 0
        return "regression" if worse else "improvement"

    def sentence(self) -> str:
        """In one line, every text safe to print."""
        what = f" {one_line(self.what)}" if self.what else ""
        by = f" ({signed(self.change)})" if self.change is not None else ""
        note = f"; {one_line(self.note, 200)}" if self.note else ""
        return (
            f"{one_line(self.claim)} on {one_line(self.board)}:{what} "
            f"{self.before} → {self.after}{by}{note}"
        )


def last_of(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Key -> its rows run by run, one a run, the oldest first."""
    ordered = frame.sort_values("run_order", kind="stable")
    ordered = ordered.drop_duplicates(["run_order", *keys], keep="last")
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in records(ordered):
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found


def pairs(
    old: pd.DataFrame, new: pd.DataFrame, keys: list[str]
) -> Iterator[tuple[tuple[Any, ...], list[dict[str, Any]], list[dict[str, Any]]]]:
    """Of each key that both have: it, its old rows and its new ones, run by run."""
    before = last_of(old, keys)
    for key, rows in last_of(new, keys).items():
        if key in before:
            yield key, before[key], rows


ONCE = "between these two runs; how much runs differ by themselves is not known: repeat them"


def current_changes(
    old: Loaded, new: Loaded, threshold: float, comparisons: int
) -> Iterator[Change]:
    """Mean currents of one run a side that moved: no more than a hint, so undecided."""
    for key, olds, news in pairs(old.power, new.power, WAITS):
        if len(olds) != 1 or len(news) != 1 or olds[0]["source"] != news[0]["source"]:
            continue
        if change := _current_change(key, olds[0], news[0], threshold, comparisons):
            yield change


def _current_change(
    key: tuple[Any, ...],
    was: dict[str, Any],
    now: dict[str, Any],
    threshold: float,
    comparisons: int,
) -> Change | None:
    """A mean current that moved. One instrument in one range is off alike before and after, so that
    only its statistical error counts; two instruments, or two ranges, are off each by its own."""
    board, claim, wait, _ = key
    spans = of_current(was, comparisons), of_current(now, comparisons)
    if (found := moved(*spans, threshold)) is None:
        return None
    note = ONCE
    if now["source"] == "measured" and not alike(was, now):
        note = (
            "by another instrument, or in another of its ranges, and more than both may be off; "
            f"{ONCE}"
        )
        wide = by_instrument(spans[0], was), by_instrument(spans[1], now)
        if not all(each.sound for each in wide):
            note = UNSTATED
        elif moved(*wide, threshold) is None:
            return None
    before, after = (f"{quantity(row['window_a'], 'A')} {row['source']}" for row in (was, now))
    return Change("current", "undecided", board, claim, wait, before, after, found, note=note)


def latency_changes(
    old: Loaded, new: Loaded, threshold: float, comparisons: int
) -> Iterator[Change]:
    """Medians of one run a side that moved: no more than a hint, so undecided."""
    for key, olds, news in pairs(old.measurements, new.measurements, KEYS):
        now = news[-1]
        olds = [row for row in olds if min(row["n"], now["n"]) >= FEWEST]
        if len(olds) != 1 or len(news) != 1:
            continue
        board, claim, name, unit, _ = key
        was = olds[0]
        found = moved(of_median(was, comparisons), of_median(now, comparisons), threshold)
        if found is None:
            continue
        tails = " → ".join(quantity(row["p99"], unit) for row in (was, now))
        yield Change(
            "latency",
            "undecided",
            board,
            claim,
            name,
            quantity(was["median"], unit),
            quantity(now["median"], unit),
            found,
            note=f"p99 {tails}; {ONCE}",
            unit=unit,
        )


def none_better_by_slowness(found: list[Change]) -> list[Change]:
    """The changes, none of them better by a ratio that came right because all got slower.

    A claim that compares one time with another holds when both grow. So of a board whose turns
    of the loop, or of a claim whose own absolute figures, got worse, what is better only by
    comparison is no improvement: it cannot be told.
    """
    slow = {
        change.board for change in found if change.way == "regression" and change.what in REFERENCES
    }
    ours: dict[tuple[str, str], set[Direction]] = {}
    for change in found:
        if change.absolute:
            ours.setdefault((change.board, change.claim), set()).add(change.way)
    return [
        replace(change, direction="undecided", note=f"{_SLOWER}{change.note and '; '}{change.note}")
        if _by_comparison(change, ours, slow)
        else change
        for change in found
    ]


_SLOWER = "better only by comparison, for what it is compared with got worse"


def _by_comparison(
    change: Change, ours: dict[tuple[str, str], set[Direction]], slow: set[str]
) -> bool:
    if change.direction != "improvement" or change.absolute:
        return False
    own = ours.get((change.board, change.claim), set())
    measured = bool(own) or change.claim.startswith(_MEASURED)
    return "improvement" not in own and ("regression" in own or (measured and change.board in slow))
