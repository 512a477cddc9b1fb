"""A capture as a file of other programs: a table, nRF Connect's Power Profiler, Perfetto.

`.ppk2` is what the Power Profiler of nRF Connect for Desktop saves since version 4: a zip of
`session.raw` (a float32 in µA and 16 bits of digital inputs a sample, little-endian),
`metadata.json` and `minimap.raw` (the overview, in nA over µs). No Power Profiler has opened one of
ours yet. The trace is of the Trace Event Format, which Perfetto and chrome://tracing read.
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

Currents = npt.NDArray[np.float64]
PPK2_VERSION = 2
MINIMAP = 10_000  # points at most


def write_csv(path: Path, about: Description, current_a: Currents) -> None:
    """Columns time_s, current_a and part, a row a sample; empty where none was measured."""
    time_s = np.arange(len(current_a)) * about.interval_s
    part = np.full(len(current_a), "", dtype=object)
    for window in about.windows:
        part[(time_s >= window.start_s) & (time_s < window.end_s)] = window.label
    table = pd.DataFrame({"time_s": time_s.round(9), "current_a": current_a, "part": part})
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
    """A counter of the current in mA, and a slice a part of the frame; times in µs."""
    process = {"pid": 1, "tid": 1}
    events: list[dict[str, Any]] = [
        {"ph": "M", "name": "process_name", "args": {"name": about.meter or "meter"}, **process}
    ]
    for window in about.windows:
        length = (window.end_s - window.start_s) * 1e6
        start = window.start_s * 1e6
        events.append({"ph": "X", "name": window.label, "ts": start, "dur": length, **process})
    for number in np.flatnonzero(np.isfinite(current_a)):
        at, value = number * about.interval_s * 1e6, round(float(current_a[number]) * 1e3, 6)
        events.append({"ph": "C", "name": "current", "ts": at, "args": {"mA": value}, **process})
    other = {"source": about.source}
    text = json.dumps({"traceEvents": events, "displayTimeUnit": "ms", "otherData": other})
    path.write_text(text, encoding="utf-8")


Writer = Callable[[Path, Description, Currents], None]
WRITERS: dict[str, tuple[str, Writer]] = {
    "csv": (".csv", write_csv),
    "ppk2": (".ppk2", write_ppk2),
    "trace": (".trace.json", write_trace),
}
