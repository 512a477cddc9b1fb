"""`looprig firmware`: the releases that are in the cache, and what would run them."""

from __future__ import annotations

from pathlib import Path

from rig.errors import UsageError
from rig.virtual import emulators, image, releases


def firmware() -> int:
    """List the cache, oldest release first."""
    cached = releases.cached()
    for release, path in cached:
        print(f"{release.port}-{release.version}  {path}  {runs_on(path)}")
    if not cached:
        print(f"{releases.folder()} holds no firmware")
    print("looprig run --firmware 1.28.0 takes a release from there, or from micropython.org")
    return 0


def runs_on(path: Path) -> str:
    """The emulator that would run it, or why none does."""
    try:
        return emulators.choose(image.read(path)).NAME
    except UsageError as error:
        return str(error.hint or error.what)
