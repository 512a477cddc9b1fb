"""From what the kernel says of a process to when it was active."""

from __future__ import annotations

import itertools
import os
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.virtual.credited import Credited
from rig.virtual.runnable import PidFile, ProcessWatch, Recording

MS = 1_000_000
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="needs Linux's schedstat"
)


Look = tuple[float, float]


def credited(looks: Sequence[Look]) -> Credited:
    """What looks tell, each an instant and the demand that it found."""
    found = Credited(round(looks[0][0] * MS))
    for at, amount in looks:
        found.take(round(at * MS), round(at * MS), round(amount * MS))
    return found


def activity(looks: Sequence[Look]) -> list[tuple[float, float]]:
    """(start, end) of each stretch, in ms."""
    return [
        ((each.first + each.idle) / MS, (each.last + each.idle) / MS)
        for each in credited(looks).stretches
    ]


def test_what_is_new_ended_between_two_looks() -> None:
    assert activity([(0, 0), (10, 0), (20, 4)]) == [(11, 15)]


def test_what_is_credited_late_reaches_back_over_earlier_looks() -> None:
    """The kernel brings a running process up to date every 4 ms; it was looked at every 1 ms."""
    assert activity([(0, 0), (1, 0), (2, 0), (3, 0), (4, 4), (5, 4)]) == [(0, 4)]


def test_all_looks_at_one_pulse_tell_its_ends() -> None:
    """10.3 to 50.8 ms, ticks every 4 ms, looks every 0.46 ms: to a tenth of that, and no gap."""
    begun, ended = 10.3, 50.8
    looks = []
    for number in range(140):
        at = number * 0.46
        tick = min(at // 4 * 4 + 0.13, at)  # the last one
        looks.append((at, ended - begun if at >= ended else max(tick - begun, 0)))
    [(start, end)] = activity(looks)
    assert end - start == pytest.approx(ended - begun)
    assert start == pytest.approx(begun, abs=0.046)


def test_what_was_before_the_first_look_is_not_after_it() -> None:
    """A wait that had begun 8 ms before, and is credited when it ends."""
    assert activity([(0, 0), (1, 0), (2, 10), (3, 10)]) == [(0, 2)]


def test_what_was_told_is_not_moved() -> None:
    """A wait that is credited 60 ms late, when the first half of it was told as idle."""
    found = credited([(0, 0), (1, 1), (30, 1)])
    found.settle(30 * MS)
    found.take(70 * MS, 70 * MS, 61 * MS)
    told = found.active(np.arange(30, 71, 10) * MS)
    assert told[0] == MS
    assert told[-1] == 61 * MS


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 60)), min_size=1, max_size=30))
def test_nothing_is_more_than_busy_and_nothing_is_lost(steps: list[tuple[int, int]]) -> None:
    looks = [(0, 0)]
    for wait, grown in steps:
        looks.append((looks[-1][0] + wait, looks[-1][1] + min(grown, wait)))
    found = credited(looks)
    active = found.active(np.arange(looks[-1][0] + 1) * MS)
    assert (np.diff(active) <= MS + 1).all()
    assert (np.diff(active) >= 0).all()
    assert active[-1] == looks[-1][1] * MS
    for at, amount in looks:  # it cannot have had more than it was active for
        assert active[at] >= amount * MS - 1


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
        recording = Recording(PidFile(file), time.monotonic_ns(), 400 * MS)
        duty = recording.duty(1e-3)
        assert len(duty) == 400
        assert low <= duty.mean() <= high
    finally:
        process.kill()
        process.wait()


PULSES = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
for _ in range(12):
    time.sleep(0.03)
    began = time.monotonic_ns()
    while time.monotonic_ns() < began + 30_000_000:
        pass
    print(began, time.monotonic_ns(), flush=True)
input()
"""


def test_a_pulse_lasts_as_long_as_the_process_wanted_it_on_a_busy_cpu(tmp_path: Path) -> None:
    """Three others want the same CPU: it is preempted in its pulses, at their ends too, where it
    sleeps as soon as it is back; and it is woken late, and was asleep until then."""
    cpu = str(min(os.sched_getaffinity(0)))
    taken = f"import os; os.sched_setaffinity(0, {{{cpu}}})\nwhile 1: pass"
    others = [subprocess.Popen([sys.executable, "-c", taken]) for _ in range(3)]
    process = subprocess.Popen(
        [sys.executable, "-c", PULSES, cpu], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        told = [process.stdout.readline()]
        file = tmp_path / "pid"
        file.write_bytes(struct.pack("<q", process.pid))
        recording = Recording(PidFile(file), time.monotonic_ns(), 60_000 * MS)
        told += [process.stdout.readline() for _ in range(11)]
        recording.stop()
        duty = recording.duty(0.2e-3)
    finally:
        for each in (*others, process):
            each.kill()
            each.communicate()
    at = recording.start_ns + np.arange(len(duty)) * 200_000
    pulses = [(int(a), int(b)) for a, b in (line.split() for line in told[1:])]
    missed = [(b - a) / MS - duty[(at >= a) & (at < b)].sum() * 0.2 for a, b in pulses]
    assert sum(each > 1 for each in missed) <= 1  # 3 ms is a turn of the others
    between = [duty[(at > a + MS) & (at < b - MS)] for (_, a), (b, _) in itertools.pairwise(pulses)]
    assert np.concatenate(between).mean() < 0.05


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
    recording = Recording(pid_file, time.monotonic_ns(), 300 * MS)
    with file.open("r+b") as out:
        out.write(struct.pack("<q", os.getpid()))
    end = time.monotonic() + 0.25
    while time.monotonic() < end:
        pass
    assert recording.duty(1e-3).mean() > 0.5
