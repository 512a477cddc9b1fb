"""Any SCPI meter: one reading after the other, stamped by the host's clock.

The last resort, and means only: `READ?` takes as long as it takes, so what happens within a
wait is not seen.
"""

from __future__ import annotations

import re
import threading
import time

import numpy as np

from rig.errors import RigError
from rig.meters.dialect import Base
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings


class Dialect(Base):
    IDN = re.compile(r"(?!)")
    MAX_RATE_HZ = 50.0
    WAVEFORM = False
    SETS_AGAIN = True
    SETUP: tuple[str, ...] = ("*CLS", "CONF:CURR:DC {range:g}")  # sent once, when it is opened
    READ = "READ?"
    ERRORS = "SYST:ERR?"

    def prepare(self) -> None:
        for message in self.setup():
            self.session.tell(message)
        self.settle()
        if self.ERRORS:
            self.session.check("being set up", self.ERRORS)

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        self.duration_s = duration_s
        interval = 1 / min(rate_hz, self.MAX_RATE_HZ)
        return Plan(interval, int(duration_s / interval) + 1, self.range_a)

    def setup(self) -> list[str]:
        """The messages that set it up."""
        return [message.format(range=self.range_a) for message in self.SETUP]

    def reading(self) -> float:
        """One reading, in amperes."""
        return float(self.session.ask(self.READ).split(",")[0])

    def start(self) -> None:
        self.stamped: list[tuple[float, float]] = []  # seconds, amperes
        self.failed: RigError | None = None
        self.stopping = threading.Event()
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()

    def started(self) -> None:
        """The first reading is under way; the line belongs to the thread that reads."""

    def read_on(self) -> None:
        begin = time.monotonic()
        while not self.stopping.is_set() and time.monotonic() - begin < self.duration_s:
            try:
                before = time.monotonic()
                value = self.reading()
                self.stamped.append(((before + time.monotonic()) / 2 - begin, value))
            except (RigError, ValueError) as error:
                self.failed = error if isinstance(error, RigError) else RigError(str(error))
                return

    def fetch(self, plan: Plan) -> Samples:
        """The readings, put on an even grid by interpolation."""
        self.stopping.set()
        self.reader.join()
        if self.failed is not None:
            raise self.failed
        if len(self.stamped) < 2:
            raise RigError(f"{self.session.resource} gave fewer than two readings", "use another")
        stamps, values = np.array(self.stamped).T
        grid = np.arange(stamps[0], stamps[-1], plan.interval_s)
        samples = from_readings(np.interp(grid, stamps, values), plan.interval_s, plan.range_a)
        samples.warnings.append("readings one at a time: means only")
        return samples
