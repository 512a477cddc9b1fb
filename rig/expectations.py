"""Divergences that a port is known to have: listed with reason and link, never hidden."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from rig import profiles, tables
from rig.claims import Claim
from rig.errors import RigError, nearest
from rig.results import BoardInfo, Divergence

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "expectations"


class Entry(BaseModel):
    """One known divergence."""

    model_config = ConfigDict(extra="forbid")
    claim: str
    reason: str
    link: str = ""


class Expectations(BaseModel):
    """A port's file: `fixtures/expectations/<port>.toml`.

    `like` names a port that runs the same asyncio: what that one is known for is expected here
    too, marked as not seen here, but for the claims in `without`.
    """

    model_config = ConfigDict(extra="forbid")
    like: str = ""
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
    """Every port's file. Raises RigError for one that is wrongly written, names a claim that does
    not exist or one twice, or leaves out what it does not have."""
    for path in sorted(folder.glob("*.toml")):
        content = load(path)
        own = [entry.claim for entry in content.divergence]
        for claim in [*own, *content.without]:
            if claim not in claims:
                raise RigError(f"{path}: there is no claim {claim!r}", nearest(claim, list(claims)))
            if own.count(claim) > 1:
                raise RigError(f"{path}: {claim} is there twice", "leave one of them")
        known(path.stem, folder)
        inherited = known(content.like, folder) if content.like else {}
        for claim in content.without:
            if claim not in inherited:
                what = (
                    f"{path}: without: {claim} is not known of {content.like or 'any other port'}"
                )
                raise RigError(what, "leave it out of `without`")


def load(path: Path) -> Expectations:
    return tables.load(path, Expectations, profiles.HINT)


@cache
def known(port: str, folder: Path = FOLDER) -> dict[str, Divergence]:
    """The port's known divergences by claim; none for a port without a file."""
    path = folder / f"{port}.toml"
    if not path.is_file():
        return {}
    content = load(path)
    likes = [port]  # a port may be like one that is like another, but not like itself
    at = content
    while at.like:
        if not (folder / f"{at.like}.toml").is_file():
            ports = [other.stem for other in folder.glob("*.toml")]
            raise RigError(f"{path}: like = {at.like!r}", nearest(at.like, ports))
        if at.like in likes:
            raise RigError(f"{path}: like = {at.like!r} goes round in a circle", "name another")
        likes.append(at.like)
        at = load(folder / f"{at.like}.toml")
    found = {e.claim: Divergence(reason=e.reason, link=e.link) for e in content.divergence}
    if content.like:
        for claim, divergence in known(content.like, folder).items():
            reason = f"{divergence.reason} (seen on {content.like}, which runs the same asyncio)"
            if claim not in content.without:
                found.setdefault(claim, divergence.model_copy(update={"reason": reason}))
    return found
