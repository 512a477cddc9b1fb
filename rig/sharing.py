"""Boards of a kind: which of a run's boards divide the suite among them.

A kind is a column of the report. With `--share`, boards of the same firmware are one kind, and
each claim is judged on one of them; without it every board is a kind of its own. Copies of a
board that is played (`copies` in the bench file) are always one kind.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Collection, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from rig.bench import Bench
from rig.claims import Claim
from rig.results import BoardInfo
from rig.stations import Station

BUILD = (
    "implementation", "version", "sys_version", "build", "mpy", "thread", "queue", "asyncio",
    "platform", "machine",
)  # fmt: skip
"""What a board says of its build. Two builds of a version can differ in all but the version: by
the day they were made (sys.version), by their variant (_build), by the asyncio frozen into them."""


class Kind(BaseModel):
    """A name, and the boards that share what it is asked for."""

    model_config = ConfigDict(extra="forbid")
    name: str
    boards: list[str]


WORTH_A_COPY = 100
"""Functional claims of a virtual board: they wait for longer than starting a copy takes."""


def with_copies(bench: Bench, claims: Collection[Claim]) -> tuple[Bench, dict[str, str]]:
    """The bench with its boards' copies, no more of each than there are claims for; and of which
    board each one is a copy. A virtual board is as fast as its machine, and gains by its copies
    where there is waiting: minutes of it where a current is measured, seconds in hundreds of other
    claims; an emulated one gains by every core."""
    power = sum(claim.power for claim in claims)
    waiting = max(power, (len(claims) - power) // WORTH_A_COPY)
    boards, of = {}, {}
    for name, entry in bench.board.items():
        boards[name] = entry
        most = len(claims) if entry.kind == "emulated" else waiting
        for number in range(2, min(entry.copies, most) + 1):
            copy = f"{name}.{number}"  # a dot is in no name that a bench file gives
            boards[copy], of[copy] = entry, name
    return bench.model_copy(update={"board": boards}), of


def kinds(stations: Sequence[Station], share: bool, copies: Mapping[str, str]) -> list[Kind]:
    """The kinds among identified boards, in the boards' order; says where sharing comes to
    nothing."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for station in stations:
        key: tuple[object, ...] = (copies.get(station.name, station.name),)
        if share:
            key = firmware(station)
        alike.setdefault(key, []).append(station.name)
    if share and len(alike) == len(stations):
        print(
            f"--share: no two boards have the same firmware{_apart(stations)}, "
            "each is asked for everything",
            file=sys.stderr,
        )
    every = {station.name for station in stations}
    return [
        Kind(name=_name(boards, every) if share else str(key[0]), boards=boards)
        for key, boards in alike.items()
    ]


def firmware(station: Station) -> tuple[object, ...]:
    """What boards must have in common for a claim that is judged on one to be judged for all: the
    build, what it can do, and what the bench says of it. A board that did not identify itself has
    nothing in common with another."""
    info = station.info
    if info is None:
        return (station.name,)
    build = tuple(getattr(info, said) for said in BUILD)
    wires = station.wires and (bool(station.wires.pins), bool(station.wires.uart))
    return (*build, tuple(info.features), station.profile, station.overlay, wires)


def _apart(stations: Sequence[Station]) -> str:
    """In what the first two boards differ that could be taken for boards of a kind, or nothing."""
    for one, other in itertools.combinations([s.info for s in stations if s.info], 2):
        if (one.platform, one.machine) == (other.platform, other.machine):
            for said in (*BUILD, "features", "profile"):
                mine, its = getattr(one, said), getattr(other, said)
                if mine != its:
                    return f" ({said} of {one.name}: {mine!r}, of {other.name}: {its!r})"
    return ""


def _name(boards: Sequence[str], every: set[str]) -> str:
    """What the names have in common (`pico` of pico1 and pico2), else all of them."""
    if len(boards) == 1:
        return boards[0]
    first, last = min(boards), max(boards)
    same = next(
        (n for n, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        len(first),
    )
    common = first[:same].rstrip("-_. 0123456789")
    taken = common in every and common not in boards
    return common if common and not taken else "+".join(boards)


def columns(
    kinds: Sequence[Kind],
    stations: Sequence[Station],
    lost: Sequence[BoardInfo] = (),
    copies: Mapping[str, str] | None = None,
) -> list[BoardInfo]:
    """What run.json says of each kind: a board as it identified itself, or several as one. A board
    that was lost at the start is a column of its own, but for a copy: of what kind it would have
    been is known."""
    of = copies or {}
    originals = {of.get(name, name) for kind in kinds for name in kind.boards}
    known = [info for info in lost if info.name in of and of[info.name] in originals]
    known += [info for info in lost if info.name in of.values() and info.name in originals]
    infos = {station.name: station.info for station in stations}
    found = []
    for kind in kinds:
        members = [info for name in kind.boards if (info := infos[name])]
        same = {of.get(name, name) for name in kind.boards}
        gone = [info for info in known if of.get(info.name, info.name) in same]
        if len(kind.boards) == 1 and not gone and kind.name == kind.boards[0]:
            found += members
        elif members:
            whole = {
                "name": kind.name,
                "port": "",
                "unique_id": "",
                "meter": next((info.meter for info in members if info.meter), ""),
                "modelled": any(info.modelled for info in members),
                "members": [*members, *gone],
            }
            found.append(members[0].model_copy(update=whole))
    return [*found, *(info for info in lost if info not in known)]
