"""Verdicts beneath what supplies, boards and meters add: a few of benchmarks/power_noise.py."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.noise_models import HELD_OUT, MODELS, record, scene
from benchmarks.power_noise import draw
from rig.errors import Inconclusive
from rig.power.framing import align
from rig.power.levels import levels
from rig.power.response import response
from rig.power.verdict import judge
from tests.power_simulation import Board, simulate

ONCE_WRONG = [118, 217, 1582, 1668, 1882, 1915, 2360]
"""Seeds at which the rule was wrong while it was made."""


@pytest.mark.parametrize("seed", ONCE_WRONG)
def test_what_was_wrong_once(seed: int) -> None:
    assert not draw(seed, held_out=False).wrong


@pytest.mark.parametrize("name", [*MODELS, *HELD_OUT])
def test_no_wait_is_misjudged_beneath(name: str) -> None:
    for seed, truth in enumerate(("sleeps", "polls", "spins")):
        samples, told = record(scene([name], np.random.default_rng(seed)), truth, 1.0)
        try:
            assert judge(samples, align(samples, told)).kind in (truth, "unclear")
        except Inconclusive:
            continue


def test_a_meter_that_takes_instants_is_not_believed() -> None:
    """Of 60 µs every 10 ms it sees none, or all, whatever the wait does."""
    made = scene(["instants"], np.random.default_rng(1))
    made.aperture = 0.0
    made.added.clear()
    samples, told = record(made, "sleeps", 1.0)
    verdict = judge(samples, align(samples, told))
    assert verdict.kind == "unclear"
    assert "takes instants" in verdict.why


@pytest.mark.parametrize("step_a", [1e-5, 5e-4, 4e-3])
def test_the_meters_step_is_found(step_a: float) -> None:
    samples, told = simulate("polls-3.1ms", Board(2e-3, 22e-3, noise_a=1e-4), seed=1)
    samples.current_a[:] = np.round(samples.current_a / step_a) * step_a
    aligned = align(samples, told)
    found = response(samples, aligned, levels(samples, aligned))
    assert found.step_a == pytest.approx(step_a, rel=0.01)


def test_a_slow_meters_response_is_seen_in_the_pulses() -> None:
    samples, told = simulate("sleeps", Board(2e-3, 22e-3), seed=1)
    samples.current_a[:] = np.convolve(samples.current_a, np.full(8, 1 / 8), "same")
    aligned = align(samples, told)
    assert response(samples, aligned, levels(samples, aligned)).width in (6, 7, 8)
