"""Divergences that are known: listed with reason and link, never hidden.

Three files say what is known of a board, each over the one before: `asyncio.toml` of the package,
what MicroPython's own asyncio does on every port by the firmware's version; the package's
`<port>.toml`, what only that port does; and `<port>.toml` of a folder of the user's own.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from rig import bench as benches
from rig import profiles, tables
from rig.board.features import FEATURES
from rig.claims import Claim
from rig.errors import RigError, UsageError, nearest
from rig.results import BoardInfo, Divergence

ASYNCIO = "asyncio"
CONTROL = "cpython"
"""Its file holds what only some releases of CPython do, and none of asyncio.toml's."""
SEEN_ON = "unix"
"""The port that all of asyncio.toml was seen on."""
CONDITION = re.compile(r"(<=|>=|<|>|==)\s*(\d+(?:\.\d+)*)")
FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "expectations"
OWN = "expectations"
"""The user's folder, beside the bench file."""
LONGEST = 64
"""Characters of a port's name: it is a file's, and a board may say anything."""
UNEXPLAINED = "no reason given yet"
"""How the reason begins that nobody has written: it is none, says `looprig expect --verify`."""


class Entry(BaseModel):
    """One known divergence. `versions` are conditions on the firmware's, as `>=1.24,<1.30`;
    `boards` are globs, of which one fits what the board says that it is or how it was built;
    `features` are what it has, or with `!` before it what it has not. All of them have to hold."""

    model_config = ConfigDict(extra="forbid")
    claim: str
    reason: str
    link: str = ""
    versions: str = ""
    boards: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    crashes: bool = False  # the board, or hangs it: such claims run late, on every port
    intermittent: bool = False  # it shows at some times and not at others

    @property
    def explained(self) -> bool:
        return not self.reason.startswith(UNEXPLAINED)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two entries the same."""
        return self.claim, self.versions, self.boards, self.features

    @field_validator("features")
    @classmethod
    def _are_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name.removeprefix("!") not in FEATURES:
                near = nearest(name.removeprefix("!"), list(FEATURES))
                raise ValueError(f"there is no feature {name!r}; {near}")
        return names

    @field_validator("versions")
    @classmethod
    def _are_conditions(cls, text: str) -> str:
        for part in filter(None, text.split(",")):
            if not CONDITION.fullmatch(part.strip()):
                raise ValueError(f"{part.strip()!r} is no condition such as <1.30 or >=1.24")
        return text

    def holds_on(self, board: BoardInfo) -> bool:
        """Whether it is known of this board."""
        said = (board.machine, board.build, board.name)
        here = not self.boards or any(
            fnmatch.fnmatchcase(text, glob) for text in said if text for glob in self.boards
        )
        has = all(
            (name.removeprefix("!") in board.features) != name.startswith("!")
            for name in self.features
        )
        return here and has and (not board.version or self.holds_for(board.version))

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
    """The MicroPython port a board runs, by what it says of itself: the name of its files.

    That is its family in fixtures/profiles: `sys.platform` is the port's name on most boards,
    but the Unix port says the host's and stm32 says `pyboard`.
    """
    if info.implementation != "micropython":
        said = info.implementation
    else:
        profile = profiles.of(info, info.profile)
        said = profile.family if profile else info.platform
    return re.sub(r"[^A-Za-z0-9_-]", "-", said)[:LONGEST] or "unnamed"


def own_folder(asked: Path | None, bench: benches.Bench) -> Path | None:
    """The user's folder: the one asked for, else the bench file's key, else `expectations` beside
    the bench file if it is there; beside where looprig is called, if the bench is no file of the
    user's. Raises UsageError for a folder that was named and is not there."""
    beside = place_beside(bench)
    said = bench.expectations
    for folder, where in (
        (asked, "--expectations"),
        (beside.parent / said if said else None, f"bench file {bench.path}: expectations ="),
    ):
        if folder is not None:
            if not folder.is_dir():
                raise UsageError(f"{where} {folder}: there is no such directory", "make it first")
            return folder.resolve()
    return beside.resolve() if beside.is_dir() else None


def place_beside(bench: benches.Bench) -> Path:
    """Where the user's folder is if nothing names it."""
    named = bench.named and bench.path and Path(bench.path) != benches.DEFAULT
    return (Path(bench.path).parent if named else Path()) / OWN


