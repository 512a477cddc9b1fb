"""What an instrument may be off by: R stays within what is stated, over ranges and gain errors."""

from __future__ import annotations

import numpy as np
import pytest

from rig.meters.accuracy import UNSTATED
from rig.meters.dialects.keithley_2450 import ACCURACY as SMU
from rig.meters.ppk2 import ACCURACY as PPK2
from rig.meters.samples import Samples, from_readings
from rig.power.framing import Frame, Part
from rig.power.systematic import systematic

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


def test_one_range_keeps_its_gain_out_of_r() -> None:
    current = readings(1.3e-3, 1.4e-3, 24e-3)
    stated = systematic(from_readings(current, 1e-3, 0.1), FRAME, SMU, 0.1)
    assert stated
    assert (stated.ratio, stated.ranges) == (0.0, 1)
    assert stated.busy_a == pytest.approx(24e-3 * 0.025e-2 + 6e-6)


def test_nothing_is_said_where_no_manual_was_read() -> None:
    samples = from_readings(readings(1e-3, 1e-3, 1e-2), 1e-3, 0.1)
    assert systematic(samples, FRAME, UNSTATED, 0.1) is None
