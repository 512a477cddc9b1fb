"""Joulescope JS220 and JS320, through `pyjoulescope_driver` (the extra `joulescope`).

It is no VISA instrument: a stream of current over USB, with streams of its general-purpose
inputs, one of which may carry the frame's marker. Each message says the number of its first
sample, so that what is missing is known.
"""

from __future__ import annotations

import threading
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rig.errors import RigError
from rig.meters.meter import Plan
from rig.meters.samples import Samples, decimate, from_readings

FAST_HZ = 1_000_000
LAG_S = 0.2


class Stream:
    """The messages of one signal, put together."""

    def __init__(self) -> None:
        self.pieces: list[NDArray[Any]] = []
        self.rate_hz = 0.0
        self.next: int | None = None
        self.lost = 0
        self.lock = threading.Lock()

    def take(self, topic: str, value: dict[str, Any]) -> None:
        """Called by the driver's thread with one message."""
        factor = int(value["decimate_factor"])
        first = int(value["sample_id"]) // factor
        data = np.array(value["data"], copy=True)
        with self.lock:
            self.rate_hz = float(value["sample_rate"]) / factor
            if self.next is not None and first > self.next:
                self.lost += first - self.next
            self.next = first + len(data)
            self.pieces.append(data)

    def all(self) -> NDArray[Any]:
        with self.lock:
            return np.concatenate(self.pieces) if self.pieces else np.empty(0)


class Joulescope:
    """A `Meter`. `options`: range_mode ("auto" or a range such as "18 mA"), marker (0 to 3)."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 10_000.0

    def __init__(self, path: str, options: dict[str, Any] | None = None, driver: Any = None):
        """Open it; the first one that is attached where `path` is empty. Raises RigError."""
        self.options = options or {}
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
        self.name = matching[0]
        self.marker = self.options.get("marker")
        try:
            driver.open(self.name)
            driver.publish(f"{self.name}/s/i/range/mode", self.options.get("range_mode", "auto"))
        except Exception as error:  # the driver raises its own and built-in kinds
            raise RigError(f"the Joulescope {self.name} does not open ({error})") from error
        self.plan: Plan | None = None

    def identify(self) -> str:
        _, model, serial = (*self.name.split("/"), "", "")[:3]
        return f"Jetperch,{model.upper()},{serial},"

    def signals(self) -> list[str]:
        return ["s/i"] + ([f"s/gpi/{self.marker}"] if self.marker is not None else [])

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            self.fetch()
        rate = min(rate_hz, self.max_rate_hz)
        self.plan = Plan(1 / rate, int(duration_s * rate))
        self.streams = {name: Stream() for name in self.signals()}
        for name, stream in self.streams.items():
            self.driver.subscribe(f"{self.name}/{name}/!data", ["pub"], stream.take)
            self.driver.publish(f"{self.name}/{name}/ctrl", 1)
        return self.plan

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the Joulescope {self.name} was not armed")
        plan, self.plan = self.plan, None
        threading.Event().wait(LAG_S)  # what was measured is still under way over USB
        for name, stream in self.streams.items():
            self.driver.publish(f"{self.name}/{name}/ctrl", 0)
            self.driver.unsubscribe(f"{self.name}/{name}/!data", stream.take)
        current = self.streams["s/i"]
        if not current.rate_hz:
            raise RigError(f"the Joulescope {self.name} sent no samples", "replug it")
        every = max(round(current.rate_hz * plan.interval_s), 1)
        interval = every / current.rate_hz
        readings = decimate(current.all().astype(np.float64), every)
        samples = from_readings(readings, interval, lost=-(-current.lost // every))
        if self.marker is not None:
            levels = self.streams[self.signals()[1]]
            bits = unpacked(levels.all()) if levels.rate_hz else np.empty(0)
            per = max(round(levels.rate_hz * interval), 1)
            samples.marker = decimate(bits.astype(np.float64), per)[: len(readings)]
        return samples

    def close(self) -> None:
        self.driver.close(self.name)


def unpacked(data: NDArray[Any]) -> NDArray[Any]:
    """Levels of an input as 0 and 1: the driver packs eight of them into a byte."""
    return np.unpackbits(data, bitorder="little") if data.dtype == np.uint8 else data
