"""A bench made ready: every board with a port to open, every meter with a VISA name.

Virtual boards and meters are started (rig/played.py) and are real ones to all that follows: a
`Station` holds only what the rig would know of a board on a wire.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import Timeout
from pydantic import BaseModel, ConfigDict

from rig.bench import Bench, BoardEntry, MeterEntry, PowerProfile
from rig.board.board import Board
from rig.board.overlays import Overlay
from rig.board.port import Lines
from rig.errors import LooprigError, RigError, UsageError
from rig.holding import ABSENT_S, LOOK_S, Holding, await_port
from rig.meter_station import MeterStation as MeterStation
from rig.meter_station import lock_of as lock_of
from rig.networks import NetworkStation
from rig.played import Lost as Lost
from rig.played import losing, started
from rig.ports import listed, with_serial_number
from rig.results import BoardInfo
from rig.wires import BoardWires

if TYPE_CHECKING:
    from rig.fleet.places import Place


class Station(BaseModel):
    """How to reach a board, its meter, and what was found there."""

    model_config = ConfigDict(extra="forbid")
    name: str
    named: bool = True  # by a bench file; else by what the board turns out to be
    kind: str
    port: str
    baudrate: int = 115200
    dtr: bool | None = None
    rts: bool | None = None
    boot_s: float = 0.0  # from a soft reset to the prompt, as measured
    lossy: bool = False  # its link was seen to lose bytes
    deadline_scale: float = 1.0
    activity: str = ""  # host:port where an emulator tells of its clock and its core
    emulator: int = 0  # its process
    power_cycle: str = ""
    attended: bool = False  # somebody sits at the terminal
    overlay: Overlay | None = None
    under: dict[str, Overlay] = {}  # claims that are judged under an overlay of their own
    power: PowerProfile = PowerProfile()
    profile: str = ""
    meter: MeterStation | None = None
    info: BoardInfo | None = None
    ticks_period: int = 1 << 30
    network: NetworkStation | None = None  # on which the host is the other end
    wires: BoardWires | None = None  # which of its pins are wired to which
    unwired: dict[str, str] = {}  # wires that were tried and are none: by feature, why
    fenced: list[str] | None = None  # a virtual board: what of the machine it cannot reach

    def supply_trouble(self) -> str:
        """Why the board has no power, or had none for a while, by the meter that it hangs on."""
        if self.meter is None:
            return ""
        try:
            return self.meter.powers()
        except RigError as error:
            return error.what

    def board(self) -> Board:
        """The board, not yet opened."""
        board = Board(
            self.name,
            self.port,
            self.baudrate,
            kind=self.kind,
            deadline_scale=self.deadline_scale,
            power_cycle=self.power_cycle,
            attended=self.attended,
            activity=self.activity,
            emulator=self.emulator,
            overlay=self.overlay,
            lines=Lines(self.dtr, self.rts),
            boot_s=self.boot_s,
            lossy=self.lossy,
        )
        board.ticks_period = self.ticks_period
        if self.info:
            board.info = self.info.model_copy()
        return board


@contextlib.contextmanager
def attach(bench: Bench, power: bool = True, lost: Lost | None = None) -> Iterator[list[Station]]:
    """Start what is virtual, lock what is real, and say how to reach each board.

    A board that cannot be had, or its meter, goes into `lost`; without one, it raises RigError or
    UsageError. Everything that was started ends with the context.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="looprig-")))
        places = _places(bench, stack)
        holding = Holding(stack)
        stations = _virtual(bench, folder, stack, power, holding, lost)
        for name, entry in bench.board.items():
            if entry.kind != "serial":
                continue
            if name in places:  # the place is the lock
                with losing(name, lost):
                    stations[name] = _at_place(bench, name, places[name], power, holding)
                continue
            meter = _real_meter(bench, entry, power)
            with losing(name, lost):
                if meter:
                    meter = _held(meter, bench, stack, holding)
                port = _port_of(name, entry, bool(meter and meter.address))
                _lock(f"port {port}", port, stack)
                stations[name] = _station(name, entry, port, meter)
        for name, station in stations.items():
            station.named = bench.named
            if not station.network and (network := bench.board[name].network):
                station.network = NetworkStation(entry=network, home=Path(bench.path).parent)
        yield [stations[name] for name in bench.board if name in stations]


def _held(
    meter: MeterStation, bench: Bench, stack: contextlib.ExitStack, holding: Holding
) -> MeterStation:
    """The meter, opened before its board is asked for anything: it may be the board's supply."""
    if not meter.modelled and meter.entry.held and not holding.has(meter):
        _lock(f"meter {meter.name}", meter.resource, stack)
    boards = sum(board.meter == meter.name for board in bench.board.values())
    return holding.hold(meter, alone=boards == 1)


def _port_of(name: str, entry: BoardEntry, fed: bool) -> str:
    """The board's port. One whose meter was just opened may only now get its power, and boot."""
    deadline = time.monotonic() + ABSENT_S * entry.deadline_scale
    while not entry.port:
        try:
            return find_by_serial_number(name, entry)
        except RigError:
            if not fed or time.monotonic() >= deadline:
                raise
            time.sleep(LOOK_S)
    if fed:
        await_port(entry.port, entry.deadline_scale)
    return entry.port


