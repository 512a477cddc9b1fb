"""Virtual boards for the transport's tests, and scripts for them to run."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Execution
from rig.board.program import assemble
from rig.board.shrink import shrink
from rig.virtual.board import VirtualBoard
from rig.virtual.fence import Network
from rig.virtual.files import FileSystem
from rig.virtual.interpreters import INTERPRETERS


@contextlib.contextmanager
def virtual(
    folder: Path,
    interpreter: str = "micropython",
    heap: str = "",
    file_system: FileSystem = "own",
    network: Network = "own",
) -> Iterator[VirtualBoard]:
    """A virtual board that is ready."""
    board = VirtualBoard("board", interpreter, folder, heap, file_system, network)
    try:
        board.wait_ready()
        yield board
    finally:
        board.stop()


def connect(port: Path | str, **settings: object) -> Board:
    """A board on that port, identified."""
    board = Board("board", str(port), **settings)  # type: ignore[arg-type]
    board.open()
    board.identify()
    return board


def interpreters(parent: int) -> list[int]:
    """The virtual boards' interpreters below a process; `ps` may miss one that just starts."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in table.stdout.splitlines()]
    below = {parent}
    for _ in range(3):
        below |= {int(pid) for pid, ppid, _ in rows if int(ppid) in below}
    return [int(pid) for pid, _, comm in rows if int(pid) in below and comm in INTERPRETERS]


def push(board: Board, text: str, deadline: float = 5.0) -> Execution:
    """Run this text as a device test called x.py."""
    return board.push("x", assemble([("x.py", shrink(text))], {}), deadline)
