"""The frame of a capture: what the board says it did when, found again in the samples.

The board's clock and the meter's have no common zero, and run at slightly different speeds.
The frame's busy pulses and quiet stretches are known in board time; a matched filter finds the
offset and the ratio of the two clocks at which they fit the samples best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.board.execution import Execution
from rig.errors import Inconclusive, RigError
from rig.meters.samples import Currents, Samples

ORDER = ("settle", "busy", "floor", "busy", "floor", "busy", "tail")
"""As device_tests/power/frame.py has it; the window comes after the second pulse."""
CLOCK_ERROR = 0.03
"""How far a board's clock may be off the meter's: an RC oscillator over temperature."""
PULSE_SIGMAS = 5.0
"""A pulse is found where it stands out of its neighbours by so many standard errors."""
PULSE_LEAST = 1e-6
"""… and by so much of the current itself: a meter without noise would show its rounding."""
HALF = 0.5
PULSE_GUARD_S = 3e-3
"""Cut from each end of a pulse or a quiet stretch: edges, and what alignment leaves over."""
NOTES, NOTE_KEPT = 200, 80
"""So many notes of a test are kept, each of at most so many characters."""
WINDOW_GUARD_S = 20e-3
"""Cut from each end of the window under test: entering and leaving the wait."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the frame, in seconds since the frame began, on one of the two clocks."""

    label: str
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a frame in the order they came; `window` is the wait under test."""

    parts: tuple[Part, ...]
    window: Part

    @property
    def pulses(self) -> list[Part]:
        return [part for part in self.parts if part.label == "busy"]

    @property
    def quiet(self) -> list[Part]:
        return [part for part in self.parts if part.label != "busy"]

    @property
    def floors(self) -> list[Part]:
        return [part for part in self.parts if part.label == "floor"]


def emitted(execution: Execution) -> Frame:
    """The frame that a power test's board-side frame emitted, on the board's clock.

    Raises RigError for events that are no frame.
    """
    parts = tuple(
        Part(str(label), start / 1e6, end / 1e6) for label, start, end in execution.values("part")
    )
    start, end = execution.value("window")
    if not end > start:  # the test did not mark the wait itself: all of its call is the wait
        start, end = execution.value("wait")
    frame = Frame(parts, Part("window", start / 1e6, end / 1e6))
    if tuple(part.label for part in parts) != ORDER:
        raise RigError(f"{execution.device_test}: it emitted no frame", "does it call frame()?")
    return frame


def noted(execution: Execution, told: Frame, found: Frame) -> tuple[tuple[str, float], ...]:
    """What the device test noted of its tasks and when, in seconds of the meter's clock.

    `told` is the frame on the board's clock, `found` the same on the meter's: the pulses of both
    give offset and ratio. What is no note, whatever the board sent, is left out.
    """
    first, last = told.pulses[0].start_s, told.pulses[-1].end_s
    ratio = (found.pulses[-1].end_s - found.pulses[0].start_s) / (last - first)
    notes = [
        (data[0][:NOTE_KEPT], found.pulses[0].start_s + (data[1] / 1e6 - first) * ratio)
        for data in (event.data for event in execution.all("note"))
        if len(data) == 2 and isinstance(data[0], str) and type(data[1]) is int
    ]
    return tuple(notes[:NOTES])


def cut(part: Part, guard_s: float) -> Part:
    """The part without a guard at each end."""
    guard_s = min(guard_s, part.length_s / 4)
    return Part(part.label, part.start_s + guard_s, part.end_s - guard_s)


def within(samples: Samples, part: Part, guard_s: float = PULSE_GUARD_S) -> Currents:
    """The current of a part without a guard at each end, or the sample that an edge falls into
    where that is longer; shape (n,), in amperes."""
    inner = cut(part, max(guard_s, samples.interval_s))
    return samples.between(inner.start_s, inner.end_s)


def align(samples: Samples, frame: Frame) -> Frame:
    """The same frame on the meter's clock, in seconds since the first sample.

    Raises Inconclusive, saying why, where the pulses are not found.
    """
    current, dt = samples.current_a, samples.interval_s
    if np.isnan(current).any():
        raise Inconclusive(
            f"{samples.overrange} of {len(current)} samples were out of the meter's range: "
            "name a larger range in the bench file"
        )
    length = frame.pulses[-1].end_s - frame.pulses[0].start_s
    if samples.duration_s < length * (1 - CLOCK_ERROR):
        raise Inconclusive(
            f"the capture ({samples.duration_s:.2f} s) is shorter than what the board did "
            f"({length:.2f} s): the meter lost samples or stopped early"
        )
    signal = current
    if samples.marker is not None and np.ptp(samples.marker) > HALF:
        signal = samples.marker  # the board says when its pulses are, by a wire
    n = len(signal)
    # Before and after the capture nothing adds up: its length on either side stands for clipping.
    cumulative = np.pad(np.cumsum(signal - signal.mean()), (n + 1, n), "edge")
    cumulative[: n + 1] = 0.0
    counted = np.pad(np.arange(n + 1, dtype=np.float64), n, "edge")
    # Coarse in the ratio of the clocks, at every sample in the offset; then finer about it.
    step = max(dt, 2e-3) / length
    ratios = 1 + np.arange(-CLOCK_ERROR, CLOCK_ERROR + step, step)
    _, ratio, offset = max(_best(cumulative, counted, dt, frame, r) for r in ratios)
    fine = ratio + np.linspace(-step, step, 9)
    _, ratio, offset = max(_best(cumulative, counted, dt, frame, r) for r in fine)
    aligned = _moved(frame, ratio, offset * dt)
    _verify(samples, aligned)
    return aligned


def _moved(frame: Frame, ratio: float, offset_s: float) -> Frame:
    def move(part: Part) -> Part:
        return Part(part.label, part.start_s * ratio + offset_s, part.end_s * ratio + offset_s)

    return Frame(tuple(move(part) for part in frame.parts), move(frame.window))


def _best(
    cumulative: NDArray[np.float64],
    counted: NDArray[np.float64],
    dt: float,
    frame: Frame,
    ratio: float,
) -> tuple[float, float, int]:
    """(score, ratio, offset in samples) of the offset at which the frame fits best.

    The score is the mean over the pulses less the mean over the quiet parts: the matched filter
    for a two-level signal in white noise.
    """
    n = len(cumulative) // 3
    last = round(frame.pulses[-1].end_s * ratio / dt)  # the tail may be cut short
    if last > n:
        return -np.inf, ratio, 0
    # A meter that is triggered by the first pulse has not seen the settling before it.
    earliest = -round(frame.pulses[0].start_s * ratio / dt)
    count = n - last + 1 - earliest
    score = np.zeros(count)
    for parts, sign in ((frame.pulses, 1.0), (frame.quiet, -1.0)):
        total, width = np.zeros(count), np.zeros(count)
        for part in parts:
            first = n + earliest + round(part.start_s * ratio / dt)
            end = n + earliest + round(part.end_s * ratio / dt)
            total += cumulative[end : end + count] - cumulative[first : first + count]
            width += counted[end : end + count] - counted[first : first + count]
        score += sign * total / np.maximum(width, 1)
    best = int(np.argmax(score))
    return float(score[best]), float(ratio), earliest + best


def _verify(samples: Samples, frame: Frame) -> None:
    """Whether each pulse stands out of the quiet before and after it."""
    floors = [within(samples, floor) for floor in frame.floors]
    for number, pulse in enumerate(frame.pulses, 1):
        high = within(samples, pulse)
        low = floors[0] if number < 3 else floors[1]
        if len(high) < 3 or len(low) < 3:
            raise Inconclusive(
                f"{len(high)} samples in a busy pulse are too few: the meter is too slow for "
                "this frame"
            )
        error = np.hypot(high.std() / np.sqrt(len(high)), low.std() / np.sqrt(len(low)))
        least = max(PULSE_SIGMAS * error, PULSE_LEAST * abs(high.mean()))
        if not high.mean() - low.mean() > least:
            raise Inconclusive(
                f"busy pulse {number} of 3 was not found: {high.mean() * 1e3:.3g} mA in it, "
                f"{low.mean() * 1e3:.3g} mA at the floor beside it, {error * 1e3:.2g} mA of "
                "standard error; is the meter in this board's supply, and does its floor "
                "(profile) sleep?"
            )
