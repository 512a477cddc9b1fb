"""Outcomes and classes of waits that are not as they were, also where they come and go.

What is alike in all runs of a side changed if it is otherwise in all of the other. What is not is
intermittent, and changed if Fisher's exact test says so, among all that are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from scipy import stats

from reports.changes import WAITS, Change, Direction, pairs
from reports.loading import Loaded
from reports.matrix import state_of
from reports.neutral import one_line
from reports.verdicts import named
from rig.results import SHOWED, Outcome

# How good an outcome is; what is missing here is no verdict, and decides nothing.
_OUTCOMES = {
    Outcome.CONFORMS.value: 0,
    Outcome.UNSUPPORTED.value: 1,
    Outcome.DIVERGES.value: 2,
    Outcome.CRASHED.value: 3,
}
_CLASSES = {"sleeps": 0, "polls": 1, "spins": 2}
_WRONG = 0.05  # of the intermittent ones that are said to have changed
Row = dict[str, Any]


class Uneven(NamedTuple):
    """What came out in more than one way on a side, and the chance of both sides being alike."""

    change: Change  # undecided
    p: float
    worse: bool  # more often bad than before
    unseen: bool  # and as bad as it never was before


def changes(old: Loaded, new: Loaded, repeated: bool) -> tuple[list[Change], list[str]]:
    """(changes, sentences on what is intermittent and did not change). `repeated`: the old runs
    are repeats of one another; else the latest alone counts."""
    found = [*_outcomes(old, new, repeated), *_waits(old, new, repeated)]
    made = [each for each in found if isinstance(each, Change)]
    uneven = [each for each in found if isinstance(each, Uneven)]
    told = []
    significant, _ = named([each.p for each in uneven], _WRONG)
    for each, sure in zip(uneven, significant, strict=True):
        change = each.change
        if sure:
            direction: Direction = "regression" if each.worse else "improvement"
            made.append(Change(**{**vars(change), "direction": direction}))
        elif each.worse and each.unseen:
            made.append(change)
        else:
            told.append(f"intermittent before and now: {change.sentence()}")
    return made, told


def _outcomes(old: Loaded, new: Loaded, repeated: bool) -> Iterator[Change | Uneven]:
    keys = ["identity", "claim"]
    for key, was, now in pairs(old.results, new.results, keys):  # reports/basis.py counts the rest
        was = was if repeated else [_baseline(was)]
        found = _compared("outcome", key, was, now, "outcome", _OUTCOMES, _state)
        if found is not None:
            yield found


def _waits(old: Loaded, new: Loaded, repeated: bool) -> Iterator[Change | Uneven]:
    for key, was, now in pairs(old.power, new.power, WAITS):
        alike = [row for row in was if row["source"] == now[-1]["source"]]
        if not alike:
            yield Change(
                "wait", "undecided", key[0], key[1], key[2], was[-1]["source"], now[-1]["source"],
                note="a modelled and a measured current are not compared",
            )  # fmt: skip
        if alike:
            alike = alike if repeated else alike[-1:]
            found = _compared("wait", key, alike, now, "kind", _CLASSES, lambda row: row["kind"])
            if found is not None:
                yield found


def _baseline(rows: list[Row]) -> Row:
    """The latest run's row that has a verdict, else the latest."""
    return next((row for row in reversed(rows) if row["outcome"] in _OUTCOMES), rows[-1])


def _state(row: Row) -> str:
    state = state_of(row["outcome"], row["expected_divergence"], False)
    return f"{state.word} ({state.tag})" if state.tag else str(state.word)


def _compared(
    kind: Literal["outcome", "wait"],
    key: tuple[Any, ...],
    was: list[Row],
    now: list[Row],
    column: str,
    order: dict[str, int],
    shown: Callable[[Row], str],
) -> Change | Uneven | None:
    """One claim's or wait's runs before and now; None if nothing is to be said."""
    sides = [[row for row in side if row[column] in order] or side[-1:] for side in (was, now)]
    ranks = [[order.get(row[column]) for row in side] for side in sides]
    before, after = (_told([shown(row) for row in side]) for side in sides)
    what = key[2] if kind == "wait" else ""
    # the worst that came now is what a reader has to see
    worst = max(sides[1], key=lambda row: order.get(row[column], -1))
    change = Change(kind, "undecided", key[0], key[1], what, before, after, note=_note(kind, worst))
    if all(len({*side}) == 1 for side in ranks):
        if sides[0][-1][column] == sides[1][-1][column]:
            return None
        direction = _direction(kind, ranks[0][0], ranks[1][0])
        return Change(**{**vars(change), "direction": direction}) if direction else None
    known = [[rank for rank in side if rank is not None] for side in ranks]
    if not all(known):
        return change
    return _uneven(change, known[0], known[1])


def _uneven(change: Change, was: Sequence[int], now: Sequence[int]) -> Uneven:
    """By the rank at which both sides differ most."""
    found = []
    for rank in sorted({*was, *now} - {0}):
        bad = [sum(each >= rank for each in side) for side in (was, now)]
        table = [[bad[0], len(was) - bad[0]], [bad[1], len(now) - bad[1]]]
        more = bad[1] * len(was) > bad[0] * len(now)
        found.append((float(stats.fisher_exact(table).pvalue), -rank, more))
    p, _, worse = min(found)
    note = f"intermittent; {change.note}" if change.note else "intermittent"
    return Uneven(Change(**{**vars(change), "note": note}), p, worse, max(now) > max(was))


def _direction(
    kind: Literal["outcome", "wait"], before: int | None, after: int | None
) -> Direction | None:
    if before is None and kind == "outcome":
        # Nothing to compare with, except that it is bad now and no one saw it bad before.
        return "undecided" if after is not None and after >= 2 else None
    if before is None or after is None:
        return "undecided"
    return "regression" if after > before else "improvement"


def _note(kind: Literal["outcome", "wait"], now: Row) -> str:
    if kind == "wait":
        return ""
    if now["expected_divergence"]:
        return one_line(f"a known divergence: {now['reason']}", 300)
    bad = now["outcome"] in SHOWED
    return one_line(now["why"] or (now["actual"] if bad else ""), 300)


def _told(words: list[str]) -> str:
    """`diverges`, or of several runs `diverges 3 of 5`."""
    if len(words) == 1:
        return words[0]
    seen = Counter(words).most_common()
    if len(seen) == 1:
        return f"{words[0]} {len(words)} of {len(words)}"
    return ", ".join(f"{word} {times} of {len(words)}" for word, times in seen)
