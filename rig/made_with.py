"""What a run is made with, in a word that changes when it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from rig import suites

ROOT = Path(__file__).resolve().parent.parent
SUITE = ("claims", "device_tests", "host", "fixtures/expectations", "fixtures/profiles")
SUFFIXES = (".py", ".mpy", ".toml", ".exp")


def suite() -> str:
    """Of the claims, their tests on board and host, and what is expected of ports."""
    own = [ROOT / name for name in SUITE]
    return digest([*own, *(folder for suite in suites.added() for folder in suite.folders)])


def digest(folders: Iterable[Path]) -> str:
    """Of all modules and tables in these folders, their names and their content."""
    made = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                made.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()[:16]
