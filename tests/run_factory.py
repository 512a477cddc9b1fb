"""Run directories as the rig writes them, for the tests of what reads them.

Everything goes through the models of `rig.results`, so a line here is a line there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rig.results import (
    BoardInfo,
    Check,
    Divergence,
    Estimate,
    EventRecord,
    ExecutionRecord,
    Level,
    Measurement,
    Outcome,
    PowerRecord,
    Result,
    RunInfo,
)
from rig.samples import place, save

HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'> | `tick` "
    "[link](javascript:alert(1)) \x1b[31mred\x1b[0m \u202eesrever @everyone https://evil.example/ "
    "</script><!-- {{ 7*7 }} ]]> \x00 =HYPERLINK()"
)
FORMULAS = ("=1+1", "+1", "-1+cmd|'/C calc'!A0", "@SUM(A1)", "\t=1", "\r=1")

CLAIMS: tuple[tuple[str, Level, str], ...] = (
    ("loop.keeps-every-task", "documented", "Every task that was created runs, none is forgotten."),
    ("loop.runs-to-next-await", "documented", "A task runs to its next await without a break."),
    ("loop.turns-in-order", "documented", "Ready tasks take turns in the order they became ready."),
    ("loop.waits-when-idle", "documented", "With no task ready the loop waits, and resumes."),
    ("loop.firmware-runs-meanwhile", "documented", "Scheduled callbacks run while the loop waits."),
    ("loop.fair-to-streams", "quality", "A busy stream does not starve the other tasks."),
    ("run.wraps-coroutine", "documented", "asyncio.run() wraps the coroutine in a task."),
    ("run.until-return", "documented", "asyncio.run() runs until the top level returns."),
    ("run.until-raise", "documented", "asyncio.run() ends when the top level raises."),
    ("run.cancels-leftovers", "documented", "Tasks left over at the end are cancelled."),
    ("run.finally-blocks", "documented", "A cancelled task runs its finally blocks."),
    ("run.nested-is-error", "documented", "asyncio.run() inside a coroutine is an error."),
    ("run.reraises", "documented", "The exception of the top level is raised again."),
    ("handler.custom-installs", "documented", "set_exception_handler() installs a handler."),
    ("handler.gets-context", "documented", "The handler gets the loop and a context dict."),
    ("handler.default-reports", "compatible", "The default handler prints task and traceback."),
    ("task.create-is-same", "documented", "loop.create_task() is asyncio.create_task()."),
    ("task.cancel-raises", "documented", "cancel() raises CancelledError at the await."),
    ("stream.read-resumes", "documented", "A task waiting for a stream resumes on data."),
    ("power.sleep-sleeps", "quality", "await asyncio.sleep_ms() lets the processor sleep."),
    ("power.event-sleeps", "quality", "Waiting for an Event lets the processor sleep."),
    ("power.stream-sleeps", "quality", "Waiting for a stream lets the processor sleep."),
    ("latency.sleep-overshoot", "quality", "A sleep ends within its time and one tick."),
    ("latency.event-wake", "quality", "Event.set() wakes its waiter in the next turn."),
    ("latency.switch-cost", "quality", "A switch costs the same with 1 and with 512 tasks."),
)

UNIX = BoardInfo(
    name="unix",
    kind="virtual",
    port="/tmp/looprig/unix",
    platform="linux",
    implementation="micropython",
    version="1.29.0-preview",
    machine="linux [GCC 12.2.0] version",
    features=["asyncio", "select", "threading"],
    meter="looprig,virtual-dmm,unix,1.0",
    modelled=True,
)
PICO = BoardInfo(
    name="pico",
    port="/dev/serial/by-id/usb-MicroPython_Board_in_FS_mode-if00",
    platform="rp2",
    implementation="micropython",
    version="1.28.0",
    machine="Raspberry Pi Pico with RP2040",
    unique_id="e6614103e7738b27",
    features=["asyncio", "machine.Pin", "machine.lightsleep"],
    meter="KEITHLEY INSTRUMENTS,MODEL DMM6500,04512345,1.7.12b",
)
ESP = BoardInfo(
    name="esp32",
    port="/dev/ttyUSB0",
    platform="esp32",
    implementation="micropython",
    version="1.28.0",
    machine="Generic ESP32 module with ESP32",
    unique_id="30aea4123456",
)
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

Edit = Callable[[Result], Result | None]


@dataclass
class Recipe:
    """What to put in a run directory; `edit` may change or drop each result."""

    id: str = "20260301-080000-unix"
    boards: Sequence[BoardInfo] = (UNIX,)
    claims: Iterable[tuple[str, Level, str]] = CLAIMS
    started: datetime = START
    edit: Edit | None = None
    samples: int = 6000
    seed: int = 1
    slower: float = 1.0  # factor on every latency
    kept: bool = False  # the samples, in Parquet
    overlay: str = ""
    errors: list[str] = field(default_factory=list)


def write_run(home: Path, recipe: Recipe | None = None) -> Path:
    """The run directory, written."""
    recipe = recipe or Recipe()
    directory = home / recipe.id
    (directory / "captures").mkdir(parents=True)
    random = np.random.default_rng(recipe.seed)
    lines = []
    for board in recipe.boards:
        for claim, level, sentence in recipe.claims:
            result = _result(directory, recipe, board, claim, level, sentence, random)
            edited = recipe.edit(result) if recipe.edit else result
            if edited is not None:
                lines.append(edited.model_dump_json())
    (directory / "results.jsonl").write_text(
        "".join(line + "\n" for line in lines), encoding="utf-8"
    )
    info = RunInfo(
        looprig="0.1.0",
        id=recipe.id,
        started=_iso(recipe.started),
        finished=_iso(recipe.started + timedelta(seconds=95)),
        command=["looprig", "run", "--bench", "fixtures/benches/virtual.toml"],
        bench="fixtures/benches/virtual.toml",
        overlay=recipe.overlay,
        claims=[claim for claim, _, _ in recipe.claims],
        levels=["documented", "quality"],
        boards=list(recipe.boards),
        exit_code=0,
        errors=recipe.errors,
    )
    (directory / "run.json").write_text(info.model_dump_json(indent=2), encoding="utf-8")
    return directory


def change(claim: str, board: str = "", **fields: object) -> Edit:
    """An edit that sets fields of one claim's result."""

    def edit(result: Result) -> Result:
        if result.claim == claim and board in ("", result.board):
            return result.model_copy(update=fields)
        return result

    return edit


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _result(
    directory: Path,
    recipe: Recipe,
    board: BoardInfo,
    claim: str,
    level: Level,
    sentence: str,
    random: np.random.Generator,
) -> Result:
    chapter, _, short = claim.partition(".")
    result = Result(
        claim=claim,
        board=board.name,
        outcome=Outcome.CONFORMS,
        level=level,
        chapter=chapter,
        required=sentence,
        expected="each task's turns in order, five of each",
        actual="each task's turns in order, five of each",
        checks=[Check(line=41, check='run.values("turn") == [0, 1, 2]', values="[0, 1, 2]")],
        executions=[_execution(chapter, short, random)],
        started=_iso(recipe.started),
        duration_s=float(random.uniform(0.2, 1.5)),
    )
    if board.platform == "linux" and claim == "run.cancels-leftovers":
        reason = "Tasks left over stay in the queue: micropython/micropython#11711."
        return result.model_copy(
            update={
                "outcome": Outcome.DIVERGES,
                "actual": "the task left over went on in the next asyncio.run()",
                "checks": [
                    Check(line=17, check="len(run.events) > 1", values="2 > 1"),
                    Check(line=18, check='run.said("cancelled")', values="False", held=False),
                ],
                "expectation": Divergence(reason=reason, link="https://example.org/11711"),
            }
        )
    if chapter == "power":
        if not board.meter:
            why = f"no meter measures {board.name}: name one in the bench file"
            return result.model_copy(update={"outcome": Outcome.UNMEASURED, "why": why})
        result.power.append(_power(directory, recipe, board, short, random))
    if chapter == "latency":
        measured = _measurements(short, recipe.slower, random)
        result.measurements.extend(one for one, _ in measured)
        if recipe.kept:
            result.samples = place(board.name, claim)
            taken = dict(enumerate(samples for _, samples in measured))
            save(directory / result.samples, result.measurements, taken)
    return result


