"""The boards of a run, identified and with the overlay in place."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig import profiles
from rig.bench import Bench
from rig.board.asking import somebody
from rig.board.overlays import REMOTE, Overlay
from rig.board.port import PortAbsent
from rig.checkup.wires import unwired
from rig.errors import LooprigError, RigError
from rig.made_with import digest
from rig.net.meeting import meet
from rig.results import BoardInfo
from rig.stations import Lost, Station, attach


@contextlib.contextmanager
def ready(
    bench: Bench, overlay: Path | None = None, power: bool = True, strict: bool = False
) -> Iterator[tuple[list[Station], list[BoardInfo]]]:
    """The boards that can be had, identified and with the overlay in place; and those that cannot,
    which are lost and say why.

    Raises, before the run has written anything, UsageError for an overlay that does not import,
    and what was wrong where no board can be had, or, if `strict`, where one cannot.
    """
    lost: Lost | None = None if strict or len(bench.board) == 1 else {}
    with attach(bench, power, lost) as stations, prepared(stations, overlay, lost):
        if lost and not stations:
            told = "; ".join(f"{name}: {error.what}" for name, error in lost.items())
            raise RigError(f"no board of the bench can be had: {told}", "see looprig doctor")
        infos = []
        for name, error in (lost or {}).items():
            entry = bench.board[name]
            why = f"at the start: {error}"
            infos.append(BoardInfo(name=name, kind=entry.kind, port=entry.port, lost=why))
            print(f"board {name} is lost {why}", file=sys.stderr)
        yield stations, infos


@contextlib.contextmanager
def prepared(
    stations: list[Station], overlay: Path | None, lost: Lost | None = None
) -> Iterator[None]:
    """Identify every board and meter, and put the overlay in place for as long as it is needed.

    A board or meter that does not answer is taken out of `stations` and put into `lost`; without
    one, it raises RigError. Raises UsageError for an overlay that does not import,
    RigError for one that does not take effect.
    """
    attached = list(stations)
    try:
        for station, error in zip(attached, identified(attached, overlay), strict=True):
            if error is None:
                continue
            if lost is None:
                raise error
            lost[station.name] = error
            stations.remove(station)
        for station in stations:
            station.attended = somebody()
        if overlay and stations and not any(station.overlay for station in stations):
            raise RigError(
                f"the overlay {overlay} reaches no board: none of them runs MicroPython",
                "choose another board, or leave it out",
            )
        yield
    finally:
        for station in attached:
            station.attended = False  # nobody is asked once more for a board that was lost
            if station.overlay:
                remove_overlay(station)


def identified(
    stations: Sequence[Station], overlay: Path | None
) -> Iterator[RigError | PortAbsent | None]:
    """Identify each in turn, and say what was wrong. Emulated boards are all asked at once: those
    without a second core wedge in the question for threads, and wait for its deadline."""

    def wrong(station: Station) -> RigError | PortAbsent | None:
        try:
            identify(station, overlay)
        except (RigError, PortAbsent) as error:
            return error
        return None

    with ThreadPoolExecutor() as pool:
        ahead = [pool.submit(wrong, one) if one.kind == "emulated" else None for one in stations]
        for station, asked in zip(stations, ahead, strict=True):
            yield asked.result() if asked else wrong(station)


def identify(station: Station, overlay: Path | None) -> None:
    """Fill in what the board and its meter say of themselves."""
    board = station.board()
    try:
        board.open()
    except LooprigError as error:
        if station.meter and station.meter.trouble:  # it may have no power to answer with
            raise RigError(*station.meter.trouble) from error
        raise
    try:
        info = board.identify(asyncio=overlay is None)
        if not station.named:
            station.name = board.name = profiles.called(info)
            info = info.model_copy(update={"name": station.name})
        if overlay and info.implementation == "micropython":
            station.overlay = Overlay(remote=REMOTE)  # to be taken off, even half an upload
            station.overlay = board.put_overlay(str(overlay))
            if station.overlay.why:
                tell(
                    station,
                    f"its files do not hold the overlay ({station.overlay.why}): it is "
                    "sent before each test, and kept in RAM",
                )
        elif overlay:
            tell(station, f"it runs {info.implementation}, and without the overlay")
        if station.wires and station.kind != "virtual":  # which are played, and always there
            station.unwired = unwired(station.wires, board)
            for why in station.unwired.values():
                tell(station, why)
        if station.network:
            meet(station.network, board)
            if station.network.trouble:
                say = f"board {station.name}: no network: {station.network.trouble}"
                print(say, file=sys.stderr)
        if info.implementation == "micropython":
            info = info.model_copy(update=board.which_loop())
            if overlay:  # one may take the firmware's own and change it as it is imported
                said = f"{info.asyncio} under overlay {digest([overlay])[:12]}"
                info = info.model_copy(update={"asyncio": said.strip()})
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
    info = info.model_copy(update={"profile": station.profile})
    station.info = info
    if info.implementation == "micropython" and profiles.of(info, station.profile) is None:
        print(
            f"board {station.name}: no profile knows the port {info.platform!r}; it is judged with "
            "what is known of MicroPython's asyncio (docs/adding-a-port.md)",
            file=sys.stderr,
        )
    power = station.power
    floor = profiles.floor_of(info, station.profile, power.floor, power.drops_port)
    update = {"floor": floor.name, "drops_port": floor.drops_port}
    station.power = power.model_copy(update=update)


def tell(station: Station, what: str) -> None:
    print(f"board {station.name}: {what}", file=sys.stderr)


def remove_overlay(station: Station) -> None:
    board = station.board()
    try:
        board.open()
        board.remove_overlay()
    except LooprigError as error:
        tell(station, f"the overlay was not removed: {error}")
    finally:
        board.close()
