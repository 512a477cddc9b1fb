"""The host as a mirror, for a board that cannot talk to itself: each connection that the board
makes to the host comes back to it, as one from the host to the same port of the board's.

Bytes, ends and resets go through in both directions, each as what it is. What cannot go through a
mirror is a refusal: a connection is there before it is known that nobody takes it. So the board
asks (device_tests/peer/mirror.py) what the host meets at a port.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from rig.net.line import Line
from rig.net.peer import Peer

IN_FRONT = " ".join(("peer/join", "peer/mirror"))
"""What stands in front of a device test, in place of streams/loopback."""
PORTS = 6
"""A device test starts three servers at most, and a port that was closed may be busy a while."""
PIECE = 1 << 16


@contextlib.contextmanager
def mirror(peer: Peer) -> Iterator[dict[str, Any]]:
    """The parameters that device_tests/peer/mirror.py needs, valid as long as the context lasts."""
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(peer.serving(reflect)).port for _ in range(PORTS)]
        asked = stack.enter_context(peer.serving(answer)).port
        unheard = stack.enter_context(peer.new_socket())
        unheard.bind((peer.host, 0))  # and not listening: who connects is refused
        yield {
            "host": peer.host,
            "here": peer.board,
            "ports": ports,
            "port": asked,
            "closed": unheard.getsockname()[1],
        }


def answer(line: Line) -> None:
    """Say what a client meets at a port of the board's."""
    try:
        line.call(int(line.line())).close()
    except OSError:
        line.send(b"refused")
    else:
        line.send(b"connected")


def reflect(line: Line) -> None:
    """Be the board's client, at the same port, for the connection that it made."""
    try:
        back = line.call(line.sock.getsockname()[1])
    except OSError:
        line.reset()
        return
    for one in (line, back):
        one.sock.settimeout(None)  # the test's end closes them
    there = threading.Thread(target=pump, args=(line, back), daemon=True)
    there.start()
    pump(back, line)
    there.join()
    back.close()


def pump(source: Line, sink: Line) -> None:
    """Carry what comes from one side to the other, and how it ends."""
    try:
        while data := source.sock.recv(PIECE):
            sink.send(data)
        sink.end_sending()
    except OSError:
        for line in (source, sink):
            with contextlib.suppress(OSError):
                line.reset()
