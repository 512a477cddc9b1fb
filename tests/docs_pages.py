"""The docs' pages, and what stands in their fences."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from rig.claims import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r'^( *)```(\w*)(?: title="([^"]+)")?\n(.*?)^ *```', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fence: where it stands, of what kind it says that it is, and the file that it shows."""

    page: str
    line: int
    kind: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def commands(self) -> list[str]:
        """Its lines, those that go on behind a backslash as one; no remarks."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line and not line.startswith("#")]


def fences(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page.name,
            text.count("\n", 0, found.start()) + 1,
            found[2],
            found[3] or "",
            textwrap.dedent(found[4]),
        )
        for found in FENCE.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in fences(page)]


def of(kind: str) -> list[Block]:
    return [block for block in BLOCKS if block.kind == kind]
