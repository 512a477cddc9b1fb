"""Where a history of runs broke: what changed, the last run before and the first one after.

The run that parts a series best is found by the greatest step between the means of its two parts,
and is said to part it if in shuffled series so great a step is rare (scipy's permutation test):
no distribution is assumed, only that without a change one order of runs is as likely as another.
Each part is asked again. As E-divisive does (Matteson and James; Hunter, arXiv 2301.03034).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from reports.changes import KEYS, last_of
from reports.effects import Array
from reports.loading import Loaded
from reports.matrix import state_of
from reports.neutral import one_line
from reports.units import quantity, signed
from reports.verdicts import named

FEWEST = 8
"""Runs: of fewer, no order is rare enough."""
_WRONG = 0.05  # of the steps that are told
_SHUFFLES = 9999
_EDGE = 2  # a single run at an end is no step


@dataclass(frozen=True)
class Step:
    """What is otherwise from one run on."""

    board: str
    claim: str
    what: str  # empty of an outcome
    before: str
    after: str
    change: float | None  # relative
    last_before: str
    first_after: str

    def sentence(self) -> str:
        """In one line, every text safe to print."""
        what = f" {one_line(self.what)}" if self.what else ""
        by = f" ({signed(self.change)})" if self.change is not None else ""
        return (
            f"since {one_line(self.first_after)} (last before it: {one_line(self.last_before)}): "
            f"{one_line(self.claim)} on {one_line(self.board)}:{what} {self.before} → "
            f"{self.after}{by}"
        )


def steps(loaded: Loaded, threshold: float) -> list[Step]:
    """Outcomes that changed once and stayed so, then figures that stepped by more than
    `threshold`."""
    return [*_outcomes(loaded), *_figures(loaded, threshold)]


def _outcomes(loaded: Loaded) -> list[Step]:
    found = []
    for (board, claim), rows in last_of(loaded.results, ["identity", "claim"]).items():
        states = [state_of(row["outcome"], row["expected_divergence"], False).name for row in rows]
        turns = [at for at in range(1, len(states)) if states[at] != states[at - 1]]
        if len(turns) == 1:
            was, now = rows[turns[0] - 1], rows[turns[0]]
            words = (was["outcome"], now["outcome"])
            found.append(Step(board, claim, "", *words, None, was["run"], now["run"]))
    return found


def _figures(loaded: Loaded, threshold: float) -> list[Step]:
    """Level by level: all series, then both parts of those that broke, and so on."""
    series = [
        (key, rows)
        for key, rows in last_of(loaded.measurements, KEYS).items()
        if len(rows) >= FEWEST
    ]
    found = []
    while series:
        splits = [_split(np.array([row["median"] for row in rows])) for _, rows in series]
        broke, _ = named([p for _, p in splits], _WRONG)
        parts: list[tuple[tuple[Any, ...], list[dict[str, Any]]]] = []
        for (key, rows), (at, _), sure in zip(series, splits, broke, strict=True):
            if not sure:
                continue
            sides = (rows[:at], rows[at:])
            means = [float(np.mean([row["median"] for row in side])) for side in sides]
            change = means[1] / means[0] - 1 if min(means) > 0 else None
            if change is None or abs(change) > threshold:
                was, now = (quantity(mean, key[3]) for mean in means)
                runs = (rows[at - 1]["run"], rows[at]["run"])
                found.append(Step(key[0], key[1], key[2], was, now, change, *runs))
            parts += [(key, side) for side in sides if len(side) >= FEWEST]
        series = parts
    return found


def _split(values: Array) -> tuple[int, float]:
    """(where the second part begins, the chance of such a step in any order)."""
    scaled = np.log(values) if values.min() > 0 else values
    if np.ptp(scaled) == 0:
        return 0, 1.0
    p = stats.permutation_test(
        (scaled,), lambda x, axis=-1: _curve(x, axis).max(axis=axis), vectorized=True,
        permutation_type="pairings", alternative="greater", n_resamples=_SHUFFLES,
        batch=1000, rng=np.random.default_rng(0),
    ).pvalue  # fmt: skip
    return _EDGE + int(_curve(scaled, -1).argmax()), float(p)


def _curve(values: Array, axis: int) -> Array:
    """By how many standard errors the parts before and after each run differ, up to a factor."""
    values = np.moveaxis(values, axis, -1)
    count = values.shape[-1]
    before = np.arange(_EDGE, count - _EDGE + 1)
    sums = np.cumsum(values, axis=-1)[..., before - 1]
    whole = values.sum(axis=-1, keepdims=True)
    off: Array = np.abs(sums - whole * before / count) / np.sqrt(before * (count - before))
    return off
