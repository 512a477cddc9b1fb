"""Whether what stands in a bench file fits together, found before anything is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from rig import floors, ports, profiles
from rig.entries import (
    HEAP,
    KEPT_OPEN,
    KEYS,
    LEAST_HEAP,
    METER_KEYS,
    MOST_HEAP,
    OPTIONS,
    PLAYED,
    BoardEntry,
    MeterEntry,
)
from rig.errors import UsageError, nearest

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20}
BY_NAME = {
    "visa": '"TCPIP::…::INSTR" or another VISA name',
    "powershield": '"/dev/ttyACM3": its virtual COM port',
    "ina": '"/dev/ttyACM3": the port of the board that it is wired to',
}
"""Kinds of meter that have to be named, and how."""
SERIAL = ("ppk2", "powershield", "ina")
"""Kinds of meter whose resource is a serial port."""


def check(where: str, boards: Mapping[str, BoardEntry], meters: Mapping[str, MeterEntry]) -> None:
    """Raises UsageError for the first thing that does not fit; `where` names the file."""
    if not boards:
        raise UsageError(f"{where}: it has no board", "add a [board.NAME] table")
    for name, board in boards.items():
        _name(f"{where}: board.{name}", name)
        _board(f"{where}: board.{name}", board, meters)
    for name, meter in meters.items():
        _name(f"{where}: meter.{name}", name)
        named = [board for board in boards.values() if board.meter == name]
        _meter(f"{where}: meter.{name}", meter, named)
    _each_port_once(where, boards, meters)


def address(where: str, port: str) -> None:
    """Raises UsageError for a serial port's URL that names no host and port."""
    scheme = port.partition("://")[0]
    if scheme not in ("socket", "rfc2217") or scheme == port:
        return
    try:
        parts = urlsplit(port)
        named = bool(parts.hostname and parts.port)
    except ValueError:  # a port that is no number, or half a bracket
        named = False
    if not named:
        raise UsageError(f"{where} = {port!r} names no host and port", f"{scheme}://HOST:PORT")


def _name(where: str, name: str) -> None:
    if not NAME.fullmatch(name):
        what = f"{where}: a name is letters, digits, - and _ of ASCII, 64 at most"
        raise UsageError(what, "rename it")


def _board(where: str, board: BoardEntry, meters: Mapping[str, MeterEntry]) -> None:
    for key in sorted(board.model_fields_set - {"kind"}):
        if key not in KEYS[board.kind]:
            what = f"{where}.{key}: a board of kind {board.kind!r} does not use it"
            raise UsageError(what, f"leave it out; it uses {', '.join(KEYS[board.kind])}")
    if board.profile:
        profiles.named(board.profile, f"{where}.profile: ")
    if board.power.floor and board.power.floor not in floors.FLOORS:
        what = f"{where}.power.floor: there is no floor {board.power.floor!r}"
        raise UsageError(what, nearest(board.power.floor, list(floors.FLOORS)))
    if "budget" in board.power.model_fields_set and not board.power.budget:
        raise UsageError(
            f"{where}.power.budget: it names no claim",
            'budget = {"power.sleep-sleeps" = "1.5 mA"}, or leave it out',
        )
    if board.power.budget and not board.meter:
        what = f"{where}.power.budget: the board has no meter, so that it could never be judged"
        raise UsageError(what, 'meter = "NAME", or leave the budget out')
    if board.heap:
        _heap(f"{where}.heap", board.heap)
    if board.kind == "emulated" and not board.firmware:
        raise UsageError(
            f"{where}: no firmware", 'add firmware = "FILE.uf2", or a release: "1.28.0"'
        )
    if board.kind == "virtual" and board.firmware and os.sep not in board.firmware:
        from rig.virtual.interpreters import INTERPRETERS

        if board.firmware not in INTERPRETERS:
            raise UsageError(
                f"{where}.firmware: there is no interpreter {board.firmware!r}",
                f"a path needs a {os.sep}; {nearest(board.firmware, list(INTERPRETERS))}",
            )
    if board.network:
        _network(f"{where}.network", board)
    if board.wires:
        key, what, hint = board.wires.trouble(board.power.marker)
        if what:
            raise UsageError(f"{where}.wires{key and '.'}{key}: {what}", hint)
    if board.kind == "cpython" and board.file_system == "none":
        raise UsageError(
            f"{where}.file_system: CPython does not run without files",
            'leave it out, or take kind = "virtual"',
        )
    if board.meter and board.meter not in meters:
        add = f"add a [meter.{board.meter}] table"
        raise UsageError(
            f"{where}.meter: there is no meter {board.meter!r}",
            nearest(board.meter, list(meters)) if meters else add,
        )
    played = board.kind in PLAYED
    if board.meter and played != (meters[board.meter].kind == "virtual"):
        kind = meters[board.meter].kind
        raise UsageError(
            f"{where}.meter: a meter of kind {kind!r} cannot measure a board of kind "
            f"{board.kind!r}",
            "virtual and emulated boards take virtual meters, real ones real meters; "
            "or leave meter out",
        )
    address(f"{where}.port", board.port)
    if board.kind == "serial" and not (board.port or board.serial_number or board.labgrid):
        raise UsageError(f"{where}: no port", 'add port = "…" or serial_number = "…"')
    if board.port and board.serial_number:
        raise UsageError(f"{where}: both port and serial_number", "leave one of them out")
    if board.labgrid:
        if not board.labgrid.wanted:
            raise UsageError(
                f"{where}.labgrid: neither a place nor tags",
                'labgrid = {place = "NAME"} or labgrid = {tags = {port = "rp2"}}',
            )
        if board.port or board.serial_number:
            raise UsageError(f"{where}: labgrid finds its port", "leave port and kind out")


