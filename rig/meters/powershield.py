"""ST's PowerShield: X-NUCLEO-LPM01A, STM32L562E-DK and STLINK-V3PWR, over their virtual COM port.

Commands and stream after UM2269 ("Getting started with PowerShield firmware") as two programs use
it: Zephyr's scripts/pylib/power-twister-harness/stm32l562e_dk, and, for the STLINK-V3PWR, ST's own
STMicroelectronics/x-cube-n6-ai-power-measurement, Utilities/pwr_scripts. It supplies the board: it
is switched on only where the bench names a voltage, and stays on between captures (`pwr on`; its
own default, `auto`, gives power only while it measures).
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Literal

import serial

from rig.errors import RigError
from rig.meters import powershield_stream
from rig.meters.accuracy import UNSTATED, Accuracy, table
from rig.meters.collecting import LAG_S, Collecting
from rig.meters.meter import Plan
from rig.meters.samples import Samples, decimate, from_readings

BAUD = 3_686_400
"""Zephyr's; it is USB throughout, and no baud rate is on any wire. `baud_rate` names another."""
ANSWER_S = 2.0
QUIET_S = 0.2
"""A stream that was told to stop and sent nothing for so long has stopped."""
RATES_HZ = (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10)
OVERSAMPLED = 10
"""Of its readings one sample is the mean: nobody says what a reading averages."""
PROMPT = "PowerShield > "
STLINK = "STLINK-V3PWR"
MILLIVOLTS = {False: (1800, 3300), True: (1600, 3600)}
MOST_A = {False: 0.075, True: 0.55}
"""More than an LPM01A lets through (protection from 59 mA, spikes of 75 mA: UM2243, page 24), or an
STLINK-V3PWR is made for (500 mA): a byte out of place."""
LPM01A = table(
    'UM2243 Rev 2, page 24: dynamic measurement "in the range of 2%" from 100 nA to 50 mA; '
    "that least current stands for the offset",
    [(50e-3, 2, 100e-9)],
)


