"""What came out `errored` is tried once more at the end of a run, for many a fault passes."""

from __future__ import annotations

import sys

from reports.neutral import one_line
from rig.plan import Plan
from rig.results import Outcome
from rig.run_dir import RunDir
from rig.sharing import Kind

ENDED = (0, 1)
"""pytest's exit codes of a session that came to its end."""


SHOWN = 5


def tell(run_dir: RunDir, again: set[tuple[str, str]]) -> None:
    """Say what is tried again, and why: a supply that somebody switched off, and on again, leaves
    no other trace on the terminal."""
    spoilt = [each for each in run_dir.results() if (each.claim, each.board) in again]
    for each in spoilt[:SHOWN]:
        why = one_line(f"{each.claim} on {each.board}: {each.why}", 300)
        print(f"tried again: {why}", file=sys.stderr)
    if len(spoilt) > SHOWN:
        print(f"tried again: {len(spoilt) - SHOWN} more", file=sys.stderr)


def second_try(run_dir: RunDir, plan: Plan, ended: int) -> Plan | None:
    """The plan of a second session for the results that are errored; None where there is none to
    try again: not those of a board that was lost, nor after a session that was cut short.

    Boards that share the claims stand in for one of them that was lost.
    """
    if ended not in ENDED or plan.fail_fast:
        return None
    lost = run_dir.read().lost
    kinds = [
        Kind(name=kind.name, boards=boards)
        for kind in plan.kinds
        if (boards := [board for board in kind.boards if board not in lost])
    ]
    living = {kind.name for kind in kinds}
    again = {
        (result.claim, result.board)
        for result in run_dir.results()
        if result.outcome is Outcome.ERRORED and result.board in living and not result.earlier
    } - set(plan.done)
    if not again:
        return None
    tell(run_dir, again)
    pairs = [(claim, kind.name) for claim in plan.claims for kind in kinds]
    return plan.model_copy(
        update={
            "done": [pair for pair in pairs if pair not in again],
            "kinds": kinds,
            "stations": [station for station in plan.stations if station.name not in lost],
        }
    )
