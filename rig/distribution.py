"""A distribution in a few numbers: median with its interval, 99th percentile, maximum."""

from __future__ import annotations

from collections.abc import Sequence

from rig.results import Measurement


def summarise(name: str, samples: Sequence[float], unit: str) -> Measurement:
    """Summarise at least one sample, in SI units.

    The 95 % interval of the median comes from its order statistics, which needs no assumption
    on the distribution (the binomial interval); with fewer than six samples it is their range.
    """
    import numpy as np
    from scipy.stats import binom

    ordered = np.sort(np.asarray(samples, dtype=float))
    n = len(ordered)
    low_rank = int(binom.ppf(0.025, n, 0.5))
    low = max(0, low_rank - 1)
    high = min(n - 1, n - low_rank)
    return Measurement(
        name=name,
        unit=unit,
        n=n,
        median=float(np.median(ordered)),
        low=float(ordered[low]),
        high=float(ordered[high]),
        p99=float(np.percentile(ordered, 99)),
        maximum=float(ordered[-1]),
    )
