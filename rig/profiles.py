"""Board families: what the rig must know of a board that the board does not say itself.

`fixtures/profiles/<family>.toml` holds one family. Each of its facts says where it comes from,
so that nothing read in a manual passes for something that was run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rig import floors, tables
from rig.errors import RigError, UsageError, nearest
from rig.ports import lookup
from rig.results import BoardInfo

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "profiles"
HINT = "see docs/adding-a-port.md"

Basis = Literal["documentation", "source", "report", "run"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Strict):
    """One thing known of a family, and how it is known.

    `source` is MicroPython's code, `report` somebody else's board, `run` this rig.
    """

    says: str
    basis: Basis
    where: str  # a link, a file in the MicroPython tree, or what was run on what


class Earlier(_Strict):
    """What older firmware of the family does otherwise: its floors, before a version."""

    before: str = Field(pattern=r"^\d+\.\d+$")
    floor: str = ""  # '' for the family's
    floor_over_usb: str = ""
    drops_usb: tuple[str, ...] = ()
    usb_returns: tuple[str, ...] = ()


class Profile(_Strict):
    """A board family.

    `floor` is the lowest sleep that the rig's capture can use, by the names in
    rig/floors.py; `floor_over_usb` replaces it while the REPL is the board's own USB,
    where `floor` would take that away or leave it dead.
    """

    family: str
    title: str
    platforms: tuple[str, ...]  # values of sys.platform
    floor: str
    floor_over_usb: str = ""
    drops_usb: tuple[str, ...] = ()  # floors that end the connection over the board's own USB
    usb_returns: tuple[str, ...] = ()  # of those, the ones after which it comes back by itself
    copes: str  # what the rig does about that, in a sentence
    resets: str  # how it is reset, from soft to power
    hardware: bool = True  # False: a virtual bench is all there is
    fact: tuple[Fact, ...] = ()
    earlier: tuple[Earlier, ...] = ()

    def at(self, version: str) -> Profile:
        """The family as firmware of that version has it: of those that it is older than, the
        oldest counts."""
        here = _numbers(version)
        older = [each for each in self.earlier if here and here < _numbers(each.before)]
        if not older:
            return self
        told = min(older, key=lambda each: _numbers(each.before))
        return self.model_copy(update=told.model_dump(exclude={"before"}, exclude_defaults=True))

    def floor_for(self, own_usb: bool) -> str:
        """The floor for a board whose REPL is, or is not, its own USB."""
        return self.floor_over_usb if own_usb and self.floor_over_usb else self.floor

    @property
    def was_run(self) -> bool:
        """Whether anything said of it was seen by this rig."""
        return any(fact.basis == "run" for fact in self.fact)


def _numbers(version: str) -> tuple[int, ...]:
    """(1, 24) of "1.24.0-preview.12"; () for what is no version."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else ()


