"""Which projects use looprig. It is loaded in every project of an environment that has it."""

from __future__ import annotations

from pathlib import Path


def of_looprig(folder: Path) -> bool:
    """Whether the pyproject.toml there has a table for looprig."""
    try:
        return "[tool.looprig]" in (folder / "pyproject.toml").read_text("utf-8")
    except (OSError, ValueError):
        return False
