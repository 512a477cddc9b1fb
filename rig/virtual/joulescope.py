"""A Joulescope behind its driver's calls, as `pyjoulescope_driver` 2.2.12 makes them.

`install` puts it where the adapter imports the driver from. Opening in the mode `defaults` sets the
range first to off and then to automatic, as the driver does, so that the board loses its power;
`restore` takes over what is set. Topics and values are checked as the driver checks them.
"""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.meters.joulescope import RANGES_A
from rig.meters.samples import Currents
from rig.virtual.acquiring import Activity
from rig.virtual.current_model import CurrentModel
from rig.virtual.supply import Switch

RATE_HZ = 2_000_000
FACTOR = 200  # of the rate: 10 kHz of samples reach the host
TICK_S = 0.02
RANGES = ("10 A", "180 mA", "18 mA", "1.8 mA", "180 µA", "18 µA")
MODES = ("auto", "manual", "off")
OFF = 7  # what the stream of the range says then
SELECTS = ("auto", "10 A", "2 A", "180 mA", "18 mA", "1.8 mA", "180 µA", "18 µA", "off")


class Instrument:
    """One Joulescope: it outlives the drivers that open it."""

    def __init__(
        self,
        path: str = "u/js220/000415",
        pid_file: Path | None = None,
        feeds: Path | None = None,
        model: CurrentModel | None = None,
        on: bool = True,
    ) -> None:
        self.path = path
        self.old = "js110" in path
        self.activity = Activity(pid_file, model or CurrentModel())
        self.switch = Switch(feeds)
        self.values: dict[str, Any] = {"s/i/range/select": "auto" if self.old else "10 A"}
        self.values["s/i/range/mode"] = "interp" if self.old else "auto"
        self.values["s/i/range/select" if self.old else "s/i/range/mode"] = "auto" if on else "off"
        self.unplugged = False
        self.tells_range = False
        self.log: list[tuple[str, Any]] = []
        self.obey()

    @property
    def topic(self) -> str:
        return "s/i/range/select" if self.old else "s/i/range/mode"

    def obey(self) -> None:
        (self.switch.off if self.values[self.topic] == "off" else self.switch.on)()

    def options(self, topic: str) -> tuple[str, ...]:
        """The values that a topic takes; none where it takes any."""
        if topic == "s/i/range/mode":
            return ("off", "mean", "interp", "nan") if self.old else MODES
        if topic == "s/i/range/select":
            return SELECTS if self.old else RANGES
        return ()

    def ranges(self, current: Currents) -> NDArray[np.uint8]:
        """The range that each sample is taken in, as the instrument numbers them: 0 is 10 A."""
        names = [each for each in self.options("s/i/range/select") if each in RANGES_A]
        mode = self.values[self.topic]
        if mode == "off":
            return np.full(len(current), OFF, np.uint8)
        if mode == "auto":
            number = [np.abs(current) <= RANGES_A[each] for each in names]
            return np.asarray(np.sum(number, axis=0) - 1).clip(0).astype(np.uint8)
        return np.full(len(current), names.index(self.values["s/i/range/select"]), np.uint8)

    def set(self, topic: str, value: Any) -> None:
        """Raises as the driver does for a value that a topic does not take."""
        self.log.append((topic, value))
        allowed = self.options(topic)
        if allowed and value not in allowed:
            raise RuntimeError(f"jsdrv_publish {topic} failed 5 | PARAMETER_INVALID")
        self.values[topic] = value
        self.obey()


class Driver:
    """As `pyjoulescope_driver.Driver`."""

    instruments: list[Instrument] = []  # noqa: RUF012 (set by `install`)

    def __init__(self) -> None:
        self.opened: set[str] = set()
        self.subscribers: dict[str, Callable[[str, dict[str, Any]], None]] = {}
        self.streaming: dict[str, threading.Event] = {}

    def _find(self, topic: str) -> tuple[Instrument, str]:
        for each in self.instruments:
            if topic == each.path or topic.startswith(f"{each.path}/"):
                if each.unplugged:
                    raise RuntimeError(f"jsdrv {topic} failed 9 | NOT_FOUND")
                return each, topic[len(each.path) + 1 :]
        raise RuntimeError(f"jsdrv {topic} failed 9 | NOT_FOUND")

    def device_paths(self) -> list[str]:
        return [each.path for each in self.instruments if not each.unplugged]

    def open(self, path: str, mode: str | None = None, timeout: float | None = None) -> None:
        instrument, _ = self._find(path)
        if mode != "restore":
            instrument.set(instrument.topic, "off")
            instrument.set(instrument.topic, "auto")
        self.opened.add(path)

    def close(self, path: str, timeout: float | None = None) -> None:
        self.opened.discard(path)

    def finalize(self, timeout: float | None = None) -> None:
        for event in self.streaming.values():
            event.set()

    def query(self, topic: str, timeout: float | None = None) -> Any:
        instrument, name = self._find(topic)
        value = instrument.values.get(name, 0)
        return instrument.options(name).index(value) + 1 if instrument.options(name) else value

    def publish(self, topic: str, value: Any, timeout: float | None = None) -> None:
        instrument, name = self._find(topic)
        if instrument.path not in self.opened:
            raise RuntimeError(f"jsdrv_publish {topic} failed 8 | CLOSED")
        if name == "s/i/ctrl":
            self._stream(instrument, bool(value))
        elif name == "s/i/range/ctrl":
            instrument.tells_range = bool(value)
        else:
            instrument.set(name, value)

    def subscribe(self, topic: str, flags: Any, fn: Any, timeout: float | None = None) -> None:
        if "metadata_rsp_retain" in flags:
            instrument, name = self._find(topic)
            options = [[k + 1, value] for k, value in enumerate(instrument.options(name))]
            fn(f"{topic}$", {"dtype": "u8", "options": options})
        self.subscribers[topic] = fn

    def unsubscribe(self, topic: str, fn: Any, timeout: float | None = None) -> None:
        if self.subscribers.pop(topic, None) is not fn:
            raise RuntimeError(f"jsdrv_unsubscribe {topic} failed 9 | NOT_FOUND")

    def _stream(self, instrument: Instrument, on: bool) -> None:
        running = self.streaming.pop(instrument.path, None)
        if running:
            running.set()
        if on:
            over = self.streaming[instrument.path] = threading.Event()
            instrument.activity.begin()
            threading.Thread(target=self._send, args=(instrument, over), daemon=True).start()

    def _send(self, instrument: Instrument, over: threading.Event) -> None:
        first = 0
        topic = f"{instrument.path}/s/i"
        while not over.wait(TICK_S):
            current = instrument.activity.currents(FACTOR / RATE_HZ)
            if instrument.switch.path and not instrument.switch.closed:
                current = current * 0
            told: dict[str, Any] = {f"{topic}/!data": current.astype(np.float32)}
            if instrument.tells_range:
                told[f"{topic}/range/!data"] = instrument.ranges(current)
            for name, data in told.items():
                take = self.subscribers.get(name)
                if take and len(current):
                    about = {"sample_id": first, "decimate_factor": FACTOR, "sample_rate": RATE_HZ}
                    take(name, {**about, "data": data})
            first += len(current) * FACTOR


def install(*instruments: Instrument) -> None:
    """Make these the Joulescopes that the driver finds in this process."""
    module = types.ModuleType("pyjoulescope_driver")
    Driver.instruments = list(instruments)
    module.Driver = Driver  # type: ignore[attr-defined]
    sys.modules["pyjoulescope_driver"] = module
