"""From what the kernel says of a process to when it was active."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.virtual.runnable import PidFile, ProcessWatch, Recording, spread_back

MS = 1_000_000
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="needs Linux's schedstat"
)


def activity(observed: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, end) of each active stretch, in ms, of observations (instant, total) in ms."""
    seen = array("q", [t * MS for t, _ in observed])
    total = array("q", [d * MS for _, d in observed])
    times, active = spread_back(seen, total)
    return [
        (t0 // MS, t1 // MS)
        for t0, t1, a0, a1 in zip(times, times[1:], active, active[1:], strict=False)
        if a1 > a0
    ]


def test_an_increment_lies_right_before_it_was_seen() -> None:
    assert activity([(0, 0), (10, 0), (20, 4)]) == [(16, 20)]


def test_a_late_increment_reaches_back_over_earlier_observations() -> None:
    # The kernel brings a running process up to date every 4 ms; it was looked at every 1 ms.
    assert activity([(0, 0), (1, 0), (2, 0), (3, 0), (4, 4), (5, 4)]) == [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 60)), min_size=1, max_size=30))
def test_nothing_is_more_than_busy_and_nothing_is_lost(steps: list[tuple[int, int]]) -> None:
    seen, total = array("q", [0]), array("q", [0])
    for wait, grown in steps:
        seen.append(seen[-1] + wait)
        total.append(total[-1] + grown)
    times, active = spread_back(seen, total)
    rises = np.diff(np.array(active))
    assert (rises <= np.diff(np.array(times))).all()
    assert active[-1] <= total[-1]
    if total[-1] <= seen[1]:  # it fits even if all of it reaches back
        assert active[-1] == total[-1]


@pytest.mark.parametrize(
    ("code", "low", "high"), [("while 1: pass", 0.9, 1.0), ("input()", 0, 0.02)]
)
def test_duty_of_a_process(code: str, low: float, high: float, tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        file = tmp_path / "pid"
        file.write_bytes(struct.pack("<q", process.pid))
        watch = ProcessWatch(process.pid)
        deadline = time.monotonic() + 10
        while low and watch.demand() < 50 * MS and time.monotonic() < deadline:
            time.sleep(0.01)  # until it has started to spin
        if not low:
            while b"S" not in Path(f"/proc/{process.pid}/stat").read_bytes().split()[2]:
                time.sleep(0.01)
            time.sleep(0.2)
        recording = Recording(PidFile(file), time.monotonic_ns(), 400 * MS, MS // 2)
        duty = recording.duty(1e-3)
        assert len(duty) == 400
        assert low <= duty.mean() <= high
    finally:
        process.kill()
        process.wait()


def test_a_process_that_ended_wants_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    watch = ProcessWatch(process.pid)
    assert (watch.demand(), watch.demand()) == (0, 0)
    watch.close()


def test_a_soft_reset_changes_the_process(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    file.write_bytes(struct.pack("<q", 1 << 22))  # nobody
    pid_file = PidFile(file)
    recording = Recording(pid_file, time.monotonic_ns(), 300 * MS, MS // 2)
    with file.open("r+b") as out:
        out.write(struct.pack("<q", os.getpid()))
    end = time.monotonic() + 0.25
    while time.monotonic() < end:
        pass
    assert recording.duty(1e-3).mean() > 0.5
