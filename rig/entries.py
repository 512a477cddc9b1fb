"""What may stand in a bench file: a board's entry, a meter's, labgrid's, key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rig.meters.accuracy import stated
from rig.networks import BoardNetwork
from rig.units import amperes, volts
from rig.virtual.files import FileSystem
from rig.wires import BoardWires

OPTIONS: dict[str, tuple[str, ...]] = {
    "virtual": (
        "dialect", "floor", "busy", "noise", "drift", "step", "burden", "supply", "wired",
        "misbehave", "seed", "output", "brownout",
    ),
    "ppk2": ("mode", "voltage_mv", "marker"),
    "joulescope": ("marker", "range_mode"),
    "powershield": ("function",),
    "ina": ("chip", "shunt", "tolerance", "i2c", "scl", "sda", "address", "adcrange"),
}  # fmt: skip
"""Keys of a meter's `options`, by its kind."""

BoardKind = Literal["serial", "virtual", "cpython", "emulated"]
PLAYED = ("virtual", "emulated")
"""Kinds of boards that the rig plays itself."""
MeterKind = Literal["visa", "virtual", "ppk2", "joulescope", "powershield", "ina"]
KEPT_OPEN: tuple[MeterKind, ...] = ("ppk2", "joulescope", "powershield")
"""Kinds whose board may lose its power when their session ends."""


KEYS: dict[str, tuple[str, ...]] = {
    "serial": (
        "port", "serial_number", "interface", "baudrate", "dtr", "rts", "deadline_scale", "meter",
        "power_cycle", "profile", "power", "labgrid", "network", "wires",
    ),
    "virtual": (
        "deadline_scale", "meter", "profile", "firmware", "heap", "copies", "file_system",
        "network", "power",
    ),
    "cpython": ("deadline_scale", "copies", "file_system", "network"),
    "emulated": (
        "deadline_scale", "meter", "profile", "firmware", "emulator", "copies", "power", "wires",
    ),
}  # fmt: skip
"""Keys that each kind of board makes use of, beside `kind`."""
METER_KEYS: dict[str, tuple[str, ...]] = {
    "visa": (
        "resource", "backend", "dialect", "range", "rate_hz", "shared", "trigger", "channel",
        "baud_rate", "feeds", "voltage", "accuracy",
    ),
    "virtual": ("rate_hz", "options", "range", "feeds", "voltage"),
    "ppk2": ("resource", "rate_hz", "shared", "options", "voltage"),
    "joulescope": ("resource", "rate_hz", "shared", "options", "range", "voltage", "accuracy"),
    "powershield": (
        "resource", "rate_hz", "shared", "options", "voltage", "baud_rate", "accuracy",
    ),
    "ina": ("resource", "rate_hz", "shared", "options", "feeds", "baud_rate"),
}  # fmt: skip
"""Keys that each kind of meter makes use of, beside `kind`."""
HEAP = re.compile(r"([0-9]{1,12})w?([kKmM]?)")
"""As the unix port's -X heapsize takes it (ports/unix/main.c)."""
LEAST_HEAP, MOST_HEAP = 16 << 10, 4 << 30
"""Bytes: what the harness and a test need to be compiled, and what a host may be asked for."""


MOST_A = 10.0
"""The widest range of any meter here, a Joulescope's: a budget above it is a slip of its unit."""


def _flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested tables by their dotted names."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PowerProfile(_Strict):
    """What the rig must know of a board to judge its currents."""

    floor: str = ""  # the board's lowest sleep, by the names in rig/floors.py
    supply: str = ""  # "3.3 V": for energies
    idle_max: str = ""  # "1.5 mA": above it even a perfect ratio is reported
    floor_max: str = ""  # "1 mA": above it there is no usable floor
    drops_port: bool | None = None  # the floor takes the port away, and it comes back by itself
    marker: str = ""  # the pin wired to the meter's digital input, which marks the frame's pulses
    attached: tuple[str, ...] = ()  # "usb", "debugger": shown with every current
    budget: dict[str, str] = {}  # by claim: "1.5 mA", more is a divergence of level quality

    @field_validator("budget", mode="before")
    @classmethod
    def _is_budget(cls, given: object) -> object:
        """Claims by their ids; one written without quotes is a table within a table to TOML."""
        if not isinstance(given, dict):
            return given
        limits = dict(_flat(given))
        for claim, text in limits.items():
            if not isinstance(text, str):
                raise ValueError(f'{claim} = {text!r} is not of the form "1.5 mA"')
            if not 0 < amperes(text) <= MOST_A:
                raise ValueError(
                    f"{claim} = {text!r}: a budget is above 0 A, and {MOST_A:g} A at "
                    "most, which no meter here reads"
                )
        return limits

    @field_validator("supply")
    @classmethod
    def _is_voltage(cls, text: str) -> str:
        if text:
            volts(text)
        return text

    @field_validator("idle_max", "floor_max")
    @classmethod
    def _is_current(cls, text: str) -> str:
        if text:
            amperes(text)
        return text