def visa_name(where: str, resource: str) -> None:
    """Raises UsageError for what is no VISA resource name, by the grammar that pyvisa holds."""
    from pyvisa import rname

    try:
        rname.ResourceName.from_string(resource)
    except rname.InvalidResourceName as error:
        said = " ".join(str(error).split())[:200]
        what = f"{where}: no VISA resource name: {said}"
        raise UsageError(what, f"name it as {BY_NAME['visa']}; docs/meters.md") from error


def _network(where: str, board: BoardEntry) -> None:
    assert board.network is not None
    serial = board.kind == "serial"
    for key in sorted(board.network.model_fields_set):
        if serial == (key == "reaches"):
            uses = (
                "the other keys of docs/bench.md" if serial else 'reaches alone: "own" or "machine"'
            )
            what = f"{where}.{key}: a board of kind {board.kind!r} does not use it"
            raise UsageError(what, f"leave it out; it uses {uses}")
    key, what, hint = board.network.trouble()
    if what:
        raise UsageError(f"{where}.{key}: {what}", hint)


def _heap(where: str, heap: str) -> None:
    found = HEAP.fullmatch(heap)
    size = int(found[1]) * UNITS[found[2].lower()] if found else 0
    if not LEAST_HEAP <= size <= MOST_HEAP:
        what = f"{where} = {heap!r}: no size from {LEAST_HEAP >> 10}K to {MOST_HEAP >> 20}M"
        raise UsageError(what, 'digits, then K or M: "256K"')


def _meter(where: str, meter: MeterEntry, named: list[BoardEntry]) -> None:
    in_places = bool(named) and all(board.labgrid for board in named)
    if meter.kind in BY_NAME and not meter.resource and not in_places:
        raise UsageError(f"{where}: no resource", f"add resource = {BY_NAME[meter.kind]}")
    if meter.kind == "visa" and meter.resource and meter.backend == "@py":  # others have aliases
        visa_name(f"{where}.resource = {meter.resource!r}", meter.resource)
    if meter.channel is not None and meter.kind not in ("visa", "virtual"):
        what = f"{where}.channel: a {meter.kind} has only one"
        raise UsageError(what, "leave channel out")
    if meter.shared and meter.kind in KEPT_OPEN:
        raise UsageError(
            f"{where}.shared: a {meter.kind} feeds its board for the whole run, and cannot be "
            "passed on between captures",
            "leave shared out; boards of this file that name it take turns anyway",
        )
    for key in sorted(meter.model_fields_set - {"kind"}):
        if key == "options" and meter.kind not in OPTIONS and not meter.options:
            continue
        if key not in METER_KEYS[meter.kind] and key != "options":
            what = f"{where}.{key}: a meter of kind {meter.kind!r} does not use it"
            raise UsageError(what, f"leave it out; it uses {', '.join(METER_KEYS[meter.kind])}")
    for key in meter.options:
        if key not in OPTIONS.get(meter.kind, ()):
            what = where.replace(": meter.", ": unknown key meter.")
            raise UsageError(
                f"{what}.options.{key}",
                nearest(key, OPTIONS.get(meter.kind, ()) or ["none for this kind of meter"]),
            )


def _each_port_once(
    where: str, boards: Mapping[str, BoardEntry], meters: Mapping[str, MeterEntry]
) -> None:
    """Raises UsageError for a port that two boards name, or a board and a meter, by any of its
    names: another path to the same device, its USB serial number, a place."""
    seen: dict[str, str] = {}
    serial = {port.serial_number: port.device for port in ports.listed() if port.serial_number}
    for table, name in _ports(boards, meters):
        device = serial.get(name.removeprefix("serial number "), name)
        url = "://" in device or device.startswith(("serial number ", "place "))
        real = device.lower().rstrip("/") if url else os.path.normcase(os.path.realpath(device))
        if real in seen:
            what = f"{where}: {seen[real]} and {table} name the same port, {name}"
            raise UsageError(what, "give each its own")
        seen[real] = table


def _ports(
    boards: Mapping[str, BoardEntry], meters: Mapping[str, MeterEntry]
) -> Iterator[tuple[str, str]]:
    for name, board in boards.items():
        if board.port:
            yield f"board.{name}", board.port
        if board.serial_number:
            yield f"board.{name}", f"serial number {board.serial_number}"
        if board.labgrid and board.labgrid.place:
            serial = f" {board.labgrid.serial}" if board.labgrid.serial else ""
            yield f"board.{name}", f"place {board.labgrid.place}{serial}"
    resources = {}
    for name, meter in meters.items():
        found = re.fullmatch(r"ASRL(/.+|[A-Za-z].*)::INSTR", meter.resource)
        if found or (meter.kind in SERIAL and meter.resource):
            resources[found[1] if found else meter.resource] = f"meter.{name}"
    for port, table in resources.items():
        yield table, port
