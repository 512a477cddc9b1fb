"""The statistics that latency verdicts rest on: told by patterns and growth, deaf to load."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.distribution import lower_quartile, pattern, summarise
from rig.virtual.board import VirtualBoard


def loaded(count: int, share: float, seed: int) -> list[float]:
    """Wakes on time to 0.1 ms, a share of them up to 20 ms late, as a busy host makes them."""
    chance = random.Random(seed)
    return [
        0.003 + chance.random() * 1e-4 + (chance.random() * 0.02 if chance.random() < share else 0)
        for _ in range(count)
    ]


@pytest.mark.parametrize("period", [2, 3, 5, 7, 13, 16])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_pattern_is_found(period: int, share: float) -> None:
    samples = loaded(160, share, period)
    late = [s + 0.03 * (i % period == period - 1) for i, s in enumerate(samples)]
    found, excess = pattern(late)
    assert found % period == 0
    assert excess > 0.025


def test_chance_makes_no_pattern() -> None:
    excesses = [pattern(loaded(160, 0.3, seed))[1] for seed in range(60)]
    assert max(excesses) < 0.002


def test_lower_quartile_is_deaf_to_load() -> None:
    assert lower_quartile(loaded(40, 0.5, 1)) < 0.0032


def test_median_has_an_interval() -> None:
    found = summarise("switch", loaded(101, 0.2, 2), "s")
    assert found.low <= found.median <= found.high <= found.p99 <= found.maximum
    assert found.n == 101


def test_bytes_put_back_come_first(tmp_path: Path) -> None:
    virtual = VirtualBoard("b", "micropython", tmp_path)
    try:
        virtual.wait_ready()
        board = Board("b", str(virtual.port))
        board.open()
        board.wire.unread(b"kept")
        board.wire.unread(b"first, ")
        board.wire.send(b"\x01")
        assert board.wire.read_some(time.monotonic() + 5) == b"first, kept"
        assert b"raw REPL" in board.wire.read_to(b">", time.monotonic() + 5, "the prompt")
        board.close()
    finally:
        virtual.stop()


def test_a_host_that_does_other_things_widens_a_time() -> None:
    samples = [2e-6, 2.1e-6, 2.2e-6, 2.3e-6, 9e-6]
    alone = summarise("switch", samples, "s", resolution=1e-6)
    shared = summarise("switch", samples, "s", hosted=True)
    assert alone.low == pytest.approx(1e-6)
    assert shared.low == pytest.approx(1e-6)
    assert shared.high == pytest.approx(9e-6)
    late = summarise("overshoot", [-1e-3] * 9, "s", hosted=True)
    assert (late.low, late.high) == pytest.approx((-2e-3, -5e-4))
