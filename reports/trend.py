"""How one board went from run to run: outcomes, classes, currents, latencies."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports.loading import Loaded
from reports.matrix import STATES, state_of
from reports.units import difference, quantity, signed
from reports.views import records

MAX_RUNS = 40  # runs listed on a page; the rest is in the CSV files
MAX_POINTS = 120  # points of a line
Row = dict[str, Any]


def trends(loaded: Loaded) -> dict[str, Row]:
    """Board -> its history, for boards with more than one run."""
    runs = loaded.runs.set_index("run")
    several = loaded.boards.groupby("board")["run"].nunique()
    power = dict(list(loaded.power.groupby("board", sort=False)))
    measured = dict(list(loaded.measurements.groupby("board", sort=False)))
    identities = dict(list(loaded.boards.groupby("board", sort=False)))
    made = {}
    for board, results in loaded.results.groupby("board", sort=False):
        if several[board] < 2:
            continue
        ordered = results.drop_duplicates(["run", "claim"], keep="last")
        ordered = ordered.sort_values("run_order", kind="stable")
        made[str(board)] = {
            "runs": _runs(ordered, identities[board], runs),
            "changed": _changed(ordered),
            "power": _lines(power.get(board), "wait", "window_a", "A"),
            "latency": _lines(measured.get(board), "measurement", "median", None),
        }
    return made


def _state_names(results: pd.DataFrame) -> pd.Series[str]:
    columns = ("outcome", "expected_divergence", "now_conforms")
    values = zip(*(results[column] for column in columns), strict=True)
    return pd.Series([state_of(*value).name for value in values], index=results.index)


def _runs(results: pd.DataFrame, boards: pd.DataFrame, runs: pd.DataFrame) -> Row:
    """The latest runs, newest first, each with its counts."""
    counts = pd.crosstab(results["run_order"], _state_names(results))
    counts = counts.sort_index(ascending=False)
    names = dict(zip(boards["run_order"], boards["run"], strict=True))
    versions = dict(zip(boards["run_order"], boards["version"], strict=True))
    listed = []
    for order, row in counts.head(MAX_RUNS).iterrows():
        run = names[order]
        parts = [
            {"state": STATES[name], "count": int(row[name])} for name in STATES if row.get(name, 0)
        ]
        listed.append(
            {
                "run": run,
                "started": str(runs.at[run, "started"]),
                "version": versions[order],
                "overlay": str(runs.at[run, "overlay"]),
                "parts": parts,
                "total": int(row.sum()),
            }
        )
    return {"listed": listed, "total": len(counts)}


def _changed(results: pd.DataFrame) -> list[Row]:
    """Claims whose outcome was not always the same: what it is, since when, what before."""
    state = _state_names(results)
    frame = results.assign(state=state)
    kinds = frame.groupby("claim")["state"].nunique()
    changed = []
    for claim, history in frame[frame["claim"].isin(kinds[kinds > 1].index)].groupby("claim"):
        turns = history["state"].ne(history["state"].shift())
        steps = history[turns]
        changed.append(
            {
                "claim": str(claim),
                "now": STATES[steps["state"].iloc[-1]],
                "since": steps["run"].iloc[-1],
                "before": STATES[steps["state"].iloc[-2]],
                "changes": len(steps) - 1,
                "runs": len(history),
            }
        )
    order = {name: rank for rank, name in enumerate(STATES)}
    return sorted(changed, key=lambda row: order[row["now"].name])


def _lines(frame: pd.DataFrame | None, name: str, value: str, unit: str | None) -> list[Row]:
    """A small line a quantity, with its first and last value."""
    if frame is None:
        return []
    lines = []
    keys = ["claim", name, "occurrence"]
    for _, group in frame.sort_values("run_order", kind="stable").groupby(keys, sort=False):
        values = group[value].dropna()
        if len(values) < 2:
            continue
        shown = unit or group["unit"].iloc[-1]
        first, last = float(values.iloc[0]), float(values.iloc[-1])
        row = records(group.tail(1))[0]
        lines.append(
            {
                "claim": row["claim"],
                "name": row[name],
                "line": sparkline(values.tolist()),
                "first": quantity(first, shown),
                "last": quantity(last, shown),
                "change": _change(group, first, last, shown),
                "kind": row.get("kind", ""),
                "source": row.get("source", ""),
                "runs": len(values),
            }
        )
    return lines


def _change(rows: pd.DataFrame, first: float, last: float, unit: str) -> str:
    """From the first to the last: relative, but between numbers that may be zero or of either
    sign, where no relation means anything, by how much."""
    ends = rows.iloc[[0, -1]]
    around_zero = "low" in ends and bool(((ends["low"] <= 0) & (ends["high"] >= 0)).any())
    if around_zero or first * last <= 0:
        by = last - first
        return difference(by, unit) if by else ""
    return signed(last / first - 1)


def sparkline(values: list[float], width: int = 150, height: int = 28) -> Markup:
    """A line of the values from zero up, thinned by the highest of each stretch."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) > MAX_POINTS:
        bucket = -(-len(finite) // MAX_POINTS)
        finite = [max(finite[at : at + bucket]) for at in range(0, len(finite), bucket)]
    low, high = min(0.0, *finite), max(finite)
    span = (high - low) or 1.0
    step = (width - 6) / max(1, len(finite) - 1)
    points = [
        (3 + number * step, height - 4 - (value - low) / span * (height - 8))
        for number, value in enumerate(finite)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    last_x, last_y = points[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<polyline points="{path}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    ).format(w=width, h=height, path=path, x=last_x, y=last_y)
