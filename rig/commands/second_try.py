"""What came out `errored` is tried once more at the end of a run, for many a fault passes."""

from __future__ import annotations

from rig.plan import Plan
from rig.results import Outcome
from rig.run_dir import RunDir

ENDED = (0, 1)
"""pytest's exit codes of a session that came to its end."""


def second_try(run_dir: RunDir, plan: Plan, ended: int) -> Plan | None:
    """The plan of a second session for the results that are errored; None where there is none to
    try again: not those of a board that was lost, nor after a session that was cut short.

    Boards that shared the claims are left out: a claim has no board of its own there.
    """
    if ended not in ENDED or plan.fail_fast or any(len(kind.boards) > 1 for kind in plan.kinds):
        return None
    lost = {board.name for board in run_dir.read().boards if board.lost}
    again = {
        (result.claim, result.board)
        for result in run_dir.results()
        if result.outcome is Outcome.ERRORED and result.board not in lost and not result.earlier
    } - set(plan.done)
    if not again:
        return None
    pairs = [(claim, kind.name) for claim in plan.claims for kind in plan.kinds]
    return plan.model_copy(update={"done": [pair for pair in pairs if pair not in again]})
