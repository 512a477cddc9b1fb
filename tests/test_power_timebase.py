"""Samples that are missing without a word: found by the host's clock, and no good meter accused."""

from __future__ import annotations

import numpy as np
import pytest

from rig.board.execution import Event, Execution
from rig.errors import Inconclusive
from rig.power.framing import Frame, align
from rig.power.timebase import LATE_S, host_rate, lost
from tests.power_simulation import Board, simulate

GAP_S = 10e-3


def execution(
    told: Frame, clock: float, late_before_s: float = 0.0, late_after_s: float = 0.0
) -> Execution:
    """What a board emits before and after that frame, heard so much later at either end."""
    end = told.parts[-1].end_s
    before = [("clock", -GAP_S * k) for k in (4, 3, 2, 1)]
    after = [("part", end)] * len(told.parts) + [("clock", end + GAP_S * k) for k in range(4)]

    def event(name: str, at_s: float, late_s: float) -> Event:
        heard_s = 1000 + at_s * clock + late_s
        return Event(name, round((at_s + GAP_S * 4) * 1e6), (), heard_s)

    events = [event(*which, late_before_s) for which in before]
    events += [event(*which, late_after_s) for which in after]
    return Execution("power/sleep", "b", events=events)


def missing(
    board: Board, every: int, scale: float, seed: int, late_before_s: float, late_after_s: float
) -> tuple[int, float]:
    """What `lost` says of a meter that leaves every so-manieth sample out; 0 for none."""
    samples, told = simulate("sleeps", board, 1.5 * scale, scale, seed=seed)
    if every:
        samples.current_a = np.delete(samples.current_a, np.s_[every - 1 :: every])
    found = align(samples, told)
    run = execution(told, board.clock, late_before_s, late_after_s)
    return lost(samples, told, found, run)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("clock", [0.975, 1.0, 1.02])
def test_a_good_meter_is_not_accused(noise: float, clock: float) -> None:
    random = np.random.default_rng(7)
    board = Board(15.2e-3, 18e-3, noise_a=noise * 2.8e-3, drift_a=0.1e-3, clock=clock)
    looked = 0
    for seed in range(40):
        late = random.uniform(0, LATE_S, 2)
        try:
            count, unnoticed = missing(board, 0, random.choice([1.0, 2.0]), seed, *late)
        except Inconclusive:  # too noisy to be aligned
            continue
        looked += 1
        assert abs(count) < unnoticed
    assert looked >= 10


@pytest.mark.parametrize("clock", [0.99, 1.0, 1.02])
@pytest.mark.parametrize(
    ("every", "scale", "found"),
    [
        (40, 1.0, True),  # 2.5 %
        (100, 1.0, False),  # 1 %: undecided in a capture of 2 s …
        (100, 4.0, True),  # … and plain in one of 8 s
        (400, 4.0, False),
    ],
)
def test_samples_that_are_evenly_lost(clock: float, every: int, scale: float, found: bool) -> None:
    board = Board(2e-3, 22e-3, noise_a=0.2e-3, clock=clock)
    count, unnoticed = missing(board, every, scale, 3, 0.0, 0.0)
    # From the first pulse to the last; alignment goes no further than 3 % off.
    assert count == pytest.approx((1.5 + 0.62) * scale * 1000 * board.clock / every, abs=10)
    assert (count > unnoticed) == found


def test_what_is_certain_to_be_found() -> None:
    board = Board(2e-3, 22e-3)
    for seed in range(20):  # the host hears of the start late, which hides what is missing
        count, unnoticed = missing(board, 45, 1.0, seed, LATE_S, 0.0)
        assert count > unnoticed


def test_a_late_event_is_not_counted_but_the_line_is_not_trusted() -> None:
    _, told = simulate("sleeps", Board(), seed=1)
    run = execution(told, 1.01)
    late = run.events[-1]
    run.events[-1] = Event(late.name, late.us, (), late.heard_s + 0.5)
    assert host_rate(run) == pytest.approx((1.01, 0.5), rel=0.01)


def test_events_that_the_board_kept_say_nothing() -> None:
    _, told = simulate("sleeps", Board(), seed=1)
    run = execution(told, 1.0)
    at_once = run.events[-1].heard_s
    run.events = [Event(event.name, event.us, (), at_once) for event in run.events]
    assert host_rate(run) is None


def test_without_events_before_the_frame_nothing_is_said() -> None:
    samples, told = simulate("sleeps", Board(), seed=2)
    run = execution(told, 1.0)
    run.events = [event for event in run.events if event.name == "part"]
    assert lost(samples, told, align(samples, told), run) == (0, float("inf"))
    assert host_rate(Execution("power/sleep", "b")) is None
