"""Whether a capture is as long as its samples say: what a meter lost without a word.

Samples that are missing evenly stretch a capture's time base, which aligned with the board's
clock alone looks like a board whose clock is off. The host's clock decides between the two:
the frame's length by it, within what the wire and the host may be late, is how long the meter
measured. docs/power.md has the numbers.
"""

from __future__ import annotations

import numpy as np

from rig.board.execution import Event, Execution
from rig.meters.samples import Samples
from rig.power.framing import Frame, within

LATE_S = 20e-3
"""By how much more the host may be late at one end of the frame than at the other: the worst of one
line on a loaded host, and more than the latency timer of a USB bridge (16 ms)."""
CLOCKS = 1e-3
"""Meter and host: crystals of 0.01 %, and a host whose time is being slewed, by 0.05 % at most."""
EDGES, EDGES_IN_NOISE = 2.0, 10.0
"""Samples by which alignment may miss the length between first and last pulse: without noise, and
for noise as large as the contrast (simulated, tests/test_power_timebase.py)."""


def lost(samples: Samples, told: Frame, found: Frame, execution: Execution) -> tuple[int, float]:
    """(samples missing between first and last pulse, how many go unnoticed there).

    `told` is the frame on the board's clock, `found` the same on the meter's. (0, inf) where
    no event was heard before the frame.
    """
    heard = host_rate(execution)
    if heard is None:
        return 0, float("inf")
    rate, late_s = heard
    by_host = _length(told) * rate
    missing = (by_host - _length(found)) / samples.interval_s
    edges = EDGES + EDGES_IN_NOISE * _noise(samples, found)
    unnoticed = (late_s + CLOCKS * by_host) / samples.interval_s + edges
    return round(missing), unnoticed


def host_rate(execution: Execution) -> tuple[float, float] | None:
    """(host seconds in a board second while the frame lasted, by how much the host may have been
    late); None where that cannot be told.

    Of the events on either side of the frame the one that was least late counts. A line that
    delivers them unevenly is not trusted further than that.
    """
    if execution.own_time:  # the meter counts its samples by the emulator's clock: none is lost
        return None
    names = execution.names
    if "part" not in names or "clock" not in names:
        return None
    at = names.index("part")
    before = [event for event in execution.events[:at] if event.name == "clock"]
    after = [event for event in execution.events[at:] if event.name != "note"]
    if not before:
        return None
    first, last = min(before, key=_lag), min(after, key=_lag)
    board_s = (last.us - first.us) / 1e6
    host_s = last.heard_s - first.heard_s
    if board_s <= 0 or host_s < board_s / 2:  # kept on the board meanwhile, and told at once
        return None
    uneven_s = max(max(map(_lag, side)) - min(map(_lag, side)) for side in (before, after))
    return host_s / board_s, max(LATE_S, uneven_s)


def _lag(event: Event) -> float:
    return event.heard_s - event.us / 1e6


def _length(frame: Frame) -> float:
    return frame.pulses[-1].end_s - frame.pulses[0].start_s


def _noise(samples: Samples, frame: Frame) -> float:
    """Standard deviation of a sample over the contrast between pulses and floors."""

    def values(label: str) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
        return [within(samples, part) for part in frame.parts if part.label == label]

    busy, floor = (np.concatenate(values(label)) for label in ("busy", "floor"))
    noise = np.sqrt(np.mean([part.var() for part in values("floor")]))
    return float(noise / max(busy.mean() - floor.mean(), 1e-12))
