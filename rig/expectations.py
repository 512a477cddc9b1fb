"""Divergences that are known: listed with reason and link, never hidden.

`fixtures/expectations/asyncio.toml` holds what MicroPython's own asyncio does on every port, by the
firmware's version; `<port>.toml` what only that port does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from rig import profiles, tables
from rig.claims import Claim
from rig.errors import RigError, nearest
from rig.results import BoardInfo, Divergence

ASYNCIO = "asyncio"
SEEN_ON = "unix"
"""The port that all of asyncio.toml was seen on."""
CONDITION = re.compile(r"(<=|>=|<|>|==)\s*(\d+(?:\.\d+)*)")
FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "expectations"


class Entry(BaseModel):
    """One known divergence; `versions` are conditions on the firmware's, as `>=1.24,<1.30`."""

    model_config = ConfigDict(extra="forbid")
    claim: str
    reason: str
    link: str = ""
    versions: str = ""
    crashes: bool = False  # the board, or hangs it: such claims run late, on every port

    @field_validator("versions")
    @classmethod
    def _are_conditions(cls, text: str) -> str:
        for part in filter(None, text.split(",")):
            if not CONDITION.fullmatch(part.strip()):
                raise ValueError(f"{part.strip()!r} is no condition such as <1.30 or >=1.24")
        return text

    def holds_for(self, version: str) -> bool:
        """Whether it is known of firmware of this version: a preview counts as its release."""
        found = re.match(r"\d+(?:\.\d+)*", version)
        if not found:
            return not self.versions
        mine = _numbers(found[0])
        holds = {
            "<": lambda other: mine < other,
            "<=": lambda other: mine <= other,
            ">": lambda other: mine > other,
            ">=": lambda other: mine >= other,
            "==": lambda other: mine == other,
        }
        return all(holds[sign](_numbers(to)) for sign, to in CONDITION.findall(self.versions))


def _numbers(version: str) -> tuple[int, int, int]:
    parts = [int(part) for part in version.split(".")][:3]
    first, second, third = parts + [0] * (3 - len(parts))
    return first, second, third


class Expectations(BaseModel):
    """A file of known divergences. Of asyncio's, a port does not have those in `without`."""

    model_config = ConfigDict(extra="forbid")
    without: list[str] = []
    divergence: list[Entry] = []


def port_of(info: BoardInfo) -> str:
    """The MicroPython port a board runs, by what it says of itself.

    That is its family in fixtures/profiles: `sys.platform` is the port's name on most boards,
    but the Unix port says the host's and stm32 says `pyboard`.
    """
    if info.implementation != "micropython":
        return info.implementation
    profile = profiles.of(info)
    return profile.family if profile else info.platform


def check(claims: Mapping[str, Claim], folder: Path = FOLDER) -> None:
    """Every file. Raises RigError for one that is wrongly written, names a claim that does not
    exist or one twice, or leaves out what it does not have."""
    for path in sorted(folder.glob("*.toml")):
        content = load(path)
        own = [entry.claim for entry in content.divergence]
        for claim in [*own, *content.without]:
            if claim not in claims:
                raise RigError(f"{path}: there is no claim {claim!r}", nearest(claim, list(claims)))
        for entry in content.divergence:  # twice only for other versions
            if (
                sum(
                    (e.claim, e.versions) == (entry.claim, entry.versions)
                    for e in content.divergence
                )
                > 1
            ):
                raise RigError(f"{path}: {entry.claim} is there twice", "leave one of them")
        inherited = known(ASYNCIO, folder=folder) if path.stem != ASYNCIO else {}
        for claim in content.without:
            if claim not in inherited:
                what = f"{path}: without: {claim} is not known of asyncio"
                raise RigError(what, "leave it out of `without`")


def load(path: Path) -> Expectations:
    return tables.load(path, Expectations, profiles.HINT)


def has_file(port: str, folder: Path = FOLDER) -> bool:
    """Whether anything is known of the port beside asyncio's own."""
    return (folder / f"{port}.toml").is_file()


@cache
def crashing(folder: Path = FOLDER) -> frozenset[str]:
    """The claims that some port is known to crash or hang on: most ports run the same asyncio."""
    found = [load(path) for path in folder.glob("*.toml")]
    return frozenset(e.claim for port in found for e in port.divergence if e.crashes)


@cache
def known(port: str, version: str = "", folder: Path = FOLDER) -> dict[str, Divergence]:
    """The known divergences by claim of a port that runs MicroPython, whether or not it has a
    file: asyncio's own for that version (all of them for none), and the port's."""
    found: dict[str, Divergence] = {}
    for name in dict.fromkeys([ASYNCIO, port]):
        if not has_file(name, folder):
            continue
        content = load(folder / f"{name}.toml")
        for claim in content.without:
            found.pop(claim, None)
        for entry in content.divergence:
            if version and not entry.holds_for(version):
                continue
            reason = entry.reason
            if name == ASYNCIO and port not in (ASYNCIO, SEEN_ON):
                reason += f" (seen on {SEEN_ON}, which runs the same asyncio)"
            found[entry.claim] = Divergence(reason=reason, link=entry.link)
    return found


def of(info: BoardInfo, profile: str = "") -> dict[str, Divergence]:
    """What is known of a board that has said what it is; nothing of what is no MicroPython."""
    if info.implementation != "micropython":
        return {}
    return known(profile or port_of(info), info.version)
