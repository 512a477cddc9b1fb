"""A meter: is it one, does its range fit, and does the board's current flow through it?"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from filelock import Timeout

from rig import profiles
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.link import Link
from rig.checkup.boards import finished
from rig.checkup.finding import Finding, ill
from rig.errors import Inconclusive, LooprigError, RigError
from rig.meters.meter import Meter
from rig.power.capture import Capture, Unframed, measure
from rig.stations import MeterStation, Station, lock_of
from rig.units import amperes

WINDOW_S = 0.5
KEPT_S = 1.0
"""So long the board keeps what it is asked to, while the meter is armed."""
ARMED_S = 2.0
COARSE = 0.01
"""Below so much of the range a meter's own noise is what a capture shows."""


class Probe:
    """A board as a capture wants it: its executions end well, or the check is over."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def run(self, device_test: str, **options: Any) -> Execution:
        return finished(self.board.run(device_test, **options))


def check_meter(
    board: Board, station: Station, others: Mapping[str, MeterStation]
) -> Iterator[Finding]:
    """Findings on the meter of a board, and on the wire between the two."""
    found = station.meter
    assert found is not None
    about = f"meter {found.name}"
    try:
        meter = found.open()
    except LooprigError as error:
        yield ill(about, "identity", error)
        return
    try:
        modelled = " (modelled current)" if found.modelled else ""
        yield Finding(about, "identity", True, f"{found.resource}: {meter.identify()}{modelled}")
        if not meter.waveform:
            what = "slow: it tells a wait that spins from one that rests, not sleeping from polling"
            yield Finding(about, "speed", True, what)
        yield check_arming(about, board, meter)
        yield from check_wire(about, board, station, meter, others)
    except LooprigError as error:
        yield ill(about, "capture", error)
    finally:
        meter.close()


def check_arming(about: str, board: Board, meter: Meter) -> Finding:
    """Set the meter going beside a running board, whose memory says whether it kept its power."""
    token = secrets.randbelow(1 << 24)
    took: list[float] = []

    def arm(_: Link) -> None:
        began = time.monotonic()
        meter.arm(ARMED_S, 1000.0)
        took.append(time.monotonic() - began)

    execution = board.run(
        "checkup/keeps",
        while_running=arm,
        ms=round(KEPT_S * 1000),
        token=token,
        deadline=KEPT_S + 5,
    )
    with contextlib.suppress(RigError):  # it shows nothing but that it was armed
        meter.fetch()
    if execution.ended is not Ended.FINISHED or execution.values("still") != [token]:
        what = f"the board lost its power or its program while it was armed ({execution.how})"
        mend = "it opens the circuit when it is set up: is it a meter for this? see docs/meters.md"
        return Finding(about, "arming", False, what, mend)
    if took[0] > KEPT_S:
        return Finding(about, "arming", True, f"it takes {took[0]:.1f} s, too long to be tried")
    what = "a variable set before it was armed is still there"
    return Finding(about, "arming", True, what)


def check_wire(
    about: str, board: Board, station: Station, meter: Meter, others: Mapping[str, MeterStation]
) -> Iterator[Finding]:
    """Let the board draw its pulses and look for them."""
    assert station.meter is not None
    taken = one_capture(board, station, station.meter, meter)
    samples = taken.samples
    current = samples.current_a[~np.isnan(samples.current_a)]
    named = station.meter.entry.range or "its default range"
    if samples.overrange or samples.clipped:
        count = samples.overrange + samples.clipped
        what = f"{count} of {len(samples.current_a)} samples are out of range ({named})"
        mend = f'a larger one in the bench file: [meter.{station.meter.name}] range = "…"'
        yield Finding(about, "range", False, what, mend)
        return
    if samples.lost:
        mend = "a lower rate_hz, another bus, and nothing else that reads it"
        yield Finding(about, "samples", False, taken.why, mend)
        return
    if taken.frame is None:
        what = (
            f"it does not see board {station.name}: {taken.why}; it read "
            f"{milli(float(np.mean(current)))} mA all along"
        )
        mend = elsewhere(board, station, others) or (
            f"is it in series with the supply of {station.name}, does it measure another board, "
            "does USB or a debugger feed the board past it?"
        )
        yield Finding(about, "pulses", False, what, mend)
        return
    busy = level(taken, "busy")
    floor = level(taken, "floor")
    what = (
        f"the pulses of board {station.name} show: {milli(busy)} mA busy, {milli(floor)} mA floor"
    )
    yield Finding(about, "pulses", True, what)
    limit = amperes(station.meter.entry.range) if station.meter.entry.range else 0.0
    if limit and busy < COARSE * limit:
        what = f"{milli(busy)} mA busy is under {COARSE:.0%} of the range {named}"
        mend = f'a smaller one in the bench file: [meter.{station.meter.name}] range = "…"'
        yield Finding(about, "range", False, what, mend)
    elif limit:
        yield Finding(about, "range", True, f"{named} fits {milli(busy)} mA busy")


def one_capture(board: Board, station: Station, found: MeterStation, meter: Meter) -> Capture:
    """A framed sleep, measured until its pulses show, or the last attempt without them.

    Raises RigError where board or meter fails.
    """
    assert station.info is not None
    power = station.power
    floor = profiles.floor_of(station.info, station.profile, power.floor, power.drops_port)
    try:
        return measure(
            Probe(board),
            meter,
            "power/sleep",
            window_s=WINDOW_S,
            floor=floor.name,
            drops_port=floor.drops_port,
            marker=station.power.marker,
            rate_hz=found.entry.rate_hz,
        )[1]
    except Unframed as error:
        return error.capture


def level(taken: Capture, label: str) -> float:
    """Mean current of the frame's parts of that name, in amperes."""
    assert taken.frame is not None
    parts = [part for part in taken.frame.parts if part.label == label]
    means = [np.mean(taken.samples.between(part.start_s, part.end_s)) for part in parts]
    return float(np.mean(means))


def elsewhere(board: Board, station: Station, others: Mapping[str, MeterStation]) -> str:
    """The other meter of the bench that sees the board's pulses, as advice; '' for none."""
    for name, found in others.items():
        try:
            # a shared meter takes its own lock, at each capture
            lock = None if found.entry.shared else lock_of(found.resource).acquire(timeout=0)
            with lock or contextlib.nullcontext(), contextlib.closing(found.open()) as meter:
                seen = one_capture(board, station, found, meter).frame
        except (LooprigError, Inconclusive, Timeout):
            continue
        if seen:
            return (
                f"meter {name} sees them: [board.{station.name}] meter = {name!r}, "
                "or swap the wires"
            )
    return ""


def milli(current_a: float) -> str:
    return f"{current_a * 1e3:.3g}"
