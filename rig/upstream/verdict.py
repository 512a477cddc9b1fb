"""What became of a test of MicroPython's own suite, as its run-tests.py would judge it."""

from __future__ import annotations

import difflib
import re

from rig.board.execution import Ended, Execution
from rig.results import Outcome, Result
from rig.upstream.suite import Suite

SHOWN = 4000
"""Characters of the lines that differ that a result keeps."""


def judge(result: Result, execution: Execution, expected: str, suite: Suite, name: str) -> None:
    """Fill in the outcome as upstream's run-tests.py would, with its evidence."""
    output = execution.output
    if execution.traceback:
        output += execution.traceback
    if execution.no_room:
        result.why = "memory: the test is too large for this board"
    elif execution.damage:
        result.outcome, result.why = Outcome.ERRORED, "; ".join(execution.damage[:3])
    elif execution.output.strip() == "SKIP":
        result.why = "the test skips itself on this board"
    elif "no module named 'unittest'" in execution.traceback:
        result.why = "unittest (mpremote mip install unittest)"
    elif suite.beside(name, execution.traceback):
        result.why = f"{suite.beside(name, execution.traceback)}.py beside the script, on the board"
    elif execution.ended in (Ended.TIMED_OUT, Ended.CRASHED, Ended.DISCONNECTED):
        result.outcome, result.actual = Outcome.CRASHED, execution.how
    elif execution.dropped:
        result.outcome = Outcome.ERRORED
        result.why = f"it printed {execution.dropped} bytes more than can be kept"
    elif execution.ended is Ended.FINISHED and unittest_passed(output):
        result.outcome = Outcome.CONFORMS
    else:
        seen = with_patterns(expected, output) if suite.has_patterns(name) else output
        good = execution.ended is Ended.FINISHED and seen == expected
        result.outcome = Outcome.CONFORMS if good else Outcome.DIVERGES
        result.expected, result.actual = ("", "") if good else difference(expected, seen)


def unittest_passed(output: str) -> bool:
    """Whether the output ends in the unittest module's own summary of a pass."""
    lines = output.rstrip("\n").splitlines()
    return (
        len(lines) >= 4
        and lines[-4] == "-" * 70
        and lines[-3].startswith("Ran ")
        and (lines[-1] == "OK" or lines[-1].startswith("OK (skipped="))
    )


def difference(expected: str, seen: str) -> tuple[str, str]:
    """The lines in which the two differ, from the first such on."""
    before, after = expected.splitlines(), seen.splitlines()
    lost: list[str] = []
    came: list[str] = []
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if line.startswith(("---", "+++", "@@")):
            continue
        (lost if line[0] == "-" else came).append(line[1:])
    return "\n".join(lost)[:SHOWN] or "nothing more", "\n".join(came)[:SHOWN] or "nothing more"


def with_patterns(expected: str, output: str) -> str:
    """The output, with the lines that fit the expected lines' patterns put in their place."""
    lines, wanted = output.splitlines(keepends=True), expected.splitlines(keepends=True)
    out: list[str] = []
    at = 0
    for index, line in enumerate(wanted):
        if line == "########\n":  # any lines up to the next expected one
            following = wanted[index + 1] if index + 1 < len(wanted) else None
            while at < len(lines) and not (following and _fits(following, lines[at])):
                at += 1
            out.append(line)
        elif at < len(lines):
            out.append(line if _fits(line, lines[at]) else lines[at])
            at += 1
    return "".join(out + lines[at:])


def _fits(pattern: str, line: str) -> bool:
    """Upstream's way of writing patterns: a character of a regex counts as one after `\\`."""
    escaped = re.sub(
        r"\\(.)|([\[\](){}.*+^$])", lambda m: m[1] or "\\" + m[2], pattern.rstrip("\n")
    )
    return re.match(escaped + r"\r*\n?\Z", line) is not None
