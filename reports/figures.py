"""The figures that two sides of runs have in common, run by run: latencies, costs, currents."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np

from reports.changes import HIGHER_IS_BETTER, KEYS, UNSTATED, WAITS, pairs
from reports.effects import Array, Side
from reports.loading import Loaded
from reports.verdicts import Figure, of_samples
from rig.distribution import HOST_SPEED
from rig.results import HOSTS

_STREAK = 2  # more runs of a side than that, one after the other, and what drifts reaches one alone
_NORMAL = 1.96  # half a 95 % interval in standard errors
Row = dict[str, Any]


def figures(old: Loaded, new: Loaded, whole: Loaded, turns: dict[str, bool]) -> list[Figure]:
    """All that both sides have; `whole` reads the samples of either; `turns` is of `by_turns`."""
    return [*_latencies(old, new, whole, turns), *_currents(old, new)]


def by_turns(old: Loaded, new: Loaded) -> dict[str, bool]:
    """Board -> whether its old and new runs were made by turns, so that what drifts with time
    reaches both alike."""
    said: dict[str, bool] = {}
    times = {
        run: when for side in (old, new)
        for run, when in zip(side.runs["run"], side.runs["when"], strict=True)
    }  # fmt: skip
    for board in {*new.boards["identity"]} & {*old.boards["identity"]}:
        sides = [
            (times[run], which)
            for which, side in enumerate((old, new))
            for run in side.boards.loc[side.boards["identity"] == board, "run"].unique()
        ]
        order = "".join(str(which) for _, which in sorted(sides))
        long = any(str(which) * (_STREAK + 1) in order for which in (0, 1))
        said[board] = not long and min(order.count("0"), order.count("1")) > 1
    return said


def _latencies(old: Loaded, new: Loaded, whole: Loaded, turns: dict[str, bool]) -> Iterator[Figure]:
    joined = [side.measurements.reset_index(names="row") for side in (old, new)]
    ours = {*old.runs["run"], *new.runs["run"]}
    samples = whole.samples(whole.measurements[whole.measurements["run"].isin(ours)])
    samples = samples[np.isfinite(samples["sample"])]  # a stranger's may be anything
    taken: dict[Hashable, Array] = {
        row: part.to_numpy() for row, part in samples.groupby("row", sort=False)["sample"]
    }
    hosted = {
        board for side in (old, new)
        for board, platform in zip(side.boards["identity"], side.boards["platform"], strict=True)
        if platform in HOSTS
    }  # fmt: skip
    for key, before, after in pairs(joined[0], joined[1], KEYS):
        board, claim, what, unit, _ = key
        runs = [[taken.get(row["row"]) for row in side] for side in (before, after)]
        kept = ([run for run in runs[0] if run is not None], [r for r in runs[1] if r is not None])
        step = 0.0
        if (len(kept[0]), len(kept[1])) == (len(before), len(after)):
            was, now, step = of_samples(*kept, unit, _resolution([*before, *after], unit))
        else:  # of a run from before samples were kept
            kept = ([], [])
            was, now = (_of_medians(rows, unit) for rows in (before, after))
        apart = unit == "s" and board in hosted and not turns.get(board, False)
        yield Figure(
            board, claim, what, unit, "latency", was, now, kept, step,
            factor=HOST_SPEED if apart else 1.0, higher_is_better=unit in HIGHER_IS_BETTER,
        )  # fmt: skip


def _resolution(rows: list[Row], unit: str) -> float:
    """Of a plain number, such as a fitted exponent, what its measurement cannot tell apart: the
    interval of a single one is nothing else."""
    if unit != "1":
        return 0.0
    return (
        float(max((row["high"] - row["median"] for row in rows if row["n"] == 1), default=0.0)) / 2
    )


def _of_medians(rows: list[Row], unit: str) -> Side:
    values = np.array([row["median"] for row in rows])
    within = 0.0 if unit == "1" else np.mean([row["high"] - row["low"] for row in rows]) / 2
    return Side(values, float(within) / _NORMAL, _resolution(rows, unit))


def _currents(old: Loaded, new: Loaded) -> Iterator[Figure]:
    """Mean currents of one instrument in one range, whose gain cancels, or with what the makers
    say that they may be off by."""
    for key, before, after in pairs(old.power, new.power, WAITS):
        board, claim, what, _ = key
        source = after[-1]["source"]
        if any(row["source"] != source for row in (*before, *after)):
            continue  # said of the wait
        alike = source == "modelled" or len(
            {(row["meter"], row["ranges"]) for row in (*before, *after)}
        ) == 1  # fmt: skip
        reach = [
            0.0 if alike else float(np.max([row["window_off_a"] for row in side]))
            for side in (before, after)
        ]
        sides = [_side_of_currents(*pair) for pair in zip((before, after), reach, strict=True)]
        unsure = "" if np.isfinite(reach).all() else UNSTATED
        yield Figure(board, claim, what, "A", "current", sides[0], sides[1], unsure=unsure)


def _side_of_currents(rows: list[Row], off: float) -> Side:
    within = [
        abs((row["ratio_high"] - row["ratio_low"]) / 2 * (row["busy_a"] - row["floor_a"])) / _NORMAL
        for row in rows
    ]
    drift = max(row["drift_a"] for row in rows)
    values = np.array([row["window_a"] for row in rows])
    beyond = drift + (off if np.isfinite(off) else 0.0)
    return Side(values, float(np.nan_to_num(np.mean(within))), float(np.nan_to_num(beyond)))
