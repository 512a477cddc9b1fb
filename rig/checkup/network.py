"""A board's network: does it join, and do board and host reach each other?"""

from __future__ import annotations

from rig.board.board import Board
from rig.checkup.finding import Finding
from rig.net.meeting import meet
from rig.networks import NetworkStation


def check_network(about: str, network: NetworkStation, board: Board) -> Finding:
    """Raises RigError where the board is lost."""
    meet(network, board)
    if network.met:
        what = f"it is at {network.board}, this machine at {network.host}, and they meet"
        return Finding(about, "network", True, what)
    mend = "docs/network.md; until then claims that need the host as a peer are unsupported"
    return Finding(about, "network", False, network.trouble, mend)
