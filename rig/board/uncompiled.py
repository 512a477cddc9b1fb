"""A device test that a compiler refused: no line of it ran, so it says nothing of any claim."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rig.board.execution import Ended, Execution
from rig.claims import DEVICE_TESTS
from rig.errors import RigError
from rig.suites import device_test

SYNTAX = re.compile(r"(Syntax|Indentation|Tab)Error\b")
FRAME = re.compile(r'^  File "([^"]*)", line (\d+)', re.MULTILINE)


def refused(execution: Execution, device_tests: Iterable[str]) -> RigError | None:
    """The rig's fault in an execution of these device tests that ended in a syntax error.

    Such is a device test that is no Python: this host's compiler has the last word on that. And
    one that only the board's compiler refuses: a script of the rig that asks for more than the
    claim does. None for a syntax error in whatever the script imported: it is the board's own, or
    an overlay's, and the traceback then goes on to there from the script.
    """
    if execution.ended is not Ended.RAISED or not SYNTAX.match(execution.how):
        return None
    for name in device_tests:
        path = device_test(f"{name}.py", DEVICE_TESTS)
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except SyntaxError as error:
            return RigError(
                f"device_tests/{name}.py, line {error.lineno}: it is no Python ({error.msg})",
                "mend the device test",
            )
    places = FRAME.findall(execution.traceback)
    if len(places) != 1 or execution.events or execution.damage:
        return None
    [(file, line)] = places
    if file == "looprig":  # in front of the script, or behind it
        return RigError(
            f"{execution.device_test} on {execution.board}: the board's compiler refuses what the "
            f"rig puts around the script ({execution.how})",
            "are all parameters of board.run plain values?",
        )
    return RigError(
        f"device_tests/{file}, line {line}: the compiler of board {execution.board} refuses what "
        f"this host's takes ({execution.how})",
        "write the device test without that syntax, or name it as a feature that the claim needs",
    )
