"""A capture on disk: Parquet, one column of currents, everything else in its metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rig.meters.samples import Samples
from rig.power.framing import Frame
from rig.power.verdict import Verdict

KEY = b"looprig"


def save(
    path: Path,
    samples: Samples,
    frame: Frame | None,
    verdict: Verdict | None,
    source: str,
    meter: str,
    notes: Sequence[tuple[str, float]] = (),
) -> None:
    """Write column `current_a`, with the interval, the windows, the levels and what the test noted
    of its tasks as metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    windows = [*frame.parts, frame.window] if frame else []
    about = {
        "interval_s": samples.interval_s,
        "windows": [
            {"label": part.label, "start_s": part.start_s, "end_s": part.end_s} for part in windows
        ],
        "busy_a": verdict.busy_a if verdict else None,
        "floor_a": verdict.floor_a if verdict else None,
        "events": [{"name": name, "at_s": at_s} for name, at_s in notes],
        "source": source,
        "meter": meter,
        "overrange": samples.overrange,
        "lost": samples.lost,
        "clipped": samples.clipped,
    }
    table = pa.table({"current_a": samples.current_a.astype("float32")})
    table = table.replace_schema_metadata({KEY: json.dumps(about).encode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")
