"""A meter's own steps, beneath a noise that came after them: what they hide is not believed."""

from __future__ import annotations

import numpy as np
import pytest

from rig.power.framing import align
from rig.power.levels import levels
from rig.power.response import response
from rig.power.verdict import judge
from tests.power_simulation import Board, simulate

CLEAR = Board(2e-3, 22e-3)


@pytest.mark.parametrize("lines", [3, 7, 15])
@pytest.mark.parametrize("kind", ["sleeps", "polls-10ms"])
def test_noise_after_a_coarse_range_hides_no_step(lines: int, kind: str) -> None:
    """60 µs are 6 % of the contrast: steps of a third to a fifteenth of it hide them."""
    samples, told = simulate(kind, CLEAR, seed=lines)
    step_a = 20e-3 / lines
    random = np.random.default_rng(lines)
    samples.current_a[:] = np.round((samples.current_a - 2e-3) / step_a) * step_a + 2e-3
    samples.current_a += 2e-6 * random.standard_cauchy(len(samples.current_a))
    samples.gapless = True
    frame = align(samples, told)
    found = response(samples, frame, levels(samples, frame))
    assert found.step_a == pytest.approx(step_a, rel=0.05)
    assert judge(samples, frame).kind != "sleeps"


@pytest.mark.parametrize("seed", range(20))
def test_a_meter_without_steps_has_none(seed: int) -> None:
    samples, told = simulate("sleeps", CLEAR, seed=seed)
    samples.current_a += np.random.default_rng(seed).normal(0, 2e-5, len(samples.current_a))
    frame = align(samples, told)
    assert response(samples, frame, levels(samples, frame)).step_a < 1e-3 * 20e-3
    assert judge(samples, frame).kind == "sleeps"


def test_an_outlier_at_one_edge_takes_nothing_from_the_others() -> None:
    samples, told = simulate("sleeps", CLEAR, seed=1)
    samples.current_a += np.random.default_rng(1).normal(0, 2e-5, len(samples.current_a))
    frame = align(samples, told)
    usual = response(samples, frame, levels(samples, frame)).least_a
    samples.current_a[samples.index(frame.pulses[0].start_s) - 1] += 0.2
    assert response(samples, frame, levels(samples, frame)).least_a > usual / 2
