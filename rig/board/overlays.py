"""Modules that stand first on a board's path for a run, and the proof that they do.

They are put on the board's file system. Where that is absent, full, read-only or forgets, they are
sent before each script instead, and stay in RAM, where an object mounted as a file system gives
them out: that costs their (compressed) text, while modules made straight into `sys.modules` would
cost the same text on the wire, and cannot be, for MicroPython makes no module object but by import.

A module of its own name, the mark, says which overlay it is: the head of each program
(rig/board/program.py) imports it, so that no script runs on what is not there any more.
"""

from __future__ import annotations

import errno
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from mpremote.transport import TransportError, TransportExecError
from pydantic import BaseModel, ConfigDict

from rig.board.execution import Ended, Execution
from rig.board.link import Link
from rig.board.port import Disconnected, Silence
from rig.board.shrink import WINDOW_BITS, deflated, literal
from rig.claims import DEVICE_TESTS
from rig.errors import RigError, UsageError
from rig.results import BoardInfo

REMOTE = "looprig_overlay"
"""Relative, for boards start in /, and one may have no root of its own."""
IN_RAM = "/looprig_ram"
PIECE = 1024
"""Bytes of a file in one command: the board has them in RAM twice while it compiles it."""
STARTS_A_BOARD = ("boot", "main")
"""Modules that are a board's program: to import them could run for ever."""


class Overlay(BaseModel):
    """An overlay as a board has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    remote: str  # the directory on the board
    modules: tuple[str, ...] = ()  # that it holds at its top
    mark: str = ""  # the module that only this overlay has
    directory: str = ""  # on this machine: what is sent before each script, to be kept in RAM
    why: str = ""  # it is kept there


class NotHeld(Exception):
    """The board's file system does not hold the overlay; the message says what it said."""


class Bearer(Protocol):
    """What is needed of a board to put an overlay on it."""

    name: str
    info: BoardInfo
    overlay: Overlay | None

    @property
    def wire(self) -> Link:
        """The open link."""

    def reset(self, execution: Execution) -> None:
        """Come to the raw prompt of a board that was reset."""

    def run(self, device_test: str, **params: Any) -> Execution:
        """Push a device test and follow it to its end."""


def modules_of(directory: str) -> dict[str, bytes]:
    """The modules of a directory, by their path in it. Raises UsageError for what is not read."""
    found = {}
    for path in sorted(Path(directory).rglob("*")):
        if path.suffix in (".py", ".mpy") and "__pycache__" not in path.parts and path.is_file():
            try:
                found[path.relative_to(directory).as_posix()] = path.read_bytes()
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror}", "mend the overlay") from error
    return found


def put(board: Bearer, directory: str, remote: str = REMOTE) -> Overlay:
    """Have an overlay's modules stand first on the board's path from now on.

    What an earlier run left in `remote` is removed first. Raises UsageError for an overlay that
    does not import, RigError for one that the board cannot have, or that does not take effect.
    """
    modules = modules_of(directory)
    mark = f"looprig_{zlib.crc32(repr(modules).encode()):08x}"
    names = sorted({name.partition("/")[0].partition(".")[0] for name in modules})
    overlay = Overlay(remote=remote, modules=tuple(names), mark=mark)
    remove(board, remote)
    try:
        board.reset(Execution("overlay", board.name))
        upload(board.wire, {**modules, f"{mark}.py": b"pass\n"}, remote)
        board.overlay = overlay
        check(board, overlay, directory)
    except NotHeld as error:
        remove(board, remote)
        update = {"remote": IN_RAM, "directory": str(directory), "why": str(error)}
        board.overlay = overlay = overlay.model_copy(update=update)
        try:
            check(board, overlay, directory)
        except NotHeld as other:
            board.overlay = None
            raise RigError(
                f"board {board.name} cannot have an overlay: its files do not hold it ({error}), "
                f"nor does its RAM ({other})",
                "free some of its files: mpremote fs ls, mpremote fs rm",
            ) from error
    except (TransportError, Silence, Disconnected) as error:
        board.overlay = None
        raise RigError(
            f"board {board.name} stopped answering while the overlay was put on it: {error}",
            "run looprig doctor",
        ) from error
    return overlay


def remove(board: Bearer, remote: str = REMOTE) -> None:
    """Take from the board's file system what an overlay put there."""
    board.overlay = None
    board.run("remove_tree", path=remote)


def upload(link: Link, files: dict[str, bytes], remote: str) -> None:
    """Write files to a directory of a board that sits at its raw prompt. Raises NotHeld."""
    paths = {f"{remote}/{name}": data for name, data in files.items()}
    above = {path[:end] for path in paths for end, sign in enumerate(path) if sign == "/" and end}
    try:
        for folder in sorted(above):
            try:
                link.fs_mkdir(folder)
            except OSError as error:
                if error.errno != errno.EEXIST:
                    raise
        for path, data in paths.items():
            link.fs_writefile(path, data, chunk_size=PIECE)
    except (OSError, TransportExecError) as error:
        raise NotHeld(said(error)) from error


def said(error: Exception) -> str:
    """In one line what a board answered to a command for its file system."""
    if isinstance(error, TransportExecError):
        return str(error.error_output.strip().splitlines()[-1])
    number = getattr(error, "errno", 0)
    return f"OSError: {errno.errorcode.get(number, number)}"


def check(board: Bearer, overlay: Overlay, directory: str) -> None:
    """Import what the overlay has, and compare where it came from with where it was put.

    Raises NotHeld when the board has not got it, UsageError when it does not import.
    """
    names = [name for name in overlay.modules if name not in STARTS_A_BOARD]
    came = board.run("overlay", modules=[*names, overlay.mark])
    if came.missing:
        raise NotHeld(came.missing)
    if came.damage:
        raise RigError(f"board {board.name}: {'; '.join(came.damage)}", "run looprig doctor")
    if came.ended is not Ended.FINISHED:
        raise UsageError(
            f"--overlay {directory}: it does not import on board {board.name}: {came.how}",
            "try it by hand with mpremote",
        )
    files = dict(came.values("came"))
    for name, file in files.items():
        # a port without `__file__` has none for the mark either
        if file != files[overlay.mark] and not str(file).startswith(f"{overlay.remote}/"):
            raise RigError(
                f"board {board.name}: its {name} is {file or 'built in'}, not the overlay's in "
                f"{overlay.remote}",
                "take the module out of the overlay, or what imports it first out of boot.py",
            )


def ahead(overlay: Overlay | None, deflate: bool) -> tuple[bytes, ...]:
    """What is sent before a script to have an overlay in RAM: commands for the raw REPL."""
    if overlay is None or not overlay.directory:
        return ()
    return tuple(_commands(overlay.directory, overlay.mark, deflate))


@lru_cache(maxsize=64)
def _commands(directory: str, mark: str, deflate: bool) -> list[bytes]:
    return list(_commanded(directory, mark, deflate))


def _commanded(directory: str, mark: str, deflate: bool) -> Iterator[bytes]:
    yield b"_overlay={}"
    for name, data in {**modules_of(directory), f"{mark}.py": b"pass\n"}.items():
        packed = deflated(data)[0] if deflate else data
        for start in range(0, len(packed), PIECE):
            sign = b"+=" if start else b"="
            yield b"_overlay[%r]%s%s" % (name, sign, literal(packed[start : start + PIECE], True))
    script = (DEVICE_TESTS / "overlay_in_ram.py").read_text(encoding="utf-8")
    yield f"_overlay_bits={WINDOW_BITS if deflate else 0}\n{script}".encode()
