"""Measures a wait: capture, align, judge; again and longer where that can decide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rig.board.execution import Execution
from rig.errors import Inconclusive, Unsupported
from rig.floors import code
from rig.meters.meter import Meter
from rig.meters.samples import Samples
from rig.power.framing import CLOCK_ERROR, Frame, align, emitted, noted
from rig.power.timebase import lost
from rig.power.verdict import Verdict, confirm, judge

ATTEMPTS = 3
ODD = 0.309
"""Of the meter's interval: the three pulses are 1, 3 and 5 times that longer, so that their edges
meet its samples at as many phases."""
BESIDE = 1.0902
"""Between the intervals of one attempt and the next: no small whole numbers have that ratio, so
that nothing is in step with the samples of both."""
LONGER = 2.0
"""Each attempt measures so many times longer than the one before."""
PULSE_MS = 40
FLOOR_MS = 250
SETTLE_MS = 60
FEWEST_IN_PULSE, FEWEST_IN_WINDOW = 10, 40
"""Samples: for a meter slower than the frame is made for, the frame is stretched."""
SLACK_S = 5.0
"""Acquired beyond the frame itself if need be, for a host or board that is late. It costs nothing:
an acquisition ends when the board is done."""

DEADLINE_S = 10.0
"""Beyond the frame, for a board to be done and, where its floor takes the port, to be back."""
LATE_S = 0.4
"""Beyond the frame before a board that keeps its events is asked for them: between its parts and
on either side of it it does things, too."""


class Runner(Protocol):
    """The board under test: its `run` sends a device test and returns its execution."""

    def run(
        self,
        device_test: str,
        *,
        deadline: float = ...,
        prefix: str = ...,
        before_start: Callable[[], None] | None = ...,
        away: float = ...,
        **params: Any,
    ) -> Execution: ...


class Unframed(Inconclusive):
    """No attempt gave a frame to judge; `capture` is the last of them."""

    def __init__(self, why: str, capture: Capture) -> None:
        super().__init__(why)
        self.capture = capture


@dataclass(slots=True)
class Capture:
    """One framed acquisition. `frame` is on the meter's clock, None where it was not found."""

    samples: Samples
    frame: Frame | None
    execution: Execution
    notes: tuple[tuple[str, float], ...] = ()  # what the test noted, in seconds as the frame's
    why: str = ""
    more_helps: bool = True  # a longer capture could have a frame


def capture(
    board: Runner,
    meter: Meter,
    device_test: str,
    *,
    window_s: float,
    floor: str = "",
    drops_port: bool = False,
    marker: str = "",
    rate_hz: float = 1000.0,
    scale: float = 1.0,
    **params: Any,
) -> Capture:
    """Run a power test while the meter acquires, and find its frame in the samples.

    `scale` lengthens the frame's pulses and floors; `marker` is the board's pin that is wired
    to the meter's digital input; `drops_port` says that the floor takes the board's port away.
    Raises what `board.run` raises, RigError for a meter that fails,
    and Unsupported for a board that says what it `lacks`.
    """
    pulse_ms, floor_ms = round(PULSE_MS * scale), round(FLOOR_MS * scale)
    frame_s = window_s + (3 * pulse_ms + 2 * floor_ms + 2 * SETTLE_MS) / 1e3
    interval_s = 1 / min(rate_hz, meter.max_rate_hz)
    execution = board.run(
        device_test,
        prefix="power/frame",
        deadline=frame_s + DEADLINE_S,
        before_start=lambda: _arm(meter, frame_s * 1.1 + SLACK_S, rate_hz),
        away=frame_s * (1 + CLOCK_ERROR) + LATE_S if drops_port else 0.0,
        window_ms=round(window_s * 1000),
        pulse_ms=pulse_ms,
        odd_us=round(ODD * interval_s * 1e6),
        floor_ms=floor_ms,
        settle_ms=SETTLE_MS,
        floor=code(floor),
        marker=int(marker) if marker.isdecimal() else marker,
        **params,
    )
    samples = meter.fetch()
    for missing in execution.values("lacks"):
        raise Unsupported(str(missing))
    frame = emitted(execution)
    if samples.overrange or samples.clipped:
        why = (
            f"{samples.overrange + samples.clipped} of {len(samples.current_a)} samples were out "
            "of the meter's range or at its end: name a larger one in the bench file"
        )
        return Capture(samples, None, execution, why=why, more_helps=False)
    try:
        if samples.lost:
            raise Inconclusive(f"the meter lost {samples.lost} samples")
        found = align(samples, frame)
        missing, unnoticed = lost(samples, frame, found, execution)
        if missing > unnoticed:
            samples.lost = missing
            seconds = frame.pulses[-1].end_s - frame.pulses[0].start_s
            raise Inconclusive(
                f"the meter lost {missing} samples ({missing * samples.interval_s / seconds:.1%}) "
                "without a word: its samples fill less time than passed on the host's clock"
            )
        return Capture(samples, found, execution, noted(execution, frame, found))
    except Inconclusive as reason:
        return Capture(samples, None, execution, why=str(reason))


def _arm(meter: Meter, duration_s: float, rate_hz: float) -> None:
    meter.arm(duration_s, rate_hz)


def measure(
    board: Runner,
    meter: Meter,
    device_test: str,
    *,
    window_s: float,
    expected_wakes_hz: float = 0.0,
    **options: Any,
) -> tuple[Verdict, Capture]:
    """Capture until the class is clear, longer each time; the last verdict may be `unclear`.

    Raises Unframed when no attempt gave a frame to judge.
    """
    scale = 1.0
    rate_hz = min(options.pop("rate_hz", 1000.0), meter.max_rate_hz)
    interval = 1 / rate_hz
    faster = BESIDE if rate_hz * BESIDE <= meter.max_rate_hz else 1 / BESIDE
    if not meter.waveform:
        scale = max(1.0, FEWEST_IN_PULSE * interval / (PULSE_MS / 1e3))
    window_s = max(window_s, FEWEST_IN_WINDOW * interval) / scale
    reasons: list[str] = []
    verdicts: list[Verdict] = []
    for attempt in range(1, ATTEMPTS + 1):
        last = capture(
            board,
            meter,
            device_test,
            window_s=window_s * scale,
            scale=scale,
            rate_hz=rate_hz * (1.0 if attempt % 2 else faster),
            **options,
        )
        if last.frame is not None:
            verdict = judge(last.samples, last.frame, expected_wakes_hz, meter.waveform)
            confirm(verdict, verdicts)
            verdicts.append(verdict)
            verdict.attempts = attempt
            verdict.notes = reasons
            if verdict.kind != "unclear" or not verdict.more_helps or attempt == ATTEMPTS:
                return verdict, last
        reasons.append(verdict.why if last.frame else last.why)
        if not last.more_helps:
            raise Unframed(last.why, last)
        scale *= LONGER
    raise Unframed(f"{last.why} ({ATTEMPTS} attempts)", last)
