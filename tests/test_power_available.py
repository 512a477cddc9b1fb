"""Where the kernel does not say how long a process ran, power is unmeasured, not wrong."""

from __future__ import annotations

import pytest

from rig.bench import Bench
from rig.stations import attach

BENCH = Bench.model_validate(
    {
        "board": {"unix": {"kind": "virtual", "meter": "m"}},
        "meter": {"m": {"kind": "virtual"}},
    }
)


@pytest.mark.parametrize("there", [True, False])
def test_a_bench_without_scheduler_statistics(
    there: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rig.virtual.meter.available", lambda: there)
    with attach(BENCH) as (station,):
        assert (station.meter is not None) is there
    assert ("power is not measured here" in capfd.readouterr().err) is not there
