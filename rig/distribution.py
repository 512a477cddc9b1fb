"""A distribution in a few numbers: median with its interval, 99th percentile, maximum."""

from __future__ import annotations

from collections.abc import Sequence

from rig.results import Measurement

HOST_SPEED = 2.0
"""By how much the speed of a host's core varies with what else runs on the host: two threads of
one core get about half of it each, and clocks follow the temperature."""


def summarise(
    name: str, samples: Sequence[float], unit: str, resolution: float = 0.0, hosted: bool = False
) -> Measurement:
    """Summarise at least one sample, in SI units.

    The 95 % interval of the median comes from its order statistics, which needs no assumption
    on the distribution (the binomial interval); with fewer than six samples it is their range.
    What the samples cannot show widens it: `resolution` is what the measurement cannot tell
    apart, in the samples' unit; `hosted` says that the board shares a host with other programs,
    which make it slower and its wakes later: the interval then spans what the host allows.
    """
    import numpy as np

    ordered = np.sort(np.asarray(samples, dtype=float))
    n = len(ordered)
    low_rank = _lowest_rank(n)
    low = float(ordered[max(0, low_rank - 1)])
    high = float(ordered[min(n - 1, n - low_rank)])
    if hosted:
        low = min(low, *(ordered[0] * factor for factor in (HOST_SPEED, 1 / HOST_SPEED)))
        late = float(np.percentile(ordered, 75))
        high = max(high, *(late * factor for factor in (HOST_SPEED, 1 / HOST_SPEED)))
    return Measurement(
        name=name,
        unit=unit,
        n=n,
        median=float(np.median(ordered)),
        low=float(low) - resolution,
        high=float(high) + resolution,
        p99=float(np.percentile(ordered, 99)),
        maximum=float(ordered[-1]),
    )


def lower_quartile(samples: Sequence[float]) -> float:
    """The lower quartile: a load on the host makes samples late, and never all of them."""
    import numpy as np

    return float(np.percentile(np.asarray(samples, dtype=float), 25))


def pattern(samples: Sequence[float], longest: int = 16, fewest: int = 8) -> tuple[int, float]:
    """(period, excess) of the strongest pattern of late samples.

    The samples are dealt to the phases of each period up to `longest` that leaves at least
    `fewest` to a phase. A phase all of whose samples are late is a pattern; its excess is by
    how much its earliest exceeds the lower quartile of all. Chance lateness leaves at least
    one sample of every phase in time.
    """
    base = lower_quartile(samples)
    strongest = (0, 0.0)
    for period in range(2, min(longest, len(samples) // fewest) + 1):
        for phase in range(period):
            excess = min(samples[phase::period]) - base
            if excess > strongest[1]:
                strongest = (period, excess)
    return strongest


def _lowest_rank(n: int) -> int:
    """The 2.5 % point of the binomial distribution of n fair tosses, in exact integers.

    scipy.stats knows it too, and takes a worker most of a second to import.
    """
    rank, ways = 0, 1
    seen = ways
    while 40 * seen < 1 << n:
        ways = ways * (n - rank) // (rank + 1)
        rank += 1
        seen += ways
    return rank
