"""What the virtual instruments that log readings have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from rig.virtual.current_model import CurrentModel
from rig.virtual.instruments.acquisition import Acquisition, Watched
from rig.virtual.instruments.scpi import Instrument, ScpiError, block, header, number
from rig.virtual.supply import Switch

RELAY_S = 20e-3
"""How long a multimeter's input is open while function or range change: a Keithley 2015 makes 45
changes of function and 50 of range a second (its manual, page A-5); others do not say."""

Readings = NDArray[np.float64]


class Logger(Instrument):
    """An instrument with one acquisition at a time, of the board behind `board`."""

    ranges: tuple[float, ...] = (10e-3, 100e-3, 1.0)

    channels = 1
    wired = 1  # the channel that the board hangs on; the others carry nothing
    relay_s = 0.0  # how long a change of range opens the circuit
    shunts: Mapping[float, float] = {}  # ohm, by range: what it puts in the board's supply

    def __init__(
        self,
        board: Watched | None,
        model: CurrentModel,
        switch: Switch | None = None,
        brownout_v: float = 0.0,
    ) -> None:
        """`switch` is the board's supply, where that runs through this instrument; below
        `brownout_v` the board does not live."""
        super().__init__()
        self.board, self.model = board, model
        self.switch, self.brownout_v = switch or Switch(None), brownout_v
        self.conducts = False
        self.range_a = self.ranges[-1]
        self.channel = 1
        self.damage: Callable[[Readings], Readings] | None = None  # for misbehaviour
        self.acquisition: Acquisition | None = None
        self.real = False
        self.swapped = False
        self.reset()

    def reset(self) -> None:
        if self.acquisition is not None:
            self.acquisition.abort()
        self.acquisition = None
        self.taken_out = 0
        self.range_a = self.ranges[-1]
        self.real = self.swapped = False

    def conduct(self, closed: bool) -> None:
        """Close or open the way from supply to board."""
        self.conducts = closed
        self.feed()

    def feed(self) -> None:
        """Give the board its power, if enough of the voltage is left at its busiest."""
        ohm = self.model.burden_ohm or self.shunts.get(self.range_a, 0.0)
        left_v = self.model.supply_v - self.model.busy_a * ohm
        if self.conducts and left_v >= self.brownout_v:
            self.switch.on()
        else:
            self.switch.off()

    def choose_range(self, text: str) -> None:
        """The smallest range that holds the value; AUTO, MIN, MAX and DEF as SCPI has them."""
        before = self.range_a
        self.take_range(text)
        if self.range_a != before:
            self.switch.gap(self.relay_s)
        self.feed()

    def take_range(self, text: str) -> None:
        word = text.upper()
        if word in ("AUTO", "DEF", "MAX"):
            self.range_a = self.ranges[-1]
        elif word == "MIN":
            self.range_a = self.ranges[0]
        else:
            wanted = abs(number(text))
            fitting = [r for r in self.ranges if r >= wanted * 0.999]
            if not fitting:
                raise ScpiError(-222)
            self.range_a = fitting[0]

    def choose_channel(self, text: str) -> None:
        """By its number, which may stand in a channel list such as `(@2)`."""
        chosen = text.removeprefix("(@").removesuffix(")")
        if not (chosen.isdigit() and 1 <= int(chosen) <= self.channels):
            raise ScpiError(-222)
        self.channel = int(chosen)

    def begin(self, interval_s: float, count: int) -> None:
        self.taken_out = 0
        self.acquisition = Acquisition(self.board, self.model, interval_s, count, self.range_a)

    @property
    def finished(self) -> bool:
        return self.acquisition is None or self.acquisition.done

    def taken(self, wait: bool = True) -> Readings:
        """The acquisition's readings in amperes: all, once it has ended, or those made by now.

        Raises ScpiError where there is no acquisition.
        """
        if self.acquisition is None:
            raise ScpiError(-230)
        readings = self.acquisition.readings(wait)
        if self.channel != self.wired or (self.switch.path and not self.switch.closed):
            readings = np.zeros_like(readings)
        return readings if self.damage is None else self.damage(readings)

    def take_out(self, readings: Readings, most: int) -> Readings:
        """The oldest readings that were not taken out yet."""
        part = readings[self.taken_out : self.taken_out + most]
        self.taken_out += len(part)
        return part

    def wait_complete(self) -> None:
        if self.acquisition is not None:
            self.acquisition.readings()

    @header("ABORt")
    def abort(self) -> None:
        if self.acquisition is not None:
            self.acquisition.abort()

    @header("FORMat:BORDer")
    def set_order(self, order: str) -> None:
        if order.upper() not in ("NORM", "NORMAL", "SWAP", "SWAPPED"):
            raise ScpiError(-224)
        self.swapped = order.upper().startswith("SWAP")

    @staticmethod
    def as_text(readings: Readings) -> bytes:
        return b",".join(b"%+.8E" % value for value in readings.tolist())

    def as_block(self, readings: Readings, size: int = 8) -> bytes:
        """A definite-length block of floats of that many bytes, in the byte order that is set."""
        return block(readings.astype(f"{'<' if self.swapped else '>'}f{size}").tobytes())