def check(claims: Mapping[str, Claim], folder: Path = FOLDER, under: Path = FOLDER) -> None:
    """Every file. Raises RigError for one that is wrongly written, names a claim that does not
    exist or one twice, or leaves out what is not known of asyncio, or of the port by the files of
    the folder `under` it."""
    for path in sorted(folder.glob("*.toml")):
        content = load(path)
        own = [entry.claim for entry in content.divergence]
        for claim in [*own, *content.without]:
            if claim not in claims:
                raise RigError(f"{path}: there is no claim {claim!r}", nearest(claim, list(claims)))
        keys = [entry.key for entry in content.divergence]
        for entry in content.divergence:  # twice only under other conditions
            if keys.count(entry.key) > 1:
                raise RigError(f"{path}: {entry.claim} is there twice", "leave one of them")
        inherited: set[str] = set()
        for name in {ASYNCIO, path.stem} if folder != under else {ASYNCIO} - {path.stem}:
            if has_file(name, under):
                inherited |= {entry.claim for entry in load(under / f"{name}.toml").divergence}
        for claim in content.without:
            if claim not in inherited:
                what = f"{path}: without: {claim} is not known of asyncio"
                raise RigError(what, "leave it out of `without`")


def load(path: Path) -> Expectations:
    return tables.load(path, Expectations, profiles.HINT)


@cache
def _loaded(path: Path, changed: int) -> Expectations:
    """For reading alone: thousands of boards are of one port. `changed` is when the file was."""
    return load(path)


def has_file(port: str, folder: Path = FOLDER) -> bool:
    """Whether anything is known of the port beside asyncio's own."""
    return (folder / f"{port}.toml").is_file()


@cache
def crashing(folder: Path = FOLDER) -> frozenset[str]:
    """The claims that some port is known to crash or hang on: most ports run the same asyncio."""
    found = [load(path) for path in folder.glob("*.toml")]
    return frozenset(e.claim for port in found for e in port.divergence if e.crashes)


def layers(port: str, own: Path | None = None, folder: Path = FOLDER) -> list[Path]:
    """The files that say what is known of a port, each over the one before."""
    paths = [folder / f"{name}.toml" for name in dict.fromkeys([ASYNCIO, port])]
    paths += [own / f"{port}.toml"] if own else []
    return [path for path in paths if path.is_file()]


def on(info: BoardInfo, files: Sequence[Path]) -> dict[str, tuple[Path, Entry]]:
    """What is known of a board by claim, with the file that says so."""
    found: dict[str, tuple[Path, Entry]] = {}
    for path in files:
        content = _loaded(path, path.stat().st_mtime_ns)
        for claim in content.without:
            found.pop(claim, None)
        held = [entry for entry in content.divergence if entry.holds_on(info)]
        found.update({entry.claim: (path, entry) for entry in held})
    return found


@cache
def known(port: str, version: str = "", folder: Path = FOLDER) -> dict[str, Divergence]:
    """The known divergences by claim of a port that runs MicroPython, whether or not it has a
    file: asyncio's own for that version (all of them for none), and the port's."""
    info = BoardInfo(name="", implementation="micropython", version=version)
    return _told(port, on(info, layers(port, folder=folder)))


def _told(port: str, entries: Mapping[str, tuple[Path, Entry]]) -> dict[str, Divergence]:
    told = {}
    for claim, (path, entry) in entries.items():
        reason = entry.reason
        if path.stem == ASYNCIO and port not in (ASYNCIO, SEEN_ON):
            reason += f" (seen on {SEEN_ON}, which runs the same asyncio)"
        told[claim] = Divergence(reason=reason, link=entry.link, intermittent=entry.intermittent)
    return told


_OF: dict[tuple[str, Path | None], dict[str, Divergence]] = {}
"""By what a board said of itself: a host test asks anew, and reading files takes its time."""


def of(info: BoardInfo, profile: str = "", own: Path | None = None) -> dict[str, Divergence]:
    """What is known of a board that has said what it is; nothing of what is no MicroPython, but of
    the control what its releases differ in."""
    if info.implementation not in ("micropython", CONTROL):
        return {}
    board = info.model_copy(update={"profile": profile or info.profile})
    port = port_of(board)
    key = (board.model_dump_json(exclude={"lost", "members"}), own)
    if key not in _OF:
        files = layers(port, own)
        if info.implementation == CONTROL:  # it does not run MicroPython's asyncio
            files = [path for path in files if path.stem != ASYNCIO]
        _OF[key] = _told(port, on(board, files))
    return _OF[key]