def _execution(chapter: str, short: str, random: np.random.Generator) -> ExecutionRecord:
    us = np.cumsum(random.integers(80, 4000, size=8)).tolist()
    events = [EventRecord(name="begin", us=0, data=[3])]
    events += [
        EventRecord(name="turn", us=at, data=[number % 3, "task", None])
        for number, at in enumerate(us)
    ]
    return ExecutionRecord(
        device_test=f"{chapter}/{short.replace('-', '_')}",
        ended="finished",
        events=events,
        output="hello from the board\n",
        bytes_sent=1834,
        bytes_received=922,
        reset_s=0.012,
        upload_s=0.031,
        run_s=float(random.uniform(0.1, 0.8)),
    )


def _power(
    directory: Path, recipe: Recipe, board: BoardInfo, short: str, random: np.random.Generator
) -> PowerRecord:
    floor, busy, window = 1.3e-3, 24.8e-3, 1.62e-3
    source = "modelled" if board.modelled else "measured"
    plain = "".join(c for c in board.name if c.isalnum() or c == "-")
    name = f"captures/{plain}-{short}.parquet"
    at = write_capture(directory / name, recipe.samples, floor, busy, window, source, random)
    r = (window - floor) / (busy - floor)
    return PowerRecord(
        wait="await asyncio.sleep_ms(500)",
        source="modelled" if board.modelled else "measured",
        kind="sleeps",
        ratio=Estimate(value=r, low=r - 0.004, high=r + 0.005),
        active_fraction=0.011,
        wake_rate_hz=2.0,
        window_a=window,
        floor_a=floor,
        busy_a=busy,
        drift_a=4e-6,
        noise_a=9e-5,
        contrast=(busy - floor) / 9e-5,
        charge_c=window * at,
        duration_s=at,
        supply_v=3.3 if board.platform == "rp2" else None,
        capture=name,
        meter=board.meter,
        asked_hz=1.0,
        period_a=Estimate(value=window * 1.01, low=window, high=window * 1.02),
    )


