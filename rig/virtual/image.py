"""What a firmware file is: found from its content, never from its name.

Source: ELF, System V ABI, chapter 4 (e_machine). UF2 is uf2.py's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rig.errors import UsageError
from rig.virtual import uf2

LEAST = 32
"""Bytes that say what a UF2 or an ELF is for."""
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
        if path.exists() and not path.is_file() and not path.is_dir():  # a pipe has no end
            raise UsageError(f"firmware {path}: it is a device or a pipe", "name a file")
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
    if head.startswith(uf2.MAGIC):
        try:
            return Firmware(path, "uf2", uf2.chip(path.read_bytes()))
        except uf2.Damaged as error:
            hint = "fetch it again: whole ones, which name their chip, are on micropython.org"
            raise UsageError(f"firmware {path}: {error}", hint) from error
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
    if head[:1] == b":" and head[1:9].isalnum():
        return "an Intel HEX file, for which there is no emulator here"
    if head.lstrip()[:1] == b"<":
        return "a page, not a firmware: the download went wrong"
    return next((what for begins, what in OTHERS if head.startswith(begins)), OTHER)


OTHERS = [
    (b"\xe9", "an ESP image (.bin), for which there is no emulator here"),
    (b"DfuSe", "a DFU file, for which there is no emulator here"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\xfd7zXZ", "an xz archive: unpack it first"),
    (b"MZ", "a program for Windows"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file: git lfs pull"),
]
OTHER = "neither a UF2 nor an ELF nor a program"
