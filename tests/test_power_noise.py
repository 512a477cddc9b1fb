"""Verdicts beneath what supplies, boards and meters add: a few of benchmarks/power_noise.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import noise_scene
from benchmarks.noise_scene import record
from benchmarks.power_noise import KNOWN, draw, kept, scene
from rig.errors import Inconclusive
from rig.meters.samples import Samples
from rig.power.capture import BESIDE
from rig.power.framing import Frame, align
from rig.power.levels import levels
from rig.power.looking import unlike
from rig.power.response import response
from rig.power.verdict import Verdict, confirm, judge
from tests.power_simulation import Board, simulate

CLEAR = Board(2e-3, 22e-3, noise_a=1e-4)


def framed(kind: str, board: Board = CLEAR, seed: int = 1) -> tuple[Samples, Frame]:
    samples, told = simulate(kind, board, seed=seed)
    return samples, align(samples, told)


@pytest.mark.parametrize("name", KNOWN)
def test_no_wait_is_misjudged_beneath(name: str) -> None:
    for seed, truth in enumerate(("sleeps", "polls", "spins")):
        samples, told = record(scene([name], np.random.default_rng(seed)), truth, 1.0)
        try:
            assert judge(samples, align(samples, told)).kind in (truth, "unclear")
        except Inconclusive:
            continue


@pytest.mark.slow
@pytest.mark.parametrize("unseen", ["", "all", "fourth", "fifth"])
def test_no_wait_of_many_is_misjudged(unseen: str) -> None:
    draws = [draw(seed, unseen)[0] for seed in range(33_000_000, 33_000_200)]
    assert [d for d in draws if d.wrong] == []
    assert sum(d.said != "unclear" for d in draws) >= len(draws) / 2


def test_a_rule_that_believes_everything_is_found_out() -> None:
    def believes(samples: Samples, frame: Frame) -> Verdict:
        return replace(judge(samples, frame), kind="sleeps")

    found = [draw(seed, rules={"believes": believes})[0] for seed in range(8)]
    judged = [d for d in found if d.said != "unclear"]  # the others had no frame
    assert [d.wrong for d in judged] == [d.truth != "sleeps" for d in judged]
    assert any(d.wrong for d in judged)


def test_a_run_that_was_cut_short_is_gone_on_with(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "draws.jsonl"
    path.write_text(
        '{"seed": 7, "models": ["hum"], "truth": "polls", "said": "sleeps", "why": "", "rule": ""}'
        "\n"
        '{"seed": 8, "models": ["hu',
        "utf-8",
    )
    found = kept(path)
    assert [(d.seed, d.models, d.wrong) for d in found] == [(7, ("hum",), True)]


@pytest.mark.parametrize("wake_s", [15e-6, 30e-6, 45e-6])
def test_short_wakes_that_the_tasks_ask_for_hide_no_polling(wake_s: float) -> None:
    """A quick board wakes for less time than the least wake-up that is looked for. It leaves
    what polls beside it as visible as on a board that does nothing."""
    samples, frame = framed("sleeps", Board())
    random = np.random.default_rng(2)
    start, end = frame.window.start_s, frame.window.end_s
    wakes = samples.index(start) + (np.arange(0.002, end - start, 0.01) / 1e-3).astype(int)
    samples.current_a[wakes] += 22.7e-3 * wake_s / 1e-3
    assert judge(samples, frame, expected_wakes_hz=100).kind == "sleeps"
    assert judge(samples, frame).kind == "polls"
    polls = samples.index(start) + np.sort(random.integers(0, int((end - start) / 1e-3), 60))
    samples.current_a[polls] += 22.7e-3 * 57e-6 / 1e-3
    assert judge(samples, frame, expected_wakes_hz=100).kind != "sleeps"


def test_ripple_in_the_floors_too_leaves_it_undecided() -> None:
    """Polling beneath it was told to sleep while the floors' rate was taken off the window's."""
    for kind in ("sleeps", "polls-10ms"):
        samples, frame = framed(kind)
        samples.current_a[::13] += 1.5e-3
        assert judge(samples, frame).kind in ("unclear", "polls")[: 1 + (kind != "sleeps")]


@pytest.mark.parametrize("seed", range(4))
def test_ripple_at_the_same_rate_throughout_is_no_polling(seed: int) -> None:
    samples, frame = framed("sleeps", Board(), seed)
    random = np.random.default_rng(seed)
    at = np.cumsum(random.uniform(3, 8, len(samples.current_a))).astype(int)
    samples.current_a[at[at < len(samples.current_a)]] += random.uniform(0.8e-3, 1.5e-3)
    assert judge(samples, frame).kind == "unclear"


def test_hum_is_foretold_by_the_floors() -> None:
    verdicts = []
    for kind in ("sleeps", "polls-10ms"):
        samples, frame = framed(kind)
        at = np.arange(len(samples.current_a)) * samples.interval_s
        samples.current_a[:] += 2e-3 * np.sin(2 * np.pi * 50.05 * at)
        samples.gapless = True  # by its maker's word: beneath such a hum no edge would show it
        verdicts.append(judge(samples, frame).kind)
    assert verdicts[0] == "sleeps"
    assert verdicts[1] in ("polls", "unclear")


def test_a_neighbour_as_high_as_the_busy_cpu_is_no_spinning() -> None:
    samples, frame = framed("sleeps")
    first = samples.index(frame.window.start_s + 0.4)
    samples.current_a[first : first + 500] += 20e-3
    verdict = judge(samples, frame)
    assert verdict.kind == "unclear"
    assert "something else in the supply" in verdict.why


def test_polling_as_high_as_spinning_is_uneven() -> None:
    """What switches at each wake-up can add as much as a busy CPU draws."""
    samples, frame = framed("sleeps", replace(CLEAR, noise_a=2e-5))
    window = slice(samples.index(frame.window.start_s), samples.index(frame.window.end_s))
    count = window.stop - window.start
    samples.current_a[window] += 20e-3 * np.random.default_rng(3).uniform(0.7, 1.3, count)
    assert judge(samples, frame).kind != "spins"


def test_a_meter_that_takes_instants_is_not_believed() -> None:
    """Of 60 µs every 10 ms it sees none, or all, whatever the wait does."""
    made = scene(["instants"], np.random.default_rng(1))
    made.aperture = 0.0
    made.readings.clear()
    samples, told = record(made, "sleeps", 1.0)
    verdict = judge(samples, align(samples, told))
    assert verdict.kind == "unclear"
    assert "looks all the time" in verdict.why


def now_and_then(kind: str, seed: int, interval_s: float = 1e-3) -> Verdict:
    """A meter that looks at 0.4 of each interval, as a multimeter of 0.02 line cycles does."""
    made = scene([], np.random.default_rng(seed))
    made.aperture, made.gapless, made.interval_s = 0.4, False, interval_s
    made.readings = [lambda c: c + made.random.normal(0, 1e-4 * made.span_a, len(c))]
    samples, told = record(made, kind, 4.0)
    return judge(samples, align(samples, told))


def test_polling_in_step_with_a_meter_is_no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop of ThreadSafeFlag polls each millisecond, and crystals agree for seconds."""
    monkeypatch.setattr(noise_scene, "CLOCKS", (1.0, 1.0))
    monkeypatch.setattr(noise_scene, "UNEVEN", 0.0)
    found = [now_and_then("polls-1000", seed) for seed in range(12)]
    assert "sleeps" not in {each.kind for each in found}
    missed = [each for each in found if each.in_step]
    assert missed  # it saw nothing of them
    beside = now_and_then("polls-1000", 3, 1e-3 / BESIDE)
    confirm(beside, missed)
    assert beside.kind != "sleeps"  # and there it does


