"""How long a process wanted the CPU, and when: the virtual board's activity.

A virtual board's interpreter is a process, so what it does is known to the kernel, but not
evenly: on Linux the CPU time of a running process is brought up to date only at a scheduler
tick (up to 10 ms apart) or when it leaves the CPU, and the time it waited in the run queue is
credited all at once when it gets a CPU. So each observation is an amount `d` that was seen at
an instant `t`, and the process was runnable during the last `d` before `t`. Spread back like
that, an observation that comes late costs resolution, not truth.

Waiting in the run queue counts where the process was preempted: a loop that spins on a busy
host wanted the CPU all the time. It does not count between being woken and first getting a
CPU: a board that is woken late slept meanwhile. The kernel tells the two apart by its count of
involuntary context switches.
"""

from __future__ import annotations

import bisect
import contextlib
import ctypes
import mmap
import os
import re
import struct
import threading
import time
from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SWITCHES = re.compile(rb"\nvoluntary_ctxt_switches:\s*(\d+)\s+nonvoluntary_ctxt_switches:\s*(\d+)")
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
SLICE_NS = 100_000
SETTLE_NS = 15_000_000
"""Observation goes on for this long after the last instant of interest: what happened before it
may be credited only at the next tick, 10 ms later at HZ=100."""


class ProcessWatch:
    """Reads how much CPU time one process got and waited for, in nanoseconds."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.stat = self.status = -1
        with contextlib.suppress(OSError):
            self.stat = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
            self.status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
        self.cpu, self.waited = self.schedstat() or (0, 0)
        self.cpu_at_wait = self.cpu
        self.switches = self.context_switches()
        self.late = False  # the last wait was for being woken, not for coming back
        self.counted = 0

    def demand(self) -> int:
        """Nanoseconds of demand since the watch began; it stops growing when the process ends."""
        read = self.schedstat()
        if read is None:
            return self.counted
        cpu, waited = read
        if waited != self.waited:
            voluntary, involuntary = switches = self.context_switches()
            if involuntary != self.switches[1]:
                self.late = False
            elif voluntary != self.switches[0]:
                self.late = True
            elif cpu != self.cpu_at_wait:
                self.late = False
            # else: one wait, credited in two parts because the process was moved between queues
            if not self.late:
                self.counted += waited - self.waited
            self.switches, self.waited, self.cpu_at_wait = switches, waited, cpu
        self.counted += cpu - self.cpu
        self.cpu = cpu
        return self.counted

    def schedstat(self) -> tuple[int, int] | None:
        """(time on a CPU, time in a run queue), None once the process is gone."""
        try:
            fields = os.pread(self.stat, 128, 0).split()
            return int(fields[0]), int(fields[1])
        except (OSError, IndexError, ValueError):
            return None

    def context_switches(self) -> tuple[int, int]:
        """(voluntary, involuntary) switches so far."""
        try:
            found = SWITCHES.search(os.pread(self.status, 8192, 0))
        except OSError:
            found = None
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def close(self) -> None:
        for fd in (self.stat, self.status):
            if fd >= 0:
                os.close(fd)


class PidFile:
    """The holder's pid file: the process that is the board now, as 8 little-endian bytes."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.page = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)

    def pid(self) -> int:
        return int(struct.unpack("<q", self.page[:8])[0])

    def record(self, length_ns: int, period_ns: int) -> Recording:
        """What the board does from now on."""
        return Recording(self, time.monotonic_ns(), length_ns, period_ns)


