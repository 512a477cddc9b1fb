"""Which boards a change concerns: paths of MicroPython's tree, ports, boards of the bench."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from rig import tables
from rig.bench import Bench
from rig.errors import UsageError

EVERY = "*"
PATHS: tuple[tuple[str, str], ...] = (
    # a port's own, and what only some ports are built with (lib/README.md, and ports/*/Makefile)
    ("ports/*/*", "{1}"),
    ("lib/pico-sdk*", "rp2"),
    ("lib/stm32lib*", "stm32"),
    ("lib/nrfx*", "nrf"),
    ("lib/nxp_driver*", "mimxrt"),
    ("lib/asf4*", "samd"),
    ("lib/fsp*", "renesas-ra"),
    ("lib/alif*", "alif"),
    # what reaches no firmware
    ("docs/*", ""),
    ("tests/*", ""),
    ("examples/*", ""),
    ("tools/*.md", ""),
    (".github/*", ""),
    ("*.md", ""),
    ("*.rst", ""),
    ("LICENSE", ""),
    (".git*", ""),
    (".pre-commit-config.yaml", ""),
    # all else reaches every port: py/, extmod/, shared/, drivers/, mpy-cross/, lib/, tools/ (for
    # tools/makemanifest.py builds the frozen modules), and whatever comes later
    ("*", EVERY),
)
"""The first that fits decides: a glob, whose `*` takes slashes too, and a port's folder."""


class Shelf(BaseModel):
    """What a shelf adds to that: `shelf.toml`."""

    model_config = ConfigDict(extra="forbid")
    paths: dict[str, str] = {}  # globs before all others; "*" is every port, "" none
    ports: dict[str, str] = {}  # a board's name, and its port's folder, where its profile is none


def shelf(path: Path | None) -> Shelf:
    """Raises UsageError for a file that is none."""
    if path is None:
        return Shelf()
    hint = 'tables [paths], glob = "port", and [ports], board = "port"'
    return tables.load(path, Shelf, hint, UsageError)


def ports(paths: Sequence[str], own: Mapping[str, str] | None = None) -> frozenset[str]:
    """The ports' folders that a change of these paths touches; `*` stands for all."""
    table = [*(own or {}).items(), *PATHS]
    found = set()
    for path in paths:
        port = next(port for glob, port in table if fnmatch.fnmatchcase(path, glob))
        found.add(path.split("/")[1] if port == "{1}" else port)
    return frozenset(found - {""})


def boards(bench: Bench, touched: frozenset[str], named: Mapping[str, str]) -> list[str]:
    """The bench's boards of these ports, the controls left out.

    Raises UsageError for a board whose port nobody says, and for one named that is not there.
    """
    for name in named:
        if name not in bench.board:
            raise UsageError(f"[ports] {name}: the bench has no such board", f"see {bench.path}")
    found = []
    for name, entry in bench.board.items():
        if entry.kind == "cpython":
            continue
        port = named.get(name) or entry.profile or ("unix" if entry.kind == "virtual" else "")
        if not port:
            what = f"board {name}: which port's is it?"
            raise UsageError(what, f'profile in {bench.path}, or {name} = "…" in [ports]')
        if touched & {EVERY, port}:
            found.append(name)
    return found


def only_asyncio(paths: Sequence[str]) -> bool:
    """Whether nothing that needs a build is touched: only what can be put over a firmware's own."""
    python = [path for path in paths if ports([path])]
    return bool(python) and all(fnmatch.fnmatchcase(p, "extmod/asyncio/*.py") for p in python)
