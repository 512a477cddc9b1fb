"""What a shell is offered behind an option: claims, faults, and the boards of the bench named.

Nothing here may print or raise: a shell that completes shows it in the middle of a line.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any


def claims(incomplete: str) -> list[str]:
    """Ids of the rig's claims."""
    with contextlib.suppress(Exception):
        from rig.claims import catalogue

        return [name for name in catalogue() if name.startswith(incomplete)]
    return []


def faults(incomplete: str) -> list[str]:
    """Names of the rig's faults."""
    with contextlib.suppress(Exception):
        from rig.faults import names

        return [name for name in names() if name.startswith(incomplete)]
    return []


def boards(ctx: Any, incomplete: str) -> list[str]:
    """Names of boards in the bench file on the line, or in the default bench."""
    with contextlib.suppress(Exception):
        from rig import bench

        named = ctx.params.get("bench")
        entries = bench.load(Path(named) if named else bench.DEFAULT).board
        return [name for name in entries if name.startswith(incomplete)]
    return []
