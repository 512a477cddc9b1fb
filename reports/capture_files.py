"""A capture as a file of other programs: a table, nRF Connect's Power Profiler, Joulescope's UI,
Perfetto.

`.ppk2` is what the Power Profiler of nRF Connect for Desktop saves since version 4: a zip of
`session.raw` (a float32 in µA and 16 bits of digital inputs a sample, little-endian),
`metadata.json` and `minimap.raw` (the overview, in nA over µs). No Power Profiler has opened one of
ours yet. `.jls` is Joulescope's own format, written by its maker's library `pyjls`. The trace is of
the Trace Event Format, which Perfetto and chrome://tracing read.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reports.captures import Description
from reports.neutral import csv_cell
from rig.errors import RigError

Currents = npt.NDArray[np.float64]
PPK2_VERSION = 2
SIGNAL = 1  # of the .jls
MINIMAP = 10_000  # points at most


def write_csv(path: Path, about: Description, current_a: Currents) -> None:
    """Columns time_s, current_a, part and events, a row a sample; empty where none was measured."""
    time_s = np.arange(len(current_a)) * about.interval_s
    part = np.full(len(current_a), "", dtype=object)
    for window in about.windows:
        part[(time_s >= window.start_s) & (time_s < window.end_s)] = window.label
    seen = np.full(len(current_a), "", dtype=object)
    for event in about.events:
        at = round(event.at_s / about.interval_s)
        if 0 <= at < len(seen):
            seen[at] = f"{seen[at]}; {event.name}" if seen[at] else event.name
    table = pd.DataFrame(
        {
            "time_s": time_s.round(9),
            "current_a": current_a,
            "part": part,
            "events": [csv_cell(each) for each in seen],  # a board's words
        }
    )
    table.to_csv(path, index=False)


def write_ppk2(path: Path, about: Description, current_a: Currents) -> None:
    """What was not measured is not a number."""
    frames = np.zeros(len(current_a), dtype=[("current_ua", "<f4"), ("bits", "<u2")])
    frames["current_ua"] = current_a * 1e6
    told = {"samplesPerSecond": 1 / about.interval_s, "startSystemTime": 0}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.raw", frames.tobytes())
        archive.writestr(
            "metadata.json", json.dumps({"metadata": told, "formatVersion": PPK2_VERSION})
        )
        archive.writestr("minimap.raw", json.dumps(_minimap(about.interval_s, current_a)))


def _minimap(interval_s: float, current_a: Currents) -> dict[str, Any]:
    """The overview: lowest and highest of each 2**n samples."""
    folds = 0
    while len(current_a) / 2**folds > MINIMAP:
        folds += 1
    starts = np.arange(0, len(current_a), 2**folds)
    known = np.nan_to_num(current_a * 1e9)
    low, high = np.minimum.reduceat(known, starts), np.maximum.reduceat(known, starts)

    def points(values: Currents) -> list[dict[str, float]]:
        return [
            {"x": float(start * interval_s * 1e6), "y": float(value)}
            for start, value in zip(starts, values, strict=True)
        ]

    return {
        "lastElementFoldCount": 2**folds,
        "data": {"length": len(starts), "min": points(low), "max": points(high)},
        "maxNumberOfElements": MINIMAP,
        "numberOfTimesToFold": folds,
    }


def write_trace(path: Path, about: Description, current_a: Currents) -> None:
    """A counter of the current in mA, a slice a part of the frame, and an instant for each thing
    that a task did; times in µs."""
    process = {"pid": 1, "tid": 1}
    events: list[dict[str, Any]] = [
        {"ph": "M", "name": "process_name", "args": {"name": about.meter or "meter"}, **process}
    ]
    for window in about.windows:
        length = (window.end_s - window.start_s) * 1e6
        start = window.start_s * 1e6
        events.append({"ph": "X", "name": window.label, "ts": start, "dur": length, **process})
    for event in about.events:
        at = event.at_s * 1e6
        events.append({"ph": "i", "s": "p", "name": event.name, "ts": at, **process})
    for number in np.flatnonzero(np.isfinite(current_a)):
        at, value = number * about.interval_s * 1e6, round(float(current_a[number]) * 1e3, 6)
        events.append({"ph": "C", "name": "current", "ts": at, "args": {"mA": value}, **process})
    other = {"source": about.source}
    text = json.dumps({"traceEvents": events, "displayTimeUnit": "ms", "otherData": other})
    path.write_text(text, encoding="utf-8")


def write_jls(path: Path, about: Description, current_a: Currents) -> None:
    """One signal of float32 amperes; the frame's parts and what tasks did as annotations.

    Raises RigError without pyjls. What was not measured is not a number.
    """
    try:
        from pyjls import AnnotationType, DataType, SignalType, Writer
    except ImportError as error:
        raise RigError(".jls needs Joulescope's library", "pip install 'looprig[jls]'") from error
    path.unlink(missing_ok=True)  # it would be written into
    rate = max(round(1 / about.interval_s), 1)
    with Writer(str(path)) as writer:
        writer.source_def(source_id=1, name=about.meter[:200] or "meter", vendor="looprig",
                          model=about.source, version="1", serial_number="-")  # fmt: skip
        writer.signal_def(signal_id=SIGNAL, source_id=1, signal_type=SignalType.FSR,
                          data_type=DataType.F32, sample_rate=rate, name="current",
                          units="A")  # fmt: skip
        writer.fsr_f32(SIGNAL, 0, current_a.astype(np.float32))
        marks = [(each.start_s, each.label) for each in about.windows]
        marks += [(each.at_s, each.name) for each in about.events]
        last = len(current_a) - 1
        for at_s, text in sorted(marks):
            at = min(max(round(at_s / about.interval_s), 0), last)
            writer.annotation(SIGNAL, at, float("nan"), AnnotationType.TEXT, 0, text)


Writer = Callable[[Path, Description, Currents], None]
WRITERS: dict[str, tuple[str, Writer]] = {
    "csv": (".csv", write_csv),
    "ppk2": (".ppk2", write_ppk2),
    "jls": (".jls", write_jls),
    "trace": (".trace.json", write_trace),
}