class LabgridPlace(_Strict):
    """Which labgrid place a board is at: by its name, or by the tags it must have."""

    place: str = ""
    tags: dict[str, str] = {}
    serial: str = ""  # which of several serial ports: the resource's name or its group's
    meter: str = ""  # which of several PyVISADevices

    @property
    def wanted(self) -> dict[str, str]:
        """As a labgrid filter."""
        return {**self.tags, "name": self.place} if self.place else dict(self.tags)


class Labgrid(_Strict):
    """How to reach labgrid's coordinator."""

    coordinator: str = ""  # host:port; else LG_COORDINATOR, else this machine
    wait_s: float = Field(default=600.0, ge=0, le=7 * 86400)  # in the queue for each place


class SuiteEntry(_Strict):
    """Claims and tests of the user's own, beside the rig's."""

    folder: str  # relative to the bench file


class BoardEntry(_Strict):
    """One board of the bench."""

    kind: BoardKind = "serial"
    port: str = ""  # /dev/ttyACM0, COM3, socket://…, rfc2217://…
    serial_number: str = ""  # its USB serial number, instead of a port
    interface: int | None = Field(None, ge=0)  # of its USB, where it has several serial ports
    baudrate: int = Field(115200, ge=300, le=20_000_000)
    dtr: bool | None = None  # as the lines are set before the port opens; both on by default
    rts: bool | None = None
    deadline_scale: float = Field(1.0, ge=0.01, le=1000)
    meter: str = ""
    power_cycle: str = ""
    profile: str = ""  # a family in fixtures/profiles, for what the board does not say
    firmware: str = ""  # virtual boards: the path of a micropython, or an interpreter's name;
    # emulated ones: a file, or a release such as "1.28.0"
    emulator: str = ""  # emulated boards: one of ours, or a command with {firmware} in it
    heap: str = ""  # virtual boards: the interpreter's heap, e.g. "256K"
    copies: int = Field(1, ge=1, le=32)  # virtual, emulated, cpython: so many divide the claims
    file_system: FileSystem = "own"  # virtual boards: a folder of their own, or what else
    network: BoardNetwork | None = None  # how it comes to one, or what a virtual board reaches
    wires: BoardWires | None = None  # which of its pins are wired to which
    power: PowerProfile = PowerProfile()
    labgrid: LabgridPlace | None = None


class MeterEntry(_Strict):
    """One meter of the bench."""

    kind: MeterKind = "visa"
    resource: str = ""
    backend: str = "@py"
    dialect: str = ""  # by *IDN? where it is empty
    range: str = ""  # "100 mA": fixed, for autoranging opens gaps
    rate_hz: float = Field(default=1000.0, ge=1, le=10_000_000)
    baud_rate: int | None = Field(
        default=None, ge=300, le=20_000_000
    )  # of a meter on a serial line
    feeds: bool | None = None  # the board's supply runs through it; by its kind where left out
    voltage: str = ""  # "3.3 V": the rig may switch it on, and set this
    shared: bool = False  # also by other bench files; by several boards of this one it is anyway
    trigger: str = ""  # the meter's trigger input, where one is wired
    channel: int | None = Field(default=None, ge=1, le=64)  # its output or input the board hangs on
    accuracy: tuple[str, ...] = ()  # "100 mA: 0.05 % + 5 µA", by your manual, where ours has none
    options: dict[str, Any] = {}  # by OPTIONS

    @field_validator("accuracy")
    @classmethod
    def _is_accuracy(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        stated(lines)
        return lines

    @field_validator("range")
    @classmethod
    def _is_current(cls, text: str) -> str:
        if text:
            amperes(text)
        return text

    @field_validator("voltage")
    @classmethod
    def _is_voltage(cls, text: str) -> str:
        if text:
            volts(text)
        return text

    @property
    def supplies(self) -> bool:
        """Whether its board has no power without it, as far as the bench file says."""
        return bool(self.feeds or self.voltage or self.kind in KEPT_OPEN)

    @property
    def held(self) -> bool:
        """Whether one owner keeps it open for the whole run: every meter that is not passed on to
        others between captures, and every one whose board loses its power when it is closed."""
        return not self.shared or self.kind in KEPT_OPEN
