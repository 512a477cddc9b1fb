"""What the instrument may be off by, in the currents of a capture and in R, by its maker's figures.

Within one range gain and offset are the same in floor, window and busy pulses, so R keeps neither:
both cancel. Where they lie in several ranges each has its own errors, and R is looked at with every
one of them at either end. What a maker states is a bound, and no standard deviation: bounds add up.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from rig.meters.accuracy import Accuracy
from rig.meters.samples import Samples
from rig.power.framing import PULSE_GUARD_S, WINDOW_GUARD_S, Frame, Part, cut
from rig.results import Systematic

UNSTATED = -1
"""Of a range that the instrument was in, and whose accuracy nobody states."""
Shares = dict[int, tuple[float, float]]
"""By range: the share of the time spent in it, and what it contributes to the mean, in A."""


def systematic(
    samples: Samples, frame: Frame, accuracy: Accuracy, range_a: float | None = None
) -> Systematic | None:
    """The bounds for this capture; None where the instrument's accuracy is not stated, for a range
    that it was in either.

    `range_a` is the fixed range of a meter that does not say one for each sample.
    """
    if not accuracy.ranges:
        return None
    fixed = accuracy.holding(range_a) if range_a is not None else None
    if len(accuracy.ranges) == 1 and range_a is None:  # one figure for all that it measures
        fixed = (0, accuracy.ranges[0])
    rows = samples.range
    if rows is not None and samples.ranges_a:
        held = [accuracy.holding(most_a) for most_a in samples.ranges_a]
        rows = np.array([each[0] if each else UNSTATED for each in held])[rows]
    if rows is None and fixed is None:
        return None

    def shares(part: Part) -> Shares:
        span = slice(samples.index(part.start_s), samples.index(part.end_s))
        current = samples.current_a[span]
        if rows is None:
            assert fixed is not None
            return {fixed[0]: (1.0, float(current.mean()))}
        number = rows[span]
        return {
            int(each): (
                float(np.mean(number == each)),
                float(current[number == each].sum() / len(current)),
            )
            for each in np.unique(number)
        }

    def level(parts: list[Part], weights: tuple[float, ...]) -> Shares:
        """As rig/power/levels.py has it: a pulse in several ranges counts there as it does here."""
        each = [shares(cut(part, PULSE_GUARD_S)) for part in parts]
        return {
            number: (
                sum(
                    w * one.get(number, (0.0, 0.0))[0] for w, one in zip(weights, each, strict=True)
                ),
                sum(
                    w * one.get(number, (0.0, 0.0))[1] for w, one in zip(weights, each, strict=True)
                ),
            )
            for number in {n for one in each for n in one}
        }

    window = shares(cut(frame.window, WINDOW_GUARD_S))
    floor = level(frame.floors, (0.5, 0.5))
    busy = level(frame.pulses, (0.25, 0.25, 0.5))
    used = sorted({*window, *floor, *busy})
    if UNSTATED in used:
        return None
    errors = [(accuracy.ranges[k].gain, accuracy.ranges[k].offset_a) for k in used]

    def off(part: Shares, signs: tuple[int, ...]) -> float:
        """The part's mean with each range's gain and offset at one of their ends."""
        total = 0.0
        for index, number in enumerate(used):
            share, mean = part.get(number, (0.0, 0.0))
            gain, offset = errors[index]
            total += mean * (1 + signs[2 * index] * gain) + share * signs[2 * index + 1] * offset
        return total

    def ratio(signs: tuple[int, ...]) -> float:
        low, high = off(floor, signs), off(busy, signs)
        return (off(window, signs) - low) / (high - low) if high > low else float("inf")

    plain = tuple([0] * (2 * len(used)))
    corners = list(product((-1, 1), repeat=2 * len(used)))

    def bound(part: Shares) -> float:
        return max(abs(off(part, signs) - off(part, plain)) for signs in corners)

    return Systematic(
        window_a=bound(window),
        floor_a=bound(floor),
        busy_a=bound(busy),
        ratio=max(abs(ratio(signs) - ratio(plain)) for signs in corners) if len(used) > 1 else 0.0,
        ranges=len(used),
        numbers=used,
        basis=accuracy.basis,
    )
