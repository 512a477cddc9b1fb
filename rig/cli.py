"""The command line. It parses and imports nothing that the command at hand does not need."""

from __future__ import annotations

if __name__ == "__main__":  # what a Ctrl-C comes to is settled before the imports that take long
    from rig.start import begin

    begin()

import gc
import sys
from collections.abc import Sequence
from typing import Any

import typer

from rig import streams
from rig.errors import UsageError
from rig.parsers import judging, reading, setting_up
from rig.parsers.app import app

__all__ = ["app", "main"]

COMMANDS = (judging, reading, setting_up)
"""Where commands are added; --help lists them in this order."""

# typer has had click beside it and within it: its own exception leads to the right base.
BAD_USAGE: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")

GARBAGE = 50_000
"""New objects from one look for garbage to the next: what is imported and collected is none, and
looking it through every 700 objects would take a run a tenth of a second."""


def bad_usage(error: Any) -> UsageError:
    """What is wrong on the command line, in one sentence and where to read on."""
    said = str(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "looprig"
    return UsageError(f"{said[0].lower()}{said[1:]}", f"{command} --help says more")


def command() -> int:
    """Carry out what the words ask for; raises LooprigError for a user's mistake."""
    from rig.words import check

    check(sys.argv[1:])
    try:
        return int(app(prog_name="looprig", standalone_mode=False) or 0)
    except BAD_USAGE as error:
        if type(error).__name__ != "NoArgsIsHelpError":
            raise bad_usage(error) from error
        error.show()
        return 2


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether a document is wanted, also of words that are wrong otherwise."""
    mine = words[: words.index("--")] if "--" in words else words
    return "--json" in mine and not {"-h", "--help"} & set(mine)


def main() -> None:
    """A user's mistake is one sentence and an exit code, never a traceback."""
    from rig.ending import guarded

    gc.set_threshold(GARBAGE)
    if asks_for_json(sys.argv[1:]):
        streams.keep_for_answer()
    sys.exit(guarded(command))


if __name__ == "__main__":
    main()
