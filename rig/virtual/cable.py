"""The cable between the host and a virtual board that has a network of its own.

The board's interpreter lives in a network namespace whose loopback nobody else reaches
(rig/virtual/fence.py). A socket belongs to the namespace that it was made in, whoever holds it: so
the process that holds the board makes sockets there and passes them to the host, as SCM_RIGHTS
(unix(7)), and the host listens and connects on the board's own network with them.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

TAKE_S = 1.0
"""For who asked to take the socket: no more than a process switch, and no other wait is longer."""


class Cable:
    """A Unix socket at which each who connects is given a new TCP socket, and goes."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.socket.setblocking(False)

    def give(self) -> None:
        """Somebody connected: they get their socket."""
        with suppress(OSError):
            asked, _ = self.socket.accept()
            with asked, socket.socket(socket.AF_INET) as made:
                asked.settimeout(TAKE_S)
                socket.send_fds(asked, [b"s"], [made.fileno()])
