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
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from rig import fitting, tables
from rig.entries import OPTIONS as OPTIONS
from rig.entries import BoardEntry as BoardEntry
from rig.entries import Labgrid
from rig.entries import MeterEntry as MeterEntry
from rig.entries import PowerProfile as PowerProfile
from rig.entries import SuiteEntry as SuiteEntry
from rig.errors import UsageError, nearest

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "fixtures" / "benches" / "virtual.toml"


class Bench(BaseModel):
    """A bench file, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = ""
    board: dict[str, BoardEntry] = {}
    meter: dict[str, MeterEntry] = {}
    labgrid: Labgrid = Labgrid()
    expectations: str = ""  # the folder of known divergences of one's own
    suite: SuiteEntry | None = None

    @property
    def named(self) -> bool:
        """Whether it names its boards, rather than only a port on the command line."""
        return not self.path.startswith("--port ")

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
    where = f"bench file {path}"
    hint = "give one with --bench, or run looprig init" if not path.is_file() else "mend the TOML"
    try:
        content = tables.read(path, hint, UsageError)
    except UsageError as error:
        raise UsageError(f"bench file {error.what}", error.hint) from error
    if "path" in content:  # a field, but not a key
        raise UsageError(
            f"bench file {path}: unknown key path",
            nearest("path", [name for name in Bench.model_fields if name != "path"]),
        )
    try:
        bench = tables.valid(Bench, {**content, "path": str(path)})
    except ValidationError as error:
        hint = "see docs/bench.md"
        raise tables.explained(where, error, Bench, hint, ("path",), UsageError) from error
    fitting.check(where, bench.board, bench.meter)
    return _share(_with_images(_placed(bench)))


def _placed(bench: Bench) -> Bench:
    """Ports that are relative paths are relative to the bench file, as firmware is."""
    home = Path(bench.path).absolute().parent

    def port(entry: BoardEntry) -> str:
        relative = os.sep in entry.port and "://" not in entry.port
        return os.path.normpath(home / entry.port) if relative else entry.port

    board = {name: e.model_copy(update={"port": port(e)}) for name, e in bench.board.items()}
    return bench.model_copy(update={"board": board})


def _with_images(bench: Bench) -> Bench:
    """Firmware of emulated boards as absolute paths, each a file that an emulator here runs.

    Raises UsageError. A release that is not in the cache yet is left for when the bench starts.
    """
    home = Path(bench.path).absolute().parent
    board = dict(bench.board)
    for name, entry in bench.board.items():
        if entry.kind != "emulated":
            continue
        from rig.virtual import emulated, releases

        path = home / entry.firmware
        if not path.exists() and releases.named(entry.firmware):
            continue
        emulated.check(path, entry.emulator, entry.wires)
        board[name] = entry.model_copy(update={"firmware": str(path)})
    return bench.model_copy(update={"board": board})


def for_firmware(names: list[str]) -> Bench:
    """The bench that `--firmware FILE` describes: an emulated board for each, or a virtual one for
    a program that runs here, with a meter each. An emulator whose clock is its own is started as
    often as there is room for it, for its copies are alike; what it can wire is wired. Raises
    UsageError or RigError."""
    from rig.virtual import emulators, image, releases

    board: dict[str, Any] = {}
    for text in names:
        path = releases.resolve(text).absolute()
        found = image.read(path)
        here = found.kind == "interpreter"
        emulator = None if here else emulators.choose(found)
        copies = emulators.copies(emulator, len(names)) if emulator else 1
        kind = "emulated" if emulator else "virtual"
        name = re.sub(r"[^A-Za-z0-9_]+", "-", path.stem).strip("-")[:60] or "board"
        while name in board:
            name += "-2"
        entry = {"kind": kind, "firmware": str(path), "meter": "virtual", "copies": copies}
        if emulator and emulator.WIRES:  # they cost nobody a jumper
            entry["wires"] = emulator.WIRES
        board[name] = entry
    path_of = " ".join(f"--firmware {text}" for text in names)
    return Bench.model_validate(
        {"path": path_of, "board": board, "meter": {"virtual": {"kind": "virtual"}}}
    )


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


def for_port(port: str, meter: str = "") -> Bench:
    """The bench that `--port DEV` and `--meter VISA` describe: one board, at most one meter."""
    fitting.address("--port", port)
    entry: dict[str, Any] = {"port": port}
    path = f"--port {port}" + (f" --meter {meter}" if meter else "")
    content: dict[str, Any] = {"path": path, "board": {"board": entry}}
    if meter:
        fitting.visa_name(f"--meter {meter}", meter)
        entry["meter"] = "meter"
        content["meter"] = {"meter": {"resource": meter}}
    return Bench.model_validate(content)
