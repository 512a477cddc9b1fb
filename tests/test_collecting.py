"""Where the suite's rewritten assertions are kept, and that a report does not hold up a run."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from fixtures.collecting import bytecode_kept

ROOT = Path(__file__).resolve().parent.parent
RUN = [sys.executable, "-m", "rig.cli", "run", "--no-power", "--board", "unix"]
DEADLINE_S = 60


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache, and a Python that may write no bytecode."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return tmp_path / "looprig"


def test_bytecode_goes_to_the_cache_and_not_beside_the_source(cache: Path, tmp_path: Path) -> None:
    with bytecode_kept(tmp_path / "otherwise"):
        assert not sys.dont_write_bytecode
        assert sys.pycache_prefix == str(cache / "bytecode")
    assert sys.dont_write_bytecode
    assert sys.pycache_prefix is None


def test_without_a_cache_it_goes_with_the_run(cache: Path, tmp_path: Path) -> None:
    cache.write_text("a file where the folder would be", "utf-8")
    with bytecode_kept(tmp_path / "otherwise"):
        assert sys.pycache_prefix == str(tmp_path / "otherwise")


def test_what_a_full_disk_cut_short_is_made_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("cut_short", "whole"):
        (tmp_path / f"{name}.py").write_text("there = 'it is'\n", "utf-8")
        with bytecode_kept(tmp_path / "otherwise"):
            importlib.import_module(name)
        del sys.modules[name]
    short, whole = (next(cache.rglob(f"{name}.*.pyc"), cache) for name in ("cut_short", "whole"))
    short.write_bytes(short.read_bytes()[:40])
    written = whole.stat().st_ino
    with bytecode_kept(tmp_path / "otherwise"):
        assert importlib.import_module("cut_short").there == "it is"
    assert whole.stat().st_ino == written
    monkeypatch.delitem(sys.modules, "cut_short")


def test_a_python_that_writes_bytecode_is_left_alone(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with bytecode_kept(tmp_path / "otherwise"):
        assert sys.pycache_prefix is None
    assert not cache.exists()


def test_a_reader_who_leaves_costs_no_report(tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [*RUN, "--claims", "event.set", "--out", str(out)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert "its output went to a closed pipe" in run.stderr.read()
        assert run.wait(DEADLINE_S) == 3
    assert (out / "report" / "index.html").exists()


def test_a_report_that_cannot_be_written_is_said_and_costs_no_result(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "report").write_text("a file where the report would be", "utf-8")
    command = [*RUN, "--claims", "event.set", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert f"looprig: {out / 'report'}: File exists" in done.stderr
    assert "the results are kept" in done.stderr
    assert len((out / "results.jsonl").read_text("utf-8").splitlines()) == 1
