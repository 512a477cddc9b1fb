"""An INA226 or INA228 on a second MicroPython board: a meter for the price of a breakout.

The rig puts the program there over the board's raw REPL (rig/board/link.py) and leaves nothing
behind. The readings carry that board's own times, so that neither its speed nor the host's bends
the capture; its clock may be off by as much as a board's under test.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rig.board.link import Link
from rig.board.port import Disconnected, Silence
from rig.errors import LooprigError, RigError, nearest
from rig.meters.accuracy import Accuracy, Range
from rig.meters.ina_program import CHIPS, CONFIGURED, IDENTIFIED, MAKER, MEASURED, Chip
from rig.meters.meter import Plan
from rig.meters.samples import Samples, from_readings

ANSWER_S = 5.0
LAG_S = 0.2
"""Readings made so long ago have arrived: a line holds 32."""
LONGEST_GAP = 10
"""Conversions: a longer pause between two readings is a loss, for a wake-up fits into it."""
OF_AN_INTERVAL = 0.6
"""A conversion takes so much of it at most: the board has the rest to read it."""
TOLERANCE = 0.01
"""Of a shunt whose `tolerance` is not named: what breakouts carry."""
LINE = re.compile(rb"^([0-9a-f]{1,8}):([0-9a-f,;]{3,2000}):([0-9a-f]{1,4})\r?$", re.MULTILINE)
SAID = re.compile(r"(?:OK)?is (\d{1,6}) (\d{1,6})\r?\n")
DONE = b"\x04>"


class Ina:
    """A `Meter`. `options`: chip ("ina226", "ina228"), shunt (ohms), tolerance (of the shunt, 0.01
    for 1 %), i2c (number), scl, sda (pins), address (0x40), adcrange (INA228: 1 for ±40.96 mV)."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 1000.0

    def __init__(
        self, port: str, options: dict[str, Any] | None = None, baud_rate: int | None = None
    ) -> None:
        """Raises RigError for no board there, or no such chip behind it."""
        options = options or {}
        self.name = port
        named = str(options.get("chip", "")).lower()
        if named not in CHIPS:
            raise RigError(
                f"meter on {port}: no chip {named!r}",
                f'options = {{chip = "ina226", shunt = 0.1}}; {nearest(named, list(CHIPS))}',
            )
        self.chip: Chip = CHIPS[named]
        self.shunt = number(port, options, "shunt", None)
        if self.shunt <= 0:
            raise RigError(f"meter on {port}: a shunt of {self.shunt:g} ohm", "0.1 is usual")
        self.adcrange = int(number(port, options, "adcrange", 0)) & 1
        full = self.chip.most * self.chip.lsb_v[self.adcrange] / self.shunt
        gain = self.chip.gain + number(port, options, "tolerance", TOLERANCE)
        offset_a = self.chip.offset_v / self.shunt
        self.accuracy = Accuracy((Range(full, gain, offset_a),), self.chip.basis)
        self.model = named.upper()
        self.setup = CONFIGURED.format(
            bus=bus_of(options), address=int(number(port, options, "address", 0x40))
        )
        self.plan: Plan | None = None
        self.link = Link(port, baud_rate or 115200)
        try:
            with self._told():
                self._stopped()
                self._identify()
        except BaseException:
            self.link.close()
            raise

    @contextlib.contextmanager
    def _told(self) -> Any:
        """What goes wrong on the wire, as one sentence."""
        try:
            yield
        except (Silence, Disconnected) as error:
            raise RigError(
                f"the {self.model}'s board on {self.name} does not answer ({error})",
                "is MicroPython on it? try: mpremote connect PORT",
            ) from error

    def _stopped(self) -> None:
        """Stop what runs, at the raw prompt; a board that boots just then is told once more."""
        try:
            self.link.interrupt(time.monotonic() + ANSWER_S)
        except Silence as error:
            if b">>> " not in error.seen:
                raise
            self.link.interrupt(time.monotonic() + ANSWER_S)
        self.link.challenge(
            time.monotonic() + ANSWER_S
        )  # of the prompts asked for this is the last

    def _identify(self) -> None:
        ask = IDENTIFIED.format(maker=self.chip.maker, die=self.chip.die)
        self.link.paste((self.setup + ask).encode(), time.monotonic() + ANSWER_S)
        data = b""
        deadline = time.monotonic() + ANSWER_S
        while not data.endswith(DONE):
            piece = self.link.read_some(deadline)
            data += piece
            if not piece:
                raise Silence("the end of a program", data)
        said = data.decode("utf-8", "replace")
        found = SAID.match(said)
        if not found:
            raise RigError(
                f"the board on {self.name} does not reach its {self.model}: {trouble(said)}",
                "are i2c, scl, sda and address in `options` those of its wires?",
            )
        maker, die = int(found[1]), int(found[2])
        if maker != MAKER or die & self.chip.die_mask != self.chip.die_says:
            raise RigError(
                f"behind the board on {self.name} is no {self.model}: it says {maker:04x}h "
                f"{die:04x}h, not {MAKER:04x}h {self.chip.die_says:04x}h",
                "name the chip that is there",
            )

    def identify(self) -> str:
        return f"Texas Instruments,{self.model},on {self.name},"

    def powers(self) -> str:
        """Nothing wrong: its shunt conducts, whatever becomes of the board that reads it."""
        return ""

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            with contextlib.suppress(LooprigError):
                self.fetch()
        interval = 1 / min(rate_hz, self.max_rate_hz)
        times = self.chip.conversions_us
        fitting = [k for k, us in enumerate(times) if us * 1e-6 <= OF_AN_INTERVAL * interval]
        conversion = fitting[-1] if fitting else 0
        self.conversion_s = times[conversion] * 1e-6
        program = self.setup + MEASURED.format(
            settings=self.chip.settings(conversion, self.adcrange),
            flag=self.chip.flag,
            ready=self.chip.ready,
            shunt=self.chip.shunt,
            count=self.chip.count,
            pause=times[conversion] // 2,
        )
        self.data = b""
        self.failed: LooprigError | None = None
        self.began, self.stopping = threading.Event(), threading.Event()
        with self._told():
            self._stopped()
            self.link.paste(program.encode(), time.monotonic() + ANSWER_S)
        self.reader = threading.Thread(target=self.read_on, daemon=True)
        self.reader.start()
        if not self.began.wait(ANSWER_S):
            self.stopping.set()
            self.reader.join()
            raise self.failed or RigError(
                f"the {self.model} on {self.name} sends no readings: "
                f"{trouble(self.data.decode('utf-8', 'replace'))}",
                "restart its board",
            )
        self.plan = Plan(interval, int(duration_s / interval))
        return self.plan

    def read_on(self) -> None:
        """Until the program ended: after it was told to, or by itself, which is a failure."""
        pieces: list[bytes] = []
        until = float("inf")
        try:
            with self._told():
                while time.monotonic() < until:
                    if self.stopping.is_set() and until == float("inf"):
                        self.link.send(b"\x03")
                        until = time.monotonic() + ANSWER_S
                    piece = self.link.read_some(time.monotonic() + 0.05)
                    pieces.append(piece)
                    if not self.began.is_set() and b"began" in b"".join(pieces):
                        self.began.set()
                    if b"".join(pieces[-3:]).endswith(DONE):
                        break
        except RigError as error:
            self.failed = error
        self.data = b"".join(pieces)

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the meter {self.name} was not armed")
        plan, self.plan = self.plan, None
        self.stopping.wait(LAG_S)
        by_itself = not self.reader.is_alive()
        self.stopping.set()
        self.reader.join()
        if self.failed is not None:
            raise self.failed
        if by_itself:
            raise RigError(
                f"the {self.model} on {self.name} stopped in mid-capture: "
                f"{trouble(self.data.decode('utf-8', 'replace'))}",
                "are its wires firm, has its board power?",
            )
        return self.decoded(self.data, plan)

    def decoded(self, data: bytes, plan: Plan) -> Samples:
        """Readings on an even grid: each holds for the time from the one before it to its own, so
        that the mean of any stretch is that of the conversions."""
        gaps, raws, missing = readings(data)
        if len(gaps) < 2:
            raise RigError(f"the {self.model} on {self.name} gave no readings", "restart its board")
        seconds = gaps * 1e-6
        volts = np.array([self.chip.volts(int(raw), self.adcrange) for raw in raws])
        ends = np.abs([self.chip.signed(int(raw)) for raw in raws]) >= self.chip.most
        at = np.concatenate(([0.0], np.cumsum(seconds[1:])))
        charge = np.concatenate(([0.0], np.cumsum(volts[1:] / self.shunt * seconds[1:])))
        edges = np.arange(0.0, at[-1], plan.interval_s)
        current = np.diff(np.interp(edges, at, charge)) / plan.interval_s
        pauses = seconds[1:][seconds[1:] > LONGEST_GAP * self.conversion_s]
        lost = missing + int(np.sum(pauses / plan.interval_s))
        samples = from_readings(current, plan.interval_s, lost=lost)
        samples.clipped = int(np.count_nonzero(ends))
        samples.range = np.zeros(len(samples.current_a), np.int8)
        return samples

    def close(self) -> None:
        """Its board is left at its friendly prompt."""
        if self.plan is not None:
            with contextlib.suppress(LooprigError):
                self.fetch()
        with contextlib.suppress(Silence, Disconnected):
            self.link.interrupt(time.monotonic() + ANSWER_S)
            self.link.send(b"\r\x02")
        self.link.close()


