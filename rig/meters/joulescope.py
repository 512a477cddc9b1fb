"""Joulescope JS110, JS220 and JS320, through `pyjoulescope_driver` (the extra `joulescope`).

It is no VISA instrument: a stream of current over USB, with streams of its range and of its
general-purpose inputs, one of which may carry the frame's marker. Each message says the number of
its first sample, so that what is missing is known.

The board's supply runs through it, and its range is the switch: `off` opens the circuit. Opening
it in the driver's usual way sets every parameter to its default; the mode `restore` takes over what
the instrument is set to, so that the board keeps its power. Topics, options and messages are those
of jetperch/joulescope_driver 2.2.12: doc/js220.txt, src/devices/js110/js110_usb.c, and of its
docs/streaming.md.
"""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rig.errors import RigError, nearest
from rig.meters.accuracy import UNSTATED
from rig.meters.meter import Plan
from rig.meters.samples import Samples, coarsest, decimate, from_readings

LAG_S = 0.2
RANGES_A = {
    "10 A": 10.0, "2 A": 2.0, "180 mA": 0.18, "18 mA": 18e-3, "1.8 mA": 1.8e-3, "180 µA": 180e-6,
    "18 µA": 18e-6,
}  # fmt: skip
"""By the names that the driver takes; 2 A is a JS110's only. Its stream of the range counts them in
this order, from 0; 7 is off."""
RANGE = "s/i/range"
AUTO = "auto"


class Stream:
    """The messages of one signal, put together."""

    def __init__(self) -> None:
        self.pieces: list[NDArray[Any]] = []
        self.rate_hz = 0.0
        self.first = 0  # number of its first sample at the instrument's own rate
        self.native_hz = 0.0  # at which these numbers count
        self.next: int | None = None
        self.lost = 0
        self.lock = threading.Lock()

    def take(self, topic: str, value: dict[str, Any]) -> None:
        """Called by the driver's thread with one message."""
        factor = int(value["decimate_factor"])
        first = int(value["sample_id"]) // factor
        data = np.array(value["data"], copy=True)
        with self.lock:
            self.native_hz = float(value["sample_rate"])
            self.rate_hz = self.native_hz / factor
            if self.next is None:
                self.first = int(value["sample_id"])
            if self.next is not None and first > self.next:
                self.lost += first - self.next
            self.next = first + len(data)
            self.pieces.append(data)

    def all(self) -> NDArray[Any]:
        with self.lock:
            return np.concatenate(self.pieces) if self.pieces else np.empty(0)

    def beside(self, other: Stream, values: NDArray[Any], count: int) -> NDArray[Any]:
        """`count` of its values from the instant on at which the other begins: one stream is
        switched on after the other. What is missing at either end is as what is next to it."""
        ahead = round((self.first - other.first) / self.native_hz * self.rate_hz)
        return np.asarray(values[np.clip(np.arange(count) - ahead, 0, len(values) - 1)])


