"""What the pages show, as plain values: the templates lay out and do not compute."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from reports.loading import Loaded
from reports.matrix import STATES, URGENT, Cell, Matrix, verdicts
from reports.neutral import link, one_line
from reports.units import interval, percent, quantity, ratio

Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """The frame's rows as dicts by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def slug(board: str, taken: set[str]) -> str:
    """A file name for a board's page, whatever it is called."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", board.lower()).strip("-")[:60]
    if plain != board or plain in taken:
        plain = f"{plain}-{hashlib.sha256(board.encode()).hexdigest()[:6]}".lstrip("-")
    taken.add(plain)
    return plain


def tiles(table: Matrix) -> list[Row]:
    """Counts by state; the first three even where there are none."""
    shown = []
    for name, state in sorted(STATES.items(), key=lambda item: _TILES.index(item[0])):
        number = table.counts.get(name, 0)
        if number or name in _TILES[:3]:
            shown.append({"state": state, "count": number})
    return shown


_TILES = (
    "conforms", "diverges", "crashed", "now-conforms", "diverges-expected", "crashed-expected",
    "inconclusive", "errored", "unsupported", "unmeasured", "absent", "not-chosen",
)  # fmt: skip


def board_cards(loaded: Loaded, table: Matrix) -> list[Row]:
    """Each board as it last identified itself, and how it did."""
    taken: set[str] = set()
    last = loaded.boards.sort_values("run_order", kind="stable").drop_duplicates(
        "board", keep="last"
    )
    by_board = {row["board"]: row for row in records(last)}
    cells: dict[str, dict[str, int]] = {}
    for cell in table.cells():
        counts = cells.setdefault(cell.board, {})
        counts[cell.state.name] = counts.get(cell.state.name, 0) + 1
    started = dict(zip(loaded.runs["run"], loaded.runs["started"], strict=True))
    runs = loaded.boards.groupby("board")["run"].nunique().to_dict()
    with_meter = loaded.boards[loaded.boards["meter"] != ""]
    with_meter = with_meter.sort_values("run_order", kind="stable")
    meters = dict(zip(with_meter["board"], with_meter["meter"], strict=True))
    cards = []
    for board in table.boards:
        row = by_board[board]
        counts = cells.get(board, {})
        good, judged = verdicts(counts)
        cards.append(
            {
                **row,
                "label": board,
                "page": f"boards/{slug(board, taken)}.html",
                "good": good,
                "judged": judged,
                "parts": [
                    {"state": STATES[name], "count": counts[name]}
                    for name in _TILES
                    if name in counts
                ],
                "unexpected": sum(counts.get(name, 0) for name in URGENT[:4]),
                "started": started.get(row["run"], ""),
                "runs": runs.get(board, 0),
                "meter_before": meters.get(board, ""),
            }
        )  # fmt: skip
    return cards


def attention(table: Matrix, names: tuple[str, ...]) -> list[Row]:
    """The cells in the given states, the most urgent first, with what was seen.

    Boards on which a claim went the same way stand together, in `cells` and `boards`.
    """
    grouped: dict[tuple[str, ...], Row] = {}
    for cell in table.cells():
        if cell.state.name in names:
            entry = told(cell, table.row(cell))
            key = (cell.claim, cell.state.name, entry["seen"], entry["reason"])
            group = grouped.setdefault(key, {**entry, "cells": [], "boards": []})
            group["cells"].append(cell)
            group["boards"].append(cell.board)
    return list(grouped.values())


def told(cell: Cell, row: Row) -> Row:
    """A cell in a sentence: what was seen, or why there is no verdict."""
    seen = row["why"] or row["actual"]
    if cell.state.name in ("diverges", "crashed") and row["actual"]:
        seen = row["actual"]
    # A claim without words of its own for what it expects repeats its sentence.
    expects = row["expected"] != row["required"] and seen == row["actual"]
    return {
        "cell": cell,
        "claim": cell.claim,
        "board": cell.board,
        "required": str(row["required"]),
        "seen": one_line(str(seen), 240),
        "wanted": one_line(row["expected"], 240) if expects else "",
        "level": row["level"],
        "reason": str(row["reason"]),
        "link": link(str(row["link"])),
    }


def power_groups(loaded: Loaded, table: Matrix) -> list[Row]:
    """Waits, each with the boards it was measured on side by side."""
    rows = loaded.power[loaded.power["result"].isin(table.latest.index)]
    groups: dict[tuple[str, str], Row] = {}
    for row in records(rows):
        group = groups.setdefault(
            (row["claim"], row["wait"]),
            {"claim": row["claim"], "wait": row["wait"], "rows": []},
        )
        group["rows"].append(power_row(row))
        group["supplied"] = group.get("supplied", False) or math.isfinite(row["supply_v"])
    return list(groups.values())


def power_row(row: Row) -> Row:
    """One judged wait, formatted."""
    watts = row["window_a"] * row["supply_v"]
    return {
        "result": row["result"],
        "run": row["run"],
        "claim": row["claim"],
        "wait": row["wait"],
        "board": row["board"],
        "kind": row["kind"],
        "source": row["source"],
        "ratio": ratio(row["ratio"]),
        "interval": f"{ratio(row['ratio_low'])} … {ratio(row['ratio_high'])}",
        "at": _share(row["ratio"]),
        "from": _share(row["ratio_low"]),
        "to": _share(row["ratio_high"]),
        "window": quantity(row["window_a"], "A"),
        "off": off(row),
        "range": interval(row["floor_a"], row["busy_a"], "A"),
        "active": percent(row["active_fraction"]),
        "wake_rate": quantity(row["wake_rate_hz"], "Hz"),
        "charge": quantity(row["charge_c"], "C"),
        "energy": quantity(row["energy_j"], "J"),
        "power": quantity(watts, "W"),
        "window_a": row["window_a"],
        "busy_a": row["busy_a"],
        "capture": bool(row["capture"]),
    }


def off(row: Mapping[Any, Any]) -> str:
    """What the instrument itself may be off by in a mean current, "" where that is not stated: it
    stands apart from the interval of R, which holds for any instrument that is off alike."""
    value = row["window_off_a"]
    return f"± {quantity(value, 'A')}" if math.isfinite(value) else ""


def _share(value: float) -> float:
    """A place on a bar in percent, kept on it."""
    return round(min(max(value, 0.0), 1.0) * 100, 2) if math.isfinite(value) else 0.0


def latency_groups(loaded: Loaded, table: Matrix) -> list[Row]:
    """Measurements by claim, each with the boards side by side on one scale."""
    rows = loaded.measurements[loaded.measurements["result"].isin(table.latest.index)]
    sentences = {line.claim: line.required for chapter in table.chapters for line in chapter.lines}
    claims: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for row in records(rows):
        claims.setdefault(row["claim"], {}).setdefault(
            (row["measurement"], row["unit"]), []
        ).append(row)
    return [
        {
            "claim": claim,
            "required": sentences.get(claim, ""),
            "measurements": [
                {"name": name, "rows": [_latency_row(row, _scale(rows)) for row in rows]}
                for (name, _), rows in measured.items()
            ],
        }
        for claim, measured in claims.items()
    ]  # fmt: skip


def beyond(row: Row) -> bool:
    """Whether the interval of the median reaches past every sample: what they cannot show (the
    clock's resolution, the host's load) widened it."""
    return bool(row["high"] > row["maximum"])


def _latency_row(row: Row, scale: tuple[float, float, bool]) -> Row:
    unit = row["unit"]
    return {
        "result": row["result"],
        "board": row["board"],
        "n": row["n"],
        "median": quantity(row["median"], unit),
        "interval": interval(row["low"], row["high"], unit),
        "widened": beyond(row),
        "p99": quantity(row["p99"], unit),
        "maximum": quantity(row["maximum"], unit),
        "places": {
            key: _place(row[key], scale) for key in ("low", "median", "high", "p99", "maximum")
        },
    }


def _scale(rows: list[Row]) -> tuple[float, float, bool]:
    """Lowest and highest value of a chart, and whether it is logarithmic."""
    values = [row[key] for row in rows for key in ("low", "median", "high", "maximum")]
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    logarithmic = low > 0 and high > 10 * low
    return (low if logarithmic else min(low, 0.0)), high, logarithmic


def _place(value: float, scale: tuple[float, float, bool]) -> float:
    low, high, logarithmic = scale
    if not math.isfinite(value) or high <= low:
        return 0.0
    if logarithmic:
        share = math.log(max(value, low) / low) / math.log(high / low)
    else:
        share = (value - low) / (high - low)
    return round(min(max(share, 0.0), 1.0) * 100, 2)
