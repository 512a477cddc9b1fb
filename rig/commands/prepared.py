"""The boards of a run, identified and with the overlay in place."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from rig import profiles
from rig.board.execution import Ended
from rig.errors import LooprigError, RigError, UsageError
from rig.stations import Station


@contextlib.contextmanager
def prepared(stations: list[Station], overlay: Path | None) -> Iterator[None]:
    """Identify every board and meter, and put the overlay in place for as long as it is needed.

    Raises RigError for a board or meter that does not answer and UsageError for an overlay
    that does not import, before the run has written anything.
    """
    try:
        for station in stations:
            identify(station, overlay)
        if overlay and not any(station.overlay for station in stations):
            raise RigError(
                f"--overlay {overlay}: it reaches no board: none of them runs MicroPython",
                "choose another board, or leave it out",
            )
        yield
    finally:
        for station in stations:
            if station.overlay:
                remove_overlay(station)


def identify(station: Station, overlay: Path | None) -> None:
    """Fill in what the board and its meter say of themselves."""
    board = station.board()
    board.open()
    try:
        info = board.identify()
        if not station.named:
            station.name = board.name = profiles.called(info)
            info = info.model_copy(update={"name": station.name})
        if overlay and info.implementation == "micropython":
            station.overlay = str(overlay)  # something to take off, even of half an upload
            board.put_overlay(str(overlay))
            station.overlay = board.overlay
            came = board.run("overlay")
            if came.ended is not Ended.FINISHED:
                raise UsageError(
                    f"--overlay {overlay}: asyncio does not import with it on board "
                    f"{station.name}: {came.how}",
                    "try it by hand with mpremote",
                )
    finally:
        board.close()
    station.ticks_period = board.ticks_period
    station.boot_s, station.lossy = board.boot_s, board.lossy
    if station.meter:
        meter = station.meter.open()
        try:
            found = {"meter": meter.identify(), "modelled": meter.source == "modelled"}
        finally:
            meter.close()
        info = info.model_copy(update=found)
    station.info = info
    power = station.power
    floor = profiles.floor_of(info, station.profile, power.floor, power.drops_port)
    update = {"floor": floor.name, "drops_port": floor.drops_port}
    station.power = power.model_copy(update=update)


def remove_overlay(station: Station) -> None:
    board = station.board()
    try:
        board.open()
        board.remove_overlay()
    except LooprigError as error:
        print(f"board {station.name}: the overlay was not removed: {error}", file=sys.stderr)
    finally:
        board.close()
