"""A test that diverged, once more: what tells a board's divergence from a busy machine's.

Upstream's tests wait for tens of milliseconds and print in which order what came. On a machine with
other work to do CPython, whose word it is that counts, and a board that is a program on it may both
print it otherwise now and then (seen: extmod/asyncio_fair.py).
"""

from __future__ import annotations

from collections.abc import Callable

from rig.board.execution import Execution
from rig.board.kept import kept
from rig.results import Outcome, Result
from rig.upstream.suite import Suite
from rig.upstream.verdict import judge

TIMES = 3
"""How often CPython is asked once more: it says the same unless the test reads the time."""


def asked_again(
    result: Result,
    execution: Execution,
    wanted: str,
    suite: Suite,
    name: str,
    push: Callable[[], Execution] | None,
) -> None:
    """Judge anew a test that printed something other than `wanted`.

    It conforms if CPython ever prints the same. It is inconclusive where CPython does not always
    print the same, or where the board does not, `push`ed once more; None for a board with a
    processor of its own, which no other program can keep from its work.
    """
    answers = {wanted}
    if not suite.recorded(name):
        for _ in range(TIMES):
            again = suite.expected(name)
            if again not in answers:
                answers.add(again)
                judge(result, execution, again, suite, name)
                if result.outcome is Outcome.CONFORMS:
                    return
    if len(answers) > 1:
        unsure(result, "CPython prints it otherwise from time to time: is this machine busy?")
    elif push:
        second = push()
        result.executions.append(kept(second))
        verdict = Result(claim=result.claim, board=result.board, outcome=Outcome.UNSUPPORTED)
        judge(verdict, second, wanted, suite, name)
        if verdict.outcome is Outcome.CONFORMS:
            unsure(result, "the board printed it otherwise once, and not again: is its host busy?")


def unsure(result: Result, why: str) -> None:
    """No verdict; what was seen stays."""
    result.outcome, result.why = Outcome.INCONCLUSIVE, why
