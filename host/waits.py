"""What the host tests of the firmware's half share: absolute bounds for the port's own waits.

A wait ends at the time that was asked for; beyond it a port may take what follows, and no more:
one of its own system ticks (it looks at its clock when one comes), the resolution of the clock that
it counts milliseconds with, and what looking costs it, measured in the same execution. Nothing here
is compared with how late the port itself is elsewhere: a port that is always late is late.

A virtual board shares its machine with other programs. How late the machine wakes a sleeper of its
own meanwhile, one that has nothing to do with the board, is added for such boards alone.
"""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from host.latency import ATTEMPTS, TICK, TURNS, attempts, seconds
from rig.board.execution import Execution
from rig.results import HOSTS

SYSTEM_TICK = {"esp32": 10e-3, "zephyr": 10e-3}
"""Seconds of the tick by which a port's scheduler wakes sleepers, where it is not 1 ms: FreeRTOS at
CONFIG_FREERTOS_HZ=100 (ports/esp32/boards/sdkconfig.base), Zephyr's CONFIG_SYS_CLOCK_TICKS_PER_SEC
default of 100 for a kernel that is not tickless."""
HOST_NAP_S = 2e-3
NOISY = 3
REFERENCE = "latency/reference"
"""In front of device tests whose waits nothing from outside ends."""


@dataclass
class Neighbour:
    """A sleeper on the machine of a virtual board, which nothing of the board can delay."""

    late: list[float] = field(default_factory=list)

    def median(self) -> float:
        return statistics.median(self.late) if self.late else 0.0

    def nine_in_ten(self) -> float:
        """By how much nine in ten of its sleeps were late at most, in seconds."""
        return sorted(self.late)[9 * len(self.late) // 10] if self.late else 0.0

    def later(self, than: float) -> float:
        """Which part of its sleeps ended later than that, in seconds."""
        return sum(late > than for late in self.late) / max(1, len(self.late))


@contextlib.contextmanager
def neighbour(board: BoardUnderTest) -> Iterator[Neighbour]:
    """How late sleeps end on the board's machine meanwhile; nothing for a board with its own."""
    found = Neighbour()
    if board.info.platform not in HOSTS:
        yield found
        return
    over = threading.Event()

    def nap() -> None:
        while not over.is_set():
            began = time.monotonic()
            time.sleep(HOST_NAP_S)
            found.late.append(time.monotonic() - began - HOST_NAP_S)

    thread = threading.Thread(target=nap, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def machines(board: BoardUnderTest, record: Record, most: int = ATTEMPTS) -> Iterator[Neighbour]:
    """The neighbour of each attempt; three times as many on a machine that is late itself.

    What is the port's own is late every time. Where the machine keeps one in thirty of its own
    sleepers by a tick, a wait of fifteen looks, a tick apart, is late in two of five cases, which
    by chance comes three times running.
    """
    for number in attempts(record, NOISY * most):
        with neighbour(board) as machine:
            yield machine
        if number + 1 >= most and machine.later(TICK) < 1 / 30:
            return


def allowance(board: BoardUnderTest, look: float, machine: Neighbour) -> float:
    """Seconds by which a wait may end late; `look` is what one look at the outside costs."""
    tick = SYSTEM_TICK.get(board.info.platform, 1e-3)
    return tick + TICK + TURNS * look + machine.median()


def zero(run: Execution) -> float:
    """What a wait of no time costs, at its quickest."""
    return min(seconds(run, "took", 0))


def judged_late(record: Record, what: str, late: list[float], allowed: float) -> float:
    """Measure how late so many wakes were, and return their median.

    The measurement's maximum is the worst; how many were later than allowed is one of its own.
    """
    record.measure(what, late, resolution=TICK)
    often = sum(value > allowed for value in late) / len(late)
    record.measure(f"{what}: part that is later than {allowed * 1e3:.1f} ms", [often], "1")
    return statistics.median(late)


def lateness(
    board: BoardUnderTest,
    record: Record,
    what: str,
    once: Callable[[], tuple[list[float], float]],
    spare: float = 0.0,
    busy: bool = False,
) -> tuple[float, float]:
    """The median of how late wakes came, and what is allowed, in seconds: of the first execution
    that keeps it, else of the last.

    `once` runs one, and gives how late each wake of it came and what a look at the outside cost. A
    board that is `busy` all the while may lose its processor to others for longer than a sleeper
    does, where it shares one: of its wakes the quickest counts.
    """
    late = allowed = 0.0
    for machine in machines(board, record):
        samples, look = once()
        allowed = allowance(board, look, machine) + spare
        late = judged_late(record, what, samples, allowed)
        late = min(samples) if busy else late
        if late <= allowed:
            break
    return late, allowed
