"""A bundle is read as if by an enemy: whatever is wrong with it, it is refused by name."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.publish import bundles, store, unpacking
from reports.publish.bundles import Bundle
from reports.publish.contract import MOST_FILE, MOST_RESULTS, SCHEMA, BundleRefused
from rig.results import Level, Outcome, Result, RunInfo
from tests.run_factory import HOSTILE, PICO, Recipe, write_run

CLAIMS: tuple[tuple[str, Level, str], ...] = (
    ("loop.keeps-every-task", "documented", "Every task runs."),
    ("run.cancels-leftovers", "documented", "Leftovers are cancelled."),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = Recipe(id="mine", boards=(PICO,), claims=CLAIMS, overlay="/home/me/asyncio-1.23.0")
    return write_run(tmp_path_factory.mktemp("bundles"), recipe)


@pytest.fixture(scope="module")
def bundle(run: Path) -> Bundle:
    return bundles.of_run(run, ["1.23.0", "1.24.0"])


def refused(content: bytes) -> str:
    with pytest.raises(BundleRefused) as said:
        bundles.decode(content)
    return str(said.value)


def made(rows: list[dict[str, Any]], said: object, schema: Any = SCHEMA, **how: Any) -> bytes:
    """A file as somebody else would write it."""
    sink = pa.BufferOutputStream()
    meta = said if isinstance(said, bytes) else json.dumps(said).encode()
    table = pa.Table.from_pylist(rows, schema=schema.with_metadata({b"looprig": meta}))
    given = {"compression": "NONE", "use_dictionary": False, **how}
    pq.write_table(table, sink, **given)
    return bytes(sink.getvalue())


def row(told: dict[str, Any] | bytes, **columns: str) -> dict[str, Any]:
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    plain = {"claim": "a.b", "board": "pico", "outcome": "conforms", **columns}
    return {**plain, "result": zlib.compress(data)}


RESULT = {"claim": "a.b", "board": "pico", "outcome": "conforms"}


def about(**run: object) -> dict[str, Any]:
    told = {"schema_version": 1, "looprig": "0.1.0", "id": "x", "started": "2026-03-01T08:00:00Z"}
    return {"bundle": 1, "run": {**told, "boards": [{"name": "pico"}], **run}, "releases": []}


def test_a_run_comes_back_and_says_nothing_of_its_maker(bundle: Bundle) -> None:
    back = bundles.decode(bundles.encode(bundle))
    assert back == bundle
    assert back.releases == ["1.23.0", "1.24.0"]
    told = back.run.model_dump_json()
    for private in ("/home/me", PICO.port, PICO.unique_id, "fixtures/benches"):
        assert private not in told
    assert back.run.overlay == "asyncio-1.23.0"
    assert [result.executions[0].events[0].name for result in back.results] == ["begin"] * 2


def test_a_plain_one_is_taken() -> None:
    assert bundles.decode(made([row(RESULT)], about())).results[0].claim == "a.b"


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no Parquet": (lambda: b"PK\x03\x04 a zip", "no bundle"),
    "empty": (lambda: b"", "no bundle"),
    "too large": (lambda: b"PAR1" * (MOST_FILE // 4 + 1), "larger than 16 MiB"),
    "other columns": (
        lambda: made([{"claim": "a.b"}], about(), pa.schema([("claim", pa.string())])),
        "other columns",
    ),
    "compressed": (lambda: made([row(RESULT)], about(), compression="ZSTD"), "is compressed"),
    "with dictionaries": (lambda: made([row(RESULT)], about(), use_dictionary=True), "encoded"),
    "a bomb": (lambda: made([row(b"[" + b" " * 2**24)], about()), "larger than 1 MiB"),
    "not deflated": (lambda: made([{**row(RESULT), "result": b"{}"}], about()), "not deflated"),
    "no result": (lambda: made([{**row(RESULT), "result": None}], about()), "cut off"),
    "no metadata": (lambda: made([row(RESULT)], b"\xff"), "does not say that it is a bundle"),
    "a deep run": (lambda: made([row(RESULT)], b"[" * 100_000), "does not say"),
    "another version": (lambda: made([row(RESULT)], {"bundle": 2}), "no bundle of version 1"),
    "no run": (lambda: made([row(RESULT)], {"bundle": 1, "run": [1]}), "run that is none"),
    "wrong types": (lambda: made([row(RESULT)], about(boards="pico")), "boards"),
    "a key too many": (lambda: made([row({**RESULT, "x": 1})], about()), "result 1"),
    "a deep result": (lambda: made([row(b"[" * 50_000)], about()), "result 1"),
    "an unknown outcome": (lambda: made([row({**RESULT, "outcome": "best"})], about()), "outcome"),
    "columns that lie": (lambda: made([row(RESULT, outcome="crashed")], about()), "other than"),
    "twice": (lambda: made([row(RESULT)] * 2, about()), "twice on one board"),
    "a board unnamed": (
        lambda: made([row({**RESULT, "board": "b"}, board="b")], about()),
        "does not name",
    ),
    "two boards of a name": (
        lambda: made([row(RESULT)], about(boards=[{"name": "pico"}] * 2)),
        "names a board twice",
    ),
    "nothing": (lambda: made([], about()), "0 results"),
    "the future": (lambda: made([row(RESULT)], about(started="2999-01-01T00:00:00Z")), "future"),
    "no time": (lambda: made([row(RESULT)], about(started="<b>now")), "started at no time"),
    "faults": (lambda: made([row(RESULT)], about(faults=["a"])), "seeded faults"),
    "another schema": (lambda: made([row(RESULT)], about(schema_version=9)), "schema_version 9"),
    "no overlay": (lambda: made([row(RESULT)], {**about(), "releases": ["1.2"]}), "no overlay"),
    "no releases": (
        lambda: made([row(RESULT)], {**about(overlay="o"), "releases": ["../x"]}),
        "names releases that are none",
    ),
    "releases of a kind": (lambda: made([row(RESULT)], {**about(), "releases": 7}), "no list"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_and_says_why(name: str) -> None:
    make, why = BAD[name]
    assert why in refused(make())


def test_more_rows_than_are_taken_are_refused() -> None:
    content = made([row(RESULT)] * (MOST_RESULTS + 1), about())
    assert f"more than {MOST_RESULTS} results" in refused(content)


def test_a_reader_that_ends_is_one_bundle_less(bundle: Bundle) -> None:
    """Arrow was seen to crash on damaged files: the child ends, the next bundle is read."""
    content = bundles.encode(bundle)
    assert bundles.decode(content) == bundle
    unpacking._child[0].kill()
    assert "ended the reader" in refused(content)
    assert bundles.decode(content) == bundle


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_one_is_refused_or_read(bundle: Bundle, data: st.DataObject) -> None:
    """No other exception, wherever a byte is another."""
    content = bytearray(bundles.encode(bundle))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        bundles.decode(bytes(content))
    except BundleRefused:
        return


def test_numbers_that_are_none_stay_text() -> None:
    """NaN and huge numbers in what a board sent: taken, for evidence shows them as text."""
    told = b'{"claim":"a.b","board":"pico","outcome":"conforms","duration_s":NaN}'
    result = bundles.decode(made([row(told)], about())).results[0]
    assert result.duration_s != result.duration_s


def links(folder: Path, run: Path) -> list[Path]:
    """Run directories that lead elsewhere, or never end."""
    made = []
    for name, target in (("passwd", "/etc/passwd"), ("zero", "/dev/zero")):
        (folder / name).mkdir()
        (folder / name / "run.json").write_bytes((run / "run.json").read_bytes())
        (folder / name / "results.jsonl").symlink_to(target)
        made.append(folder / name)
    (folder / "pipe").mkdir()
    (folder / "pipe" / "run.json").write_bytes((run / "run.json").read_bytes())
    os.mkfifo(folder / "pipe" / "results.jsonl")
    return [*made, folder / "pipe"]


def test_a_run_that_leads_elsewhere_is_not_followed(tmp_path: Path, run: Path) -> None:
    for path in links(tmp_path, run):
        with pytest.raises(BundleRefused, match="plain file"):
            bundles.of_run(path)


def test_what_is_brought_is_told_one_by_one(tmp_path: Path, run: Path, bundle: Bundle) -> None:
    links(tmp_path, run)
    (tmp_path / "good.parquet").write_bytes(bundles.encode(bundle))
    (tmp_path / "bad.parquet").write_bytes(b"no")
    (tmp_path / "link.parquet").symlink_to(tmp_path / "good.parquet")
    found = dict(store.brought([tmp_path, run]))
    good = [path.name for path, what in found.items() if not isinstance(what, BundleRefused)]
    assert sorted(good) == ["good.parquet", "mine"]
    assert len(found) == 6


def test_the_store_keeps_names_within_itself(tmp_path: Path) -> None:
    place = store.Store(str(tmp_path / "store"))
    place.add(b"x", "../../etc/" + HOSTILE + "x" * 500)
    place.add(b"y", "..")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
    assert len(place.entries()) == 2
    assert all(entry.path.startswith("run=") for entry in place.entries())


@pytest.mark.parametrize("where", ["mock:///bundles", "mock:///bundles/", "file://{home}/b/"])
def test_a_store_is_any_file_system(where: str, tmp_path: Path, bundle: Bundle) -> None:
    place = store.Store(where.format(home=tmp_path))
    content = bundles.encode(bundle)
    place.add(content, "any")
    [entry] = place.entries()
    assert entry.path == place.name(content, "any")
    assert place.read(entry) == (store.digest(content), bundle)


def test_a_result_keeps_what_a_reader_looks_at() -> None:
    long = Result(claim="a.b", board="pico", outcome=Outcome.DIVERGES, actual="x" * 10_000)
    assert len(bundles.slim(long).actual) == bundles.TEXT
    assert bundles.modest(RunInfo(looprig="", id="", started="", command=["secret"])).command == []
