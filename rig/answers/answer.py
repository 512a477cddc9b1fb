"""What every document is made of, how one is printed, and the one of a command that failed."""

from __future__ import annotations

import json
import sys

from pydantic import BaseModel, ConfigDict

from rig import streams


class Answer(BaseModel):
    """Base of the documents, and of what is in them."""

    model_config = ConfigDict(extra="forbid")


class Problem(Answer):
    code: int  # the exit code: 2 for a user's mistake, 3 for the rig or its host, 130 for a signal
    message: str
    hint: str  # what to do next


class Failed(Answer):
    """Of any command: it ended without an answer."""

    command: str
    error: Problem


def tell(answer: Answer) -> None:
    """Print it, in ASCII: no encoding of a pipe can spoil it."""
    streams.answered = True
    stream = streams.answer or sys.stdout
    stream.write(json.dumps(answer.model_dump(mode="json"), indent=1) + "\n")
    stream.flush()


def fail(code: int, message: str, hint: str) -> None:
    """Print what ended the command."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    error = Problem(code=code, message=message, hint=hint)
    tell(Failed(command=words[0] if words else "", error=error))
