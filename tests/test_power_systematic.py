"""What an instrument may be off by: R stays within what is stated, over ranges and gain errors."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest

from rig import bench as benches
from rig.commands.prepared import prepared
from rig.entries import MeterEntry
from rig.errors import UsageError
from rig.meters.accuracy import UNSTATED
from rig.meters.accuracy import stated as stated_by
from rig.meters.dialects.keithley_2450 import ACCURACY as SMU
from rig.meters.ppk2 import ACCURACY as PPK2
from rig.meters.samples import Samples, from_readings
from rig.power.capture import capture
from rig.power.framing import Frame, Part
from rig.power.systematic import systematic
from rig.power.verdict import judge
from rig.stations import MeterStation, attach
from rig.virtual.meter import VirtualMeter, available
from tests.feeding import by_ppk2

PARTS = (
    Part("busy", 0.0, 0.1), Part("floor", 0.1, 0.4), Part("busy", 0.4, 0.5),
    Part("floor", 1.5, 1.8), Part("busy", 1.8, 1.9),
)  # fmt: skip
FRAME = Frame(PARTS, Part("window", 0.5, 1.5))


def readings(floor_a: float, window_a: float, busy_a: float) -> np.ndarray:
    current = np.full(1900, window_a)
    for part in PARTS:
        here = slice(round(part.start_s * 1e3), round(part.end_s * 1e3))
        current[here] = busy_a if part.label == "busy" else floor_a
    current[600:1400:20] = busy_a  # wake-ups
    return current


def ratio(current: np.ndarray) -> float:
    window = current[520:1480].mean()
    return float((window - current[200]) / (current[50] - current[200]))


@pytest.mark.parametrize(
    ("floor_a", "window_a", "busy_a"),
    [(20e-6, 21e-6, 8e-3), (1.3e-3, 1.4e-3, 24e-3), (3e-6, 300e-6, 80e-3), (6e-3, 7e-3, 24e-3)],
)
def test_r_stays_within_what_is_stated(floor_a: float, window_a: float, busy_a: float) -> None:
    random = np.random.default_rng(3)
    read = readings(floor_a, window_a, busy_a)
    ends = np.array([each.up_to_a for each in PPK2.ranges])
    number = np.searchsorted(ends, read)
    stated = systematic(Samples(read, 1e-3, range=number.astype(np.int8)), FRAME, PPK2)
    assert stated
    worst = 0.0
    for _ in range(300):
        gains = random.choice([-1, 1], 5) * [each.gain for each in PPK2.ranges]
        offsets = random.choice([-1, 1], 5) * [each.offset_a for each in PPK2.ranges]
        true = read * (1 + gains[number]) + offsets[number]  # makers state it of the reading
        off = abs(ratio(true) - ratio(read))
        assert off <= stated.ratio + 1e-9
        worst = max(worst, off / stated.ratio if stated.ratio else 0.0)
    if len(set(number)) > 1:
        assert stated.ranges == len(set(number))
        assert worst > 0.5  # and is no number beside the point
    else:
        assert stated.ratio == 0.0


def test_ranges_that_the_instrument_numbers_by_itself() -> None:
    """A Joulescope says which of its own it was in; the bench file states the accuracy of each."""
    read = readings(1.3e-3, 1.4e-3, 24e-3)
    sizes = (18e-6, 180e-6, 1.8e-3, 18e-3, 0.18, 10.0)
    number = np.searchsorted(sizes, read).astype(np.int8)
    samples = Samples(read, 1e-3, range=number, ranges_a=sizes)
    lines = ["1.8 mA: 1 % + 1 µA", "180 mA: 2 %"]
    found = systematic(samples, FRAME, stated_by(lines))
    assert found
    assert (found.ranges, found.numbers) == (2, [0, 1])
    assert found.floor_a == pytest.approx(0.01 * 1.3e-3 + 1e-6)
    assert found.busy_a == pytest.approx(0.02 * 24e-3)
    assert found.ratio > 0
    assert systematic(samples, FRAME, stated_by(lines[:1])) is None  # one of them is not stated


@pytest.mark.skipif(os.name != "posix" or not available(), reason="played meters need PTYs")
@pytest.mark.parametrize("gains", ["0.09,-0.09,-0.09,0.09,0", "0,0.09,0.09,-0.09,0"])
def test_played_gain_errors_stay_within_what_is_stated(gains: str, tmp_path: Path) -> None:
    """A board behind a PPK2 whose ranges disagree: its floor in one of them, its busy current in
    another, and a wait that wakes a hundred times a second."""
    pytest.importorskip("ppk2_api")
    errors = np.array([float(each) for each in gains.split(",")])
    with (
        by_ppk2(tmp_path, "--gains", gains) as fed,
        attach(benches.load(fed.bench(tmp_path))) as [station],
        prepared([station], None),
    ):
        assert station.meter
        board = station.board()
        board.open()
        with contextlib.closing(station.meter.open()) as meter, contextlib.closing(board):
            for _ in range(4):  # a loaded host loses samples, which is no frame
                taken = capture(
                    board, meter, "power/periodic", window_s=1.0, floor="raw-wait",
                    wakes_hz=100,
                )  # fmt: skip
                if taken.frame is not None:
                    break
            assert taken.frame is not None, taken.why
            stated = systematic(taken.samples, taken.frame, meter.accuracy)
    assert stated
    assert stated.ranges > 1
    read = taken.samples
    assert read.range is not None
    true = Samples(read.current_a / (1 + errors[read.range]), read.interval_s)
    found, truth = judge(read, taken.frame), judge(true, taken.frame)
    assert 0 < abs(found.ratio.value - truth.ratio.value) <= stated.ratio
    for name in ("window_a", "floor_a", "busy_a"):
        off = abs(getattr(found, name) - getattr(truth, name))
        assert off <= getattr(stated, name) * 1.001
    assert abs(found.busy_a - truth.busy_a) > 0.08 * truth.busy_a


def test_accuracy_by_the_users_own_manual() -> None:
    found = stated_by(["100 mA: 0.05 % + 5 µA", "10 mA: 0.05 % + 2 uA", "3 A: 0.2%"])
    assert found.basis == "the bench file"
    assert [each.up_to_a for each in found.ranges] == [10e-3, 100e-3, 3.0]
    chosen = found.holding(50e-3)
    assert chosen
    assert chosen[1].error_a(20e-3) == pytest.approx(15e-6)
    for wrong in (["0.05 %"], ["100 mA: 5 µA"], ["100 mV: 1 %"], ["1 mA: 100 %"],
                  ["1 mA: 1 % + 1 mA"], ["1 mA: 1 %", "1000 µA: 2 %"]):  # fmt: skip
        with pytest.raises(ValueError, match=r"is not of the form|as large as|there twice"):
            stated_by(wrong)


def test_what_the_bench_file_states_comes_before_ours(tmp_path: Path) -> None:
    started = VirtualMeter(None, {"dialect": "keithley-2450"})
    try:
        resource = started.wait_ready()
        entry = MeterEntry(resource=resource, accuracy=("100 mA: 1 % + 1 mA",))
        with contextlib.closing(
            MeterStation(name="m", entry=entry, resource=resource).open()
        ) as meter:
            assert meter.accuracy.basis == "the bench file"
    finally:
        started.stop()
    path = tmp_path / "bench.toml"
    path.write_text(
        '[board.b]\nport = "p"\nmeter = "m"\n[meter.m]\nresource = "TCPIP::h::1::SOCKET"\n'
        'accuracy = ["100 mA: 5 µA"]\n',
        "utf-8",
    )
    with pytest.raises(UsageError, match=r'meter\.m\.accuracy.*not of the form "100 mA: 0\.05'):
        benches.load(path)


def test_a_meter_with_one_figure_for_all() -> None:
    samples = Samples(readings(1e-3, 1.1e-3, 2e-2), 1e-3)
    found = systematic(samples, FRAME, stated_by(["500 mA: 0.5 % + 1 µA"]))
    assert found
    assert (found.ranges, found.ratio) == (1, 0.0)
    assert found.busy_a == pytest.approx(2e-2 * 0.005 + 1e-6)


def test_one_range_keeps_its_gain_out_of_r() -> None:
    current = readings(1.3e-3, 1.4e-3, 24e-3)
    stated = systematic(from_readings(current, 1e-3, 0.1), FRAME, SMU, 0.1)
    assert stated
    assert (stated.ratio, stated.ranges) == (0.0, 1)
    assert stated.busy_a == pytest.approx(24e-3 * 0.025e-2 + 6e-6)


def test_nothing_is_said_where_no_manual_was_read() -> None:
    samples = from_readings(readings(1e-3, 1e-3, 1e-2), 1e-3, 0.1)
    assert systematic(samples, FRAME, UNSTATED, 0.1) is None
