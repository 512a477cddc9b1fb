"""Samples behind the measurements, read strictly: a run's directory may be a stranger's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from reports.captures import host_is_fit

MOST_ROWS = 1 << 20
"""Of a file that is read: more is damage, or somebody's hostility."""
COLUMNS = {
    "number": pyarrow.int32(), "step": pyarrow.int32(), "taken": pyarrow.int64(),
    "sample": pyarrow.float64(),
}  # fmt: skip
"""What is read of what rig/samples.py writes: the rest stands in the result's line."""


class SamplesDamaged(ValueError):
    """Samples that cannot be read; the message says why."""


def read(run: Path, relative: str) -> pd.DataFrame:
    """The samples of a result, one a row.

    Raises SamplesDamaged for a path that leaves the run's directory, and for what is no such file.
    """
    try:
        home = run.resolve()
        path = (home / relative).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise SamplesDamaged("have a path that is none") from error
    if not path.is_relative_to(home):
        raise SamplesDamaged("lie outside their run directory")
    try:
        # Without threads, of which a machine may have none to give: the file is none the worse.
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            if file.metadata.num_rows > MOST_ROWS:
                raise SamplesDamaged(f"are more than {MOST_ROWS}")
            table = file.read(list(COLUMNS), use_threads=False).select(list(COLUMNS))
            frame: pd.DataFrame = table.cast(pyarrow.schema(COLUMNS.items())).to_pandas()
            return frame
    except FileNotFoundError as error:
        raise SamplesDamaged("are missing") from error
    except (OSError, KeyError, ValueError, TypeError, pyarrow.ArrowException) as error:
        if isinstance(error, SamplesDamaged):
            raise
        host_is_fit(error)
        raise SamplesDamaged("cannot be read as Parquet with their columns") from error
