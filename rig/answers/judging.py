"""What `run`, `ab`, `prove` and `upstream` answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from rig.answers.answer import Answer
from rig.ending import RIG
from rig.results import Level, Outcome, Result, RunInfo


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


class Upstream(Answer):
    """A run of MicroPython's own tests; a claim is `upstream.` and the test's path."""

    command: Literal["upstream"] = "upstream"
    run: str  # its directory
    exit_code: int
    said: str
    outcomes: dict[Outcome, int]
    attention: list[Judged]
    lost: dict[str, str]
    errors: list[str]


class Once(Answer):
    """One run of several."""

    run: str
    exit_code: int


class Uneven(Answer):
    """A claim that did not come out alike in each."""

    claim: str
    board: str
    outcomes: dict[Outcome, int]


class Repeats(Answer):
    """What `run --repeat` says."""

    command: Literal["run --repeat"] = "run --repeat"
    runs: list[Once]
    alike: int  # results that came out alike in each
    uneven: list[Uneven]
    report: str
    exit_code: int


class Turns(Answer):
    """What `ab` says; `looprig compare` of the runs says what changed."""

    command: Literal["ab"] = "ab"
    base: list[Once]
    change: list[Once]
    uneven: list[Uneven]  # of either side
    exit_code: int


class Proven(Answer):
    board: str
    fault: str
    summary: str
    said: Literal["caught", "missed", "not proven", "errored"]
    why: str


class Prove(Answer):
    command: Literal["prove"] = "prove"
    runs: list[str]  # without the faults, and under them
    proofs: list[Proven]
    exit_code: int


class Due(Answer):
    claim: str
    board: str
    runs: bool
    why: str  # not


class Listed(Answer):
    """What `run --list` says: each claim on each board, and why it would not be judged there."""

    command: Literal["run --list"] = "run --list"
    due: list[Due]


def ended(path: Path, info: RunInfo, results: Sequence[Result], said: str) -> dict[str, Any]:
    """What every run answers: the fields that `Run` and `Upstream` have in common."""
    return {
        "run": str(path),
        "exit_code": RIG if info.exit_code is None else info.exit_code,
        "said": said,
        "outcomes": dict(Counter(result.outcome for result in results)),
        "attention": attention(results),
        "lost": info.lost,
        "errors": info.errors,
    }


def attention(results: Iterable[Result]) -> list[Judged]:
    """Those that were not to be expected."""
    return [
        Judged(**{field: getattr(result, field) for field in Judged.model_fields})
        for result in results
        if result.unexpected or result.outcome is Outcome.ERRORED
    ]
