"""rp2040py (PyPI, MIT): the RP2040 in Python and Cython, without Node.js, and much slower."""

from __future__ import annotations

import importlib.util
import sys

from rig.virtual.image import Firmware

NAME = "rp2040py"
OWN_CLOCK = True
INSTALL = "pip install rp2040py"


def runs(firmware: Firmware) -> bool:
    """RP2040 UF2s."""
    return firmware.kind == "uf2" and firmware.chip == "RP2040"


def missing() -> str:
    """Whether the package is not here."""
    return "" if importlib.util.find_spec("rp2040py") else "the Python package rp2040py"


def command(firmware: Firmware) -> list[str]:
    """rp2040py_machine.py beside this file, as a program."""
    module = "rig.virtual.emulators.rp2040py_machine"
    return [sys.executable, "-m", module, "--firmware", str(firmware.path)]
