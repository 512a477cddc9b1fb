"""The window under test and the quiet before and after it, as they are compared."""

from __future__ import annotations

from dataclasses import dataclass

from rig.meters.samples import Currents, Samples
from rig.power.framing import PULSE_GUARD_S, WINDOW_GUARD_S, Frame, cut, within
from rig.power.response import Response

SHORT = 9
"""A wake-up is a rise above the median of so many samples around it (times the response's width):
drift and hum are none. It may fill up to four of them."""
LONG_S = 0.2
"""One that lasts longer rises above the median of so much."""
BLOCK_S = 0.1
"""Of which levels are taken: whole periods of 50 and of 60 Hz, and two to a floor."""
TAILS = 7
"""Widths of the response until nothing is left of a pulse: 0.1 % of a low pass of first order."""
EDGES = 1.5
"""Widths of the response next to an end of the window in which either side may show."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The window and the floors of a capture, without guards; in amperes."""

    samples: Samples
    frame: Frame
    floors: tuple[Currents, Currents]
    window: Currents
    block: int  # samples
    busy: tuple[Currents, ...]  # the three pulses
    short: int  # samples
    long: int
    width: int  # samples over which a step is spread
    slow: bool  # what is left of a pulse reaches too far into floor or window

    @property
    def interval_s(self) -> float:
        return self.samples.interval_s

    @property
    def window_s(self) -> float:
        return len(self.window) * self.interval_s

    @property
    def floors_s(self) -> float:
        return sum(map(len, self.floors)) * self.interval_s

    def excess_before(self) -> float:
        """By how much the pulse before the window is higher than the other two, in amperes."""
        first, second, third = (float(pulse.mean()) for pulse in self.busy)
        return second - (first + third) / 2

    def ends(self, length_s: float) -> tuple[float, float, float, float]:
        """Means of so long next to the window's ends: before (the end of the floor before it),
        just within, within at its end, and just after."""
        start, end = self.frame.window.start_s, self.frame.window.end_s
        after = self.frame.floors[1].start_s
        guard = max(PULSE_GUARD_S, EDGES * self.width * self.interval_s)
        return (
            self._mean(self.frame.floors[0].end_s - guard - length_s, length_s),
            self._mean(start + guard, length_s),
            self._mean(end - guard - length_s, length_s),
            self._mean(after + guard, length_s),
        )

    def _mean(self, start_s: float, length_s: float) -> float:
        first = min(self.samples.index(start_s), len(self.samples.current_a) - 1)
        last = max(self.samples.index(start_s + length_s), first + 1)
        return float(self.samples.current_a[first:last].mean())

    def is_own(self, span_a: float, length_s: float) -> tuple[bool, bool]:
        """Whether what is busy begins with the window, and ends with it, as a wait does.

        A busy stretch that begins with the window goes on from the pulse before it. What somebody
        else drew from then on was there in that pulse, or came in the few samples between them.
        """
        before, entry, exit_, after = self.ends(length_s)
        begins = entry - before > span_a / 2 and self.excess_before() < span_a / 4
        return begins, exit_ - after > span_a / 2


def quiet(samples: Samples, frame: Frame, response: Response) -> Quiet:
    """The parts; where the meter is slow, without what is left of the pulse before each."""
    dt = samples.interval_s
    tail_s = TAILS * (response.width - 1) * dt
    floors, slow = [], False
    for part in frame.floors:
        inner = cut(part, max(PULSE_GUARD_S, dt))
        late = max(tail_s - PULSE_GUARD_S, 0.0)
        slow = slow or late > inner.length_s / 2
        floors.append(samples.between(inner.start_s + min(late, inner.length_s / 2), inner.end_s))
    inner = cut(frame.window, WINDOW_GUARD_S)
    late = max(tail_s - WINDOW_GUARD_S, 0.0)
    slow = slow or late > inner.length_s / 4
    window = samples.between(inner.start_s + min(late, inner.length_s / 4), inner.end_s)
    shortest = min(map(len, (*floors, window)))
    return Quiet(
        samples=samples,
        frame=frame,
        floors=(floors[0], floors[1]),
        window=window,
        block=max(min(round(BLOCK_S / dt), shortest // 2), 1),
        busy=tuple(within(samples, pulse) for pulse in frame.pulses),
        short=SHORT * response.width,
        long=max(round(LONG_S / dt), SHORT * response.width),
        width=response.width,
        slow=slow,
    )