class Joulescope:
    """A `Meter`. `options`: range_mode ("auto" or a range such as "18 mA"), marker (0 to 3)."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 10_000.0
    accuracy = UNSTATED

    def __init__(
        self,
        path: str,
        options: dict[str, Any] | None = None,
        driver: Any = None,
        voltage: float | None = None,
        range_a: float | None = None,
    ):
        """Open it; the only one that is attached where `path` is empty. One that is switched off
        is switched on only where the bench names the `voltage` that then reaches the board.
        Raises RigError."""
        self.options = options or {}
        self.wanted = wanted(str(self.options.get("range_mode", "")), range_a)
        if driver is None:
            try:
                from pyjoulescope_driver import Driver
            except ImportError as error:
                hint = "pip install 'pyjoulescope_driver'"
                raise RigError("the Joulescope needs its library", hint) from error
            driver = Driver()
        self.driver = driver
        found = sorted(driver.device_paths())
        matching = [device for device in found if path in device]
        if not matching:
            raise RigError(f"no Joulescope {path!r} is attached", f"found: {found or 'none'}")
        if len(matching) > 1:
            raise RigError(
                f"several Joulescopes are attached ({', '.join(matching)})",
                "name the one in this board's supply: resource = a part of that which it alone has",
            )
        self.name = matching[0]
        self.old = "js110" in self.name  # its range is one topic, and its mode is another thing
        self.marker = self.options.get("marker")
        self.options_of: dict[str, dict[Any, str]] = {}
        self.switched_on = False
        self.plan: Plan | None = None
        try:
            driver.open(self.name, "restore")
            self._prepare(voltage)
        except RigError:
            self._end()
            raise
        except Exception as error:  # the driver raises its own and built-in kinds
            self._end()
            raise RigError(f"the Joulescope {self.name} does not open ({error})") from error

    def _prepare(self, voltage: float | None) -> None:
        """Its range, where it is another: set once, for the whole run."""
        if self.powers():
            if voltage is None:
                raise RigError(
                    self.powers(),
                    'voltage = "5 V" in its table lets the rig close it: the voltage that then '
                    "reaches the board",
                )
            self.switched_on = True
        if self.old:
            if self._range() != self.wanted:
                self._say("s/i/range/select", self.wanted)
            return
        if self.wanted == AUTO:
            if self._range() != AUTO:
                self._say("s/i/range/mode", AUTO)
            return
        if self.wanted == "2 A":
            raise RigError(f"the Joulescope {self.name} has no range 2 A", "10 A or 180 mA")
        if self._range() != self.wanted:
            self._say("s/i/range/select", self.wanted)  # before it counts: no wrong shunt between
            self._say("s/i/range/mode", "manual")

    def _range(self) -> str:
        """The range it is set to, by the driver's names: "auto", "off", or one of RANGES_A."""
        if self.old:
            return self._asked("s/i/range/select")
        mode = self._asked("s/i/range/mode")
        return self._asked("s/i/range/select") if mode == "manual" else mode

    def _asked(self, topic: str) -> str:
        """The value of a topic by its name: the driver answers with a number, and only the topic's
        metadata, which come from the instrument, say what it stands for."""
        value = self.driver.query(f"{self.name}/{topic}")
        if topic not in self.options_of:
            said: list[Any] = []

            def take(_: str, metadata: Any) -> None:
                said.append(metadata)

            whole = f"{self.name}/{topic}"
            self.driver.subscribe(whole, ["metadata_rsp_retain"], take)
            self.driver.unsubscribe(whole, take)
            about = json.loads(said[-1]) if said and isinstance(said[-1], str) else {}
            about = said[-1] if said and isinstance(said[-1], dict) else about
            self.options_of[topic] = {row[0]: str(row[1]) for row in about.get("options", ())}
        return self.options_of[topic].get(value, str(value))

    def _say(self, topic: str, value: Any) -> None:
        self.driver.publish(f"{self.name}/{topic}", value)

    def identify(self) -> str:
        _, model, serial = (*self.name.split("/"), "", "")[:3]
        return f"Jetperch,{model.upper()},{serial},"

    def powers(self) -> str:
        try:
            if self._range() == "off":
                return f"the Joulescope {self.name} is switched off: the board has no supply"
        except Exception as error:
            return f"the Joulescope {self.name} went away ({error}), and the board's supply with it"
        return ""

    def signals(self) -> list[str]:
        ranging = [RANGE] if self.wanted == AUTO else []
        return ["s/i", *ranging, *([f"s/gpi/{self.marker}"] if self.marker is not None else [])]

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            with contextlib.suppress(RigError):
                self.fetch()
        if why := self.powers():
            raise RigError(why, "it was on when the run began: who switched it off?")
        rate = min(rate_hz, self.max_rate_hz)
        self.plan = Plan(1 / rate, int(duration_s * rate))
        self.streams = {name: Stream() for name in self.signals()}
        self.takes = {name: stream.take for name, stream in self.streams.items()}
        try:  # the driver knows a subscriber by its object: a bound method is a new one each time
            for name, take in self.takes.items():
                self.driver.subscribe(f"{self.name}/{name}/!data", ["pub"], take)
                self.driver.publish(f"{self.name}/{name}/ctrl", 1)
        except Exception as error:
            self.plan = None
            raise RigError(f"the Joulescope {self.name} does not start ({error})") from error
        return self.plan

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the Joulescope {self.name} was not armed")
        plan, self.plan = self.plan, None
        threading.Event().wait(LAG_S)  # what was measured is still under way over USB
        try:
            for name, take in self.takes.items():
                self.driver.publish(f"{self.name}/{name}/ctrl", 0)
                self.driver.unsubscribe(f"{self.name}/{name}/!data", take)
        except Exception as error:
            raise RigError(f"the Joulescope {self.name} went away ({error})") from error
        current = self.streams["s/i"]
        if not current.rate_hz:
            raise RigError(f"the Joulescope {self.name} sent no samples", "replug it")
        every = max(round(current.rate_hz * plan.interval_s), 1)
        interval = every / current.rate_hz
        readings = decimate(current.all().astype(np.float64), every)
        samples = from_readings(readings, interval, lost=-(-current.lost // every))
        samples.gapless = True  # means of its stream, which is of a million a second or two
        samples.range_a = RANGES_A.get(self.wanted)  # of a fixed one
        sizes = [most for name, most in RANGES_A.items() if self.old or name != "2 A"]
        ranging = self.streams.get(RANGE)
        if ranging and ranging.rate_hz and not ranging.lost:
            per, number = self._beside(ranging, current, ranging.all(), interval, len(readings))
            samples.ranges_a = tuple(reversed(sizes))  # the largest last, as others have it
            samples.range = coarsest(np.clip(len(sizes) - 1 - number.astype(int), 0, None), per)
        if self.marker is not None:
            levels = self.streams[self.signals()[-1]]
            if levels.rate_hz:
                bits = unpacked(levels.all()).astype(np.float64)
                per, bits = self._beside(levels, current, bits, interval, len(readings))
                samples.marker = decimate(bits, per)
        return samples

    @staticmethod
    def _beside(
        stream: Stream, current: Stream, values: NDArray[Any], interval_s: float, count: int
    ) -> tuple[int, NDArray[Any]]:
        """(how many of its values are a sample, the values of so many samples of the current)."""
        per = max(round(stream.rate_hz * interval_s), 1)
        return per, stream.beside(current, values, count * per)

    def close(self) -> None:
        """The board keeps its supply, unless it was the rig that closed the circuit."""
        if self.switched_on:
            with contextlib.suppress(Exception):
                self._say("s/i/range/select" if self.old else "s/i/range/mode", "off")
        self._end()

    def _end(self) -> None:
        with contextlib.suppress(Exception):
            self.driver.close(self.name)
        with contextlib.suppress(Exception):
            self.driver.finalize()


def wanted(mode: str, range_a: float | None) -> str:
    """The range by the driver's name: the one that the options name, else the smallest that holds
    the bench's `range`, else automatic: it changes range without opening the circuit.

    Raises RigError for a name that it does not have.
    """
    if mode:
        name = mode.replace("u", "µ") if mode.endswith("uA") else mode
        if name not in (AUTO, *RANGES_A):
            raise RigError(
                f"a Joulescope has no range_mode {mode!r}", nearest(mode, [AUTO, *RANGES_A])
            )
        return name
    if range_a is None:
        return AUTO
    fitting = [name for name, most in RANGES_A.items() if most >= range_a and name != "2 A"]
    if not fitting:
        raise RigError(f"a Joulescope measures up to 10 A, not {range_a:g} A")
    return fitting[-1]


def unpacked(data: NDArray[Any]) -> NDArray[Any]:
    """Levels of an input as 0 and 1: the driver packs eight of them into a byte."""
    return np.unpackbits(data, bitorder="little") if data.dtype == np.uint8 else data
