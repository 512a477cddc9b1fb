"""What is sent to a board: nonce, parameters and overlay, the harness, the device test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rig.claims import DEVICE_TESTS
from rig.errors import RigError

TRACE_LINE = re.compile(r'(File "<stdin>", line )(\d+)')


@dataclass(frozen=True)
class Program:
    """Code as sent, and where each of its lines comes from."""

    text: bytes
    lines: tuple[tuple[str, int], ...] = ()  # (file, line) of each line sent, from line 1

    def map_traceback(self, traceback: str) -> str:
        """A traceback with the lines of the device test's own source."""

        def own(found: re.Match[str]) -> str:
            number = int(found[2])
            if 1 <= number <= len(self.lines):
                name, line = self.lines[number - 1]
                return f'File "{name}", line {line}'
            return found[0]

        return TRACE_LINE.sub(own, traceback)


@cache
def source(path: Path) -> tuple[tuple[str, int], ...]:
    """A script's lines with their numbers, without blank lines and comments."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RigError(f"{path}: {error.strerror}", "is the device test's name right?") from error
    return tuple((line, number) for number, line in enumerate(text.splitlines(), 1))


def program(
    device_test: str, nonce: str, params: dict[str, Any], prefix: str = "", overlay: str = ""
) -> Program:
    """The whole script for one execution. Raises RigError for a device test that is not there."""
    head = f"_nonce={nonce!r};params={params!r}"
    if overlay:
        head += f";import sys;sys.path.insert(0,{overlay!r})"
    text: list[str] = [head]
    origin: list[tuple[str, int]] = [("looprig", 1)]
    for name in ("harness", *([prefix] if prefix else []), device_test):
        for line, number in source(DEVICE_TESTS / f"{name}.py"):
            text.append(line)
            origin.append((f"{name}.py", number))
    text.append("_end()\n")
    origin.append(("looprig", 1))
    return Program("\n".join(text).encode(), tuple(origin))
