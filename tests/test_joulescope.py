"""The Joulescope's adapter against its driver's calls."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import pytest

from rig.errors import RigError
from rig.meters.joulescope import Joulescope, Stream, unpacked, wanted
from rig.meters.opening import open_meter
from rig.virtual.current_model import CurrentModel
from rig.virtual.joulescope import Driver, Instrument

MODELS = ("u/js110/001234", "u/js220/000415", "u/js320/000001")


def driver(*instruments: Instrument) -> Driver:
    found = Driver()
    found.instruments = list(instruments)
    return found


@pytest.mark.parametrize("path", MODELS)
def test_opening_does_not_cut_the_power(path: str) -> None:
    instrument = Instrument(path)
    meter = Joulescope("", {}, driver(instrument))
    assert instrument.log == []  # it was in automatic range: nothing was touched
    meter.arm(2.0, 1000.0)
    time.sleep(0.4)
    samples = meter.fetch()
    assert samples.interval_s == 1e-3
    assert samples.duration_s > 0.2
    np.testing.assert_allclose(samples.current_a, 1.3e-3, rtol=1e-6)
    meter.close()
    assert instrument.log == []


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize(("options", "range_a"), [({"range_mode": "18 mA"}, None), ({}, 15e-3)])
def test_a_fixed_range_is_set_once(path: str, options: dict[str, Any], range_a: float) -> None:
    instrument = Instrument(path)
    expected = [("s/i/range/select", "18 mA")]
    if "js110" not in path:
        expected.append(("s/i/range/mode", "manual"))
    for _ in range(2):  # the second time it is found as it should be
        meter = Joulescope("", options, driver(instrument), range_a=range_a)
        meter.arm(1.0, 1000.0)
        time.sleep(0.1)
        meter.fetch()
        meter.close()
        assert instrument.log == expected


@pytest.mark.parametrize("path", MODELS)
def test_one_that_is_off_is_switched_on_where_the_bench_names_the_voltage(path: str) -> None:
    instrument = Instrument(path, on=False)
    with pytest.raises(RigError, match="is switched off: the board has no supply"):
        Joulescope("", {}, driver(instrument))
    assert instrument.log == []
    meter = Joulescope("", {}, driver(instrument), voltage=5.0)
    assert [value for _, value in instrument.log] == ["auto"]
    meter.close()
    assert instrument.values[instrument.topic] == "off"  # as it was found


@pytest.mark.parametrize("path", MODELS)
def test_one_that_somebody_switches_off(path: str) -> None:
    instrument = Instrument(path)
    meter = Joulescope("", {}, driver(instrument))
    instrument.set(instrument.topic, "off")
    assert "is switched off" in meter.powers()
    with pytest.raises(RigError, match="who switched it off"):
        meter.arm(1.0, 1000.0)
    instrument.unplugged = True
    assert "went away" in meter.powers()


def test_names_of_ranges() -> None:
    assert wanted("", None) == "auto"
    assert wanted("180 uA", None) == "180 µA"
    assert wanted("", 0.1) == "180 mA"
    with pytest.raises(RigError, match="no range_mode '18mA'"):
        wanted("18mA", None)
    with pytest.raises(RigError, match="measures up to 10 A"):
        wanted("", 20.0)
    with pytest.raises(RigError, match="has no range 2 A"):
        Joulescope("", {"range_mode": "2 A"}, driver(Instrument()))


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("floor_a", [9e-6, 1.3e-3, 24e-3, 0.5])
def test_the_range_of_each_sample_where_it_ranges_by_itself(path: str, floor_a: float) -> None:
    instrument = Instrument(path, model=CurrentModel(floor_a=floor_a))
    meter = Joulescope("", {}, driver(instrument))
    meter.arm(2.0, 1000.0)
    time.sleep(0.4)
    samples = meter.fetch()
    meter.close()
    assert not instrument.tells_range  # it is asked for while it measures only
    assert samples.range is not None
    assert len(samples.range) == len(samples.current_a)
    larger = [size for size in samples.ranges_a if size >= floor_a]
    assert {samples.ranges_a[each] for each in samples.range} == {min(larger)}
    assert (2.0 in samples.ranges_a) == ("js110" in path)


def test_no_range_of_a_sample_where_it_is_fixed() -> None:
    meter = Joulescope("", {"range_mode": "18 mA"}, driver(Instrument()))
    meter.arm(2.0, 1000.0)
    time.sleep(0.2)
    samples = meter.fetch()
    meter.close()
    assert samples.range is None
    assert samples.range_a == 18e-3


def stream(first: int, values: list[int]) -> Stream:
    """Of every second of the instrument's samples, from that number on."""
    found = Stream()
    about = {"decimate_factor": 2, "sample_rate": 2_000_000, "sample_id": first}
    found.take("t", {**about, "data": np.array(values, np.uint8)})
    return found


@pytest.mark.parametrize(
    ("first", "expected"),
    [(100, [1, 2, 3, 4]), (104, [1, 1, 1, 2]), (96, [3, 4, 5, 5]), (200, [1, 1, 1, 1])],
)
def test_streams_that_do_not_begin_together(first: int, expected: list[int]) -> None:
    """One is switched on after the other, milliseconds later: each sample has its own range."""
    current, ranging = stream(100, [0, 0, 0, 0]), stream(first, [1, 2, 3, 4, 5])
    assert ranging.beside(current, ranging.all(), 4).tolist() == expected


def test_which_one() -> None:
    with pytest.raises(RigError, match="no Joulescope 'js110' is attached"):
        Joulescope("js110", {}, driver(Instrument()))
    two = driver(Instrument(), Instrument("u/js220/000416"))
    with pytest.raises(RigError, match="several Joulescopes are attached"):
        Joulescope("", {}, two)
    assert Joulescope("000416", {}, two).name == "u/js220/000416"


def test_samples_that_are_missing_are_counted() -> None:
    stream = Stream()
    about = {"decimate_factor": 2, "sample_rate": 2_000_000}
    for first in (0, 20_000, 44_000):  # in undecimated numbers: 2000 samples are missing
        stream.take("t", {"sample_id": first, "data": np.zeros(10_000, np.float32), **about})
    assert (stream.lost, len(stream.all()), stream.rate_hz) == (2000, 30_000, 1e6)


def test_bits_of_an_input() -> None:
    assert unpacked(np.array([0b101], np.uint8)).tolist() == [1, 0, 1, 0, 0, 0, 0, 0]


def test_the_library_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyjoulescope_driver", None)
    with pytest.raises(RigError, match="needs its library; pip install"):
        open_meter("joulescope", "")
