"""Bundles: a run as one small Parquet file, to be sent to those who publish.

A bundle is written by looprig and read as if by an enemy: docs/site.md is its contract. Each row is
a result; the columns are for analysts, and the last holds the whole result as JSON, deflated, which
is all that pages are made from. The file itself is not compressed and has no dictionaries, so that
what it unfolds to is bounded by its own size, and each result by `MOST_RESULT`.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from reports.neutral import one_line
from reports.publish import unpacking
from reports.publish.contract import MOST_FILE, MOST_RESULTS, SCHEMA, VERSION, BundleRefused
from rig import whole
from rig.results import SCHEMA_VERSION, BoardInfo, ExecutionRecord, Result, RunInfo

MOST_RESULT = 2**20
"""Bytes of a result's JSON."""
MOST_BOARDS = 200
EVENTS, TEXT = 60, 4000
"""What a bundle keeps of an execution: events, and characters of each text."""
_RELEASE = re.compile(r"\d{1,3}\.\d{1,3}(\.\d{1,3})?")


@dataclass
class Bundle:
    """A run to be published: what it was and each result. `releases` are those of asyncio that an
    overlay stood for, empty where the firmware's own ran."""

    run: RunInfo
    releases: list[str]
    results: list[Result]


def of_run(directory: Path, releases: Sequence[str] = ()) -> Bundle:
    """A run directory as a bundle. Raises BundleRefused."""
    try:
        run = RunInfo.model_validate_json(_plain(directory / "run.json", 2**20))
        lines = _plain(directory / "results.jsonl", 2**28).split(b"\n")
    except OSError as error:
        raise BundleRefused(error.strerror or str(error)) from error
    except ValidationError as error:
        raise BundleRefused(f"run.json {_first(error)}") from error
    latest: dict[tuple[str, str], Result] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = Result.model_validate_json(line, strict=True)
        except ValidationError as error:
            if number == len(lines):
                break  # cut by a kill
            raise BundleRefused(f"results.jsonl line {number} {_first(error)}") from error
        latest[result.claim, result.board] = slim(result)
    return checked(Bundle(modest(run), list(releases), list(latest.values())))


def _plain(path: Path, most: int) -> bytes:
    """A file that is one, and not too large: no link to elsewhere, no pipe that never ends."""
    if path.is_symlink() or not path.is_file():
        raise BundleRefused(f"has no {path.name} that is a plain file")
    if path.stat().st_size > most:
        raise BundleRefused(f"{path.name} is larger than {most >> 20} MiB")
    return path.read_bytes()


def modest(run: RunInfo) -> RunInfo:
    """The run without what is nobody's business: paths, ports, the boards' serial numbers."""
    return RunInfo(
        schema_version=run.schema_version, looprig=run.looprig, id=run.id, started=run.started,
        finished=run.finished, overlay=PurePath(run.overlay).name, faults=run.faults,
        suites=[PurePath(suite).name for suite in run.suites], upstream=PurePath(run.upstream).name,
        power=run.power, levels=run.levels, exit_code=run.exit_code,
        boards=[
            board.model_copy(update={"port": "", "unique_id": "", "members": []})
            for board in run.boards
        ],
    )  # fmt: skip


def slim(result: Result) -> Result:
    """The result without captures and samples, its texts and events bounded; what a bench allows a
    wait is nobody else's business, so what is only over that has the claim's own outcome."""
    return result.model_copy(
        update={
            "outcome": result.over_budget or result.outcome,
            "over_budget": None,
            "samples": "",
            "judged_on": "",
            "earlier": [],
            "power": [each.model_copy(update={"capture": None}) for each in result.power],
            "executions": [_slim(each) for each in result.executions[:20]],
            "actual": result.actual[:TEXT],
            "why": result.why[:TEXT],
        }
    )


def _slim(execution: ExecutionRecord) -> ExecutionRecord:
    left = max(0, len(execution.events) - EVENTS)
    lost = max(0, len(execution.output) - TEXT)
    return execution.model_copy(
        update={
            "events": execution.events[:EVENTS],
            "events_dropped": execution.events_dropped + left,
            "output": execution.output[:TEXT],
            "output_dropped": execution.output_dropped + lost,
            "traceback": execution.traceback[:TEXT],
        }
    )