class PowerShield:
    """A `Meter`. `options`: function ("optim", its default here, or "high": from 30 µA, as it calls
    its two ways of measuring)."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 10_000.0

    def __init__(
        self,
        port: str,
        options: dict[str, Any] | None = None,
        voltage: float | None = None,
        baud_rate: int | None = None,
    ) -> None:
        """Open it and give the board `voltage`. Raises RigError."""
        self.name = port
        self.options = options or {}
        if voltage is None:
            raise RigError(
                f"the PowerShield {port} was not switched on: the bench file names no voltage",
                'voltage = "3.3 V" in its table: what the board may be given',
            )
        self.plan: Plan | None = None
        self.failed: Exception | None = None
        self.cut = ""
        try:
            self.port = serial.Serial(
                port, baud_rate or BAUD, timeout=0.05, write_timeout=1, exclusive=True
            )
        except (OSError, ValueError) as error:
            raise RigError(
                f"the PowerShield on {port} does not open ({str(error).partition(chr(10))[0]})",
                "does another program hold it, is it the right port?",
            ) from error
        try:
            self._prepare(voltage)
        except BaseException:
            self.port.close()
            raise

    def _prepare(self, voltage: float) -> None:
        """Everything but the rate is set once: a change of mode may open the circuit."""
        self._stop()
        said = self._ask("powershield")
        self.stlink = STLINK in said
        self.said = STLINK if self.stlink else "X-NUCLEO-LPM01A"
        self.accuracy: Accuracy = UNSTATED if self.stlink else LPM01A
        lowest, highest = MILLIVOLTS[self.stlink]
        millivolts = round(voltage * 1000)
        if not lowest <= millivolts <= highest:
            raise RigError(
                f"a {self.said} gives {lowest / 1000:g} V to {highest / 1000:g} V, "
                f"not {voltage:g} V"
            )
        if self.stlink:
            settings = ["power_monitor", "format bin_hex"]
        else:
            function = str(self.options.get("function", "optim"))
            settings = ["htc", "format bin_hexa", "acqmode dyn", f"funcmode {function}"]
            settings += ["output current", "pwrend on"]
        for each in (*settings, "trigsrc sw", "trigdelay 0", "acqtime inf"):
            self._ask(each)
        self._ask(f"volt {millivolts}m")
        self._ask("pwr on")

    # -- its port ---------------------------------------------------------------------------

    def _ask(self, command: str) -> str:
        """The rest of the line that acknowledges a command."""
        try:
            self.port.reset_input_buffer()
            self.port.write(f"{command}\n".encode())
            deadline, seen = time.monotonic() + ANSWER_S, b""
            while time.monotonic() < deadline:
                seen = (seen + self.port.read(max(self.port.in_waiting, 1)))[-4096:]
                *lines, _ = seen.decode("ascii", "replace").splitlines(keepends=True) or [""]
                for line in lines:
                    answer = line.strip().removeprefix(PROMPT)
                    if answer.startswith("ack "):
                        return str(answer[4:])
                    if answer.startswith(("err", "error")):
                        raise RigError(
                            f"the PowerShield on {self.name} refused {command!r}: {answer}",
                            "is its firmware up to date?",
                        )
        except OSError as error:
            raise self._gone(error) from error
        raise RigError(
            f"the PowerShield on {self.name} did not answer {command!r} "
            f"({seen[-60:]!r} came instead)",
            "is it the right port? of an STLINK-V3PWR it is the one called VCP PWR",
        )

    def _stop(self, end: bytes = b"") -> bytes:
        """End what an earlier program, or the last capture, left running; what came meanwhile.

        With `end`, the last that it sends, that is waited for: a host that is late for it has lost
        nothing.
        """
        try:
            self.port.write(b"stop\n")
            seen, quiet_since = b"", time.monotonic()
            deadline = quiet_since + ANSWER_S
            while time.monotonic() - quiet_since < QUIET_S or (end and end not in seen):
                if data := self.port.read(max(self.port.in_waiting, 1)):
                    seen, quiet_since = seen + data, time.monotonic()
                if time.monotonic() > deadline:
                    if not data:
                        break
                    raise RigError(
                        f"the stream of the PowerShield on {self.name} does not stop", "replug it"
                    )
        except OSError as error:
            raise self._gone(error) from error
        return seen

    # -- a meter ----------------------------------------------------------------------------

    def identify(self) -> str:
        return f"STMicroelectronics,{self.said},{self.name},"

    def powers(self) -> str:
        try:
            if self.failed is None and self.plan is None:
                self.port.in_waiting  # noqa: B018 (it raises where the port has gone)
        except OSError as error:
            self.failed = error
        if self.plan is not None and self.stream.failed is not None:  # in mid-capture
            self.failed = self.stream.failed
        if self.failed is not None:
            return (
                f"the PowerShield on {self.name}, which feeds the board, went away ({self.failed})"
            )
        return self.cut

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            with contextlib.suppress(RigError):
                self.fetch()
        if why := self.powers():
            raise RigError(why, "the board lost its power with it: start the run again")
        rate_hz = min(rate_hz, self.max_rate_hz)
        self.rate = min(
            (each for each in RATES_HZ if each >= OVERSAMPLED * rate_hz), default=RATES_HZ[0]
        )
        every = max(round(self.rate / rate_hz), 1)
        short = self.rate < 1000 or self.stlink
        self._ask(f"freq {self.rate if short else f'{self.rate // 1000}k'}")
        try:
            self.port.write(b"start\n")
        except OSError as error:
            raise self._gone(error) from error
        self.stream = Collecting(
            self._arrived, lambda seen: powershield_stream.begin(seen) < len(seen)
        )
        if not self.stream.begins(ANSWER_S):
            if self.stream.failed is not None:
                raise self._gone(self.stream.failed)
            raise RigError(f"the PowerShield on {self.name} sends no samples", "replug it")
        self.plan = Plan(every / self.rate, int(duration_s * self.rate / every))
        return self.plan

    def _arrived(self) -> bytes:
        return bytes(self.port.read(max(self.port.in_waiting, 1)))

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the PowerShield on {self.name} was not armed")
        plan, self.plan = self.plan, None
        data, elapsed_s = self.stream.ended()
        if self.stream.failed is not None:
            raise self._gone(self.stream.failed)
        return self.decoded(data + self._stop(powershield_stream.LAST), plan, elapsed_s)

    def decoded(self, data: bytes, plan: Plan, elapsed: float) -> Samples:
        """Samples of what arrived in so many seconds."""
        stream = powershield_stream.parse(data, self.rate)
        if stream.cut:
            self.cut = f"the PowerShield on {self.name} cut the board's supply: {stream.cut}"
            raise RigError(self.cut, "what drew so much? start the run again")
        current = stream.current_a
        if stream.broken or (len(current) and float(current.max()) > MOST_A[self.stlink]):
            raise RigError(
                f"bytes of the PowerShield on {self.name} were lost or changed on the way: nothing "
                "of this capture is used",
                "another cable, another port, less load, a lower rate_hz",
            )
        every = round(plan.interval_s * self.rate)
        lost = stream.lost
        if stream.stamps < 2:  # its own clock says nothing yet; the host's may be late
            lost = max(lost, int((elapsed - 2 * LAG_S) * self.rate) - len(current))
        samples = from_readings(
            decimate(current, every), plan.interval_s, lost=-(-max(lost, 0) // every)
        )
        samples.warnings += stream.warnings
        return samples

    def _gone(self, error: Exception) -> RigError:
        self.failed = error
        return RigError(
            f"the PowerShield on {self.name}, which feeds the board, went away ({error})",
            "the board lost its power with it: look at the cable, start again",
        )

    def close(self) -> None:
        """Its output is switched off, and its buttons are given back."""
        with contextlib.suppress(Exception):
            self._stop()
            self._ask("pwr off")
            if not self.stlink:
                self._ask("hrc")
        with contextlib.suppress(Exception):
            self.port.close()
