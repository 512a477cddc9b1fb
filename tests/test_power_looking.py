"""What else is at the pulses' edges, and a reading that is said again: neither is the wait's."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.noise_scene import Activity, Array, Scene, record
from benchmarks.power_noise import draw, scene
from rig.power.framing import align
from rig.power.levels import levels
from rig.power.response import Response, response
from rig.power.verdict import Verdict, confirm, judge
from tests.power_simulation import Board, simulate

CLEAR = Board(2e-3, 22e-3, noise_a=1e-4)


@pytest.mark.parametrize(
    "seed",
    [
        6_005_683,
        32_005_617,
        32_008_114,
        32_008_585,
        34_003_002,
        34_004_287,
        36_009_945,
        52_007_411,
        56_000_069,
        60_007_724,
    ],
)
def test_what_was_misjudged_is_not(seed: int) -> None:
    assert not draw(seed)[0].wrong


@pytest.mark.parametrize(("spike", "kind"), [(-0.1, "unclear"), (0.1, "sleeps"), (0.0, "sleeps")])
def test_a_spike_at_each_change_of_load_is_in_a_wake_up_too(spike: float, kind: str) -> None:
    """A range that switches takes a tenth of a sample at each: 50 µs of busy would not show."""
    samples, told = simulate("sleeps", CLEAR, seed=1)
    frame = align(samples, told)
    for pulse in frame.pulses:
        for instant in (pulse.start_s, pulse.end_s):
            samples.current_a[samples.index(instant)] += spike * 20e-3
    samples.gapless = True
    verdict = judge(samples, frame)
    assert verdict.kind == kind
    assert ("look shorter than they were" in verdict.why) == (kind == "unclear")
    assert verdict.more_helps


def entered(count: int, seed: int) -> Verdict:
    """A wait that sleeps, and so many readings after the pulse before it as that pulse's last."""
    samples, told = simulate("sleeps", CLEAR, seed=seed)
    frame = align(samples, told)
    last = samples.index(frame.pulses[1].end_s) - 2
    samples.current_a[last : last + count] = samples.current_a[last]
    return judge(samples, frame)


def test_a_busy_reading_that_is_said_again_once_is_no_spinning() -> None:
    """A link that loses readings says the last one of the pulse for long after it."""
    first, asleep, again = entered(150, 1), entered(0, 2), entered(150, 3)
    assert [each.kind for each in (first, asleep, again)] == ["spins", "sleeps", "spins"]
    confirm(first, [])
    assert first.kind == "unclear"
    assert first.more_helps
    confirm(again, [first])
    assert again.kind == "spins"  # what it does each time is the wait's
    confirm(asleep, [first])
    assert asleep.kind == "unclear"


@pytest.mark.parametrize("kind", ["spins", "spins-last-fifth"])
def test_spinning_that_ends_with_its_wait_needs_no_second(kind: str) -> None:
    samples, told = simulate(kind, CLEAR, seed=1)
    verdict = judge(samples, align(samples, told))
    confirm(verdict, [])
    assert verdict.kind == "spins"


def test_where_a_busy_cpu_falls_to_the_floor_its_wakes_may_not_show() -> None:
    """A supply that takes its charge in packets has none of a wake-up between two of them."""
    samples, told = simulate("sleeps", CLEAR, seed=1)
    frame = align(samples, told)
    assert judge(samples, frame).kind == "sleeps"
    for pulse in frame.pulses:
        first = samples.index(pulse.start_s)
        samples.current_a[first : first + 40] = 2e-3 + 40e-3 * (np.arange(40) % 8 < 4)
    verdict = judge(samples, frame)
    assert verdict.kind == "unclear"
    assert "falls to the floor" in verdict.why


def seen(made: Scene) -> Response:
    samples, told = record(made, "sleeps", 1.0)
    frame = align(samples, told)
    return response(samples, frame, levels(samples, frame))


def meter(aperture: float, seed: int) -> Scene:
    made = scene([], np.random.default_rng(seed))
    made.aperture, made.gapless = aperture, False
    return made


def test_spikes_at_edges_do_not_make_them_half_way() -> None:
    """A meter of instants sees 5 % of the least wake-ups, whatever a change of load adds."""
    found = []
    for seed in range(40):
        made = meter(0.0, seed)
        size = made.span_a * (2.0, -2.0, 0.4, -0.4)[seed % 4]

        def add(t: Array, on: Array, size: float = size) -> Array:
            edges = t[np.flatnonzero(np.diff(on))]
            return np.asarray(size * Activity(edges, np.full(len(edges), 3e-4)).at(t))

        made.added.append(add)
        found.append(seen(made).seen)
    assert np.mean(np.array(found) > 0.2) <= 0.05
    assert np.mean([seen(meter(0.6, seed)).seen > 0.2 for seed in range(20)]) >= 0.5
