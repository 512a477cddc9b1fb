"""Rohde & Schwarz NGU and NGM: FastLog to the remote interface.

After the NGU user manual (1179.2531.02): FLOG:DATA? returns a definite block of voltage and
current in turn, as IEEE singles. A block is there every 250 ms and is overwritten if it is not
read in time, so a thread reads all the while; what did not arrive is counted as lost, and a
capture with losses is not judged. It supplies the board: no reset, and its output is touched only
where the bench file names a voltage.
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

RATES = {"S001k": 1_000, "S010k": 10_000, "S050k": 50_000, "S250k": 250_000, "S500k": 500_000}
BLOCK_S = 0.25


class Dialect(Base):
    IDN = re.compile(r"^Rohde&Schwarz,NG[UM]\d", re.IGNORECASE)
    MAX_RATE_HZ = 10_000.0  # more than that is lost on the way
    CHANNELS = 2  # of an NGM202; the others have one and are not told

    SUPPLIES = True

    def output(self) -> bool:
        self._select()
        return self.session.ask("OUTP?").strip() in ("1", "ON")

    def switch_on(self, volts: float) -> None:
        self._select()
        self.session.tell(f"VOLT {volts:g}")
        self.session.tell("OUTP ON")

    def switch_off(self) -> None:
        self._select()
        self.session.tell("OUTP OFF")
        self.session.sync()

    def _select(self) -> None:
        """FLOG, VOLT and OUTP mean the channel that is selected."""
        if self.channel:
            self.session.tell(f"INST OUT{self.channel}")

    def prepare(self) -> None:
        tell = self.session.tell
        tell("*CLS")
        self._select()
        tell("FLOG 0")
        tell("FLOG:TARG SCPI")
        self.session.check("being set to FastLog")

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        fitting = [n for n, hz in RATES.items() if hz <= min(rate_hz, self.MAX_RATE_HZ) * 1.001]
        name = fitting[-1] if fitting else "S001k"
        tell = self.session.tell
        tell("*CLS")
        self._select()
        tell("FLOG 0")
        tell(f"FLOG:SRAT {name}")
        self.session.check("being set up")
        return Plan(1 / RATES[name], int(duration_s * RATES[name]), self.range_a)

    def start(self) -> None:
        self.pieces: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
        self.failed: RigError | None = None
        self.stopping = threading.Event()
        self.session.tell("FLOG 1")
        self.session.check("being started")
        self.began = time.monotonic()
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()

    def started(self) -> None:
        """`start` asked already: from then on the session belongs to the thread that reads."""

    def read_on(self) -> None:
        while not self.stopping.is_set():
            try:
                pairs = self.session.block("FLOG:DATA?", "<f4", timeout_s=2)
            except RigError as error:
                self.failed = error
                return
            if len(pairs):
                self.pieces.append(pairs[1::2].copy())
            else:
                self.stopping.wait(5e-3)

    def fetch(self, plan: Plan) -> Samples:
        # What belongs to the end of the capture comes with the block after it.
        self.stopping.wait(BLOCK_S * 1.2)
        self.stopping.set()
        self.reader.join()
        elapsed = time.monotonic() - self.began
        if self.failed is not None:
            raise self.failed
        self.session.tell("FLOG 0")
        readings = np.concatenate(self.pieces) if self.pieces else np.empty(0, np.float32)
        # At most the last block may be under way; whatever else is missing was overwritten.
        due = int((elapsed - 2.2 * BLOCK_S) / plan.interval_s)
        return from_readings(
            readings, plan.interval_s, plan.range_a, lost=max(0, due - len(readings))
        )
