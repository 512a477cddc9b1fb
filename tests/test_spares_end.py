"""The interpreters that a virtual board has ahead end with it, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.activity import family
from rig.virtual.board import VirtualBoard

DEADLINE_S = 20


def lives(pid: int) -> bool:
    """Whether a process has not ended; one whose parent does not ask for its end has."""
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    return False


def named(pid: int) -> bool:
    """Whether an interpreter has begun."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "micropython"
    return False


@pytest.fixture
def board(tmp_path: Path) -> Iterator[VirtualBoard]:
    made = VirtualBoard("ends", "micropython", tmp_path)
    made.wait_ready()
    yield made
    made.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_spares_that_stand_still_end_with_a_board_that_is_killed(board: VirtualBoard) -> None:
    until = time.monotonic() + DEADLINE_S
    while True:
        holder, nursery, *spares = family(board.process.pid)
        if spares and all(named(pid) for pid in spares):  # held to its parent's life by then
            break
        assert time.monotonic() < until, spares
        time.sleep(0.01)
    try:
        for pid in spares:
            os.kill(pid, signal.SIGSTOP)
        os.kill(nursery, signal.SIGSTOP)  # so that it cannot end them itself
        os.kill(holder, signal.SIGKILL)
        until = time.monotonic() + DEADLINE_S
        while left := [pid for pid in (nursery, *spares) if lives(pid)]:
            assert time.monotonic() < until, f"still there: {left}"
            time.sleep(0.01)
    finally:
        for pid in (nursery, *spares):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
