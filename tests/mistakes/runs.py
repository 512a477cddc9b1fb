"""Run directories that are damaged, cut, none, or somebody else's."""

from __future__ import annotations

import gzip
import json
import shutil
from itertools import accumulate
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.mistakes.case import Case, Place, copied, fresh
from tests.run_factory import CLAIMS


@st.composite
def damaged_run(draw: st.DrawFn, place: Place) -> Case:
    """A run whose run.json is damaged: there is nothing to report, compare or go on with."""
    path = copied(place, "old", "damaged")
    whole = (path / "run.json").read_bytes()
    info = json.loads(whole)
    kinds: list[bytes] = [
        whole[: draw(st.integers(0, len(whole) - 3))],
        draw(st.binary(max_size=30)),
        json.dumps({**info, "schema_version": 99}).encode(),
        json.dumps({**info, "colour": 1}).encode(),
        json.dumps({**info, "boards": "all"}).encode(),
        b"[" * 100_000,
    ]
    (path / "run.json").write_bytes(draw(st.sampled_from(kinds)))
    commands = [
        ["run", "--resume", str(path)],
        ["upstream", "--resume", str(path)],
        ["report", str(path), "--out", fresh(place)],
        ["compare", place.run("old"), str(path)],
        ["compare", str(path), place.run("old")],
    ]
    return Case(draw(st.sampled_from(commands)), 2, "damaged", prints=False)


@st.composite
def resumed_otherwise(draw: st.DrawFn, place: Place) -> Case:
    """Going on with a run of which something is no longer so, or is asked otherwise."""
    path = copied(place, "old", "resumed")
    info = json.loads((path / "run.json").read_text("utf-8"))
    info["claims"] = ["gather.empty", "run.returns-value"]
    info["bench"] = place.bench()
    more, needle = draw(
        st.sampled_from(
            [
                (["--claims", "gather.empty"], "leave it out, or start a run of its own"),
                (["--level", "all"], "leave it out, or start a run of its own"),
                (["--overlay", str(place.home)], "leave it out, or start a run of its own"),
                (["--out", "x"], "leave --out out"),
                ([], "gone.claim"),
            ]
        )
    )
    if not more:
        info["claims"].append("gone.claim")
    (path / "run.json").write_text(json.dumps(info), "utf-8")
    return Case(["run", "--resume", str(path), *more], 2, needle, prints=False)


@st.composite
def cut_results(draw: st.DrawFn, place: Place) -> Case:
    """Results cut by a kill: what is whole is reported, and compare says that it has less."""
    path = copied(place, "old", "cut")
    whole = (path / "results.jsonl").read_bytes()
    kept = whole[: draw(st.integers(0, len(whole) - 2))]
    (path / "results.jsonl").write_bytes(kept)
    until = accumulate(whole.splitlines(), lambda before, line: before + b"\n" + line)
    some = any(kept.startswith(lines) for lines in until)
    out = fresh(place)
    if draw(st.booleans()):
        nothing = not some and bool(kept)  # a damaged line is a problem, no line is an empty run
        code = 2 if nothing else 0
        words = ["report", str(path), "--out", out]
        return Case(words, code, "", not nothing, 0, f"{out}/index.html")
    words = ["compare", place.run("old"), str(path), "--out", out]
    # a copy of the old run, however cut: it would be compared with itself
    return Case(words, 2, "", False, 3, f"{out}/compare.html")


@st.composite
def odd_run(draw: st.DrawFn, place: Place) -> Case:
    """What stands where a run should: links that lead nowhere or to themselves, half of one, a
    directory in a file's place."""
    path = place.home / "odd"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    kind = draw(st.sampled_from(["link", "circle", "empty", "results", "folder", "file"]))
    run = path / "run"
    if kind in ("link", "circle"):
        run.symlink_to(path / ("nowhere" if kind == "link" else "run"))
    elif kind == "file":
        run.write_text("{}", "utf-8")
    else:
        run.mkdir()
        if kind == "results":
            shutil.copy(Path(place.run("old")) / "results.jsonl", run)
        if kind == "folder":
            (run / "run.json").mkdir()
    commands = [
        ["run", "--resume", str(run)],
        ["run", "--failed", str(run)],
        ["report", str(run), "--out", fresh(place)],
        ["compare", place.run("old"), str(run)],
        ["expect", str(run), "--out", fresh(place)],
        ["reproduce", str(run), "gather.empty"],
        ["export", str(run)],
        *([["run", "--bench", place.bench(), "--out", str(run)]] * (kind in ("link", "circle"))),
    ]
    return Case(draw(st.sampled_from(commands)), 2, str(run), prints=False)


