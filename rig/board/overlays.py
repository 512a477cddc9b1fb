"""Modules for a run, put on a board's file system."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from rig.board.link import Link


def upload(link: Link, directory: str, remote: str) -> None:
    """Copy a directory's modules to one on a board that sits at its raw prompt."""
    with contextlib.suppress(Exception):  # it may be there
        link.fs_mkdir(remote)
    for folder, _, names in os.walk(directory):
        inside = os.path.relpath(folder, directory)
        target = remote if inside == "." else f"{remote}/{inside}".replace(os.sep, "/")
        if "__pycache__" in target:
            continue
        if target != remote:
            with contextlib.suppress(Exception):
                link.fs_mkdir(target)
        for name in names:
            if name.endswith((".py", ".mpy")):
                link.fs_writefile(f"{target}/{name}", Path(folder, name).read_bytes())
