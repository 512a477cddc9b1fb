"""A virtual board's file system: a folder of its own is its `/`, as flash is a board's.

The Unix port starts with the host's `/` mounted. The program given here runs before the REPL and
mounts the board's own folder there instead (docs/library/vfs.rst of MicroPython), which lasts until
the interpreter ends: the folder stays over every soft reset and crash of a run.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

FileSystem = Literal["own", "read-only", "none"]
FILE_SYSTEMS: tuple[str, ...] = get_args(FileSystem)

LIBRARY = Path(__file__).parent / "unix_lib"
"""Modules the Unix port lacks and boards have: `machine.reset`."""

MOUNTED = """\
import vfs, os
vfs.umount("/")
vfs.mount(vfs.VfsPosix({root!r}), "/", readonly={readonly})
os.chdir("/")
del vfs, os
"""
UNMOUNTED = """\
import vfs, sys
sys.path.insert(0, {library!r})
import machine
sys.path.pop(0)
vfs.umount("/")
del vfs, sys, machine
"""


@dataclass(frozen=True)
class Files:
    """What of files a virtual board has."""

    root: Path  # absolute, and no symlink: VfsPosix cuts it off what getcwd(2) says
    kind: FileSystem

    def program(self) -> str:
        """What MicroPython must run before its REPL; it leaves no name behind."""
        text = UNMOUNTED if self.kind == "none" else MOUNTED
        readonly = self.kind == "read-only"
        return text.format(library=str(LIBRARY), root=str(self.root), readonly=readonly)

    @property
    def search_path(self) -> str:
        """`MICROPYPATH`: a board's own, with the port's modules in front of the frozen ones.

        They are reached by the way up out of the folder, for VfsPosix takes `..` as it comes: a
        second mount would show in every listing of `/`, and to import `machine` beforehand would
        keep an overlay from having one.
        """
        if self.kind == "none":
            return ":.frozen"
        return f":/{os.path.relpath(LIBRARY, self.root)}:.frozen:/lib"
