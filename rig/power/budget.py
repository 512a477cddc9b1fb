"""Whether a wait keeps within the current that its user allows it: `budget` in the bench file.

A mean current has two errors. Its statistical interval is of this capture; what the instrument may
be off by, where its maker states that, is the same in every sample and comes on top. A wait is over
its budget only if all of that is, and within it only if all of that is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import special

from rig.meters.samples import Currents, Samples
from rig.power.framing import WINDOW_GUARD_S, Frame, within
from rig.results import Budget, Estimate, Systematic
from rig.units import amperes

BATCHES = 10
"""The window is cut into so many for the spread of its mean: each is still long beside a sample,
and what a batch has of the one before it is little."""
LEVEL = 0.95


def mean_interval(samples: Samples, frame: Frame) -> Estimate:
    """The mean current of the wait, in amperes, with its 95 % interval."""
    return of_batches(within(samples, frame.window, WINDOW_GUARD_S))


def of_batches(current: Currents) -> Estimate:
    """Its mean with a 95 % interval by the method of batch means: Student's t of BATCHES means.

    `current` has shape (n,), of at least BATCHES samples, in amperes.
    """
    means = np.array([batch.mean() for batch in np.array_split(current, BATCHES)])
    half = float(
        special.stdtrit(BATCHES - 1, (1 + LEVEL) / 2) * means.std(ddof=1) / np.sqrt(BATCHES)
    )
    mean = float(current.mean())
    return Estimate(value=mean, low=mean - half, high=mean + half)


def whole_periods(samples: Samples, frame: Frame, rate_hz: float) -> Estimate | None:
    """The mean current of a task that wakes `rate_hz` times a second, over whole periods, each
    with one wake-up in its middle, in amperes; None where the window has none.

    A window that begins and ends with a wake-up, its ends cut off, has one too few for its length:
    at 1 Hz in two seconds that is half of them.
    """
    count = int((frame.window.length_s + WINDOW_GUARD_S) * rate_hz) - 1
    start_s = frame.window.start_s + 0.5 / rate_hz
    current = samples.between(start_s, start_s + count / rate_hz)
    return of_batches(current) if count >= 1 and len(current) >= BATCHES else None


def judged(
    limits: Mapping[str, str], claim: str, current: Estimate, systematic: Systematic | None
) -> Budget | None:
    """How that current stands to what the bench allows this claim; None where it says nothing."""
    if claim not in limits:
        return None
    limit_a = amperes(limits[claim])
    off_a = systematic.window_a if systematic else 0.0
    low, high = current.low - off_a, current.high + off_a
    return Budget(
        limit_a=limit_a,
        value_a=current.value,
        low_a=low,
        high_a=high,
        instrument=systematic is not None,
        verdict="over" if low > limit_a else "within" if high <= limit_a else "undecided",
    )
