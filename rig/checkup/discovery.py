"""Finding boards: USB ids choose whom to ask, and only an answer makes a port a board."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from filelock import Timeout

from rig.board.board import Board
from rig.errors import LooprigError
from rig.ports import Port
from rig.results import BoardInfo
from rig.stations import lock_of

PATIENCE = 0.3
"""Of the usual deadlines: a port that is no board must not hold up the list."""


@dataclass(frozen=True)
class Answer:
    """What came of asking a port: a board, or why it is none that can be used."""

    port: Port
    board: BoardInfo | None = None
    problem: str = ""


def ask(port: Port, baudrate: int = 115200, patience: float = PATIENCE) -> Answer:
    """Interrupt whatever runs on the port, ask it who it is, and leave it at its REPL."""
    board = Board("board", port.device, baudrate, deadline_scale=patience)
    try:
        with lock_of(port.device).acquire(timeout=0):
            board.open()
            try:
                return Answer(port, board.identify())
            finally:
                board.close()
    except Timeout:
        return Answer(port, problem="another looprig run has this board")
    except LooprigError as error:
        return Answer(port, problem=error.what)


def ask_all(ports: Iterable[Port]) -> list[Answer]:
    """Ask every port at once; answers in the order of the ports."""
    ports = list(ports)
    with ThreadPoolExecutor(max_workers=max(1, min(16, len(ports)))) as pool:
        return list(pool.map(ask, ports))
