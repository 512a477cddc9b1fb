"""What `--json` prints: one document a command, its shape published in docs/schemas/.

`python -m rig.answers` writes the schemas. A field may be added; what is there keeps its meaning.
Errors are no part of it: they go to standard error, and the exit code says which kind they are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rig.claims import ROOT
from rig.results import Level, Outcome

SCHEMAS = ROOT / "docs" / "schemas"


class Answer(BaseModel):
    """Base of the documents, and of what is in them."""

    model_config = ConfigDict(extra="forbid")


class ClaimTold(Answer):
    id: str
    sentence: str
    level: Level
    chapter: str
    source: str
    device_test: str
    host_test: str  # the file's name
    needs: list[str]
    power: bool


class Claims(Answer):
    command: Literal["claims"] = "claims"
    claims: list[ClaimTold]


class FaultTold(Answer):
    name: str
    summary: str
    kind: Literal["functional", "latency", "power"]
    caught_by: list[str]


class Faults(Answer):
    command: Literal["faults"] = "faults"
    faults: list[FaultTold]


class BoardTold(Answer):
    """A board that answered, or a port or board of a bench file that did not, with why."""

    name: str = ""  # in the bench file
    port: str
    implementation: str = ""
    version: str = ""
    platform: str = ""
    machine: str = ""
    unique_id: str = ""
    usb: str = ""
    usb_serial_number: str = ""
    problem: str = ""
    hint: str = ""


class Boards(Answer):
    command: Literal["boards"] = "boards"
    boards: list[BoardTold]


class FindingTold(Answer):
    about: str
    check: str
    well: bool
    what: str
    mend: str


class Doctor(Answer):
    command: Literal["doctor"] = "doctor"
    bench: str
    findings: list[FindingTold]


class Judged(Answer):
    claim: str
    board: str
    outcome: Outcome
    level: Level
    expected: str
    actual: str
    why: str


class Run(Answer):
    """A run that came to its end. `attention` are the results that were not to be expected."""

    command: Literal["run"] = "run"
    run: str  # its directory
    report: str
    exit_code: int
    said: str
    outcomes: dict[Outcome, int]
    attention: list[Judged]
    lost: dict[str, str]
    errors: list[str]


class Due(Answer):
    claim: str
    board: str
    runs: bool
    why: str  # not


class Listed(Answer):
    """What `run --list` says: each claim on each board, and why it would not be judged there."""

    command: Literal["run --list"] = "run --list"
    due: list[Due]


class Report(Answer):
    command: Literal["report"] = "report"
    runs: list[str]
    report: str
    outcomes: dict[Outcome, int]
    problems: list[str]


class Changed(Answer):
    kind: str
    direction: str
    board: str
    claim: str
    what: str
    before: str
    after: str
    change: float | None
    sentence: str


class Compare(Answer):
    command: Literal["compare"] = "compare"
    old: list[str]
    new: str
    exit_code: int
    headline: str
    compared: dict[str, int]
    regressions: list[Changed]
    improvements: list[Changed]
    undecided: list[Changed]
    notes: list[str]
    problems: list[str]


ANSWERS: dict[str, type[Answer]] = {
    "boards": Boards,
    "claims": Claims,
    "compare": Compare,
    "doctor": Doctor,
    "faults": Faults,
    "report": Report,
    "run": Run,
    "run-list": Listed,
}


def tell(answer: Answer) -> None:
    """Print it, in ASCII: no encoding of a pipe can spoil it."""
    sys.stdout.write(json.dumps(answer.model_dump(mode="json"), indent=1) + "\n")


def schema(name: str) -> str:
    """A document's schema as its file holds it."""
    made: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ANSWERS[name].model_json_schema(mode="serialization"),
    }
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def path(name: str) -> Path:
    return SCHEMAS / f"{name}.json"


if __name__ == "__main__":
    SCHEMAS.mkdir(exist_ok=True)
    for each in ANSWERS:
        path(each).write_text(schema(each), encoding="utf-8")
