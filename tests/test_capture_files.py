"""Exported captures, read back by what did not write them."""

from __future__ import annotations

import base64
import csv
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rig.claims import ROOT
from rig.commands.export import export
from rig.errors import RigError, UsageError
from rig.power.framing import align
from rig.power.record import save
from rig.power.verdict import judge
from tests.chromium import chromium, needs_chromium
from tests.power_simulation import Board, simulate


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    path = tmp_path_factory.mktemp("captures") / "board.power.sleep.parquet"
    samples, told = simulate("polls-10ms", Board(2e-3, 22e-3, noise_a=1e-4), seed=1)
    frame = align(samples, told)
    notes = (("task wakes", 1.0), ("=SUM(A1)", frame.window.end_s))
    save(path, samples, frame, judge(samples, frame), "modelled", "a model", notes)
    return path, samples.current_a


def test_csv(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    assert export([capture[0]], "csv", tmp_path) == 0
    with (tmp_path / "board.power.sleep.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert np.allclose([float(row["current_a"]) for row in rows], capture[1], rtol=1e-6)
    assert float(rows[1000]["time_s"]) == 1.0
    labels = {row["part"] for row in rows}
    assert rows[1000]["events"] == "task wakes"
    assert "'=SUM(A1)" in {row["events"] for row in rows}  # a board's words are no formula
    assert labels == {"", "settle", "busy", "floor", "window", "tail"}


def test_ppk2(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    """By the format as the Power Profiler writes it: 6 bytes a sample."""
    export([capture[0]], "ppk2", tmp_path)
    with zipfile.ZipFile(tmp_path / "board.power.sleep.ppk2") as archive:
        assert sorted(archive.namelist()) == ["metadata.json", "minimap.raw", "session.raw"]
        told = json.loads(archive.read("metadata.json"))
        overview = json.loads(archive.read("minimap.raw"))
        frames = list(struct.iter_unpack("<fH", archive.read("session.raw")))
    assert told["metadata"]["samplesPerSecond"] == pytest.approx(1000)
    assert np.allclose([ua for ua, _ in frames], capture[1] * 1e6, rtol=1e-5)
    highest = max(point["y"] for point in overview["data"]["max"])
    assert highest == pytest.approx(capture[1].max() * 1e9, rel=1e-5)
    assert overview["data"]["length"] == len(overview["data"]["min"]) <= 10_000


def test_ppk2_by_another_reader(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    """By ppk2-python: pip install git+https://github.com/m-mcgowan/ppk2-python"""
    reader = pytest.importorskip("ppk2.ppk2file", reason="no ppk2-python is installed")
    export([capture[0]], "ppk2", tmp_path)
    read = reader.load_ppk2(tmp_path / "board.power.sleep.ppk2")
    assert read.duration_s == pytest.approx(len(capture[1]) / 1000)
    assert np.allclose([each.current_ua for each in read.samples], capture[1] * 1e6, rtol=1e-5)


def test_trace(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    """By the Trace Event Format: counters have args of numbers, complete events a duration."""
    export([capture[0]], "trace", tmp_path)
    events = json.loads((tmp_path / "board.power.sleep.trace.json").read_text("utf-8"))[
        "traceEvents"
    ]
    counters = [event for event in events if event["ph"] == "C"]
    slices = {event["name"]: event for event in events if event["ph"] == "X"}
    assert np.allclose([e["args"]["mA"] for e in counters], capture[1] * 1e3, atol=1e-5)
    instants = {event["name"]: event["ts"] for event in events if event["ph"] == "i"}
    assert instants["task wakes"] == pytest.approx(1e6)
    assert slices["window"]["dur"] == pytest.approx(1.5e6, rel=0.03)
    assert all(event["ts"] >= 0 for event in (*counters, *slices.values()))


SPEEDSCOPE = ROOT / "node_modules" / "speedscope" / "dist" / "release" / "index.html"


@needs_chromium
@pytest.mark.skipif(not SPEEDSCOPE.is_file(), reason="no speedscope here: npm ci --ignore-scripts")
def test_trace_in_a_viewer(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    """By speedscope, a viewer of such traces: the frame's parts with what they took together."""
    from selenium.webdriver.support.ui import WebDriverWait

    export([capture[0]], "trace", tmp_path)
    trace = base64.b64encode((tmp_path / "board.power.sleep.trace.json").read_bytes()).decode()
    opener = tmp_path / "opener.js"  # as its own command line does it
    opener.write_text(f"speedscope.loadFileFromBase64('trace.json', '{trace}')", "utf-8")
    with chromium() as browser:
        browser.get(f"{SPEEDSCOPE.as_uri()}#localProfilePath={opener}&view=sandwich")
        shown = browser.find_element("tag name", "body")
        WebDriverWait(browser, 30).until(lambda _: "window" in shown.text)
        lines = shown.text.splitlines()
    took = {name: lines[lines.index(name) - 1] for name in ("settle", "busy", "floor", "window")}
    assert took["window"].startswith("1.50s")
    assert set(took) | {"tail"} < set(lines)


def test_jls(capture: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    """By its maker's own reader."""
    pyjls = pytest.importorskip("pyjls")
    for _ in range(2):  # a second time it is written anew
        export([capture[0]], "jls", tmp_path)
    with pyjls.Reader(str(tmp_path / "board.power.sleep.jls")) as reader:
        signal = reader.signal_lookup("current")
        assert (signal.units, signal.sample_rate, signal.length) == ("A", 1000, len(capture[1]))
        values = reader.fsr(signal.signal_id, 0, signal.length)
        marks: list[tuple[int, str]] = []
        reader.annotations(signal.signal_id, 0, lambda at, *rest: marks.append((at, rest[-1])))
    assert np.allclose(values, capture[1], rtol=1e-6)
    assert (1000, "task wakes") in marks
    assert {"settle", "busy", "floor", "window", "tail"} < {text for _, text in marks}


def test_jls_without_its_library(
    capture: tuple[Path, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyjls", None)
    with pytest.raises(RigError, match=r"needs Joulescope's library.*looprig\[jls\]"):
        export([capture[0]], "jls", tmp_path)


@pytest.mark.parametrize("to", ["csv", "ppk2", "jls", "trace"])
def test_a_whole_run(capture: tuple[Path, np.ndarray], to: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "captures").mkdir(parents=True)
    for name in ("a.power.sleep", "b.power.sleep"):
        (run / "captures" / f"{name}.parquet").write_bytes(capture[0].read_bytes())
    out = tmp_path / "out"
    assert export([run], to, out) == 0
    assert [each.name.partition(".")[0] for each in sorted(out.iterdir())] == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no capture is there"):
        export([tmp_path / "empty"], to, out)


def test_what_is_no_capture_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"x\.parquet: cannot be read as Parquet"):
        export([tmp_path / "x.parquet"], "csv", None)
    with pytest.raises(UsageError, match="one of csv, ppk2, jls, trace"):
        export([tmp_path / "x.parquet"], "xls", None)
