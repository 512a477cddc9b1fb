"""How long a process wanted the CPU, and when: the virtual board's activity.

A virtual board's interpreter is a process, so what it does is known to the kernel, but not
evenly: on Linux the CPU time of a running process is brought up to date only at a scheduler
tick (up to 10 ms apart) or when it leaves the CPU, and the time it waited in the run queue is
credited all at once when it gets a CPU. `Credited` makes instants of that: an observation that
comes late costs resolution, not truth.

Waiting in the run queue counts where the process was preempted: a loop that spins on a busy
host wanted the CPU all the time. It does not count between being woken and first getting a
CPU: a board that is woken late slept meanwhile. The kernel tells the two apart by its counts of
voluntary and involuntary context switches; each but the one that the process is away by now has
ended in one of the times that it got a CPU.
"""

from __future__ import annotations

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

from rig.virtual.credited import Credited

STATUS = re.compile(
    rb"\nState:\s*(\w).*\nvoluntary_ctxt_switches:\s*(\d+)\s+nonvoluntary_ctxt_switches:\s*(\d+)",
    re.DOTALL,
)
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
SLICE_NS = 100_000
OBSERVE_NS = 460_000
"""From one observation to the next: ticks (1, 4 or 10 ms) meet it at ever other phases, so that
those of one busy pulse together tell when it began, to some 30 µs."""
TRIES = 3
SETTLE_NS = 15_000_000
"""Observation goes on for this long after the last instant of interest: what happened before it
may be credited only at the next tick, 10 ms later at HZ=100."""
HOLD_NS = 100_000_000
"""What is told while the observation goes on is so old: a process that waits its turn on a loaded
host is credited with that when it has it, and a pulse's beginning is known from its end."""


class ProcessWatch:
    """Reads how much CPU time one process got and waited for, in nanoseconds."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.stat = self.status = -1
        with contextlib.suppress(OSError):
            self.stat = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
            self.status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
        self.cpu, self.waited, self.runs = self.schedstat() or (0, 0, 0)
        state, slept, self.preempted = self.departures()
        # Whether it is away from its CPU by a preemption, as one that waits for it mostly is, and
        # the departures that it has come back from, by kind.
        away = slept + self.preempted >= self.runs
        self.held_up = away and state == b"R"
        self.back = (self.preempted - self.held_up, slept - (away and not self.held_up))
        self.counted = 0

    def demand(self) -> int:
        """Nanoseconds of demand since the watch began; it stops growing when the process ends."""
        read = self.schedstat()
        if read is None:
            return self.counted
        if read[1] != self.waited:
            state, slept, preempted = self.departures()
            for _ in range(TRIES):  # both of one instant: it may run meanwhile
                again = self.schedstat() or read
                if again[2] == read[2]:
                    break
                read, (state, slept, preempted) = again, self.departures()
            runs = read[2]
            away = slept + preempted >= runs
            same = self.held_up and runs == self.runs
            self.held_up = away and state == b"R" and (same or preempted != self.preempted)
            back = (preempted - self.held_up, slept - (away and not self.held_up))
            # A wait that is credited in parts, because the process was moved between queues, has
            # nothing that it came back from: it is that of where it waits now.
            if back[0] != self.back[0] or (back == self.back and self.held_up):
                self.counted += read[1] - self.waited
            self.back, self.preempted, self.runs, self.waited = back, preempted, runs, read[1]
        self.counted += read[0] - self.cpu
        self.cpu = read[0]
        return self.counted

    def schedstat(self) -> tuple[int, int, int] | None:
        """(time on a CPU, time in a run queue, times it got a CPU); None once it is gone."""
        try:
            fields = os.pread(self.stat, 128, 0).split()
            return int(fields[0]), int(fields[1]), int(fields[2])
        except (OSError, IndexError, ValueError):
            return None

    def departures(self) -> tuple[bytes, int, int]:
        """(state, how often it left a CPU by itself, and against its will) so far."""
        try:
            found = STATUS.search(os.pread(self.status, 8192, 0))
        except OSError:
            found = None
        return (found[1], int(found[2]), int(found[3])) if found else (b"", 0, 0)

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

    def record(self, length_ns: int) -> Recording:
        """What the board does from now on."""
        return Recording(self, time.monotonic_ns(), length_ns)


class Recording:
    """Observes a board from `start_ns` (monotonic) for a given time or until stopped."""

    def __init__(self, pid_file: PidFile, start_ns: int, length_ns: int) -> None:
        self.pid_file = pid_file
        self.start_ns = start_ns
        self.end_ns = start_ns + length_ns
        # The first look is made here: on a loaded host a short recording would be over before
        # its thread first ran, and would know nothing of where the demand began.
        self.pid = pid_file.pid()
        self.watch = ProcessWatch(self.pid)
        self.asked_at, self.seen_at = array("q"), array("q")
        self.demand = array("q")
        self.look(self.watch, 0)
        self.credited, self.taken = Credited(self.asked_at[0]), 0
        self.taking = threading.Lock()
        self.thread = threading.Thread(target=self.observe, daemon=True)
        self.thread.start()

    def observe(self) -> None:
        be_prompt()
        pid, watch, base = self.pid, self.watch, 0
        due = self.start_ns + OBSERVE_NS
        while True:
            if (now_pid := self.pid_file.pid()) != pid:  # a soft reset: another process
                base += watch.demand()
                watch.close()
                pid, watch = now_pid, ProcessWatch(now_pid)
            now = self.look(watch, base)
            if now >= self.end_ns + SETTLE_NS:
                break
            due = max(due + OBSERVE_NS, now)
            time.sleep((due - now) / 1e9)
        watch.close()

    def look(self, watch: ProcessWatch, base: int) -> int:
        """Keep one observation, and the instants on either side of it; returns the later one."""
        self.asked_at.append(time.monotonic_ns())
        amount = base + watch.demand()
        self.seen_at.append(time.monotonic_ns())
        self.demand.append(amount)
        return self.seen_at[-1]

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
        old_ns = SETTLE_NS if self.over else HOLD_NS
        with self.taking:
            end = min(self.end_ns, self._take() - old_ns)
            count = max(int((end - self.start_ns) / 1e9 / interval_s + 1e-6), 0)
            grid = self.start_ns + np.arange(count + 1) * (interval_s * 1e9)
            active = self.credited.active(grid)
        return np.asarray(np.clip(np.diff(active) / (interval_s * 1e9), 0.0, 1.0))

    def duty_from(self, first: int, interval_s: float) -> NDArray[np.float64]:
        """The same from interval number `first` on, as far as it is final: for a device that sends
        what it measures, which asks for each once."""
        step_ns = interval_s * 1e9
        since = self.start_ns + first * step_ns
        with self.taking:
            count = max(int((self._take() - HOLD_NS - since) / step_ns), 0)
            grid = since + np.arange(count + 1) * step_ns
            active = self.credited.active(grid)
            self.credited.settle(int(grid[-1]))
        return np.asarray(np.clip(np.diff(active) / step_ns, 0.0, 1.0))

    def _take(self) -> int:
        """Take in what was observed since; returns the instant of the last observation."""
        for at in range(self.taken, len(self.demand)):  # the observer appends to it last
            self.credited.take(self.asked_at[at], self.seen_at[at], self.demand[at])
            self.taken = at + 1
        return self.seen_at[self.taken - 1]


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