@st.composite
def damaged_capture(draw: st.DrawFn, place: Place) -> Case:
    """A capture that is cut or holds something else: no export; the report leaves it out."""
    path = copied(place, "fed", "spoilt")
    captures = sorted((path / "captures").glob("*.parquet"))
    whole = captures[0].read_bytes()
    kinds = [
        whole[: draw(st.integers(0, len(whole) - 1))],
        draw(st.binary(max_size=60)),
        b"PAR1" + draw(st.binary(min_size=8, max_size=60)) + b"PAR1",
        whole[:4] + bytes(len(whole) - 8) + whole[-4:],
    ]
    captures[0].write_bytes(draw(st.sampled_from(kinds)))
    out = fresh(place)
    if draw(st.booleans()):
        words = ["export", *map(str, reversed(captures)), "--out", out]
        return Case(words, 2, captures[0].name, prints=False)
    return Case(["report", str(path), "--out", out], 0, sound=0, writes=f"{out}/index.html")


JUNK: tuple[object, ...] = (
    None, True, -1, 1e308, 10**400, "", "x" * 70_000, "\0", "\ud800", "\u202e", [], {}, [[]],
    [None], {"x": {}}, "<script>", "1e999",
)  # fmt: skip


@st.composite
def odd_result(draw: st.DrawFn, place: Place) -> Case:
    """A result line that is whole JSON and holds, somewhere within, what has no business there:
    left out or kept, it is shown or counted, and the page is whole."""
    path = copied(place, draw(st.sampled_from(["worse", "fed"])), "strange")
    lines = (path / "results.jsonl").read_text("utf-8").splitlines()
    number = draw(st.integers(0, len(lines) - 1))
    within = result = json.loads(lines[number])
    for _ in range(draw(st.integers(0, 3))):
        deeper = [v for v in _items(within).values() if isinstance(v, (dict, list)) and v]
        if deeper:
            within = draw(st.sampled_from(deeper))
    within[draw(st.sampled_from(sorted(_items(within))))] = draw(st.sampled_from(JUNK))
    lines[number] = json.dumps(result)
    (path / "results.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    out = fresh(place)
    kinds = {
        "report": Case(["report", str(path), "--out", out], 0, sound=0, writes=f"{out}/index.html"),
        "compare": Case(
            ["compare", place.run("other"), str(path), "--out", out], 3, also=(2,), prints=False
        ),
        "expect": Case(["expect", str(path), "--out", out], 0, also=(2, 3), prints=False),
        "failed": Case(["run", "--failed", str(path), "--bench", place.bench()], 2, prints=False),
        "reproduce": Case(["reproduce", str(path), CLAIMS[0][0]], 0, also=(2,), prints=False),
        "site": Case(["site", str(path), "--out", out], 0, also=(2, 3), prints=False),
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]


def _items(value: Any) -> dict[Any, Any]:
    """What is in a table or a list, by its key."""
    return value if isinstance(value, dict) else dict(enumerate(value))


@st.composite
def bundle(draw: st.DrawFn, place: Place) -> Case:
    """What a site is asked to take in, and is no bundle."""
    path = place.home / "bundle.tar.gz"
    path.write_bytes(
        draw(
            st.sampled_from(
                [b"", b"x" * 50, b"\x1f\x8b\x08" + b"\0" * 40, b"PK\x03\x04" + b"\0" * 40,
                 gzip.compress(b"\0" * 1024), gzip.compress(b"x" * 600)]
            )
        )
    )  # fmt: skip
    words = ["site", str(path), *draw(st.sampled_from([[], [place.run("old")]]))]
    code = 3 if len(words) > 2 else 2  # one of two was refused; of one there is no site
    return Case([*words, "--out", fresh(place)], code)


ALL = (
    damaged_run, resumed_otherwise, cut_results, odd_run, damaged_capture, odd_result, bundle,
)  # fmt: skip
