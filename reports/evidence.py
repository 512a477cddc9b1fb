"""The evidence behind a cell, ready to be shown: every text visible, every number with its unit.

The pages' script puts these texts into the page as text, never as markup.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from reports import captures
from reports.matrix import Cell
from reports.neutral import link, visible
from reports.units import interval, percent, quantity, ratio
from rig.results import ExecutionRecord, Measurement, PowerRecord, Result

MAX_EVENTS = 400
MAX_TEXT = 20_000
MAX_DATA = 400


def evidence(result: Result, cell: Cell, directory: Path) -> dict[str, Any]:
    """One result as the page's script shows it. Captures are read here."""
    known = result.expectation
    return {
        "claim": visible(result.claim),
        "board": visible(cell.board),
        "run": visible(cell.run),
        "state": cell.state.name,
        "mark": cell.state.mark,
        "word": cell.state.word,
        "tag": cell.state.tag,
        "level": result.level,
        "required": _text(result.required),
        "expected": _text(result.expected),
        "actual": _text(result.actual),
        "why": _text(result.why),
        "known": {"reason": _text(known.reason), "link": link(known.link)} if known else None,
        "when": visible(result.started),
        "on": visible(result.judged_on),
        "took": quantity(result.duration_s, "s"),
        "checks": [
            [check.held, _text(check.check), _text(check.values), check.line]
            for check in result.checks
        ],
        "executions": [_execution(record) for record in result.executions],
        "power": [_power(record, directory) for record in result.power],
        "measurements": [_measurement(record) for record in result.measurements],
    }


def script_json(value: object) -> str:
    """JSON that may stand within a `<script>` element, whatever the board printed."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _text(text: str) -> str:
    text = visible(text)
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}\n… {len(text) - MAX_TEXT} characters more in results.jsonl"


def _data(data: list[Any]) -> str:
    text = visible(", ".join(map(repr, data)))
    return text if len(text) <= MAX_DATA else text[:MAX_DATA] + "…"


def _execution(record: ExecutionRecord) -> dict[str, Any]:
    left_out = max(0, len(record.events) - MAX_EVENTS) + record.events_dropped
    facts = [
        ("ended", f"{record.ended}{': ' + record.how if record.how else ''}"),
        ("reset", quantity(record.reset_s, "s")),
        ("upload", quantity(record.upload_s, "s")),
        ("run", quantity(record.run_s, "s")),
        ("sent", quantity(record.bytes_sent, "B")),
        ("received", quantity(record.bytes_received, "B")),
    ]
    return {
        "device_test": visible(record.device_test),
        "facts": [[name, _text(value)] for name, value in facts],
        "events": [
            [f"{event.us / 1000:.3f}", visible(event.name), _data(event.data)]
            for event in record.events[:MAX_EVENTS]
        ],
        "events_left_out": left_out,
        "output": _text(record.output),
        "output_dropped": record.output_dropped,
        "traceback": _text(record.traceback),
        "damage": [_text(line) for line in record.damage],
        "recovery": [_text(line) for line in record.recovery],
    }


def _power(record: PowerRecord, directory: Path) -> dict[str, Any]:
    amperes = partial(quantity, unit="A")
    s = record.systematic

    def off(value: float | None, shown: Callable[[float], str]) -> str:
        return "not stated" if value is None else f"± {shown(value)}"

    def within(value: float | None) -> str:
        return "" if value is None else f" ± {amperes(value)} (instrument)"

    facts = [
        ("class", record.kind),
        (
            "R, 95 % interval",
            f"{ratio(record.ratio.value)} [{ratio(record.ratio.low)}, {ratio(record.ratio.high)}]",
        ),
        ("R, the instrument's own error", off(s.ratio if s else None, ratio)),
        ("current, mean", amperes(record.window_a) + within(s.window_a if s else None)),
        *([("current over whole periods", _periods(record, amperes))] if record.period_a else []),
        *([("budget", visible(record.budget.told))] if record.budget else []),
        ("floor", amperes(record.floor_a) + within(s.floor_a if s else None)),
        ("busy", amperes(record.busy_a) + within(s.busy_a if s else None)),
        ("ranges of the instrument", f"{s.ranges}" if s else "not stated"),
        ("its accuracy", visible(s.basis) if s else "not stated: see docs/meters.md"),
        ("active fraction", percent(record.active_fraction)),
        ("wake rate", quantity(record.wake_rate_hz, "Hz")),
        ("charge", quantity(record.charge_c, "C")),
        ("duration", quantity(record.duration_s, "s")),
        ("drift", amperes(record.drift_a)),
        ("noise", amperes(record.noise_a)),
        ("contrast", f"{record.contrast:.3g}"),
        ("attempts", str(record.attempts)),
        ("meter", visible(record.meter) or "–"),  # noqa: RUF001
    ]
    if record.supply_v is not None:
        behind = [name for name, _ in facts].index("charge") + 1
        facts.insert(behind, ("energy", quantity(record.charge_c * record.supply_v, "J")))
        facts.insert(behind + 1, ("supply", quantity(record.supply_v, "V")))
    chart: dict[str, Any] | None = None
    fault = ""
    if record.capture:
        try:
            chart = captures.read(directory, record.capture).as_json()
            for window in chart["windows"]:
                window["label"] = visible(window["label"])
            for event in chart["events"]:
                event["name"] = visible(event["name"])
            chart["meter"] = visible(chart["meter"])
        except captures.CaptureDamaged as error:
            fault = f"The capture {visible(record.capture)} {error}."
    return {
        "wait": _text(record.wait),
        "source": record.source,
        "facts": [list(fact) for fact in facts],
        "chart": chart,
        "fault": fault,
    }


def _periods(record: PowerRecord, amperes: Callable[[float], str]) -> str:
    assert record.period_a
    low, high = amperes(record.period_a.low), amperes(record.period_a.high)
    return f"{amperes(record.period_a.value)} [{low}, {high}] at {record.asked_hz:g} Hz"


def _measurement(record: Measurement) -> list[str]:
    unit = visible(record.unit)
    return [
        visible(record.name),
        quantity(record.median, unit),
        interval(record.low, record.high, unit),
        quantity(record.p99, unit),
        quantity(record.maximum, unit),
        str(record.n),
    ]
