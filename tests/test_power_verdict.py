"""The judgement of waits, on simulated captures of boards whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import Inconclusive
from rig.meters.samples import Samples
from rig.power.framing import align
from rig.power.verdict import Verdict, charge_per_wake, judge
from tests.power_simulation import PICO, Board, frame, simulate

KINDS = ["sleeps", "polls-1ms", "polls-3.1ms", "polls-10ms", "spins", "spins-last-fifth"]
VIRTUAL = Board()
TYPICAL = Board(2e-3, 22e-3, noise_a=0.1e-3, drift_a=0.02e-3, clock=1.01)


def judged(
    kind: str, board: Board, window_s: float = 1.5, scale: float = 1.0, seed: int = 0
) -> Verdict:
    samples, told = simulate(kind, board, window_s, scale, seed=seed)
    return judge(samples, align(samples, told))


def truth(kind: str) -> str:
    return kind.partition("-")[0]


@pytest.mark.parametrize("board", [VIRTUAL, TYPICAL])
@pytest.mark.parametrize("kind", KINDS)
def test_class_of_a_clear_capture(kind: str, board: Board) -> None:
    assert judged(kind, board).kind == truth(kind)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    noise_a=st.sampled_from([0.0, 0.05e-3, 1e-3, 3e-3]),
    drift_a=st.floats(0.1e-3, 0.3e-3),
    clock=st.floats(0.975, 1.025),
    scale=st.sampled_from([1.0, 2.0, 4.0]),
    seed=st.integers(0, 10_000),
)
def test_a_board_of_small_contrast_is_never_misjudged(
    kind: str, noise_a: float, drift_a: float, clock: float, scale: float, seed: int
) -> None:
    board = Board(PICO.floor_a, PICO.busy_a, noise_a, drift_a, clock)
    try:
        verdict = judged(kind, board, 1.5 * scale, scale, seed)
    except Inconclusive:
        return
    assert verdict.kind in (truth(kind), "unclear")
    assert not (verdict.rests and kind == "spins")


@pytest.mark.parametrize(
    ("noise_a", "drift_a", "clock", "scale", "seed"),
    [
        (2e-5, 0.13294876958434555e-3, 1.001892144292787, 1, 128674149),
        (0.0, 0.1449668810962618e-3, 0.9804141241366212, 1, 781506498),
        (2e-5, 0.11880887914832793e-3, 1.0051369510330475, 2, 372415284),
        (0.0, 0.11084412428635788e-3, 1.0196147936434843, 4, 256214449),
    ],
)
def test_wakes_in_every_sample_are_not_taken_for_drift(
    noise_a: float, drift_a: float, clock: float, scale: float, seed: int
) -> None:
    board = Board(PICO.floor_a, PICO.busy_a, noise_a, drift_a, clock)
    assert judged("polls-1ms", board, 1.5 * scale, scale, seed).kind != "sleeps"


def test_what_spins_is_found_at_small_contrast_with_a_long_capture() -> None:
    found = [judged("spins", PICO, 6.0, 4.0, seed).kind for seed in range(20)]
    assert found.count("spins") >= 10
    assert set(found) <= {"spins", "unclear"}


def test_a_rest_far_above_the_floor_is_neither() -> None:
    samples, told = simulate("sleeps", VIRTUAL, seed=1)
    aligned = align(samples, told)
    window = slice(samples.index(aligned.window.start_s), samples.index(aligned.window.end_s))
    samples.current_a[window] = VIRTUAL.floor_a + 0.7 * (VIRTUAL.busy_a - VIRTUAL.floor_a)
    verdict = judge(samples, aligned)
    assert (verdict.kind, verdict.more_helps) == ("unclear", False)
    assert "neither the floor nor the busy current" in verdict.why


def test_wakes_that_the_tasks_ask_for_are_no_polling() -> None:
    samples, told = simulate("polls-10ms", VIRTUAL, seed=2)
    aligned = align(samples, told)
    assert judge(samples, aligned).kind == "polls"
    assert judge(samples, aligned, expected_wakes_hz=100).kind == "sleeps"


@pytest.mark.parametrize(("beneath", "kind"), [(0.0, "sleeps"), (0.05, "unclear")])
def test_long_wakes_that_the_tasks_ask_for_raise_no_level(beneath: float, kind: str) -> None:
    """As a real Pico's: 350 µs of each 10 ms, 1 ms a sample; beneath them polls."""
    samples, told = simulate("sleeps", Board(1.3e-3, 24e-3, noise_a=0.0, drift_a=0.0), seed=3)
    assert samples.interval_s == 1e-3
    samples.gapless = True
    aligned = align(samples, told)
    window = samples.between(aligned.window.start_s, aligned.window.end_s)
    window[5::10] += 0.35 * 22.7e-3
    window += beneath * 22.7e-3
    assert judge(samples, aligned, expected_wakes_hz=100).kind == kind


