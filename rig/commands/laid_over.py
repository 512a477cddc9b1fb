"""What stands first on each board's path for a run: suites' modules, an overlay, faults."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from rig import suites
from rig.faults import Fault, written


def laid_over(overlay: Path | None, faults: Sequence[Fault], scratch: Path) -> Path | None:
    """The folder of all of it, None for nothing. The overlay is laid over the suites' modules,
    and faults over both; what is put together is put together in `scratch`.

    Raises UsageError for a fault that is not as it should be.
    """
    modules = [suite.modules for suite in suites.added() if suite.modules.is_dir()]
    if not modules and not faults:
        return overlay
    for folder in [*modules, *([overlay] if overlay else [])]:
        shutil.copytree(
            folder, scratch, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
        )
    return written(faults, scratch) if faults else scratch
