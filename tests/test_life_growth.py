"""What a long life's last batch cost by its first, on clocks that are fine, coarse or still; and
a life on a machine on which each batch takes as long as all should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host.heap import grown
from host.test_life import BATCHES as WHOLE
from host.test_life import EACH, HALF_AGAIN, LOOKS, growth_of
from tests.board_factory import connect, virtual

BATCHES = 40


@pytest.mark.parametrize("tick", [1, 8, 1000])
def test_no_clock_makes_a_steady_cost_grow(tick: int) -> None:
    for cost in (0, tick, 3 * tick, 500 * tick):
        took = [cost + tick * (number % 2) for number in range(BATCHES)]
        assert growth_of(took, [tick] * BATCHES) <= HALF_AGAIN
        late = [cost] * (BATCHES // 2) + [cost + tick] * (BATCHES // 2)  # it fell over an edge
        assert growth_of(late, [tick] * BATCHES) <= HALF_AGAIN


@pytest.mark.parametrize("tick", [1, 8, 1000])
def test_a_cost_that_doubles_is_told_where_the_clock_can(tick: int) -> None:
    took = [tick * (20 + number) for number in range(BATCHES)]
    assert growth_of(took, [5 * tick] * BATCHES) > HALF_AGAIN


def test_a_machine_that_becomes_slower_is_no_growth() -> None:
    slower = [100 + 5 * number for number in range(BATCHES)]
    assert growth_of([10 * each for each in slower], slower) <= 1.1


@pytest.mark.skipif(os.name != "posix", reason="it needs PTYs")
def test_a_machine_too_slow_for_a_whole_life_has_one_that_can_be_judged(tmp_path: Path) -> None:
    with virtual(tmp_path, "cpython") as control:
        board = connect(control.port)
        run = board.run(
            "life/over", prefix="elsewhere life/clock life/of_waits life/prompt", deadline=60.0,
            kind="one_event", batches=WHOLE, each=EACH, look=WHOLE // LOOKS, enough_us=0, aside=0,
        )  # fmt: skip
        board.close()
    took = run.value("took")
    assert len(took) < WHOLE
    assert grown(run.value("used")) == 0  # CPython does not tell
    assert growth_of(took, run.value("own")) > 0
