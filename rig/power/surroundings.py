"""What stands out of its surroundings: samples of those around them, levels of the floors'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from rig.meters.samples import Currents
from rig.power.levels import CHI_SQUARED_MEDIAN, SIGMAS
from rig.power.quiet import Quiet

SIDE = 6
"""Samples on either side from which one between them is foretold."""

Rest = Callable[[Currents], Currents]
"""What of a stretch its surroundings do not explain, shape (n,), in amperes."""


def above(part: Currents, around: int) -> Currents:
    """The current over the median of so many samples around each, shape (n,), in amperes."""
    return np.asarray(
        part - ndimage.median_filter(part, min(around, len(part)) | 1, mode="nearest")
    )


def foretold(parts: Quiet, width: int) -> Rest:
    """The current over what the samples on both sides of each foretell, as in the floors.

    Hum, an aliased tone and drift are foretold, whatever their spectrum; a wake-up is not, for the
    floors have none. Least squares, the same weight for both sides.
    """
    reach = np.arange(width, width + SIDE)

    def sides(part: Currents) -> NDArray[np.float64]:
        padded = np.pad(part, int(reach[-1]), mode="reflect")
        last, n = int(reach[-1]), len(part)
        return np.stack([padded[last - k :][:n] + padded[last + k :][:n] for k in reach], axis=1)

    means = [float(floor.mean()) for floor in parts.floors]
    known = np.concatenate([sides(f - m) for f, m in zip(parts.floors, means, strict=True)])
    wanted = np.concatenate([f - m for f, m in zip(parts.floors, means, strict=True)])
    little = 1e-9 + 1e-4 * float((known**2).sum()) / SIDE
    square = known.T @ known + little * 1e-2 * np.eye(SIDE)
    weights = np.linalg.solve(square, known.T @ wanted)

    def rest(part: Currents) -> Currents:
        middle = float(np.median(part))
        left = part - middle - sides(part - middle) @ weights
        return np.asarray(left - np.median(left))  # what is always there is no event

    return rest


@dataclass(frozen=True, slots=True)
class Shown:
    """How the levels of a window differ from the floors'."""

    steps_a: tuple[float, float]  # from the floor into the window, and from it down to the floor
    error_a: float  # four standard errors of such a step, by those within window and floors
    raised_a: float  # the window's highest stretch over the floors' highest

    @property
    def most_a(self) -> float:
        """By how much the level may change where the window begins or ends."""
        return max(map(abs, self.steps_a)) + self.error_a


@dataclass(frozen=True, slots=True)
class Way:
    """How the level of a stretch is taken: of so many samples, their median or their mean."""

    length: int
    mean: bool = False


def ways(parts: Quiet) -> list[Way]:
    """Ways to take levels. A median leaves spikes alone; a mean has less of white noise and of hum,
    and nothing of whole periods; longer stretches have less noise and more drift."""
    most = min(map(len, (*parts.floors, parts.window))) // 2
    lengths = {parts.block, *(n for n in (2 * parts.block, 4 * parts.block) if n <= most)}
    period = _period(parts.window)
    if period and (whole := np.ceil(parts.block / period) * period) <= most:
        lengths.add(max(round(whole), 1))
    return [Way(length, mean) for length in sorted(lengths) for mean in (False, True)]


def _period(part: Currents) -> float:
    """The strongest period of a stretch that has some of it, in samples; 0 for none."""
    spectrum = np.abs(np.fft.rfft((part - part.mean()) * np.hanning(len(part))))
    if len(spectrum) < 8 or not spectrum[3:-1].any():
        return 0.0
    peak = int(spectrum[3:-1].argmax()) + 3
    left, top, right = spectrum[peak - 1 : peak + 2]
    bend = left - 2 * top + right
    beside = 0.5 * (left - right) / bend if bend else 0.0
    return float(len(part) / (peak + np.clip(beside, -0.5, 0.5)))


def shown(parts: Quiet, window: Currents, busy_a: float, way: Way | None = None) -> Shown | None:
    """The levels of `window` in the place of the parts' own; None where all of it is busy."""
    way = way or Way(parts.block)
    within, before, after = (blocks(part, *astuple(way)) for part in (window, *parts.floors))
    differences = np.concatenate([np.diff(within), np.diff(before), np.diff(after)])
    within = within[within < max(before.max(), after.max()) + busy_a]
    if not len(within):
        return None
    # Robust: a step now and then is no noise of the level, and can be at one of the ends only.
    error = float(np.sqrt(np.median(differences**2) / CHI_SQUARED_MEDIAN))
    return Shown(
        steps_a=(float(within[0] - before[-1]), float(within[-1] - after[0])),
        error_a=SIGMAS * error,
        raised_a=float(within.max() - max(before.max(), after.max())),
    )


def blocks(part: Currents, length: int, mean: bool = False) -> Currents:
    """Medians, or means, of stretches of so many samples, shape (n,); the first and last are at
    the very ends."""
    length = min(length, len(part))
    starts = np.linspace(0, len(part) - length, max(len(part) // length, 1)).round().astype(int)
    level = np.mean if mean else np.median
    return np.array([level(part[start : start + length]) for start in starts])


def risings(mask: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(mask[1:] & ~mask[:-1]) + bool(mask[:1].any()))