def checked(bundle: Bundle) -> Bundle:
    """The bundle if it can stand for what ports do. Raises BundleRefused."""
    run = bundle.run
    if run.schema_version != SCHEMA_VERSION:
        raise BundleRefused(f"has schema_version {run.schema_version}, not {SCHEMA_VERSION}")
    if run.faults:
        raise BundleRefused("was made with seeded faults: it says nothing of a port")
    if run.upstream:
        raise BundleRefused("is of MicroPython's own suite, whose tests are no claims")
    if not 0 < len(bundle.results) <= MOST_RESULTS:
        raise BundleRefused(f"has {len(bundle.results)} results; 1 to {MOST_RESULTS} are taken")
    if len(run.boards) > MOST_BOARDS:
        raise BundleRefused(f"has more than {MOST_BOARDS} boards")
    if bundle.releases and not run.overlay:
        raise BundleRefused("says of which releases its asyncio is, and had no overlay")
    if len(bundle.releases) > 50 or not all(map(_RELEASE.fullmatch, bundle.releases)):
        raise BundleRefused("names releases that are none, or too many")
    if when(run.started) > datetime.now(UTC) + timedelta(days=1):
        raise BundleRefused("was made in the future, by its own account")
    known = [board.name for board in run.boards]
    if len(known) != len(set(known)):
        raise BundleRefused("names a board twice")
    seen = set()
    for result in bundle.results:
        if result.board not in known:
            board = one_line(result.board, 60)
            raise BundleRefused(f"has a result of a board that it does not name: {board}")
        if (result.claim, result.board) in seen:
            raise BundleRefused(f"judges {one_line(result.claim, 60)} twice on one board")
        seen.add((result.claim, result.board))
    return bundle


def when(text: str) -> datetime:
    """ISO 8601 with its zone, else refused: runs are ordered by it."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise BundleRefused(f"started at no time: {text[:40]!r}") from error


def encode(bundle: Bundle) -> bytes:
    """The bundle's file."""
    infos = {board.name: board for board in bundle.run.boards}
    rows: list[tuple[Any, ...]] = []
    for result in bundle.results:
        info = infos.get(result.board, BoardInfo(name=result.board))
        told = result.model_dump_json(exclude_defaults=True).encode()
        rows.append(
            (info.platform, result.board, info.version, result.claim, result.level,
             result.outcome.value, result.started, zlib.compress(told, 9))
        )  # fmt: skip
    columns = [
        pa.array(values, field.type)
        for values, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)
    ]
    run = bundle.run.model_dump(mode="json", exclude_defaults=True)
    run["schema_version"] = bundle.run.schema_version
    said = {"bundle": VERSION, "run": run, "releases": bundle.releases}
    schema = SCHEMA.with_metadata({"looprig": json.dumps(said)})
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns, schema=schema), sink, compression="NONE", use_dictionary=False,
        write_statistics=False,
    )  # fmt: skip
    return bytes(sink.getvalue())


def write(run: Path, to: Path, releases: Sequence[str] = ()) -> Path:
    """A run directory into a bundle's file; raises BundleRefused."""
    whole.write(to, encode(of_run(run, releases)))
    return to


def decode(content: bytes) -> Bundle:
    """A bundle's file read. Raises BundleRefused for whatever is not as the contract has it."""
    if len(content) > MOST_FILE:
        raise BundleRefused(f"is larger than {MOST_FILE >> 20} MiB")
    said, rows = unpacking.unpacked(content)
    results = list(_results(rows))
    try:
        run = RunInfo.model_validate_json(json.dumps(said["run"]), strict=True)
    except ValidationError as error:
        raise BundleRefused(f"has a run that is none: {_first(error)}") from error
    except (KeyError, RecursionError) as error:
        raise BundleRefused("does not say what was run") from error
    releases = said.get("releases", [])
    if not isinstance(releases, list) or not all(isinstance(each, str) for each in releases):
        raise BundleRefused("has releases that are no list of names")
    run = modest(run)
    return checked(Bundle(run, releases, [slim(result) for result in results]))


def _results(rows: list[unpacking.Row]) -> Iterator[Result]:
    for number, (claim, board, outcome, data) in enumerate(rows, start=1):
        try:
            result = Result.model_validate_json(_inflated(data), strict=True)
        except ValidationError as error:
            raise BundleRefused(f"result {number} {_first(error)}") from error
        if (result.claim, result.board, result.outcome.value) != (claim, board, outcome):
            raise BundleRefused(f"result {number} says other than its columns")
        yield result


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        told = stream.decompress(data, MOST_RESULT)
    except zlib.error as error:
        raise BundleRefused("has a result that is not deflated JSON") from error
    if not stream.eof:
        raise BundleRefused(f"has a result larger than {MOST_RESULT >> 20} MiB, or cut off")
    return told


def _first(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return one_line(f"{where}: {first['msg']}", 120)


def read_file(file: BinaryIO) -> bytes:
    """No more of it than a bundle may have."""
    return file.read(MOST_FILE + 1)
