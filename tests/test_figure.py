"""Figures: what cannot be, or cannot be told, is never a verdict; all else is one."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from host.latency import allowed, kept, timed
from rig.board.execution import Event, Execution
from rig.errors import Inconclusive
from rig.figure import Figure, duration, exactly, growth, measured, shown, size
from rig.results import Outcome, Result
from tests.started import looprig

TIMES = st.floats(1e-7, 10)


def exact_costs(costs: list[float]) -> list[Figure]:
    return [exactly("cost", cost, "s") for cost in costs]


@given(TIMES, st.floats(1e-9, 1e-3), TIMES)
def test_a_comparison_is_true_all_over_the_interval_or_none(
    value: float, tick: float, limit: float
) -> None:
    figure = duration("a turn", value, tick)
    if value + tick <= limit:
        assert figure <= limit
        assert not figure > limit
    elif value - tick > limit:
        assert not figure <= limit
    elif max(0, value - tick) <= limit < value + tick:
        with pytest.raises(Inconclusive, match="a turn"):
            assert figure <= limit


@given(TIMES, TIMES, st.floats(1e-9, 1e-3))
def test_a_ratio_holds_what_it_may_be(one: float, other: float, tick: float) -> None:
    """Whatever the true times were, their ratio is in the interval."""
    assume(other > tick)
    ratio = duration("one", one, tick) / duration("other", other, tick)
    for up in (-1, 0, 1):
        for down in (-1, 0, 1):
            true, base = max(0.0, one + up * tick), other + down * tick
            if base > 0:
                assert ratio.low <= true / base * (1 + 1e-9)
                assert true / base <= ratio.high * (1 + 1e-9)


def test_a_ratio_of_nothing_is_no_verdict() -> None:
    with pytest.raises(Inconclusive, match="a turn by a bare turn: a ratio of nothing"):
        duration("a turn", 8e-6, 1e-6, 4) / duration("a bare turn", 0, 1e-6, 32)
    with pytest.raises(Inconclusive, match="ratio of nothing"):
        exactly("a", 0, "B") / exactly("b", 0, "B")


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, -math.inf])
def test_what_cannot_be_is_no_figure(value: float) -> None:
    with pytest.raises(Inconclusive, match="cannot be"):
        measured("a time", value, "s", 1e-6)
    with pytest.raises(Inconclusive, match="cannot be"):
        size("a task", value, 12)


def test_a_size_of_nothing_is_no_figure() -> None:
    with pytest.raises(Inconclusive, match="a task: 12 of them took 0 B"):
        size("a task", 0, 12)
    assert size("a task", 3072, 12) <= size("a task", 2560, 10).times(1.25)


def test_a_figure_is_neither_true_nor_equal() -> None:
    figure = exactly("a time", 1.0, "s")
    with pytest.raises(TypeError):
        bool(figure)
    with pytest.raises(TypeError):
        assert figure == 1.0


@given(st.floats(0, 1.2), TIMES)
def test_growth_is_the_exponent(exponent: float, cost: float) -> None:
    sizes = [16, 32, 64, 128, 256, 512]
    found = growth("g", sizes, exact_costs([cost * (size / 16) ** exponent for size in sizes]))
    assert found.value == pytest.approx(exponent, abs=1e-6)
    assert found.low == pytest.approx(found.high)


def test_growth_tells_linear_from_logarithmic() -> None:
    sizes = [16, 32, 64, 128, 256, 512]
    assert growth("g", sizes, exact_costs([2 + 0.1 * n for n in sizes])) > 0.5
    assert growth("g", sizes, exact_costs([2 + 0.2 * n.bit_length() for n in sizes])) < 0.2


@given(st.lists(st.floats(0, 20e-6), min_size=3, max_size=3), st.floats(1e-7, 1e-5))
def test_growth_holds_what_it_may_be(costs: list[float], tick: float) -> None:
    sizes = [16, 64, 256]
    found = growth("g", sizes, [duration("a task", cost, tick) for cost in costs])
    assert not math.isnan(found.value)
    assume(min(costs) > 0)
    inner = growth("g", sizes, exact_costs(costs))
    assert found.low - 1e-9 <= inner.value <= found.high + 1e-9


def test_times_below_the_tick_show_no_growth() -> None:
    found = growth("g", [16, 64, 256], [duration("a task", t, 1e-3) for t in (0, 0, 1e-3)])
    with pytest.raises(Inconclusive):
        assert found < 0.5


def test_figures_are_shown_with_their_unit() -> None:
    said = [shown(1.234e-3, "s"), shown(0, "s"), shown(2.5e-7, "s"), shown(256, "B")]
    assert said == ["1.23 ms", "0 s", "250 ns", "256 B"]
    assert shown(0.4269, "1") == "0.4269"


COARSE = """# The clock of a board whose microseconds go on by {tick} at a time.
import utime
from utime import *


def ticks_us():
    return utime.ticks_us() // {tick} * {tick}
"""


def test_a_clock_too_coarse_for_a_claim_is_no_verdict_on_it(tmp_path: Path) -> None:
    """A real board whose clock goes on by 2 ms at a time: turns of 2 µs take nothing, or 2 ms."""
    overlay = tmp_path / "coarse"
    overlay.mkdir()
    (overlay / "time.py").write_text(COARSE.format(tick=2000), encoding="utf-8")
    claims = ("latency.turn-cost", "latency.task-costs", "latency.waiting-flag-is-free")
    asked = [word for claim in claims for word in ("--claims", claim)]
    looprig("run", "--board", "unix", "--overlay", overlay, *asked, "--out", tmp_path / "run")
    lines = (tmp_path / "run" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = {one["claim"]: Result.model_validate(one) for one in map(json.loads, lines)}
    assert sorted(results) == sorted(claims)
    for claim in claims:
        assert results[claim].outcome is Outcome.INCONCLUSIVE, results[claim]
        assert "the measurement can" in results[claim].why


def stopwatch(tick_us: int, turns_us: int, bare_us: int) -> Execution:
    """What a board with such a stopwatch says of its turns."""
    told = [("tick", (tick_us,)), ("turns", (4, [turns_us] * 3)), ("bare", (32, [bare_us] * 3))]
    events = [Event(name, 0, data) for name, data in told]
    return Execution("latency/event", "board", events=events)


@pytest.mark.parametrize(
    ("tick_us", "late_s", "verdict"),
    [(1, 1e-4, True), (1, 0.05, False), (20_000, 0.0, None), (20_000, 0.05, None),
     (20_000, 0.5, False)],
)  # fmt: skip
def test_a_latency_below_the_stopwatchs_tick_is_no_verdict(
    tick_us: int, late_s: float, verdict: bool | None
) -> None:
    fine = tick_us == 1
    run = stopwatch(tick_us, 400 if fine else 0, 960 if fine else 0)
    latency, limit = timed(run, "wake", late_s), allowed(run)
    assert kept(latency, limit) is (verdict is True)
    if verdict is None:
        with pytest.raises(Inconclusive, match="no verdict"):
            assert latency <= limit
    else:
        assert (latency <= limit) is verdict