class Recording:
    """Observes a board from `start_ns` (monotonic) for a given time or until stopped."""

    def __init__(self, pid_file: PidFile, start_ns: int, length_ns: int, period_ns: int) -> None:
        self.pid_file = pid_file
        self.start_ns = start_ns
        self.end_ns = start_ns + length_ns
        self.period_ns = period_ns
        # The first look is made here: on a loaded host a short recording would be over before
        # its thread first ran, and would know nothing of where the demand began.
        self.pid = pid_file.pid()
        self.watch = ProcessWatch(self.pid)
        self.seen_at = array("q", [time.monotonic_ns()])
        self.demand = array("q", [self.watch.demand()])
        self.thread = threading.Thread(target=self.observe, daemon=True)
        self.thread.start()

    def observe(self) -> None:
        be_prompt()
        pid, watch, base = self.pid, self.watch, 0
        due = self.start_ns + self.period_ns
        while True:
            if (now_pid := self.pid_file.pid()) != pid:  # a soft reset: another process
                base += watch.demand()
                watch.close()
                pid, watch = now_pid, ProcessWatch(now_pid)
            amount = base + watch.demand()
            now = time.monotonic_ns()
            self.seen_at.append(now)
            self.demand.append(amount)
            if now >= self.end_ns + SETTLE_NS:
                break
            due = max(due + self.period_ns, now)
            time.sleep((due - now) / 1e9)
        watch.close()

    @property
    def over(self) -> bool:
        """Whether all of it has been observed."""
        return not self.thread.is_alive()

    @property
    def passed_ns(self) -> int:
        """Nanoseconds since it began."""
        return time.monotonic_ns() - self.start_ns

    def stop(self) -> None:
        """End now, if not before."""
        self.end_ns = min(self.end_ns, time.monotonic_ns())

    def duty(self, interval_s: float, wait: bool = True) -> NDArray[np.float64]:
        """The share of each interval that the board was active, shape (n,), 0 to 1.

        Waits until the recording has ended, or gives the intervals that are final by now.
        """
        if wait:
            self.thread.join()
        seen = min(len(self.seen_at), len(self.demand))  # the observer may be appending
        if seen < 2:
            return np.empty(0)
        seen_at, demand = self.seen_at[:seen], self.demand[:seen]
        times, active = spread_back(seen_at, demand)
        end = min(self.end_ns, seen_at[-1] - SETTLE_NS)
        count = max(int((end - self.start_ns) / 1e9 / interval_s + 1e-6), 0)
        grid = self.start_ns + np.arange(count + 1) * (interval_s * 1e9)
        cumulative = np.interp(grid, times, active)
        return np.asarray(np.clip(np.diff(cumulative) / (interval_s * 1e9), 0.0, 1.0))

    def duty_from(self, first: int, interval_s: float) -> NDArray[np.float64]:
        """The same from interval number `first` on, as far as it is final: for a device that sends
        what it measures, which may not look at a long recording anew each time."""
        step_ns = interval_s * 1e9
        since = self.start_ns + first * step_ns
        seen = min(len(self.seen_at), len(self.demand))
        begin = max(bisect.bisect_right(self.seen_at, since, 0, seen) - 1, 0)
        if seen - begin < 2:
            return np.empty(0)
        times, active = spread_back(self.seen_at[begin:seen], self.demand[begin:seen])
        count = max(int((self.seen_at[seen - 1] - SETTLE_NS - since) / step_ns), 0)
        cumulative = np.interp(since + np.arange(count + 1) * step_ns, times, active)
        return np.asarray(np.clip(np.diff(cumulative) / step_ns, 0.0, 1.0))


def be_prompt() -> None:
    """Let this thread observe on time on a loaded host: in real time where that is allowed, else
    with a short slice (Linux 6.12), which gets it a CPU sooner. It needs a few per cent of one.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        return
    with contextlib.suppress(OSError, AttributeError, KeyError):
        number = SCHED_SETATTR[os.uname().machine]
        ordinary = struct.pack("=IIQiIQQQ", 48, 0, 0, 0, 0, SLICE_NS, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, ordinary, 0)


def spread_back(seen_at: array[int], demand: array[int]) -> tuple[list[int], list[int]]:
    """The cumulative active time as a curve: instants and values in ns, both shape (m,).

    Each increment is put directly before the instant it was seen at; what does not fit between
    two observations reaches back before the earlier one.
    """
    spans: list[tuple[int, int, int]] = []  # (from, to, active at the end of it), latest first
    carry = 0
    for i in range(len(seen_at) - 1, 0, -1):
        wanted = demand[i] - demand[i - 1] + carry
        taken = min(wanted, seen_at[i] - seen_at[i - 1])
        carry = wanted - taken
        if taken:
            spans.append((seen_at[i - 1], seen_at[i], taken))
    times, active, total = [seen_at[0]], [0], 0
    for start, end, taken in reversed(spans):
        for instant, value in ((start, total), (end - taken, total), (end, total + taken)):
            if instant > times[-1]:
                times.append(instant)
                active.append(value)
        total += taken
    return times, active