def test_two_intervals_show_the_sleep_that_one_does_not() -> None:
    found = [now_and_then("sleeps", seed) for seed in range(8)]
    beside = [now_and_then("sleeps", seed, 1e-3 / BESIDE) for seed in range(8)]
    assert {each.kind for each in found + beside} == {"unclear"}
    first, second, *_ = [each for each in found if each.in_step]
    third, *_ = [each for each in beside if each.in_step]
    confirm(second, [first])
    assert second.kind == "unclear"  # the same interval again says nothing more
    confirm(third, [first])
    assert third.kind == "sleeps"


@pytest.mark.parametrize(
    ("ratio", "other"), [(1.0, False), (2.0, False), (1.5, False), (BESIDE, True)]
)
def test_intervals_that_one_period_fits_are_alike(ratio: float, other: bool) -> None:
    assert unlike(1e-3, 1e-3 * ratio) is other
    assert unlike(1e-3 * ratio, 1e-3) is other


def test_what_polls_once_is_polling_when_it_does_so_again() -> None:
    """A storm may begin and end with one window; not with the next, which is longer."""
    first, second, third = (judge(*framed("polls-10ms", seed=seed)) for seed in (1, 2, 3))
    asleep = judge(*framed("sleeps"))
    assert [each.kind for each in (first, second, third, asleep)] == ["polls"] * 3 + ["sleeps"]
    confirm(first, [])
    assert first.kind == "unclear"
    assert first.more_helps
    confirm(second, [first])
    assert second.kind == "polls"
    confirm(asleep, [first])
    assert asleep.kind == "unclear"
    confirm(third, [first, asleep])
    assert third.kind == "polls"


@pytest.mark.parametrize("step_a", [1e-5, 5e-4, 4e-3])
def test_the_meters_step_is_found(step_a: float) -> None:
    samples, frame = framed("polls-3.1ms")
    samples.current_a[:] = np.round(samples.current_a / step_a) * step_a
    found = response(samples, frame, levels(samples, frame))
    assert found.step_a == pytest.approx(step_a * found.width, rel=0.01)


@pytest.mark.parametrize("count", [1, 4, 8])
def test_a_slow_meters_response_is_seen_in_the_pulses(count: int) -> None:
    samples, told = simulate("sleeps", Board(), seed=1)
    samples.current_a[:] = np.convolve(samples.current_a, np.full(count, 1 / count), "same")
    frame = align(samples, told)
    found = response(samples, frame, levels(samples, frame))
    assert found.width == pytest.approx(count, abs=max(count / 4, 0.1))
