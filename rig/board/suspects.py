"""What else on this machine has its hands on serial ports, by the process table and the udev rules.

Linux: elsewhere there is no /proc, and nothing is suspected.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

ROOT = Path("/")
"""Where /proc and the udev rules are looked for."""
MODEM_MANAGER = (
    "ModemManager probes new ports for some 15 s: wait, or keep it off with the udev line "
    'ENV{ID_MM_DEVICE_IGNORE}="1" for this device (or: sudo systemctl stop ModemManager)'
)
BRLTTY = (
    "brltty takes CH340 and CP210x bridges away, for braille displays have them: "
    "sudo apt remove brltty, then plug the board in again"
)
WSL = (
    "under WSL a board that resets is detached: on Windows, "
    "usbipd attach --wsl --busid BUSID --auto-attach"
)


def runs(name: str) -> bool:
    """Whether a process of that name runs."""
    for path in ROOT.glob("proc/[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if path.read_text(encoding="utf-8", errors="replace").strip() == name:
                return True
    return False


def brltty() -> bool:
    """Whether brltty runs or its udev rules start it: it takes bridges from the kernel's driver."""
    rules = [*ROOT.glob("usr/lib/udev/rules.d/*brltty*"), *ROOT.glob("lib/udev/rules.d/*brltty*")]
    return bool(rules) or runs("brltty")


def wsl() -> bool:
    """Whether this is Linux under Windows, where usbipd brings USB devices in."""
    with contextlib.suppress(OSError):
        said = (ROOT / "proc/version").read_text(encoding="utf-8", errors="replace")
        return "microsoft" in said.lower()
    return False


def of_absence() -> str:
    """Why a port may be gone, and what to do about it; '' where nothing is known to take ports."""
    return "; ".join([BRLTTY] * brltty() + [WSL] * wsl())


def dialout() -> str:
    """How a user of this system gets at its serial ports."""
    if sys.platform == "darwin":
        return "ls -l shows who may open it"
    return "sudo usermod -aG dialout $USER (uucp on Arch), then log in again"
