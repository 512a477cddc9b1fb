"""Board and host meet on the board's network, before anything is judged there.

What keeps them apart is the bench's matter (a password, a firewall, an address), and never a
divergence: claims that need the host as the other end are then unsupported, and say why.
"""

from __future__ import annotations

import secrets
from typing import Any

from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.errors import LooprigError
from rig.net.line import Line
from rig.net.peer import Peer
from rig.networks import NetworkStation

MEETING_S = 5
"""For each of the two to connect to the other, whole seconds: a lost packet is sent again after one
(RFC 6298), and after two more."""
NEAR = range(20000, 30000)
"""Ports for the board to listen at. Not the last run's: that may be closing still."""


def port() -> int:
    """A port that the board has not used of late."""
    return NEAR[secrets.randbelow(len(NEAR))]


def wlan(network: NetworkStation, board: Board) -> list[Any] | None:
    """What device_tests/peer/join.py is told; None where there is nothing to join. From now on what
    `board` says is cleaned of the secrets. Raises RigError where they cannot be had."""
    ssid, key = network.entry.secrets(network.home)
    if not ssid:
        return None
    board.secrets = (key, ssid)
    return [ssid, key, network.entry.static(), int(network.entry.join_s * 1000)]


def meet(network: NetworkStation, board: Board) -> None:
    """Have the open board join its network and meet the host there. What came of it is noted in
    `network`; raises RigError where the board itself does not come to an end."""
    network.trouble = "they have not met"
    try:
        network.host = network.host or network.entry.host or network.host_address()
        joining = wlan(network, board)
        peer = Peer(network, board.deadline_scale)
        with peer.serving(lambda line: _meet(line, network)) as there:
            execution = board.run(
                "peer/meet", prefix="peer/join", deadline=network.entry.join_s + 3 * MEETING_S,
                wlan=joining, host=network.host, port=there.port, near=port(), s=MEETING_S,
            )  # fmt: skip
    except LooprigError as error:
        if board.info.lost:
            raise
        network.trouble = error.what
        return
    network.trouble = apart(execution, network)


def _meet(line: Line, network: NetworkStation) -> None:
    """The host's side: whoever comes is the board, and is called back."""
    network.board = line.sock.getpeername()[0]
    line.call(int(line.line())).close()


def not_joined(execution: Execution) -> str:
    """Why the board has not joined its network; '' if it has."""
    for event in execution.all("not-joined"):
        return f"it does not join its network: {event.data[0] if event.data else 'no reason'}"
    return ""


def apart(execution: Execution, network: NetworkStation) -> str:
    """Why board and host did not meet, in words; '' if they did."""
    if why := not_joined(execution):
        return why
    if execution.ended is not Ended.FINISHED or execution.damage:
        return execution.how or "; ".join(execution.damage)
    if execution.all("met"):
        return ""
    stage, number = execution.value("not-met")
    if stage == "accept":
        return f"this machine does not reach the board at {network.board} (error {number})"
    return (
        f"the board does not reach this machine at {network.host} (error {number}): is that its "
        "address on the board's network, and does a firewall let it in?"
    )
