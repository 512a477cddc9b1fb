"""Annotations for GitHub's workflow log, one for each unexpected outcome of a run.

`python -m rig.commands.annotations RUN` prints them.

What a board sent is in them; it is escaped, so that it stays within its own annotation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rig.errors import LooprigError
from rig.results import Outcome, Result
from rig.run_dir import RunDir

LIMIT = 10
"""GitHub shows ten errors and ten warnings of a step; the summary holds the rest."""
TEXT = 600


def lines(run: RunDir) -> Iterator[str]:
    """Workflow commands: an error for what is unexpected or the rig's fault, a notice for a known
    divergence that has gone."""
    info = run.read()
    for message in info.errors:
        yield command("error", "looprig", message)
    for name, why in info.lost.items():
        yield command("error", f"board {name} was lost", why)
    bad = [r for r in run.results() if r.unexpected or r.outcome is Outcome.ERRORED]
    counted = [result for result in bad if result.level in info.levels]
    for result in counted[:LIMIT]:
        yield command("error", f"{result.claim} on {result.board}: {result.outcome}", told(result))
    if len(counted) > LIMIT:
        yield command("error", "looprig", f"{len(counted) - LIMIT} more are in the summary")
    for result in run.results():
        if result.now_conforms:
            what = "a known divergence has gone: take it out of the port's expectations"
            yield command("notice", f"{result.claim} on {result.board}: now conforms", what)


def told(result: Result) -> str:
    """What is required and what came instead."""
    parts = [result.required, f"expected: {result.expected}" if result.expected else ""]
    parts += [f"actual: {result.actual}" if result.actual else "", result.why]
    return "\n".join(part for part in parts if part)[:TEXT]


def command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={escaped_property(title)}::{escaped(message)}"


def escaped(text: str) -> str:
    """As the runner decodes it again (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def main() -> None:
    try:
        for line in lines(RunDir(Path(sys.argv[1]))):
            print(line)
    except LooprigError as error:
        print(command("error", "looprig", str(error)))


if __name__ == "__main__":
    main()