def test_wake_rate_and_ratio_of_a_poller() -> None:
    verdict = judged("polls-10ms", VIRTUAL)
    assert verdict.wake_rate_hz == pytest.approx(100, abs=2)
    assert verdict.ratio.value == pytest.approx(0.006, abs=0.001)
    assert verdict.ratio.low <= 0.006 <= verdict.ratio.high


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    board = Board(2e-3, 22e-3, noise_a=0.5e-3, drift_a=0.0)
    covered = 0
    for seed in range(120):
        ratio = judged("polls-3.1ms", board, seed=seed).ratio
        covered += ratio.low <= 0.060 / 3.1 <= ratio.high
    assert covered >= 0.88 * 120  # 95 % less what 120 trials leave open


@pytest.mark.parametrize("offset_s", [0.0, 0.13, 0.4])
@pytest.mark.parametrize("clock", [0.98, 1.0, 1.02])
def test_alignment_is_within_two_samples(offset_s: float, clock: float) -> None:
    board = Board(2e-3, 22e-3, noise_a=0.3e-3, clock=clock)
    samples, told = simulate("sleeps", board, seed=int(offset_s * 100))
    aligned = align(samples, told)
    edge = samples.index(aligned.pulses[2].start_s)
    rise = np.flatnonzero(samples.current_a > 12e-3)
    nearest = rise[np.argmin(np.abs(rise - edge))]
    assert abs(nearest - edge) <= 2


def test_alignment_by_a_marker_needs_no_contrast_to_find_the_pulses() -> None:
    told = frame(1.5)
    quiet = Board(15.2e-3, 18e-3, noise_a=1e-3)
    samples, _ = simulate("sleeps", quiet, seed=5)
    level = simulate("sleeps", Board(0.0, 1.0), seed=5)[0].current_a
    samples.marker = level
    aligned = align(samples, told)
    assert level[samples.index(aligned.pulses[0].start_s) + 3] == 1.0


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda s: s.current_a.__setitem__(slice(100, 105), np.nan), "out of the meter's range"),
        (lambda s: setattr(s, "current_a", s.current_a[:800]), "shorter than what the board did"),
        (lambda s: s.current_a.__setitem__(slice(None), 1e-3), "busy pulse 1 of 3 was not found"),
    ],
)
def test_captures_that_cannot_be_judged(damage, said: str) -> None:  # type: ignore[no-untyped-def]
    samples, told = simulate("sleeps", VIRTUAL, seed=3)
    damage(samples)
    with pytest.raises(Inconclusive, match=said):
        align(samples, told)


def test_means_only_tell_spinning_but_not_polling() -> None:
    for kind, expected in (("spins", "spins"), ("sleeps", "unclear")):
        samples, told = simulate(kind, VIRTUAL, 4.0, scale=10.0, rate_hz=50, seed=4)
        verdict = judge(samples, align(samples, told), waveform=False)
        assert verdict.kind == expected
    assert verdict.rests


def test_charge_per_wake_is_the_slope() -> None:
    rates = (1, 10, 100)
    verdicts = []
    for rate in rates:
        samples, told = simulate(f"polls-{1000 / rate}ms", TYPICAL, 2.0, seed=rate)
        verdicts.append(judge(samples, align(samples, told), expected_wakes_hz=rate))
    slope = charge_per_wake(verdicts, rates)
    assert slope.low <= 60e-6 * 20e-3 <= slope.high  # 60 µs at 20 mA above the floor


def test_a_capture_of_nothing_is_no_capture() -> None:
    with pytest.raises(Inconclusive):
        align(Samples(np.zeros(4000), 1e-3), frame(1.5))


def test_a_capture_that_the_first_pulse_triggered() -> None:
    samples, told = simulate("polls-10ms", TYPICAL, seed=8)
    whole = align(samples, told)
    first = samples.index(whole.pulses[0].start_s)
    triggered = Samples(samples.current_a[first:], samples.interval_s)
    aligned = align(triggered, told)
    assert abs(aligned.pulses[0].start_s) <= 2e-3
    assert judge(triggered, aligned).kind == "polls"
