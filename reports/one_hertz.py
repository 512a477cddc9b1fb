"""The mean current of an asyncio task that wakes once a second: a table, and a badge in µA.

docs/power.md says how it stands to EEMBC's ULPMark, whose cycle it has.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from reports.badges import GREY, draw
from reports.loading import Loaded
from reports.matrix import Matrix
from reports.units import quantity

Row = dict[str, Any]
LABEL = "asyncio at 1 Hz"
COLOUR = "#1f4f8f"


def rows(loaded: Loaded, table: Matrix) -> list[Row]:
    """Each board's figure of its latest run, the least current first."""
    power = loaded.power
    judged = power[power["result"].isin(table.latest.index) & (power["asked_hz"] == 1.0)]
    found = [row for row in judged.to_dict("records") if math.isfinite(row["period_a"])]
    return [_row(row) for row in sorted(found, key=lambda row: float(row["period_a"]))]


def _row(row: dict[Any, Any]) -> Row:
    supplied = math.isfinite(row["supply_v"])
    off = row["window_off_a"]
    return {
        "board": row["board"],
        "result": row["result"],
        "claim": row["claim"],
        "source": row["source"],
        "period_a": row["period_a"],
        "current": microamperes(row["period_a"]),
        "interval": f"{microamperes(row['period_low_a'])} … {microamperes(row['period_high_a'])}",
        "off": f"± {microamperes(off)}" if math.isfinite(off) else "",
        "energy": quantity(row["period_a"] * row["supply_v"], "J") if supplied else "",
    }


def microamperes(current_a: float) -> str:
    """In µA, four digits of it, whatever its size: figures of one unit can be set side by side."""
    if not math.isfinite(current_a):
        return "–"  # noqa: RUF001
    value = current_a * 1e6
    behind = 3 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, behind):.{max(0, behind)}f} µA"


def write_badges(loaded: Loaded, table: Matrix, out: Path) -> None:
    """badge-1hz.svg and badge-1hz.json, an endpoint of shields.io: one board's figure, or the range
    of all of them. A modelled current says so."""
    found = rows(loaded, table)
    text = "not measured"
    if found:
        least, most = found[0], found[-1]
        text = least["current"]
        if len(found) > 1 and most["current"] != least["current"]:
            text = f"{least['current']} to {most['current']}"
        if any(row["source"] == "modelled" for row in found):
            text += ", modelled"
    colour = COLOUR if found else GREY
    (out / "badge-1hz.svg").write_text(draw(LABEL, text, colour), encoding="utf-8")
    endpoint = {"schemaVersion": 1, "label": LABEL, "message": text, "color": colour.lstrip("#")}
    (out / "badge-1hz.json").write_text(json.dumps(endpoint, ensure_ascii=False), encoding="utf-8")
