"""QEMU's machines, for upstream's own port (ports/qemu): Arm Cortex-M and RISC-V."""

from __future__ import annotations

import shutil
import sys

from rig.errors import UsageError
from rig.virtual.image import Firmware
from rig.wires import BoardWires

NAME = "qemu"
OWN_CLOCK = False
WIRES: BoardWires | None = None
INSTALL = "QEMU: qemu-system-arm, or qemu-system-misc for RISC-V (apt install, brew install qemu)"
PROGRAMS = {"ARM": ("qemu-system-arm",), "RISC-V": ("qemu-system-riscv32", "qemu-system-riscv64")}


def runs(firmware: Firmware) -> bool:
    """ELFs for Arm and RISC-V."""
    return firmware.kind == "elf" and firmware.chip in PROGRAMS


def missing() -> str:
    """Whether none of QEMU's programs is here."""
    programs = [name for names in PROGRAMS.values() for name in names]
    return "" if any(map(shutil.which, programs)) else "QEMU"


def command(firmware: Firmware, wires: BoardWires | None = None) -> list[str]:
    """qemu_machine.py beside this file, as a program."""
    if wires:
        raise UsageError(f"firmware {firmware.path}: QEMU wires no pins", "leave wires out")
    module = "rig.virtual.emulators.qemu_machine"
    return [sys.executable, "-m", module, "--firmware", str(firmware.path)]
