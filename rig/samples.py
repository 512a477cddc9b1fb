"""Samples: every number behind a measurement, beside the result that keeps its summary.

One Parquet file a result, `samples/<board>.<claim>.parquet`; its columns are in docs/reports.md.
A summary decides a median and cannot be asked again; the tail of a distribution needs its samples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rig.results import Measurement

FOLDER = "samples"
MOST = 4096
"""Samples of one distribution that are kept: of more, every second, third, … in their order. A
share of late samples of 1 in 100 is known from so many to 0.16 percentage points (one standard
error of a binomial, sqrt(0.01 · 0.99 / 4096)), and a distribution takes 32 KB at most."""
COLUMNS = {"number": "int32", "measurement": "string", "unit": "string", "taken": "int64",
           "step": "int32", "sample": "double"}  # fmt: skip


def place(board: str, claim: str, repeat: int = 0) -> str:
    """Where a result's samples lie within its run directory."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", f"{board}.{claim}")
    return f"{FOLDER}/{name}{f'.{repeat}' if repeat else ''}.parquet"


def thinned(samples: Sequence[float]) -> tuple[int, list[float]]:
    """(step, samples): at most MOST of them, every `step`-th."""
    step = max(1, -(-len(samples) // MOST))
    return step, list(samples[::step])


def save(
    path: Path, measurements: Sequence[Measurement], taken: Mapping[int, Sequence[float]]
) -> None:
    """Write the samples of a result: `taken` has those of each measurement, by its place among
    them. Raises OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for number, samples in taken.items():
        step, kept = thinned(samples)
        about = measurements[number]
        for sample in kept:
            row = (number, about.name, about.unit, len(samples), step, sample)
            for name, value in zip(COLUMNS, row, strict=True):
                columns[name].append(value)
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in COLUMNS.items()])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.new")  # a kill leaves no half file under its name
    pq.write_table(pa.table(columns, schema=schema), part, compression="zstd")
    part.replace(path)
