"""Why a claim cannot be judged on a board at all, as far as board and bench say what they have."""

from __future__ import annotations

from rig.board.features import GIVEN
from rig.claims import Claim
from rig.errors import Unmeasured, Unsupported
from rig.networks import NO_TABLE
from rig.results import BoardInfo
from rig.stations import Station
from rig.wires import lacking as no_wire


def refuse(claim: Claim, info: BoardInfo, power: bool, station: Station) -> None:
    """Raise the reason why the claim cannot be judged on this board, if there is one."""
    if info.implementation == "cpython" and claim.not_cpython:
        raise Unsupported(f"CPython: {claim.not_cpython}")
    for feature in claim.needs:
        if feature in GIVEN:
            if why := lacking(feature, info, station):
                raise Unsupported(why)
            continue
        if feature in info.starved:
            raise Unsupported(f"memory: too little to try {feature}")
        if feature not in info.features:
            raise Unsupported(feature)
    if claim.power:
        if not power:
            raise Unmeasured("the run was asked for without power (--no-power)")
        if station.meter is None:
            raise Unmeasured("the bench names no meter for this board")


def lacking(feature: str, info: BoardInfo, station: Station) -> str:
    """Why the board has not what the bench is to give it; '' if it has."""
    if feature.startswith("wire."):
        return no_wire(station.wires, feature) or station.unwired.get(feature, "")
    if feature == "network.self" and "socket.loopback" in info.features:
        return ""
    if "socket" not in info.features:
        return "socket"
    trouble = station.network.trouble if station.network else NO_TABLE
    return trouble and f"network: {trouble}"
