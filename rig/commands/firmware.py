"""`looprig firmware`: the releases that are in the cache, and what would run them."""

from __future__ import annotations

from pathlib import Path

from rig.answers.answer import tell
from rig.answers.setting_up import Firmware, Release
from rig.errors import UsageError
from rig.virtual import emulators, image, releases


def firmware(as_json: bool = False) -> int:
    """List the cache, oldest release first."""
    cached = releases.cached()
    if as_json:
        listed = [told(release, path) for release, path in cached]
        tell(Firmware(folder=str(releases.folder()), releases=listed))
        return 0
    for release, path in cached:
        print(f"{release.port}-{release.version}  {path}  {''.join(runs_on(path))}")
    if not cached:
        print(f"{releases.folder()} holds no firmware")
    print("looprig run --firmware 1.28.0 takes a release from there, or from micropython.org")
    return 0


def told(release: releases.Release, path: Path) -> Release:
    """For programs."""
    emulator, why = runs_on(path)
    return Release(
        port=release.port, version=release.version, path=str(path), emulator=emulator, why=why
    )


def runs_on(path: Path) -> tuple[str, str]:
    """The emulator that would run it, or else why none does; the other is ''."""
    try:
        return emulators.choose(image.read(path)).NAME, ""
    except UsageError as error:
        return "", str(error.hint or error.what)
