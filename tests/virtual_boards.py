"""A virtual board and the rig's view of it, up and known, for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.board.board import Board
from rig.virtual.board import VirtualBoard


@contextmanager
def identified(name: str, folder: Path) -> Iterator[tuple[VirtualBoard, Board]]:
    """Both, until the block ends."""
    virtual = VirtualBoard(name, "micropython", folder)
    try:
        virtual.wait_ready()
        board = Board(name, str(virtual.port), power_cycle=virtual.power_cycle)
        board.open()
        board.identify()
        yield virtual, board
        board.close()
    finally:
        virtual.stop()
