"""The bench file: boards, meters and which meter measures which board.

[board.pico]
port = "/dev/ttyACM0"
meter = "dmm"

[meter.dmm]
resource = "USB0::0x05E6::0x6500::04412345::INSTR"
range = "100 mA"
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from rig import tables
from rig.errors import UsageError, nearest
from rig.units import amperes, volts
from rig.virtual.fence import Network
from rig.virtual.files import FileSystem

OPTIONS: dict[str, tuple[str, ...]] = {
    "virtual": (
        "dialect", "floor", "busy", "noise", "drift", "step", "burden", "supply", "wired",
        "misbehave", "seed",
    ),
    "ppk2": ("mode", "voltage_mv", "marker"),
    "joulescope": ("marker", "range_mode"),
}  # fmt: skip
"""Keys of a meter's `options`, by its kind."""

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "fixtures" / "benches" / "virtual.toml"

BoardKind = Literal["serial", "virtual", "cpython"]
MeterKind = Literal["visa", "virtual", "ppk2", "joulescope"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PowerProfile(_Strict):
    """What the rig must know of a board to judge its currents."""

    floor: str = ""  # the board's lowest sleep, by the names in rig/power/floors.py
    supply: str = ""  # "3.3 V": for energies
    idle_max: str = ""  # "1.5 mA": above it even a perfect ratio is reported
    floor_max: str = ""  # "1 mA": above it there is no usable floor
    drops_port: bool | None = None  # the floor takes the port away, and it comes back by itself
    marker: str = ""  # the pin wired to the meter's digital input, which marks the frame's pulses
    attached: tuple[str, ...] = ()  # "usb", "debugger": shown with every current

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
    wait_s: float = Field(default=600.0, ge=0)  # in the queue for each place


class BoardEntry(_Strict):
    """One board of the bench."""

    kind: BoardKind = "serial"
    port: str = ""  # /dev/ttyACM0, COM3, socket://…, rfc2217://…
    serial_number: str = ""  # its USB serial number, instead of a port
    baudrate: int = Field(115200, gt=0)
    deadline_scale: float = Field(1.0, gt=0)
    meter: str = ""
    power_cycle: str = ""
    profile: str = ""  # a family in fixtures/profiles, for what the board does not say
    firmware: str = ""  # virtual boards: the path of a micropython, or an interpreter's name
    heap: str = ""  # virtual boards: the interpreter's heap, e.g. "256K"
    file_system: FileSystem = "own"  # virtual boards: a folder of their own, or what else
    network: Network = "own"  # virtual boards: a loopback of their own, or the machine's network
    power: PowerProfile = PowerProfile()
    labgrid: LabgridPlace | None = None


class MeterEntry(_Strict):
    """One meter of the bench."""

    kind: MeterKind = "visa"
    resource: str = ""
    backend: str = "@py"
    dialect: str = ""  # by *IDN? where it is empty
    range: str = ""  # "100 mA": fixed, for autoranging opens gaps
    rate_hz: float = Field(default=1000.0, gt=0)
    shared: bool = False  # also by other bench files; by several boards of this one it is anyway
    trigger: str = ""  # the meter's trigger input, where one is wired
    channel: int | None = Field(default=None, ge=1)  # its output or input the board hangs on
    options: dict[str, Any] = {}  # by OPTIONS

    @field_validator("range")
    @classmethod
    def _is_current(cls, text: str) -> str:
        if text:
            amperes(text)
        return text


class Bench(_Strict):
    """A bench file, checked."""

    path: str = ""
    board: dict[str, BoardEntry] = {}
    meter: dict[str, MeterEntry] = {}
    labgrid: Labgrid = Labgrid()

    def choose(self, names: list[str]) -> Bench:
        """The bench with only these boards; raises UsageError for a name it does not have."""
        for name in names:
            if name not in self.board:
                raise UsageError(
                    f"--board {name}: {self.path} has no such board",
                    nearest(name, list(self.board)),
                )
        if not names:
            return self
        return self.model_copy(update={"board": {name: self.board[name] for name in names}})


def load(path: Path) -> Bench:
    """Read and check a bench file.

    Raises UsageError naming file, key and the nearest right one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"bench file {path}: {error.strerror}", "give one with --bench, or run looprig init"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"bench file {path}: it is not UTF-8", "save it as UTF-8") from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"bench file {path}: {error}", "mend the TOML") from error
    if "path" in content:  # a field, but not a key
        raise UsageError(
            f"bench file {path}: unknown key path", nearest("path", ["board", "meter", "labgrid"])
        )
    try:
        bench = Bench.model_validate({**content, "path": str(path)})
    except ValidationError as error:
        where, hint = f"bench file {path}", "see docs/bench.md"
        raise tables.explained(where, error, Bench, hint, ("path",), UsageError) from error
    check(bench)
    return _share(bench)


def _share(bench: Bench) -> Bench:
    """A meter that several boards name is shared, also when only one of them is chosen.

    So is one instrument under several names, each with a channel of its own: it serves one
    session at a time.
    """
    names = [board.meter for board in bench.board.values() if board.meter]
    resources = [bench.meter[name].resource for name in names]

    def shared(name: str, entry: MeterEntry) -> bool:
        same = bool(entry.resource) and resources.count(entry.resource) > 1
        return entry.shared or names.count(name) > 1 or same

    meter = {
        name: entry.model_copy(update={"shared": shared(name, entry)})
        if entry.kind != "virtual"
        else entry
        for name, entry in bench.meter.items()
    }
    return bench.model_copy(update={"meter": meter})


def check(bench: Bench) -> None:
    """Whether the entries fit together; raises UsageError."""
    if not bench.board:
        raise UsageError(f"bench file {bench.path}: it has no board", "add a [board.NAME] table")
    for name, board in bench.board.items():
        where = f"bench file {bench.path}: board.{name}"
        if not name.replace("-", "").replace("_", "").isalnum():
            raise UsageError(f"{where}: a name is letters, digits, - and _", "rename it")
        if board.profile:
            from rig import profiles

            profiles.named(board.profile, f"{where}.profile: ")
        if board.firmware and os.sep not in board.firmware:
            from rig.virtual.interpreters import INTERPRETERS

            if board.firmware not in INTERPRETERS:
                raise UsageError(
                    f"{where}.firmware: there is no interpreter {board.firmware!r}",
                    f"a path needs a {os.sep}; {nearest(board.firmware, list(INTERPRETERS))}",
                )
        if board.kind == "cpython" and board.file_system == "none":
            raise UsageError(
                f"{where}.file_system: CPython does not run without files",
                'leave it out, or take kind = "virtual"',
            )
        if board.meter and board.meter not in bench.meter:
            raise UsageError(
                f"{where}.meter: there is no meter {board.meter!r}",
                nearest(board.meter, list(bench.meter)),
            )
        if board.kind == "serial" and not (board.port or board.serial_number or board.labgrid):
            raise UsageError(f"{where}: no port", 'add port = "…" or serial_number = "…"')
        if board.labgrid:
            if not board.labgrid.wanted:
                raise UsageError(
                    f"{where}.labgrid: neither a place nor tags",
                    'labgrid = {place = "NAME"} or labgrid = {tags = {port = "rp2"}}',
                )
            if board.port or board.serial_number or board.kind != "serial":
                raise UsageError(f"{where}: labgrid finds its port", "leave port and kind out")
    for name, meter in bench.meter.items():
        named = [board for board in bench.board.values() if board.meter == name]
        in_places = bool(named) and all(board.labgrid for board in named)
        if meter.kind == "visa" and not meter.resource and not in_places:
            raise UsageError(
                f"bench file {bench.path}: meter.{name}: no resource",
                'add resource = "TCPIP::…::INSTR" or another VISA name',
            )
        for key in meter.options:
            if key not in OPTIONS.get(meter.kind, ()):
                raise UsageError(
                    f"bench file {bench.path}: unknown key meter.{name}.options.{key}",
                    nearest(key, OPTIONS.get(meter.kind, ()) or ["none for this kind of meter"]),
                )
        if meter.channel is not None and meter.kind in ("ppk2", "joulescope"):
            raise UsageError(
                f"bench file {bench.path}: meter.{name}.channel: a {meter.kind} has only one",
                "leave channel out",
            )


def for_port(port: str, meter: str = "") -> Bench:
    """The bench that `--port DEV` and `--meter VISA` describe: one board, at most one meter."""
    entry: dict[str, Any] = {"port": port}
    path = f"--port {port}" + (f" --meter {meter}" if meter else "")
    content: dict[str, Any] = {"path": path, "board": {"board": entry}}
    if meter:
        entry["meter"] = "meter"
        content["meter"] = {"meter": {"resource": meter}}
    return Bench.model_validate(content)
