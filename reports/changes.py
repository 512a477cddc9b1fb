"""What changed between two releases: outcomes, classes of waits, currents, latencies.

A current or a latency changed only if three things say so: the intervals do not touch, the
change exceeds the threshold, and the new interval lies outside of every old one where several
olds show what varies by itself from run to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from reports.loading import Loaded
from reports.matrix import state_of
from reports.neutral import one_line
from reports.spans import FEWEST, alike, by_instrument, moved, of_current, of_median
from reports.units import quantity, signed
from reports.views import records
from rig.results import Outcome

Kind = Literal["outcome", "wait", "current", "latency"]
Direction = Literal["regression", "improvement", "undecided"]
_HIGHER_IS_BETTER = {"Hz", "1/s", "B/s"}
# How good an outcome is; what is missing here is no verdict, and decides nothing.
_RANK = {
    Outcome.CONFORMS.value: 0,
    Outcome.UNSUPPORTED.value: 1,
    Outcome.DIVERGES.value: 2,
    Outcome.CRASHED.value: 3,
}
REFERENCES = ("turn of the loop", "bare turn")
"""What times are held against: where these are slower, more is allowed."""
_MEASURED = ("latency.", "power.")
_CLASS = {"sleeps": 0, "polls": 1, "spins": 2}


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


def outcome_changes(old: Loaded, new: Loaded) -> Iterator[Change]:
    """Claims whose outcome is not that of the latest old run that judged them."""
    keys = ["identity", "claim"]
    before = last_of(old.results, keys)
    after = last_of(new.results, keys)
    for key, rows in before.items():
        board, claim = key
        was = _baseline(rows)
        if key not in after:
            continue  # what is missing is counted by reports/basis.py
        now = after[key][-1]
        direction = _outcome_direction(was, now)
        if direction is None:
            continue
        note = now["why"] or (now["actual"] if now["outcome"] in ("diverges", "crashed") else "")
        if now["expected_divergence"]:
            note = f"a known divergence: {now['reason']}"
        yield Change(
            "outcome",
            direction,
            board,
            claim,
            "",
            _state(was),
            _state(now),
            note=one_line(note, 300),
        )


def _baseline(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The latest run's row that has a verdict, else the latest."""
    return next((row for row in reversed(rows) if row["outcome"] in _RANK), rows[-1])


def _state(row: dict[str, Any]) -> str:
    state = state_of(row["outcome"], row["expected_divergence"], False)
    return f"{state.word} ({state.tag})" if state.tag else state.word


def _outcome_direction(was: dict[str, Any], now: dict[str, Any]) -> Direction | None:
    if was["outcome"] == now["outcome"]:
        return None
    before, after = _RANK.get(was["outcome"]), _RANK.get(now["outcome"])
    if before is None:
        # Nothing to compare with, except that it is bad now and no one saw it bad before.
        return "undecided" if after is not None and after >= 2 else None
    if after is None:
        return "undecided"
    return "regression" if after > before else "improvement"


def power_changes(old: Loaded, new: Loaded, threshold: float, comparisons: int) -> Iterator[Change]:
    """Waits whose class or mean current changed."""
    keys = ["identity", "claim", "wait", "occurrence"]
    before = last_of(old.power, keys)
    for key, rows in last_of(new.power, keys).items():
        now = rows[-1]
        board, claim, wait, _ = key
        olds = [row for row in before.get(key, []) if row["source"] == now["source"]]
        if not olds:
            if key in before:
                note = "a modelled and a measured current are not compared"
                was = before[key][-1]
                yield Change(
                    "wait", "undecided", board, claim, wait, was["source"], now["source"], note=note
                )
            continue
        was = olds[-1]
        if was["kind"] != now["kind"]:
            ranks = _CLASS.get(was["kind"]), _CLASS.get(now["kind"])
            direction: Direction = "undecided"
            if ranks[0] is not None and ranks[1] is not None:
                direction = "regression" if ranks[1] > ranks[0] else "improvement"
            yield Change("wait", direction, board, claim, wait, was["kind"], now["kind"])
        if change := _current_change(key, olds, now, threshold, comparisons):
            yield change


def _current_change(
    key: tuple[Any, ...],
    olds: list[dict[str, Any]],
    now: dict[str, Any],
    threshold: float,
    comparisons: int,
) -> Change | None:
    """A mean current that moved. One instrument in one range is off alike before and after, so that
    only its statistical error counts; two instruments, or two ranges, are off each by its own."""
    board, claim, wait, _ = key
    spans = [of_current(row, comparisons) for row in olds]
    span = of_current(now, comparisons)
    if (found := moved(spans, span, threshold)) is None:
        return None
    note = ""
    direction: Direction = "regression" if found > 0 else "improvement"
    if now["source"] == "measured" and not all(alike(row, now) for row in olds):
        note = "by another instrument, or in another of its ranges, and more than both may be off"
        wide = [by_instrument(*pair) for pair in zip(spans, olds, strict=True)]
        own = by_instrument(span, now)
        if not own.sound or not all(each.sound for each in wide):
            direction = "undecided"
            note = "by another instrument or range, whose accuracy is not stated"
        elif moved(wide, own, threshold) is None:
            return None
    texts = [f"{quantity(row['window_a'], 'A')} {row['source']}" for row in (olds[-1], now)]
    return Change("current", direction, board, claim, wait, texts[0], texts[1], found, note=note)


def latency_changes(
    old: Loaded, new: Loaded, threshold: float, comparisons: int
) -> Iterator[Change]:
    """Medians that moved."""
    keys = ["identity", "claim", "measurement", "unit", "occurrence"]
    before = last_of(old.measurements, keys)
    for key, rows in last_of(new.measurements, keys).items():
        now = rows[-1]
        olds = [row for row in before.get(key, []) if min(row["n"], now["n"]) >= FEWEST]
        board, claim, name, unit, _ = key
        spans = [of_median(row, comparisons) for row in olds]
        found = moved(spans, of_median(now, comparisons), threshold)
        if found is None:
            continue
        worse = found < 0 if unit in _HIGHER_IS_BETTER else found > 0
        tails = " → ".join(quantity(row["p99"], unit) for row in (olds[-1], now))
        yield Change(
            "latency",
            "regression" if worse else "improvement",
            board,
            claim,
            name,
            quantity(olds[-1]["median"], unit),
            quantity(now["median"], unit),
            found,
            note=f"p99 {tails}",
            unit=unit,
        )


def none_better_by_slowness(found: list[Change]) -> list[Change]:
    """The changes, none of them better by a ratio that came right because all got slower.

    A claim that compares one time with another holds when both grow. So of a board whose turns
    of the loop, or of a claim whose own absolute figures, got worse, what is better only by
    comparison is no improvement: it cannot be told.
    """
    slow = {
        change.board
        for change in found
        if change.direction == "regression" and change.what in REFERENCES
    }
    ours: dict[tuple[str, str], set[Direction]] = {}
    for change in found:
        if change.absolute:
            ours.setdefault((change.board, change.claim), set()).add(change.direction)
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