HOSTILE_NOTE = "<b onclick=alert(1)>task</b> wakes"


def write_capture(
    path: Path,
    samples: int,
    floor: float,
    busy: float,
    window: float,
    source: str,
    random: np.random.Generator,
) -> float:
    """A framed capture: settle, pulse, floor, pulse, window, floor, pulse. Its window's seconds."""
    interval = 1e-3
    current = np.full(samples, floor)
    marks = [round(samples * share) for share in (0.08, 0.16, 0.28, 0.36, 0.72, 0.84, 0.92)]
    for start, end in ((marks[0], marks[1]), (marks[2], marks[3]), (marks[5], marks[6])):
        current[start:end] = busy
    current[marks[3] : marks[4]] = floor
    current[marks[3] : marks[4] : 73] = floor + (window - floor) * 73
    current += random.normal(0, 9e-5, samples)
    spans = {
        "busy": marks[0:2],
        "floor": marks[1:3],
        "busy 2": marks[2:4],
        "window": marks[3:5],
        "floor 2": marks[4:6],
        "busy 3": marks[5:7],
    }
    said = {
        "interval_s": interval,
        "windows": [
            {"label": label, "start_s": start * interval, "end_s": end * interval}
            for label, (start, end) in spans.items()
        ],
        "events": [{"name": HOSTILE_NOTE, "at_s": marks[4] * interval}],
        "busy_a": busy,
        "floor_a": floor,
        "source": source,
        "meter": "looprig,virtual-dmm,unix,1.0",
    }
    table = pa.table({"current_a": current.astype(np.float32)})
    table = table.replace_schema_metadata({b"looprig": json.dumps(said).encode()})
    pq.write_table(table, path)
    return (marks[4] - marks[3]) * interval


def _measurements(
    short: str, slower: float, random: np.random.Generator
) -> list[tuple[Measurement, list[float]]]:
    base = {"sleep-overshoot": 180e-6, "event-wake": 95e-6, "switch-cost": 41e-6}[short] * slower

    def one(name: str, factor: float, unit: str = "s") -> tuple[Measurement, list[float]]:
        samples = base * factor * random.lognormal(0, 0.05, 200)
        middle = float(np.median(samples))
        summary = Measurement(
            name=name,
            unit=unit,
            n=200,
            median=middle,
            low=middle * 0.99,
            high=middle * 1.01,
            p99=float(np.percentile(samples, 99)),
            maximum=float(samples.max()),
        )
        return summary, samples.tolist()

    if short == "sleep-overshoot":
        return [one("overshoot of sleep_ms(1)", 1), one("overshoot of sleep_ms(100)", 1.2)]
    if short == "switch-cost":
        return [one("switch, 2 tasks", 1), one("switch, 512 tasks", 1.3)]
    return [one("Event.set to waiter", 1)]
