"""Run directories into DataFrames.

Every line is held to `rig.results`; what does not fit is named and left out, and the rest goes
on. Only what tables need is kept in memory: a result's events and output stay on disk, found
again by the place of their line, so that a thousand runs cost what their numbers cost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from reports import captures, samples
from reports.frames import Rows, board_labels, frames
from reports.neutral import one_line
from rig.results import SCHEMA_VERSION, Result, RunInfo

RUN_FILE = "run.json"
RESULTS_FILE = "results.jsonl"
MAX_LINE = 64 * 1024 * 1024  # a longer line is damage: the rig bounds what a board can send
_NAMED = 5  # damaged lines of a file that are named before the rest is counted

Progress = Callable[[int, int], None]


@dataclass
class Loaded:
    """Runs as frames; each row of `power`, `measurements` and `results` names run and board.

    `results` has one row a result in the order they were written, `boards` one a run and board,
    `runs` one a run. Columns and units: docs/reports.md.
    """

    results: pd.DataFrame
    power: pd.DataFrame
    measurements: pd.DataFrame
    boards: pd.DataFrame
    runs: pd.DataFrame
    problems: list[str] = field(default_factory=list)
    directories: dict[str, Path] = field(default_factory=dict)

    def whole(self, rows: pd.DataFrame) -> Iterator[tuple[int, Result]]:
        """The whole results behind rows of `results`, read again from their lines."""
        for run, of_run in rows.groupby("run", sort=False):
            with (self.directories[str(run)] / RESULTS_FILE).open("rb") as file:
                places = zip(of_run.index, of_run["line_offset"], of_run["line_bytes"], strict=True)
                for row, offset, size in places:
                    file.seek(offset)
                    yield int(row), Result.model_validate_json(file.read(size))

    def samples(self, rows: pd.DataFrame | None = None) -> pd.DataFrame:
        """The samples behind rows of `measurements` (all of them for none), one a row, in the
        order in which the board took them: `row` is the measurement's label in `measurements`,
        `sample` in its unit, every `step`-th of the `taken`.

        Read from disk at each call. What is missing or damaged is named in `problems`.
        """
        rows = self.measurements if rows is None else rows
        parts = [pd.DataFrame({"row": [], "step": [], "taken": [], "sample": []})]
        for result, of_result in rows.groupby("result", sort=False):
            about = self.results.loc[result]
            if not about["samples"]:
                continue  # of a run from before they were kept
            try:
                found = samples.read(self.directories[str(about["run"])], str(about["samples"]))
            except samples.SamplesDamaged as error:
                where = one_line(f"{about['run']}: {about['claim']} on {about['board']}")
                self.problems.append(f"{where}: its samples {error}; left out")
                continue
            by_number = {of_result.loc[row, "number"]: row for row in of_result.index}
            found = found[found["number"].isin(by_number)]
            found["row"] = found["number"].map(by_number)
            parts.append(found[["row", "step", "taken", "sample"]])
        joined = pd.concat(parts[1:] or parts, ignore_index=True)
        return joined.astype({"row": "int64", "step": "int64", "taken": "int64"})


def load(paths: Sequence[Path], progress: Progress | None = None) -> Loaded:
    """The runs at `paths`: run directories, or directories that hold run directories.

    Never raises for damage: `problems` says in a sentence each what was left out and why.
    """
    problems: list[str] = []
    rows = Rows()
    directories: dict[str, Path] = {}
    found = list(_directories(paths, problems))
    for number, directory in enumerate(found, start=1):
        info = _run_info(directory, problems)
        if info is not None:
            run = _distinct(info.id or directory.name, directories)
            directories[run] = directory
            rows.add_run(run, info, str(directory))
            _read_results(run, directory, rows, problems)
        if progress is not None:
            progress(number, len(found))
    problems += rows.contradictions()
    labels = board_labels(rows.board_infos)
    results, power, measurements, boards, runs = frames(rows, labels)
    return Loaded(results, power, measurements, boards, runs, problems, directories)


def _directories(paths: Sequence[Path], problems: list[str]) -> Iterator[Path]:
    """Each run directory once, in the order given, then by name."""
    seen: set[Path] = set()
    for path in map(Path, paths):
        if path.is_file() and path.name in (RUN_FILE, RESULTS_FILE):
            path = path.parent
        if not path.exists():
            problems.append(f"{path}: there is no such run; left out")
            continue
        if not path.is_dir():
            problems.append(f"{path}: a run is a directory with {RUN_FILE} in it; left out")
            continue
        candidates = (
            [path] if _looks_like_run(path) else sorted(filter(_looks_like_run, path.iterdir()))
        )
        if not candidates:
            problems.append(f"{path}: holds neither {RUN_FILE} nor runs; left out")
        for candidate in candidates:
            if (real := candidate.resolve()) not in seen:
                seen.add(real)
                yield candidate


def _looks_like_run(path: Path) -> bool:
    return path.is_dir() and ((path / RUN_FILE).exists() or (path / RESULTS_FILE).exists())


def _distinct(run: str, taken: dict[str, Path]) -> str:
    """The run's id, with a number behind it where two directories bear the same one."""
    name, number = run, 2
    while name in taken:
        name, number = f"{run}~{number}", number + 1
    return name


