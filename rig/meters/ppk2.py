"""Nordic Power Profiler Kit II, through its library `ppk2-api` (the extra `ppk2`).

It is no VISA instrument: 100,000 samples a second over USB, with the state of eight digital
inputs beside each, one of which may carry the frame's marker. As a source meter it supplies the
board; as an ampere meter it sits in the board's own supply.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Literal

import numpy as np

from rig.errors import RigError
from rig.meters.meter import Plan
from rig.meters.samples import Samples, decimate, from_readings

RATE_HZ = 100_000
LAG_S = 0.2
"""Samples taken so long ago have arrived over USB."""


class Ppk2:
    """A `Meter`. `options`: mode ("source" or "ampere"), voltage_mv, marker (0 to 7)."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 10_000.0

    def __init__(self, port: str, options: dict[str, Any] | None = None, api: Any = None):
        """Open it; the first one that is attached where `port` is empty. Raises RigError."""
        self.options = options or {}
        if api is None:
            try:
                from ppk2_api import ppk2_api
            except ImportError as error:
                raise RigError("the PPK2 needs its library", "pip install 'ppk2-api'") from error
            api = ppk2_api.PPK2_API
        if not port:
            ports = api.list_devices()
            if not ports:
                raise RigError("no PPK2 is attached", "see docs/meters.md")
            port = ports[0] if isinstance(ports[0], str) else ports[0][0]
        self.name = port
        try:
            self.device = api(port, timeout=1)
            if not self.device.get_modifiers():
                raise RigError(f"{port} does not answer as a PPK2", "is its firmware up to date?")
            millivolts = int(self.options.get("voltage_mv", 3300))
            if self.options.get("mode", "source") == "ampere":
                self.device.use_ampere_meter()
            else:
                self.device.use_source_meter()
            self.device.set_source_voltage(millivolts)
            self.device.toggle_DUT_power("ON")
        except (OSError, ValueError) as error:
            raise RigError(f"the PPK2 on {port} does not open ({error})") from error
        self.plan: Plan | None = None

    def identify(self) -> str:
        return f"Nordic Semiconductor,PPK2,{self.name},"

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            self.fetch()
        every = max(round(RATE_HZ / min(rate_hz, self.max_rate_hz)), 1)
        self.plan = Plan(every / RATE_HZ, int(duration_s * RATE_HZ / every))
        self.pieces: list[bytes] = []
        self.failed: OSError | None = None
        self.stopping = threading.Event()
        self.device.start_measuring()
        self.began = time.monotonic()
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()
        return self.plan

    def read_on(self) -> None:
        """Keep the serial port's buffer empty; the decoding waits until after the capture."""
        while not self.stopping.is_set():
            try:
                self.pieces.append(self.device.get_data())
            except OSError as error:
                self.failed = error
                return
            self.stopping.wait(0.01)

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the PPK2 on {self.name} was not armed")
        plan, self.plan = self.plan, None
        self.stopping.wait(LAG_S)
        elapsed = time.monotonic() - self.began
        self.stopping.set()
        self.reader.join()
        self.device.stop_measuring()
        if self.failed is not None:
            raise RigError(f"the PPK2 on {self.name} went away ({self.failed})")
        microamperes, bits = self.device.get_samples(b"".join(self.pieces))
        every = round(plan.interval_s * RATE_HZ)
        current = decimate(np.asarray(microamperes, dtype=np.float64) * 1e-6, every)
        due = int((elapsed - 2 * LAG_S) * RATE_HZ)
        lost = max(0, due - len(microamperes)) // every
        samples = from_readings(current, plan.interval_s, lost=lost)
        marker = self.options.get("marker")
        if marker is not None:
            high = (np.asarray(bits, dtype=np.int64) >> int(marker)) & 1
            samples.marker = decimate(high.astype(np.float64), every)[: len(current)]
        return samples

    def close(self) -> None:
        """The board keeps its supply: a run must not switch it off."""
        self.device = None
