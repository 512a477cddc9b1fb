"""Which column of the public tables a board of a run is: its port, its board, its release."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.neutral import one_line
from rig import expectations
from rig.results import BoardInfo, RunInfo

HOW = {
    "virtual": "the Unix port on a PC, played as a board",
    "emulated": "the firmware of a board in an emulator: no hardware",
    "cpython": "CPython, the control",
    "serial": "",
}
"""What stands beside a board that is no hardware, by `BoardInfo.kind`."""
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One release on one board; `mixed` says of an overlay what ran on what."""

    port: str
    board: str
    release: str
    how: str = ""
    mixed: str = ""


def columns_of(run: RunInfo, info: BoardInfo, releases: Sequence[str]) -> list[Column]:
    """The columns that a board's results fill: several where an overlay is the asyncio of several
    releases. CPython knows nothing of overlays."""
    port = expectations.port_of(info)  # it names files: one_line may end in what ASCII has not
    how = HOW.get(info.kind, f"of kind {one_line(info.kind, 20)}")
    board = board_of(info, port)
    if info.kind == "virtual":
        board = f"{board}, virtual"
    elif info.kind == "emulated":
        board = f"{board}, emulated"
    version = release_of(info.version)
    if not run.overlay or info.implementation == "cpython":
        return [Column(port, board, version, how)]
    board = f"{board}, asyncio as an overlay"
    if not releases:
        overlay = one_line(run.overlay, 40)
        mixed = f"{overlay} is an overlay on {info.implementation} {version}"
        return [Column(port, board, f"{version} with {overlay}", how, mixed)]
    queue = f", with that one's task queue, in {info.queue}" if info.queue else ""
    mixed = f"its asyncio as an overlay on MicroPython {version}{queue}: no release's own firmware"
    return [Column(port, board, release, how, mixed) for release in releases]


def board_of(info: BoardInfo, port: str) -> str:
    """What a board is called through all of its releases: `_build` is there since 1.25 only, so it
    tells no more than the variant, which `_machine` does not; and on the Unix port that says which
    compiler it was."""
    build = "-" + info.build if port == "unix" else info.build
    variant = build.partition("-")[2].removeprefix("standard")
    plain = port if port == "unix" else info.machine or info.build or info.platform
    return one_line(f"{plain} {variant}" if plain else variant, 60) or "unnamed board"


def release_of(version: str) -> str:
    """A firmware's version as a column: a nightly keeps its commit."""
    plain = one_line(version.replace("(", "").replace(")", ""), 40)
    return plain if _VERSION.fullmatch(plain) else "unknown release"


def age(release: str) -> tuple[int, int, int, int, str]:
    """Sorts releases: a preview goes before its release, what is none before all."""
    found = _VERSION.fullmatch(release)
    if not found:
        return (0, 0, 0, 0, release)
    major, minor, patch, rest = found.groups()
    return (int(major), int(minor), int(patch or 0), 0 if rest.startswith("-") else 1, rest)
