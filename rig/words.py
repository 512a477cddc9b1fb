"""The words of the command line, before anything is made of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from rig.errors import UsageError

VARIABLES = ("LG_COORDINATOR", "MICROPY_CPYTHON3", "LOOPRIG_PORTS", "LOOPRIG_TRACEBACK")
"""Environment variables that looprig takes a value from."""
EMPTY = "an empty value (is a variable not set?)"


def check(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
    """Raises UsageError for a value that is empty, which no option takes for one that was not
    given, and for one whose bytes are no text here."""
    before = ""
    for word in words:
        option, equals, value = word.partition("=")
        if not word.strip():
            named = f"{before}: " if before.startswith("-") else "an argument is "
            raise UsageError(f"{named}{EMPTY}", "give it one, or leave it out")
        if option.startswith("--") and equals and not value.strip():
            raise UsageError(f"{option}: {EMPTY}", "give it one, or leave it out")
        if any("\ud800" <= character <= "\udfff" for character in word):
            shown = os.fsencode(word).decode("utf-8", "backslashreplace")
            raise UsageError(
                f"{shown}: its bytes are no text in this locale",
                "name it otherwise, or set a locale with UTF-8 (LC_ALL=C.UTF-8)",
            )
        before = word
    for name in VARIABLES:
        if name in environment and not environment[name].strip():
            raise UsageError(f"the environment's {name}: {EMPTY}", "set it, or unset it")
