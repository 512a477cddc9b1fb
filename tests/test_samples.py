"""Samples, from a board to a frame; and what strangers' run directories may hold in their place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reports.loading import load
from reports.samples import SamplesDamaged, read
from tests.started import looprig


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Latencies and a cost of a virtual board."""
    out = tmp_path_factory.mktemp("runs") / "one"
    command = ["run", "--board", "unix", "--no-power", "-q"]
    for claim in ("latency.sleep-overshoot", "latency.event-to-task", "latency.heap-*"):
        command += ["--claims", claim]
    looprig(*command, "--out", out)
    return out


def test_each_figure_of_a_run_has_its_samples(run: Path) -> None:
    loaded = load([run])
    assert not loaded.problems
    assert len(loaded.measurements) >= 3
    samples = loaded.samples()
    for row, about in loaded.measurements.iterrows():
        mine = samples[samples["row"] == row]["sample"]
        assert len(mine) == about["n"], about["measurement"]  # short of the bound, all of them
        assert np.isclose(np.median(mine), about["median"]), about["measurement"]
        assert mine.max() == about["maximum"]
    assert set(samples["step"]) == {1}
    first = loaded.measurements.iloc[:1]
    assert set(loaded.samples(first)["row"]) == {first.index[0]}


def test_damage_is_named_and_the_rest_goes_on(run: Path) -> None:
    loaded = load([run])
    names = [name for name in loaded.results["samples"] if name]
    before = len(loaded.samples())
    path = run / names[0]
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[: len(whole) // 2])
        assert 0 < len(loaded.samples()) < before
        path.unlink()
        loaded.samples()
    finally:
        path.write_bytes(whole)
    assert "cannot be read as Parquet" in loaded.problems[0]
    assert "are missing" in loaded.problems[1]


@pytest.mark.parametrize("where", ["../secret.parquet", "/etc/passwd", "a\0b", "samples"])
def test_a_path_that_leaves_the_run_is_refused(where: str, tmp_path: Path) -> None:
    (tmp_path / "run" / "samples").mkdir(parents=True)
    pq.write_table(pa.table({"sample": [1.0]}), tmp_path / "secret.parquet")
    with pytest.raises(SamplesDamaged):
        read(tmp_path / "run", where)
