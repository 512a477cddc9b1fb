"""Captures: read strictly, drawn from an envelope.

A chart of 100 000 samples is as good from the lowest and highest sample of each thousandth of
it, and costs a page 2 000 numbers. No spike is lost: an extreme of the capture is an extreme of
its bucket.
"""

from __future__ import annotations

import errno
import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.parquet
from pydantic import BaseModel, Field, ValidationError

MAX_POINTS = 2000
MAX_SAMPLES = 50_000_000  # half an hour at 25 kHz; more is damage, and would not fit in memory
ROOM = 1 << 30
"""Bytes of addresses that Arrow takes for its first allocation."""
_KEY = b"looprig"


class CaptureDamaged(ValueError):
    """A capture that cannot be drawn; the message says why."""


class Window(BaseModel):
    """A labelled interval of a capture, in seconds since its first sample."""

    label: str
    start_s: float = Field(allow_inf_nan=False)
    end_s: float = Field(allow_inf_nan=False)


class Noted(BaseModel):
    """What a task did, and when: seconds since the first sample."""

    name: str
    at_s: float = Field(allow_inf_nan=False)


class Description(BaseModel):
    """What the capture's file says of itself, under the Parquet metadata key `looprig`."""

    interval_s: float = Field(gt=0, allow_inf_nan=False)
    windows: list[Window] = []
    events: list[Noted] = []
    busy_a: float | None = None
    floor_a: float | None = None
    source: Literal["modelled", "measured"]
    meter: str = ""


@dataclass(frozen=True)
class Envelope:
    """A capture as drawn: `low` and `high` in amperes, one pair for `step_s` seconds each."""

    description: Description
    samples: int
    out_of_range: int
    step_s: float
    low: list[float | None]
    high: list[float | None]

    def as_json(self) -> dict[str, Any]:
        """For the page's script."""
        return {
            **self.description.model_dump(),
            "samples": self.samples,
            "out_of_range": self.out_of_range,
            "step_s": self.step_s,
            "low": self.low,
            "high": self.high,
        }


def _place(directory: Path, relative: str) -> Path:
    """The capture's file; a path that leaves the run directory is refused."""
    home = directory.resolve()
    try:
        path = (home / relative).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise CaptureDamaged("has a path that is none") from error
    if not path.is_relative_to(home):
        raise CaptureDamaged("lies outside its run directory")
    return path


def fault(directory: Path, relative: str) -> str:
    """What a look at the file's ends shows to be wrong with a capture, or nothing."""
    try:
        with _place(directory, relative).open("rb") as file:
            head = file.read(4)
            size = file.seek(0, 2)
            file.seek(max(0, size - 4))
            tail = file.read(4)
    except FileNotFoundError:
        return "is missing"
    except CaptureDamaged as error:
        return str(error)
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return "" if head == tail == b"PAR1" and size > 12 else "is cut off"


def host_is_fit(error: Exception) -> None:
    """Raises OSError where this machine, and not the file, is what Arrow could not read with."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
        raise error
    if isinstance(error, MemoryError):  # or the file asks for more than any has
        mmap.mmap(-1, ROOM).close()


def read(directory: Path, relative: str, points: int = MAX_POINTS) -> Envelope:
    """The envelope of a run's capture, of at most `points` numbers.

    Raises CaptureDamaged.
    """
    description, current = samples(_place(directory, relative))
    return envelope(current, description, points)


def samples(path: Path) -> tuple[Description, npt.NDArray[np.float64]]:
    """What a capture says of itself, and its currents in amperes, shape (n,), NaN where the meter
    could not measure.

    Raises CaptureDamaged.
    """
    try:
        # Without threads, of which a machine may have none to give: the file is none the worse.
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            if file.metadata.num_rows > MAX_SAMPLES:
                raise CaptureDamaged(f"holds more than {MAX_SAMPLES} samples")
            metadata = file.schema_arrow.metadata or {}
            column = file.read(["current_a"], use_threads=False).column("current_a")
            current = column.to_numpy().astype(np.float64, copy=False)
    except FileNotFoundError as error:
        raise CaptureDamaged("is missing") from error
    except CaptureDamaged:
        raise
    except (OSError, KeyError, ValueError, TypeError, pyarrow.ArrowException) as error:
        host_is_fit(error)
        raise CaptureDamaged("cannot be read as Parquet with a column current_a") from error
    try:
        description = Description.model_validate(json.loads(metadata[_KEY]))
    except KeyError as error:
        raise CaptureDamaged("does not say how it was taken") from error
    except (ValidationError, ValueError, RecursionError) as error:
        raise CaptureDamaged("says of itself what does not fit") from error
    if not current.size:
        raise CaptureDamaged("holds no samples")
    return description, current


def envelope(current: npt.NDArray[np.float64], description: Description, points: int) -> Envelope:
    """The lowest and highest finite sample of each of `points / 2` buckets at most."""
    finite = np.isfinite(current)
    bucket = max(1, -(-current.size // (points // 2)))
    starts = np.arange(0, current.size, bucket)
    low = np.minimum.reduceat(np.where(finite, current, np.inf), starts)
    high = np.maximum.reduceat(np.where(finite, current, -np.inf), starts)
    return Envelope(
        description=description,
        samples=int(current.size),
        out_of_range=int(current.size - np.count_nonzero(finite)),
        step_s=bucket * description.interval_s,
        low=_rounded(low),
        high=_rounded(high),
    )


def _rounded(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Five digits: finer than any screen, and half the bytes."""
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]
