"""Results: one JSON line for every claim judged on a board, and the run that holds them.

The JSON Schema in `docs/result.schema.json` is generated from `Result`; a line that does not
fit it is a damaged line, never a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
"""Raised whenever a reader of older lines would misread a newer one."""


class Outcome(StrEnum):
    """What can come of a claim on a board. Only the first three are verdicts."""

    CONFORMS = "conforms"
    DIVERGES = "diverges"
    CRASHED = "crashed"
    UNSUPPORTED = "unsupported"
    INCONCLUSIVE = "inconclusive"
    UNMEASURED = "unmeasured"
    ERRORED = "errored"


SHOWED = (Outcome.DIVERGES, Outcome.CRASHED)
VERDICTS = (Outcome.CONFORMS, *SHOWED)
Level = Literal["documented", "compatible", "quality"]
LEVELS: tuple[Level, ...] = ("documented", "compatible", "quality")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Check(_Strict):
    """One assertion that held or failed: its source text and the values it saw."""

    line: int
    check: str
    values: str
    held: bool = True


class EventRecord(_Strict):
    """An event as kept in a result: board clock in microseconds since the first event."""

    name: str
    us: int
    data: list[Any] = []


class ExecutionRecord(_Strict):
    """An execution as kept in a result; times in seconds of the host's clock."""

    device_test: str
    prefix: str = ""  # the script that went before it
    params: str = ""  # what they were given, as Python
    hosted: bool = False  # the host took part: it typed, or was the other end
    ended: str
    how: str = ""
    events: list[EventRecord] = []
    events_dropped: int = 0
    output: str = ""
    output_dropped: int = 0
    traceback: str = ""
    damage: list[str] = []
    recovery: list[str] = []
    bytes_sent: int = 0
    bytes_received: int = 0
    reset_s: float = 0.0
    upload_s: float = 0.0
    run_s: float = 0.0


class Estimate(_Strict):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Systematic(_Strict):
    """What the instrument may be off by: bounds in amperes, and in R, by its maker's figures.

    It is the same in every sample, so it is kept apart from the statistical interval. In R it
    cancels while all of the capture is in one range of one instrument.
    """

    window_a: float
    floor_a: float
    busy_a: float
    ratio: float = 0.0
    ranges: int = 1  # of the instrument, that floor, window and pulses lie in
    numbers: list[int] = []  # which those are, the smallest range being 0
    basis: str = ""


def _ma(current_a: float) -> str:
    return f"{current_a * 1e3:.4g} mA"


class Budget(_Strict):
    """A wait's mean current beside what the bench file allows it, in amperes.

    `low_a` and `high_a` have the statistical 95 % interval and, where its maker states it
    (`instrument`), the instrument's own error.
    """

    limit_a: float
    value_a: float
    low_a: float
    high_a: float
    instrument: bool
    verdict: Literal["within", "over", "undecided"]

    @property
    def told(self) -> str:
        """It in a sentence."""
        own = "with the instrument's own error" if self.instrument else "95 %"
        seen = f"{_ma(self.value_a)} ({self.low_a * 1e3:.4g} to {_ma(self.high_a)}, {own})"
        limit = f"budget of {_ma(self.limit_a)}"
        if self.verdict == "undecided":
            return f"{seen}: its {limit} lies in that interval, so neither over nor within is sure"
        return f"{seen}, {self.verdict} its {limit}"


class PowerRecord(_Strict):
    """How one wait was judged. Currents in amperes, charge in coulombs, times in seconds.

    `source` is `modelled` for a virtual meter, `measured` for an instrument.
    """

    wait: str
    source: Literal["modelled", "measured"]
    kind: Literal["sleeps", "polls", "spins", "unclear"]
    ratio: Estimate  # R = (I_window - I_floor) / (I_busy - I_floor)
    active_fraction: float
    wake_rate_hz: float | None = None
    window_a: float
    floor_a: float
    busy_a: float
    drift_a: float = 0.0
    noise_a: float = 0.0
    contrast: float  # (I_busy - I_floor) over the larger of its noise and drift
    charge_c: float
    duration_s: float
    supply_v: float | None = None
    capture: str | None = None  # path of the Parquet file within the run directory
    meter: str = ""
    attempts: int = 1
    systematic: Systematic | None = None  # None: the instrument's accuracy is not stated
    asked_hz: float = 0.0  # how often the wait's own tasks ask to be woken
    period_a: Estimate | None = None  # then: its mean current over whole periods
    budget: Budget | None = None  # None: the bench file allows it no certain current


class Measurement(_Strict):
    """A distribution measured on the board's clock: SI units, `n` samples.

    `low` and `high` are the 95 % interval of the median, widened by what the samples cannot
    show: the clock's resolution, and the host's other programs where the board is one of them.
    """

    name: str
    unit: str
    n: int
    median: float
    low: float
    high: float
    p99: float
    maximum: float


class Divergence(_Strict):
    """A divergence that a port is known to have."""

    reason: str
    link: str = ""
    intermittent: bool = False  # it shows at some times and not at others


