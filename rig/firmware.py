"""Which firmware is on a board, and whether the rig can judge it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rig.errors import RigError
from rig.results import BoardInfo

OLDEST = (1, 21)
"""MicroPython's first with `asyncio` under this name: https://github.com/micropython/micropython/releases/tag/v1.21.0"""
GIT = re.compile(r"MicroPython v?(\S+)")
NAMES = {"circuitpython": "CircuitPython", "micropython": "MicroPython", "cpython": "CPython"}


def version(parts: Sequence[object], sys_version: str) -> str:
    """A firmware's version, by `sys.implementation.version` and `sys.version`: `1.28.0`.

    The fourth part is empty in a release, and CPython's says `final`. Two nightlies have the same
    parts: what git said of the commit tells them apart (`1.29.0-preview.12.gf86dc4ab5`).
    """
    numbers = ".".join(str(part) for part in parts[:3])
    suffix = next((str(part) for part in parts[3:4] if part not in ("", "final")), "")
    release = f"{numbers}-{suffix}" if suffix else numbers
    found = GIT.search(sys_version)
    git = found[1] if found else ""
    if git.startswith(numbers):
        return git
    return f"{release} ({git})" if git else release


def refusal(info: BoardInfo, asyncio: str = "") -> RigError | None:
    """Why no claim can be judged on this firmware, None if claims can; `asyncio` is the error of
    its import."""
    board = f"board {info.name} on {info.port}"
    name = NAMES.get(info.implementation, info.implementation)
    says = f"{name} {info.version}"
    if info.implementation not in ("micropython", "cpython"):
        return RigError(
            f"{board} runs {says}, which the rig cannot judge",
            f"put MicroPython >= {OLDEST[0]}.{OLDEST[1]} on it: https://micropython.org/download/",
        )
    numbers = tuple(int(part) for part in re.findall(r"\d+", info.version)[:2])
    if info.implementation == "micropython" and numbers < OLDEST:
        return RigError(
            f"{board} runs {says}, which has no asyncio by that name: the rig needs "
            f"{OLDEST[0]}.{OLDEST[1]}",
            "update it: https://micropython.org/download/",
        )
    if asyncio:
        return RigError(
            f"{board} runs {says} without asyncio ({asyncio})",
            "take a firmware that has it, or give one with looprig run --overlay DIR",
        )
    return None
