"""What is in a UF2 file, block by block, and whether all of it is there.

Source: github.com/microsoft/uf2, README (file format, flags) and utils/uf2families.json. A file may
hold several families' blocks, each family numbered by itself: a board takes those of its own.
"""

from __future__ import annotations

import struct

MAGIC = struct.pack("<II", 0x0A324655, 0x9E5D5157)
END = struct.pack("<I", 0x0AB16F30)
BLOCK = 512
NOT_FLASH, FAMILY_PRESENT = 0x1, 0x2000
FAMILIES = {
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
RP2040 = 0xE48BFF56


class Damaged(ValueError):
    """What of a UF2 is not there, as the end of a sentence that names the file."""


def chip(content: bytes) -> str:
    """The chip that a UF2 is for; of several the RP2040, which there are emulators of.

    Raises Damaged for one that does not say, that is damaged, or of which a part is missing.
    """
    if len(content) % BLOCK:
        raise Damaged("a UF2 that is cut off in the middle of a block")
    numbers: dict[int, list[int]] = {}
    totals: dict[int, int] = {}
    for at in range(0, len(content), BLOCK):
        block = content[at : at + BLOCK]
        if not (block.startswith(MAGIC) and block.endswith(END)):
            what = f"block {at // BLOCK + 1} of {len(content) // BLOCK} is none"
            raise Damaged(f"a damaged UF2, {what}")
        flags, _, _, number, total, family = struct.unpack_from("<6I", block, len(MAGIC))
        if flags & FAMILY_PRESENT and not flags & NOT_FLASH:
            numbers.setdefault(family, []).append(number)
            totals[family] = total
    if not numbers:
        raise Damaged("a UF2 that does not say for which chip it is")
    family = RP2040 if RP2040 in numbers else max(numbers, key=lambda each: len(numbers[each]))
    missing = totals[family] - len(set(numbers[family]))
    if missing > 0:
        raise Damaged(f"a UF2 of which {missing} of {totals[family]} blocks are missing")
    return FAMILIES.get(family, f"family {family:#x}")
