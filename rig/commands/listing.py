"""`looprig run --list`: what a run would judge on which board, and why not the rest.

The boards are asked what they are and have, as a run's beginning asks them; no claim is tried.
"""

from __future__ import annotations

from collections.abc import Iterable

from rig.answers.answer import tell
from rig.answers.judging import Due, Listed
from rig.claims import Claim
from rig.ending import GOOD, RIG
from rig.errors import Unmeasured, Unsupported
from rig.refusing import refuse
from rig.results import BoardInfo
from rig.stations import Station


def due(
    claims: Iterable[Claim], stations: list[Station], lost: list[BoardInfo], power: bool
) -> list[Due]:
    """Each claim on each board."""
    found = []
    for claim in claims:
        for station in stations:
            info = station.info or BoardInfo(name=station.name)
            why = ""
            try:
                refuse(claim, info, power, station)
            except (Unsupported, Unmeasured) as error:
                why = (
                    f"{'unsupported' if isinstance(error, Unsupported) else 'unmeasured'}: {error}"
                )
            found.append(Due(claim=claim.id, board=station.name, runs=not why, why=why))
        for board in lost:
            found.append(Due(claim=claim.id, board=board.name, runs=False, why=board.lost))
    return found


def show(listed: list[Due], as_json: bool) -> int:
    """A line for each, those that would run first. Exit 3 where the run itself would: of a board
    nothing could be judged."""
    judged = {each.board for each in listed if each.runs}
    code = GOOD if judged and all(each.board in judged for each in listed) else RIG
    if as_json:
        tell(Listed(due=listed))
        return code
    for each in sorted(listed, key=lambda each: not each.runs):
        print(f"{each.claim} on {each.board}{'' if each.runs else f': not judged: {each.why}'}")
    runs = sum(each.runs for each in listed)
    print(f"\n{runs} of {len(listed)} would be judged")
    return code
