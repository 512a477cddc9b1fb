"""Nordic Power Profiler Kit II, through its library `ppk2-api` (the extra `ppk2`).

It is no VISA instrument: 100,000 samples a second over USB, with the state of eight digital
inputs beside each, one of which may carry the frame's marker. As a source meter it supplies the
board; as an ampere meter the board's own supply runs through its switch. Either way the board has
no power before it is opened, and loses it within half a second of its port being closed (measured
by ppk2lab 0.5.1), so that it is held for the whole run. It switches nothing on, and sets no
voltage, that the bench file does not name.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Literal

import numpy as np

from rig.errors import RigError
from rig.meters.accuracy import table
from rig.meters.collecting import LAG_S, Collecting
from rig.meters.meter import Plan
from rig.meters.samples import Samples, coarsest, decimate, from_readings
from rig.ports import Port, listed

RATE_HZ = 100_000
QUIET_S = 0.2
"""A stream that was told to stop and sent nothing for so long has stopped."""
DRAIN_S = 2.0
ATTEMPTS = 3
"""Of asking for its calibration: an answer may come between what an earlier program left."""
MOST_A = 1.1
"""It measures up to 1 A; what is beyond is a byte out of place."""
LOWEST_MV, HIGHEST_MV = 800, 5000
USB_ID = (0x1915, 0xC00A)
ACCURACY = table(
    "Nordic's typical figures, as ppk2lab 0.5.1 quotes them; its resolution stands for the offset",
    [
        (50e-6, 10, 0.2e-6),
        (500e-6, 10, 0.5e-6),
        (5e-3, 10, 5e-6),
        (50e-3, 10, 50e-6),
        (1.0, 15, 1e-3),
    ],
)


class Ppk2:
    """A `Meter`. `options`: mode ("source" or "ampere"), marker (0 to 7), voltage_mv."""

    source: Literal["modelled", "measured"] = "measured"
    waveform = True
    max_rate_hz = 10_000.0
    accuracy = ACCURACY

    def __init__(
        self,
        port: str,
        options: dict[str, Any] | None = None,
        api: Any = None,
        voltage: float | None = None,
    ):
        """Open it; the only one that is attached where `port` is empty. `voltage` is what it
        gives the board, or what runs through it. Raises RigError."""
        self.options = options or {}
        if api is None:
            try:
                from ppk2_api import ppk2_api
            except ImportError as error:
                raise RigError("the PPK2 needs its library", "pip install 'ppk2-api'") from error
            api = ppk2_api.PPK2_API
        named = self.options.get("voltage_mv")
        millivolts = int(named) if named is not None else round((voltage or 0) * 1000)
        if not millivolts:
            raise RigError(
                f"the PPK2 {port or 'that is attached'} was not switched on: the bench file names "
                "no voltage for it",
                'voltage = "3.3 V" in its table: what the board may be given',
            )
        if not LOWEST_MV <= millivolts <= HIGHEST_MV:
            raise RigError(f"a PPK2 gives 0.8 V to 5 V, not {millivolts / 1000:g} V")
        self.plan: Plan | None = None
        self.failed: Exception | None = None
        self.device = self._open(candidates(port, api), api)
        try:
            if self.options.get("mode", "source") == "ampere":
                self.device.use_ampere_meter()
            else:
                self.device.use_source_meter()
            self.device.set_source_voltage(millivolts)
            self.device.toggle_DUT_power("ON")
        except Exception as error:
            raise RigError(f"the PPK2 on {self.name} does not open ({error})") from error

    def _open(self, ports: list[str], api: Any) -> Any:
        """The first of its ports that answers: of its two only one takes commands."""
        problem = "it does not answer as a PPK2"
        for port in ports:
            device = None
            try:
                device = api(port, timeout=1, write_timeout=1, exclusive=True)
                for _ in range(ATTEMPTS):
                    device.stop_measuring()
                    drained(device)
                    with contextlib.suppress(UnicodeDecodeError):  # of what was left over
                        if device.get_modifiers():
                            self.name = port
                            return device
            except Exception as error:  # the library's own, pyserial's, and built-in kinds
                problem = str(error).partition("\n")[0]
            shut(device)
        raise RigError(
            f"the PPK2 on {' or '.join(ports)} does not open ({problem})",
            "does another program hold it, is its firmware up to date?",
        )

    def identify(self) -> str:
        return f"Nordic Semiconductor,PPK2,{self.name},"

    def powers(self) -> str:
        try:
            if self.failed is None and self.plan is None:
                self.device.ser.in_waiting  # noqa: B018 (it raises where the port has gone)
        except Exception as error:
            self.failed = error
        if self.plan is not None and self.stream.failed is not None:  # in mid-capture
            self.failed = self.stream.failed
        if self.failed is not None:
            return f"the PPK2 on {self.name}, which feeds the board, went away ({self.failed})"
        return ""

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        if self.plan is not None:  # its board broke off: nobody fetched
            with contextlib.suppress(RigError):
                self.fetch()
        if why := self.powers():
            raise RigError(why, "the board lost its power with it: start the run again")
        every = max(round(RATE_HZ / min(rate_hz, self.max_rate_hz)), 1)
        try:
            self.device.ser.reset_input_buffer()  # nothing of an earlier stream
            self.device.start_measuring()
        except Exception as error:
            raise self._gone(error) from error
        self.stream = Collecting(self._arrived)
        if not self.stream.begins(DRAIN_S):
            if self.stream.failed is not None:
                raise self._gone(self.stream.failed)
            raise RigError(f"the PPK2 on {self.name} sends no samples", "replug it")
        self.plan = Plan(every / RATE_HZ, int(duration_s * RATE_HZ / every))
        return self.plan

    def _arrived(self) -> bytes:
        """What its port has: the library writes into a log what goes wrong with it, so the port is
        asked itself."""
        return bytes(self.device.ser.read(max(self.device.ser.in_waiting, 1)))

    def fetch(self) -> Samples:
        if self.plan is None:
            raise RigError(f"the PPK2 on {self.name} was not armed")
        plan, self.plan = self.plan, None
        data, elapsed_s = self.stream.ended()
        if self.stream.failed is not None:
            raise self._gone(self.stream.failed)
        try:
            self.device.stop_measuring()
            drained(self.device)
        except Exception as error:
            raise self._gone(error) from error
        return self.decoded(data, plan, elapsed_s)

    def decoded(self, data: bytes, plan: Plan, elapsed: float) -> Samples:
        """Samples of what arrived in so many seconds."""
        from rig.meters import ppk2_words

        stream = ppk2_words.parse(data)
        volts = self.device.current_vdd / 1000
        current = ppk2_words.amperes(stream.words, self.device.modifiers, volts)
        if len(current) and (worst := float(np.abs(current).max())) > MOST_A:
            raise RigError(
                f"the PPK2 on {self.name} read {worst:.3g} A, which it cannot: nothing of this "
                "capture is used",
                "a byte was lost or changed on the way: another cable, another port, less load",
            )
        every = round(plan.interval_s * RATE_HZ)
        due = int((elapsed - 2 * LAG_S) * RATE_HZ)
        lost = max(stream.lost, due - len(current))
        samples = from_readings(decimate(current, every), plan.interval_s, lost=-(-lost // every))
        samples.gapless = True  # each of many of its own, 10 µs apart: less than any wake-up
        number = ppk2_words.ranges(stream.words)
        samples.range = coarsest(number, every)
        marker = self.options.get("marker")
        if marker is not None:
            high = (ppk2_words.inputs(stream.words) >> int(marker)) & 1
            samples.marker = decimate(high.astype(np.float64), every)[: len(samples.current_a)]
        return samples

    def _gone(self, error: Exception) -> RigError:
        self.failed = error
        return RigError(
            self.powers(), "the board lost its power with it: look at the cable, start again"
        )

    def close(self) -> None:
        """Its output is switched off: half a second after its port closes it is off anyway."""
        device, self.device = self.device, None
        if device is not None:
            with contextlib.suppress(Exception):
                device.stop_measuring()
                device.toggle_DUT_power("OFF")
                device.ser.flush()
            shut(device)


def shut(device: Any) -> None:
    with contextlib.suppress(Exception):
        device.ser.close()


def drained(device: Any) -> None:
    """Read away what an earlier stream, stopped or not, has left on the way."""
    until = time.monotonic() + DRAIN_S
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_S:
        if device.get_data():
            quiet_since = time.monotonic()
        if time.monotonic() > until:
            raise OSError("its stream does not stop")
        time.sleep(0.01)


def candidates(port: str, api: Any) -> list[str]:
    """The ports to try, the likely one first: a PPK2 has two, of which one takes commands.

    Raises RigError where none is attached, or several and none is named: a guess would feed the
    wrong board.
    """
    devices = {each.device: each for each in listed() if (each.vid, each.pid) == USB_ID}
    if port:
        here = devices.get(port)
        serial = here.serial_number if here else None
        twins = [d for d, each in devices.items() if serial and each.serial_number == serial]
        return [port] + [twin for twin in by_interface(twins, devices) if twin != port]
    found = list(devices) or [
        each if isinstance(each, str) else each[0] for each in api.list_devices()
    ]
    if not found:
        raise RigError("no PPK2 is attached", "see docs/meters.md")
    serials = {devices[each].serial_number for each in found if each in devices}
    if len(serials) > 1:
        raise RigError(
            f"several PPK2 are attached ({', '.join(sorted(found))})",
            "name the one that feeds this board: resource = its port",
        )
    return by_interface(found, devices)


def by_interface(ports: list[str], devices: dict[str, Port]) -> list[str]:
    """Ports by the number of their USB interface, which ends pyserial's location: `1-2:1.1`."""

    def number(port: str) -> tuple[str, str]:
        location = devices[port].location if port in devices else ""
        return location.rpartition(":")[2], port

    return sorted(ports, key=number)