def readings(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """(microseconds since the one before, register) of each reading, both of shape (n,), and how
    many are missing or were damaged on the way."""
    pairs: list[tuple[int, int]] = []
    expected = missing = 0
    for found in LINE.finditer(data):
        if sum(found[2]) & 0xFFFF != int(found[3], 16):
            continue
        here = [each.partition(b",")[::2] for each in found[2].split(b";")]
        missing += max(int(found[1], 16) - expected, 0) * len(here)
        expected = int(found[1], 16) + 1
        pairs += [(int(gap, 16), int(raw, 16)) for gap, raw in here]
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], missing


def bus_of(options: dict[str, Any]) -> str:
    """The arguments of `machine.I2C`. Pins are numbers, or names in quotation marks."""
    parts = [repr(int(options.get("i2c", 0)))]
    parts += [f"{pin}=Pin({options[pin]!r})" for pin in ("scl", "sda") if pin in options]
    return ", ".join([*parts, "freq=400000"])


def number(port: str, options: dict[str, Any], key: str, default: float | None) -> float:
    """An option that is a number; raises RigError for another, or for none where it is needed."""
    value = options.get(key, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise RigError(
        f"meter on {port}: options.{key} is {'missing' if value is None else f'{value!r}'}",
        "a number: the shunt in ohms" if key == "shunt" else "a number",
    )


def trouble(said: str) -> str:
    """The last line of a traceback, or of what came instead."""
    lines = [line for line in said.replace("\x04", "\n").splitlines() if line.strip(" >OK\r")]
    return lines[-1][:120] if lines else "it said nothing"
