"""The MicroPython on this machine that is the other instance of tests which need two."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from rig.board.board import Board
from rig.errors import LooprigError
from rig.networks import NetworkStation
from rig.virtual.board import VirtualBoard

NAME = "host"


class HostInstance:
    """Started when it is first asked for, on the machine's own network."""

    def __init__(self) -> None:
        self.stack = contextlib.ExitStack()
        self.started: Board | None = None
        self.trouble = ""

    def lacking(self) -> str:
        """Why this machine can have none; '' if it has one."""
        if not self.started and not self.trouble:
            try:
                self.board()
            except LooprigError as error:
                self.trouble = f"another instance: {error}"
        return self.trouble

    def board(self) -> Board:
        """The board that it is to the rig. Raises RigError where there is no MicroPython."""
        if not self.started:
            folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="looprig-")))
            played = VirtualBoard(NAME, "micropython", folder, network="machine")
            self.stack.callback(played.stop)
            played.wait_ready()
            board = Board(NAME, str(played.port), power_cycle=played.power_cycle)
            board.open()
            self.stack.callback(board.close)
            board.identify()
            self.started = board
        return self.started

    @staticmethod
    def network(network: NetworkStation) -> NetworkStation:
        """The board's network as the host sees it: each is the other's other end.

        A virtual board on the machine's network knows the host by a loopback address of its own,
        from which a server at any address does not answer datagrams: both are where the board is.
        """
        near = network.board.startswith("127.")
        here = network.board if near else network.host
        return NetworkStation(host=network.board, board=here, trouble="")

    def close(self) -> None:
        self.stack.close()
