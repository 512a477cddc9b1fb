"""What can go wrong for the person at the keyboard, and how a test ends without a verdict.

A `UsageError` is a mistake the user can mend (exit code 2), a `RigError` a fault of the bench
or the rig (exit code 3). Both carry one sentence that says what was seen and one that says
what to do next. The other three end a host test with an outcome that is no verdict.
"""

from __future__ import annotations


class LooprigError(Exception):
    """Base of the errors that are shown to people as one sentence, never as a traceback."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what = what
        self.hint = hint


class UsageError(LooprigError):
    """Bad usage or a bad bench file: exit code 2."""


class RigError(LooprigError):
    """The rig's own fault, or a bench part that does not answer: exit code 3, `errored`."""


class BoardLost(RigError):
    """A board that no step of the recovery ladder brought back."""


class Unsupported(Exception):
    """The board lacks the feature a claim needs; the message is the feature's name."""


class Unmeasured(Exception):
    """There is no meter for what the claim needs measured."""


class Inconclusive(Exception):
    """The measurement cannot decide; the message says why."""


class BoardCrashed(Exception):
    """The board reset, hung or vanished during a device test; the message says how."""


NEAR = 0.65
"""How like a word has to be: `other` is none of a mistyped `meter`."""
LISTED = 20
"""Words that are listed where none is near: more than that nobody reads."""


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """`"; did you mean 'x'?"` for a mistyped word, or the list of what is known."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=NEAR)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "none is known here"
    shown = sorted(known)[:LISTED]
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f"known: {', '.join(shown)}{more}"