def _run_info(directory: Path, problems: list[str]) -> RunInfo | None:
    path = directory / RUN_FILE
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        problems.append(f"{directory}: {RUN_FILE} is missing; the run is left out")
        return None
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{path}: {_reason(error)}; the run is left out")
        return None
    version = raw.get("schema_version") if isinstance(raw, dict) else None
    if type(version) is not int or version < 1:
        problems.append(f"{path}: has no schema_version; the run is left out")
        return None
    if version != SCHEMA_VERSION:
        problems.append(
            f"{path}: schema_version {version}, and this looprig reads {SCHEMA_VERSION}; "
            "the run is left out: report it with the looprig that made it"
        )
        return None
    try:
        return RunInfo.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        problems.append(f"{path}: {_reason(error)}; the run is left out")
        return None


def _read_results(run: str, directory: Path, rows: Rows, problems: list[str]) -> None:
    path = directory / RESULTS_FILE
    damaged: list[str] = []
    try:
        with path.open("rb") as file:
            offset = 0
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), start=1):
                if line.strip():
                    _read_line(run, directory, line, offset, number, rows, damaged)
                offset += len(line)
    except FileNotFoundError:
        problems.append(f"{path}: is missing; the run has no results")
    except OSError as error:
        problems.append(f"{path}: {error.strerror or error}; what was read so far is kept")
    problems += [f"{path}: {what}" for what in damaged[:_NAMED]]
    if len(damaged) > _NAMED:
        problems.append(f"{path}: {len(damaged) - _NAMED} more lines or captures are damaged")


def _read_line(
    run: str,
    directory: Path,
    line: bytes,
    offset: int,
    number: int,
    rows: Rows,
    damaged: list[str],
) -> None:
    try:
        result = Result.model_validate_json(line, strict=True)
    except ValidationError as error:
        why = _reason(error) if line.endswith(b"\n") else "is cut off"
        damaged.append(f"line {number}: {why}; the line is left out")
        return
    rows.add_result(run, result, offset, len(line))
    for record in result.power:
        if record.capture and (why := captures.fault(directory, record.capture)):
            damaged.append(
                f"line {number}: its capture {one_line(record.capture, 120)} {why}; "
                "the result is kept, the chart left out"
            )


def _reason(error: Exception) -> str:
    """One short sentence; what a file holds is shown only as far as it is needed."""
    if isinstance(error, ValidationError):
        first: Any = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return one_line(f"{where}: {first['msg']}" if where else str(first["msg"]), 160)
    if isinstance(error, json.JSONDecodeError):
        return f"is not whole JSON ({error.msg} at character {error.pos})"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return one_line(str(error), 160)