def _station(name: str, entry: BoardEntry, port: str, meter: MeterStation | None) -> Station:
    return Station(
        name=name,
        kind=entry.kind,
        port=port,
        baudrate=entry.baudrate,
        dtr=entry.dtr,
        rts=entry.rts,
        deadline_scale=entry.deadline_scale,
        power_cycle=entry.power_cycle,
        power=entry.power,
        profile=entry.profile,
        meter=meter,
        wires=entry.wires,
    )


def _lock(what: str, resource: str, stack: contextlib.ExitStack) -> None:
    lock = lock_of(resource)
    try:
        stack.enter_context(lock.acquire(timeout=0))
    except Timeout as error:
        hint = "wait for it, or name another board"
        if what.startswith("meter"):
            hint = "wait for it, or write shared = true in each bench file that names it"
        raise RigError(f"{what}: another looprig run has it", hint) from error


def _places(bench: Bench, stack: contextlib.ExitStack) -> dict[str, Place | LooprigError]:
    """A labgrid place for each board that asks for one, held until the run ends; of a board that
    got none, why."""
    wants = {name: entry.labgrid.wanted for name, entry in bench.board.items() if entry.labgrid}
    if not wants:
        return {}
    from rig.fleet.places import places

    settings = bench.labgrid
    return stack.enter_context(places(wants, settings.coordinator, settings.wait_s))


def _at_place(
    bench: Bench, name: str, place: Place | LooprigError, power: bool, holding: Holding
) -> Station:
    """A board at a labgrid place; the place's own meter, if the bench names no other."""
    if isinstance(place, LooprigError):
        raise place
    entry = bench.board[name]
    assert entry.labgrid is not None
    named = bench.meter.get(entry.meter)
    if named and named.resource:
        meter = _real_meter(bench, entry, power)
    else:
        found = place.meter(entry.labgrid.meter) if power else None
        if power and named and not found:
            raise RigError(
                f"labgrid: place {place.name} holds no meter for board {name}",
                "match a PyVISADevice into it, or give the meter a resource in the bench file",
            )
        meter = None
        if found:
            update = {"resource": found[0], "backend": found[1]}
            filled = (named or MeterEntry()).model_copy(update=update)
            meter = MeterStation(name=entry.meter or place.name, entry=filled, resource=found[0])
    if meter:
        meter = _held(meter, bench, holding.stack, holding)
    return _station(name, entry, place.port(entry.labgrid.serial), meter)


def _real_meter(bench: Bench, entry: BoardEntry, power: bool) -> MeterStation | None:
    if not entry.meter:
        return None
    meter = bench.meter[entry.meter]
    if not (power or meter.supplies):
        return None
    if meter.kind == "virtual":
        raise UsageError(
            f"bench file {bench.path}: a virtual meter cannot measure a real board",
            "give the board a real meter, or none",
        )
    return MeterStation(name=entry.meter, entry=meter, resource=meter.resource)


def _virtual(
    bench: Bench,
    folder: Path,
    stack: contextlib.ExitStack,
    power: bool,
    holding: Holding,
    lost: Lost | None,
) -> dict[str, Station]:
    """Virtual and emulated boards with their meters, started."""
    stations = {}
    for name, (board, resource) in started(bench, folder, stack, power, lost).items():
        entry = bench.board[name].model_copy(update={"power_cycle": board.power_cycle})
        station = None
        if resource:
            meter = bench.meter[entry.meter]
            station = MeterStation(name=entry.meter, entry=meter, resource=resource, modelled=True)
        elif entry.meter and bench.meter[entry.meter].kind != "virtual":
            station = _real_meter(bench, entry, power)
        if station:
            station = _held(station, bench, stack, holding)
            await_port(str(board.port))
        stations[name] = _station(name, entry, str(board.port), station)
        stations[name].fenced = board.fenced
        stations[name].activity, stations[name].emulator = board.activity, board.emulator
        stations[name].network = board.network
        stations[name].wires = board.wires
    return stations


def find_by_serial_number(name: str, entry: BoardEntry) -> str:
    """The port of the USB device with that serial number; of several ports of one device the one
    of the interface that the bench names, else the first. Raises RigError if it is not there, or if
    several devices have the number."""
    number = entry.serial_number
    found = with_serial_number(number, entry.interface)
    if found and not all(port.same_device(found[0]) for port in found[1:]):
        names = ", ".join(port.device for port in found)
        raise RigError(
            f"board {name}: several USB devices have serial number {number!r}: {names}",
            "name its port, best by its place: /dev/serial/by-path/… on Linux",
        )
    if found:
        return found[0].device
    seen = dict.fromkeys(port.serial_number for port in listed() if port.serial_number)
    raise RigError(
        f"board {name}: no USB device has serial number {number!r}",
        f"attached: {', '.join(seen) or 'none'}",
    )
