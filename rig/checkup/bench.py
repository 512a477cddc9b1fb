"""The walk over a bench: each board by itself, so that one says nothing of another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rig import profiles
from rig.bench import Bench, BoardEntry
from rig.board.mute import Mute
from rig.checkup.boards import check_board
from rig.checkup.finding import Finding, ill
from rig.checkup.lines import check_lines
from rig.checkup.meters import check_meter
from rig.checkup.network import check_network
from rig.checkup.ports import check_port
from rig.checkup.sleeps import check_sleeps
from rig.checkup.wires import check_wires
from rig.errors import LooprigError
from rig.results import BoardInfo
from rig.stations import MeterStation, Station, attach


def walk(bench: Bench, only: Sequence[str] = ()) -> Iterator[Finding]:
    """Findings on every board of the bench and its meter, or on some boards, as they come."""
    for name, entry in bench.choose(list(only)).board.items():
        yield from check_one(bench, name, entry)
    measured = {entry.meter for entry in bench.board.values()}
    for name in () if only else bench.meter:
        if name not in measured:
            mend = f'[board.NAME] meter = "{name}", or take it out of the bench file'
            yield Finding(f"meter {name}", "bench", False, "no board names it", mend)


def check_one(bench: Bench, name: str, entry: BoardEntry) -> Iterator[Finding]:
    """Findings on one board, from its port to its meter; it stops where there is no way on."""
    about = f"board {name}"
    try:
        with attach(bench.choose([name])) as [station]:
            meter = station.meter
            if meter and meter.trouble:
                yield Finding(f"meter {meter.name}", "identity", False, *meter.trouble)
                if meter.entry.supplies or not Path(station.port).exists():
                    return  # without it the board has no power
            if entry.kind == "serial" and not entry.labgrid:
                for finding in check_port(about, station.port):
                    yield finding
                    if not finding.well:
                        return
            board = station.board()
            try:
                board.open()
            except Mute as error:
                yield ill(about, "REPL", error)
                yield from check_lines(about, board, entry)
                return
            yield Finding(about, "REPL", True, f"MicroPython's raw REPL answers on {station.port}")
            if station.fenced is not None:
                within = "; ".join(station.fenced) or "nothing keeps it from this machine's files"
                yield Finding(about, "fence", True, within)
            try:
                yield from check_board(about, station, board)
                if station.network:
                    yield check_network(about, station.network, board)
                if station.wires:
                    yield from check_wires(about, station.wires, board)
                if meter and not meter.trouble:
                    yield from check_meter(board, station, other_meters(bench, station))
                    if station.info and needs_floor(station, station.info):
                        with contextlib.closing(meter.open()) as opened:
                            yield from check_sleeps(about, board, opened, meter.entry.rate_hz)
                elif not meter and station.kind != "cpython":
                    yield Finding(about, "meter", True, "none: power claims will be unmeasured")
            finally:
                board.close()
    except LooprigError as error:
        yield ill(about, "REPL", error)


def needs_floor(station: Station, info: BoardInfo) -> bool:
    """Whether nobody says what this board's floor is."""
    return not station.power.floor and profiles.of(info, station.profile) is None


def other_meters(bench: Bench, station: Station) -> dict[str, MeterStation]:
    """The bench's other real meters, any of which may be the one that this board feeds."""
    return {
        name: MeterStation(name=name, entry=entry, resource=entry.resource)
        for name, entry in bench.meter.items()
        if entry.kind == "visa" and station.meter and name != station.meter.name
    }
