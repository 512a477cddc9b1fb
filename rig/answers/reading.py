"""What the commands answer that read runs, claims and faults."""

from __future__ import annotations

from typing import Literal

from rig.answers.answer import Answer
from rig.results import Level, Outcome


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


class Figured(Answer):
    """What is said of a figure. `change` with its 95 % interval `low` … `high` is relative to `old`
    or, where not `relative`, in the unit; `least` is the smallest that would have shown; where it
    cannot be told, so many `repeats` a side would show the threshold (null: not even 1000)."""

    board: str
    claim: str
    figure: str
    unit: str
    verdict: Literal["worse", "better", "same", "cannot be told"]
    relative: bool | None = None
    old: float | None = None
    new: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    least: float | None = None
    repeats: int | None = None
    late_old: float | None = None  # shares of late samples
    late_new: float | None = None
    why: str
    sentence: str


class Stepped(Answer):
    """What is otherwise from one run of a history on: the last run before, and the first after."""

    board: str
    claim: str
    what: str
    before: str
    after: str
    change: float | None
    last_before: str
    first_after: str


class Compare(Answer):
    command: Literal["compare"] = "compare"
    old: list[str]
    new: str  # the latest of new_runs
    new_runs: list[str]
    exit_code: int
    headline: str
    compared: dict[str, int]
    regressions: list[Changed]
    improvements: list[Changed]
    undecided: list[Changed]
    figures: list[Figured]
    steps: list[Stepped]
    notes: list[str]
    problems: list[str]


class ExpectedChange(Answer):
    """Of a port's known divergences."""

    claim: str
    sign: Literal["+", "-", "~", ""]  # added, taken out, intermittent now, to be watched
    why: str


class PortExpected(Answer):
    port: str
    files: list[str]
    changes: list[ExpectedChange]  # made, or with --verify to be made
    unexplained: list[str]  # claims without a reason
    not_judged: int  # by these runs; of --verify
    exit_code: int


class Expect(Answer):
    command: Literal["expect"] = "expect"
    verified: bool  # nothing was written
    ports: list[PortExpected]
    exit_code: int


class Exported(Answer):
    capture: str
    file: str


class Export(Answer):
    command: Literal["export"] = "export"
    files: list[Exported]


class Site(Answer):
    command: Literal["site"] = "site"
    site: str  # its first page
    store: str
    bundles: int  # that it is of
    read: int  # of them now; the others were kept from before
    refused: list[str]  # runs that were named, with why
    problems: list[str]


class Reproduce(Answer):
    command: Literal["reproduce"] = "reproduce"
    claim: str
    board: str
    outcome: Outcome
    script: str


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


class SentenceTold(Answer):
    section: str
    text: str
    claims: list[str]  # that check it
    unchecked: str  # why none does


class SourceTold(Answer):
    id: str
    title: str
    url: str
    sentences: list[SentenceTold]


class Sources(Answer):
    command: Literal["claims --sources"] = "claims --sources"
    sources: list[SourceTold]


class FaultTold(Answer):
    name: str
    summary: str
    kind: Literal["functional", "latency", "power"]
    caught_by: list[str]


class Faults(Answer):
    command: Literal["faults"] = "faults"
    faults: list[FaultTold]