@cache
def profiles(folder: Path = FOLDER) -> dict[str, Profile]:
    """Every family by its name. Raises RigError naming the file that does not hold together."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        profile = tables.load(path, Profile, HINT)
        if profile.family != path.stem:
            raise RigError(f"{path}: its family is {profile.family!r}", "name the file after it")
        for key in ("floor", "floor_over_usb", "drops_usb", "usb_returns"):
            value = getattr(profile, key)
            for name in [value] if isinstance(value, str) else value:
                if name and name not in floors.FLOORS:
                    what = f"{path}: {key}: there is no floor {name!r}"
                    raise RigError(what, nearest(name, list(floors.FLOORS)))
        found[profile.family] = profile
    return found


def named(name: str, where: str = "") -> Profile:
    """The family of that name. Raises UsageError where there is none."""
    if name not in profiles():
        what = f"{where}there is no board profile {name!r}"
        raise UsageError(what, nearest(name, list(profiles())))
    return profiles()[name]


def of(info: BoardInfo, name: str = "") -> Profile | None:
    """The family that the bench names, else the one whose port the board runs."""
    if name:
        return named(name)
    if info.implementation != "micropython":
        return None
    return next((p for p in profiles().values() if info.platform in p.platforms), None)


def called(info: BoardInfo) -> str:
    """What to call a board that nobody has named: its family, or what it runs; fit for a bench
    file."""
    profile = of(info)
    name = profile.family if profile else info.platform
    return re.sub(r"[^A-Za-z0-9_-]", "-", name) or "board"


@dataclass(frozen=True)
class Floor:
    """A board's floor on the port it is on; '' if none is known.

    `drops_port`: it takes the port away for as long as it lasts. Events are kept until it is back.
    """

    name: str
    drops_port: bool = False


def floor_of(
    info: BoardInfo, name: str = "", named_floor: str = "", drops_port: bool | None = None
) -> Floor:
    """The floor of a board that has said what it is: the one the bench names, else its profile's.

    `drops_port` is what the bench says of it, None for nothing. Raises UsageError for a floor that
    ends the connection and of which neither bench nor profile says that it comes back.
    """
    profile = of(info, name)
    if profile is None:
        return Floor(named_floor, bool(drops_port))
    profile = profile.at(info.version)
    own_usb = lookup(info.port).own_usb
    floor = named_floor or profile.floor_for(own_usb)
    dropped = own_usb and floor in profile.drops_usb
    if drops_port is None and dropped and floor not in profile.usb_returns:
        raise UsageError(
            f"board {info.name}: the floor {floor!r} ends the connection over the board's own USB, "
            f"and nothing says that it comes back by itself ({profile.family})",
            f"floor = {profile.floor_for(own_usb)!r}, or the REPL on a UART; where USB does come "
            f"back: [board.{info.name}.power] drops_port = true",
        )
    return Floor(floor, dropped if drops_port is None else drops_port)


PAGE = """# Board families

What the rig knows of each family, from `fixtures/profiles/`. Written by `python -m rig.profiles`.
Each fact says how it is known: *documentation*; *source*, MicroPython's own; *report*, somebody
else's board; *run*, this rig. **No hardware was run yet.** How to add one:
[adding-a-port.md](adding-a-port.md).
"""


def back_of(profile: Profile) -> str:
    """Whether USB comes back by itself after the floors that end it."""
    if not profile.drops_usb:
        return ""
    returns = [f"`{floor}`" for floor in profile.drops_usb if floor in profile.usb_returns]
    return f"yes: {', '.join(returns)}" if returns else "no, or not known"


def page() -> str:
    """docs/board-families.md: every profile with its facts and where each is from."""
    parts = [PAGE, "| family | `sys.platform` | floor | over its own USB | ends that USB | back? |"]
    parts.append("|---|---|---|---|---|---|")
    for p in profiles().values():
        drops = ", ".join(f"`{floor}`" for floor in p.drops_usb)
        platforms = ", ".join(f"`{platform}`" for platform in p.platforms)
        parts.append(
            f"| [{p.family}](#{p.family}) | {platforms} | `{p.floor}` | "
            f"`{p.floor_for(own_usb=True)}` | {drops or 'nothing known'} | {back_of(p)} |"
        )
    for p in profiles().values():
        parts += ["", f"## {p.family}", "", f"{p.title}.", "", f"- Sleep and USB: {p.copes}"]
        parts += [f"- Resets: {p.resets}"]
        parts += [
            f"- Before {each.before}: over USB `{each.floor_over_usb or p.floor_for(True)}`; "
            f"{', '.join(f'`{floor}`' for floor in each.drops_usb) or 'nothing'} ends that USB"
            for each in p.earlier
        ]
        parts += [f"- *{fact.basis}*: {fact.says} ({fact.where})" for fact in p.fact]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    (FOLDER.parent.parent / "docs" / "board-families.md").write_text(page(), encoding="utf-8")
