"""A resistor in the board's place: does the whole chain say what Ohm's law says?

It finds what no capture of a board can, for a board's true current nobody knows: a shunt that is
another than was named, a range that does not fit, a meter that the current does not run through.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import numpy as np

from rig.bench import Bench
from rig.checkup.finding import Finding, ill
from rig.errors import LooprigError, UsageError
from rig.holding import Holding
from rig.meters.meter import Meter
from rig.meters.samples import Samples
from rig.stations import MeterStation
from rig.units import amperes, volts

TAKEN_S = 1.0
TOLERANCE = 0.01
"""Of a resistor, as its ring says; and of a supply that nobody measured, so much:"""
SUPPLY = 0.05
COARSE = 0.01
"""Below so much of its range a reading says little."""
NOTHING = 0.05
"""Of what is expected: less is a current that runs elsewhere."""


def check_load(bench: Bench, name: str, load_ohm: float) -> Iterator[Finding]:
    """Findings on the meter of that board, with a resistor where the board was.

    Raises UsageError where bench or meter do not say the voltage.
    """
    board = bench.board[name]
    if not board.meter:
        raise UsageError(f"board {name} has no meter to be checked", "name one in the bench file")
    entry = bench.meter[board.meter]
    about = f"meter {board.meter}"
    named = entry.voltage or board.power.supply
    millivolts = entry.options.get("voltage_mv")
    if not named and not millivolts:
        raise UsageError(
            f"--load: the bench file does not say what voltage is across the load of {about}",
            f'[board.{name}.power] supply = "3.3 V", or voltage in the meter\'s table',
        )
    supply_v = volts(named) if named else float(millivolts or 0) / 1000
    with contextlib.ExitStack() as stack:
        station = MeterStation(name=board.meter, entry=entry, resource=entry.resource)
        held = Holding(stack).hold(station, alone=True)
        try:
            meter = held.open()
            yield Finding(about, "identity", True, meter.identify())
            meter.arm(TAKEN_S + 2, entry.rate_hz)
            time.sleep(TAKEN_S)  # by nothing but the clock: a resistor does nothing
            yield judged(about, meter, meter.fetch(), supply_v, load_ohm, entry.range)
        except LooprigError as error:
            yield ill(about, "load", error)


def judged(
    about: str, meter: Meter, samples: Samples, supply_v: float, load_ohm: float, named: str
) -> Finding:
    """What the reading says of the chain."""
    expected_a = supply_v / load_ohm
    if samples.overrange or samples.clipped:
        what = f"{expected_a * 1e3:.3g} mA do not fit its range ({named or 'the default'})"
        return Finding(about, "load", False, what, "a larger range in its table")
    read_a = float(np.nanmean(samples.current_a))
    allowed = TOLERANCE + SUPPLY
    range_a = amperes(named) if named else None
    here = meter.accuracy.holding(range_a or expected_a)
    own_a = here[1].error_a(read_a) if here else 0.0
    told = f"{read_a * 1e3:.4g} mA through {load_ohm:g} ohm at {supply_v:g} V"
    if abs(read_a - expected_a) <= allowed * expected_a + own_a:
        if range_a and expected_a < COARSE * range_a:
            what = f"{told}: right, but under {COARSE:.0%} of its range {named}"
            return Finding(about, "load", False, what, "a smaller range, or a smaller resistor")
        how = f"{abs(read_a / expected_a - 1):.1%} off, within {allowed:.0%}"
        own = f" and the meter's own {own_a * 1e3:.2g} mA" if here else ""
        return Finding(about, "load", True, f"{told}: {how}{own}")
    what = f"{told}, where {expected_a * 1e3:.4g} mA run"
    if abs(read_a) < NOTHING * expected_a:
        mend = "the current does not run through it: is the meter beside the circuit, or open?"
    else:
        factor = read_a / expected_a
        mend = f"it is off by a factor of {factor:.3g}: another shunt than the one named, another "
        mend += "range, or another voltage across the load?"
    return Finding(about, "load", False, what, mend)