class Try(_Strict):
    """A try at a claim that ended in a fault of the rig; the result is of the one after it."""

    outcome: Outcome
    why: str = ""
    started: str = ""  # ISO 8601, UTC
    executions: list[ExecutionRecord] = []


class Result(_Strict):
    """One claim judged on one board, with the evidence for it."""

    claim: str
    board: str  # or the kind of boards that shared the claims
    outcome: Outcome
    level: Level = "documented"
    chapter: str = ""
    required: str = ""  # the claim's sentence
    expected: str = ""
    actual: str = ""
    why: str = ""  # for outcomes that are no verdict: what stood in the way, what to do
    expectation: Divergence | None = None  # the known divergence, whether or not it showed
    checks: list[Check] = []
    executions: list[ExecutionRecord] = []
    power: list[PowerRecord] = []
    measurements: list[Measurement] = []
    samples: str = ""  # path of their Parquet file within the run directory; rig/samples.py
    started: str = ""  # ISO 8601, UTC
    duration_s: float = 0.0
    judged_on: str = ""  # which board of a kind that shared the claims
    over_budget: Outcome | None = None  # of one that diverges by its budget alone: its claim's own
    earlier: list[Try] = []  # what was `errored` was tried once more at the end of the run

    def after(self, first: Result) -> Result:
        """This result with an earlier one of the same claim and board recorded in it."""
        tried = Try(
            outcome=first.outcome, why=first.why, started=first.started, executions=first.executions
        )
        return self.model_copy(update={"earlier": [*first.earlier, tried]})

    @property
    def by(self) -> str:
        """The board that it was judged on."""
        return self.judged_on or self.board

    @property
    def unexpected(self) -> bool:
        """Whether this outcome alone would make a run exit with 1."""
        if self.outcome in SHOWED:
            return self.expectation is None
        return self.outcome is Outcome.INCONCLUSIVE

    def stops_a_fast_run(self, levels: Sequence[Level]) -> bool:
        """Whether `--fail-fast` ends the run here: unexpected at a level asked for, or errored."""
        return self.outcome is Outcome.ERRORED or (self.unexpected and self.level in levels)

    @property
    def now_conforms(self) -> bool:
        """A known divergence that did not show, though it always did."""
        known = self.expectation is not None and not self.expectation.intermittent
        return known and self.outcome is Outcome.CONFORMS


HOSTS = ("linux", "darwin", "win32", "qemu")
"""`sys.platform` of boards that are programs on a host, which others may keep busy."""


class BoardInfo(_Strict):
    """A board as it identified itself."""

    name: str
    kind: str = "serial"
    port: str = ""  # the serial port or URL
    profile: str = ""  # the family that the bench says it is of
    platform: str = ""  # sys.platform, e.g. `rp2`
    implementation: str = ""  # sys.implementation.name
    version: str = ""  # `1.28.0`, or what git said of a nightly's commit
    sys_version: str = ""  # sys.version
    build: str = ""  # sys.implementation._build
    mpy: int = 0  # sys.implementation._mpy: its .mpy format and native architecture
    thread: str = ""  # sys.implementation._thread
    queue: str = ""  # asyncio's task queue: `C`, `Python`, or unknown
    asyncio: str = ""  # digest of the asyncio that ran: of files, or of a frozen one's names
    machine: str = ""
    unique_id: str = ""
    memory: int = 0  # bytes of heap that were free when it was asked, 0 if it does not say
    features: list[str] = []
    starved: list[str] = []  # features that it had not the memory to try
    meter: str = ""  # the meter's *IDN? answer, empty where there is none
    modelled: bool = False  # the meter's current comes from a model
    lost: str = ""  # why and when the board was given up, empty if it was not
    members: list[BoardInfo] = []  # of a kind whose boards shared the claims: each by itself


class Resumption(_Strict):
    """One time that a run was gone on with."""

    started: str
    command: list[str] = []


class RunInfo(_Strict):
    """`run.json`: what was run, on what, and how it ended."""

    schema_version: int = SCHEMA_VERSION
    looprig: str
    id: str
    started: str
    finished: str = ""
    command: list[str] = []
    resumed: list[Resumption] = []  # `started` and `command` stay those of the beginning
    made_with: list[str] = []  # claims, tests and overlay, as in rig/made_with.py
    bench: str = ""
    expectations: str = ""  # the folder of known divergences beside those of the package
    overlay: str = ""  # a directory, or the names of faults joined by `+`
    faults: list[str] = []  # the seeded faults that made the overlay
    suites: list[str] = []  # folders whose claims and tests stood beside the rig's own
    claims: list[str] = []
    levels: list[Level] = ["documented"]
    power: bool = True
    upstream: str = ""  # the tests of a MicroPython checkout, if it was they that were run
    patterns: list[str] = []  # and which of them
    patient: bool = False  # the long forms of what takes its time were asked for
    share: bool = False  # boards of a kind divided the claims among them
    boards: list[BoardInfo] = []
    exit_code: int | None = None
    errors: list[str] = Field(default_factory=list)

    @property
    def lost(self) -> dict[str, str]:
        """Each board that was given up, and why and when."""
        each = [board for column in self.boards for board in (column.members or [column])]
        return {board.name: board.lost for board in each if board.lost}
