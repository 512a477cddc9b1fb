"""What came out `errored` is tried once more at the end of a run, for many a fault passes."""

from __future__ import annotations

import sys

from reports.neutral import one_line
from rig.plan import Plan
from rig.results import Outcome
from rig.run_dir import RunDir

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
    tell(run_dir, again)
    pairs = [(claim, kind.name) for claim in plan.claims for kind in plan.kinds]
    return plan.model_copy(update={"done": [pair for pair in pairs if pair not in again]})
