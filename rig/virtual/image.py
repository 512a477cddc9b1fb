"""What a firmware file is: found from its content, never from its name.

Sources: UF2 (github.com/microsoft/uf2, README and utils/uf2families.json), ELF (System V ABI,
chapter 4: e_machine).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rig.errors import UsageError

LEAST = 32
"""Bytes that say what a UF2 or an ELF is for."""
UF2_MAGIC = (0x0A324655, 0x9E5D5157)
UF2_FAMILY_PRESENT = 0x2000
UF2_FAMILIES = {
    0xE48BFF56: "RP2040",
    0xE48BFF57: "RP2350",  # absolute: any of its cores
    0xE48BFF58: "RP2350",  # data
    0xE48BFF59: "RP2350",  # Arm, secure
    0xE48BFF5A: "RP2350",  # RISC-V
    0xE48BFF5B: "RP2350",  # Arm, non-secure
    0x68ED2B88: "SAMD21",
    0x55114460: "SAMD51",
    0xADA52840: "nRF52840",
    0xBFDD4EEE: "ESP32-S2",
    0xC47E5767: "ESP32-S3",
    0x1C5F21B0: "ESP32",
    0x57755A57: "STM32F4",
    0x4FB2D5BD: "MIMXRT10XX",
}
ELF_MACHINES = {
    3: "i386", 40: "ARM", 62: "x86-64", 94: "Xtensa", 183: "AArch64", 243: "RISC-V",
}  # fmt: skip
HOST_MACHINES = ("i386", "x86-64", "AArch64")

Kind = Literal["uf2", "elf", "interpreter"]
"""A UF2 for a chip, an ELF for a bare machine, or a program that runs here."""


@dataclass(frozen=True)
class Firmware:
    """A firmware file: `chip` is the UF2's family or the ELF's machine, '' for an interpreter."""

    path: Path
    kind: Kind
    chip: str = ""


def read(path: Path) -> Firmware:
    """What the file is; raises UsageError for one that is no firmware, or cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except IsADirectoryError as error:
        raise UsageError(f"firmware {path}: it is a directory", "name the file in it") from error
    except OSError as error:
        raise UsageError(
            f"firmware {path}: {error.strerror}", "name a .uf2, an .elf or a micropython"
        ) from error
    if head[:4] in (b"UF2\n", b"\x7fELF") and len(head) < LEAST:
        what = f"firmware {path}: it ends after {len(head)} bytes"
        raise UsageError(what, "the download went wrong: take it once more")
    if head[:8] == struct.pack("<II", *UF2_MAGIC):
        flags, family = struct.unpack_from("<I", head, 8)[0], struct.unpack_from("<I", head, 28)[0]
        if not flags & UF2_FAMILY_PRESENT:
            raise UsageError(
                f"firmware {path}: a UF2 that does not say for which chip it is",
                "take one from micropython.org, whose UF2s name their family",
            )
        return Firmware(path, "uf2", UF2_FAMILIES.get(family, f"family {family:#x}"))
    if head[:4] == b"\x7fELF":
        order = ">" if head[5:6] == b"\x02" else "<"
        number = struct.unpack_from(f"{order}H", head, 18)[0]
        machine = ELF_MACHINES.get(number, f"machine {number}")
        return Firmware(path, "interpreter" if machine in HOST_MACHINES else "elf", machine)
    if head[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe") or head[:2] == b"#!":
        return Firmware(path, "interpreter")  # Mach-O; a script that starts one
    raise UsageError(f"firmware {path}: {what_else(head)}", "name a .uf2, an .elf or a micropython")


def what_else(head: bytes) -> str:
    """What a file is that is no firmware the rig can run, as far as its first bytes tell."""
    if not head:
        return "it is empty"
    if head[:1] == b"\xe9":
        return "an ESP image (.bin), for which there is no emulator here"
    if head[:1] == b":" and head[1:9].isalnum():
        return "an Intel HEX file, for which there is no emulator here"
    if head.lstrip()[:1] == b"<":
        return "a page, not a firmware: the download went wrong"
    return "neither a UF2 nor an ELF nor a program"
