"""What a comparison rests on: how much was compared, and what was there before and is not now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from reports.loading import Loaded
from reports.neutral import one_line
from reports.units import count
from rig.results import Outcome

RANKED = (Outcome.CONFORMS, Outcome.UNSUPPORTED, Outcome.DIVERGES, Outcome.CRASHED)
"""Outcomes that can be compared; of the others nothing is known."""
_KEYS = {
    "wait": ("power", ["identity", "claim", "wait", "occurrence"]),
    "measurement": ("measurements", ["identity", "claim", "measurement", "unit", "occurrence"]),
}
_NAMED = 8


@dataclass(frozen=True)
class Extent:
    """How much was compared, and what of the old runs the new one does not have."""

    compared: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def less(self) -> int:
        """How many things were there before and are not now."""
        return sum(self.lost.values())

    def missing(self) -> str:
        """`1 board, 15 claims`, '' for none."""
        return ", ".join(count(number, noun) for noun, number in self.lost.items() if number)


def extent(before: Loaded, after: Loaded) -> Extent:
    """What can be compared. Of each board its latest old run counts: what an older one had
    besides, that one had given up already."""
    boards = [*dict.fromkeys(before.boards["identity"])]
    now = dict.fromkeys(after.boards["identity"])
    gone = [board for board in boards if board not in now]
    notes = []
    if gone:
        notes.append(f"not in the new run: {_list(gone)}")
    if fresh := [board for board in now if board not in boards]:
        notes.append(f"only in the new run: {_list(fresh)}")
    then = _latest(before)
    ours, theirs = _ranked(then), _ranked(after.results)
    had = {key for key in ours if key[0] in now}
    judged = set(after.results[["identity", "claim"]].itertuples(index=False, name=None))
    compared = {"claim": len(_ranked(before.results) & theirs)}
    lost = {"board": len(gone), "claim": len(had - judged)}
    if had - judged:
        names = sorted({claim for _, claim in had - judged})
        notes.append(f"claims that the new run does not have: {_list(names)}")
    for board in now:
        if board in boards and not any(key[0] == board for key in ours & theirs):
            notes.append(f"nothing was compared on {one_line(board, 60)}")
            lost["board"] += 1
    last = then.groupby("identity")["run_order"].max()
    for noun, (name, keys) in _KEYS.items():
        old, new = getattr(before, name), getattr(after, name)
        both = _of(old, keys) & _of(new, keys)
        compared[noun] = len(both)
        latest = old[old["run_order"] == old["identity"].map(last)]
        fewer = {key for key in _of(latest, keys) - both if key[:2] in theirs}
        lost[noun] = len(fewer)
        if fewer:
            told = sorted({f"{claim}: {what}" for _, claim, what, *_ in fewer})
            notes.append(f"{noun}s that the new run does not have: {_list(told)}")
    return Extent(compared, lost, notes)


def _latest(before: Loaded) -> pd.DataFrame:
    """The results of each board's latest old run."""
    rows = before.results
    last = rows.groupby("identity")["run_order"].transform("max")
    return rows[rows["run_order"] == last]


def _ranked(results: pd.DataFrame) -> set[tuple[Any, ...]]:
    last = results.sort_values("run_order", kind="stable")
    last = last.drop_duplicates(["run", "identity", "claim"], keep="last")
    return _of(
        last[last["outcome"].isin([str(outcome) for outcome in RANKED])], ["identity", "claim"]
    )


def _of(frame: pd.DataFrame, keys: list[str]) -> set[tuple[Any, ...]]:
    return set(frame[keys].itertuples(index=False, name=None))


def _list(names: list[str]) -> str:
    shown = ", ".join(one_line(name, 80) for name in names[:_NAMED])
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
