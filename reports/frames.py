"""The frames themselves: which columns there are, and which board is which."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import pandas as pd

from reports.neutral import one_line
from rig.results import SHOWED, BoardInfo, PowerRecord, Result, RunInfo

RESULT_COLUMNS = (
    "run", "name", "claim", "chapter", "level", "outcome", "unexpected", "expected_divergence",
    "now_conforms", "reason", "link", "required", "expected", "actual", "why", "device_tests",
    "judged_on", "samples", "started", "duration_s", "line_offset", "line_bytes",
)  # fmt: skip
POWER_COLUMNS = (
    "run", "name", "claim", "result", "wait", "source", "kind", "ratio", "ratio_low", "ratio_high",
    "active_fraction", "wake_rate_hz", "window_a", "floor_a", "busy_a", "drift_a", "noise_a",
    "contrast", "charge_c", "duration_s", "supply_v", "energy_j", "capture", "meter", "attempts",
    "window_off_a", "ratio_off", "ranges", "asked_hz", "period_a", "period_low_a",
    "period_high_a", "budget_a", "budget",
)  # fmt: skip
MEASUREMENT_COLUMNS = (
    "run", "name", "claim", "result", "measurement", "unit", "n", "median", "low", "high", "p99",
    "maximum", "number",
)  # fmt: skip
BOARD_COLUMNS = (
    "run", "name", "kind", "port", "platform", "implementation", "version", "machine",
    "build", "sys_version", "queue", "asyncio", "unique_id", "features", "meter", "modelled",
    "lost", "members",
)  # fmt: skip
RUN_COLUMNS = (
    "run", "started", "finished", "looprig", "bench", "overlay", "levels", "claims", "command",
    "exit_code", "errors", "directory",
)  # fmt: skip

# Text and truth columns keep their type in a frame without rows; every other one is a number.
_TEXT = set(RESULT_COLUMNS + POWER_COLUMNS + MEASUREMENT_COLUMNS + BOARD_COLUMNS + RUN_COLUMNS)
_TRUTH = {"unexpected", "expected_divergence", "now_conforms", "modelled"}
_WHOLE = {"n", "number", "attempts", "line_offset", "line_bytes", "result"}
_FLOAT = {
    "duration_s", "ratio", "ratio_low", "ratio_high", "active_fraction", "wake_rate_hz",
    "window_a", "floor_a", "busy_a", "drift_a", "noise_a", "contrast", "charge_c", "supply_v",
    "energy_j", "window_off_a", "ratio_off", "asked_hz", "period_a", "period_low_a",
    "period_high_a", "budget_a", "median", "low", "high", "p99", "maximum", "exit_code",
}  # fmt: skip
_TEXT -= _TRUTH | _WHOLE | _FLOAT


class Rows:
    """Rows gathered while runs are read; texts that recur are kept once."""

    def __init__(self) -> None:
        self.results: list[tuple[Any, ...]] = []
        self.power: list[tuple[Any, ...]] = []
        self.measurements: list[tuple[Any, ...]] = []
        self.boards: list[tuple[Any, ...]] = []
        self.runs: list[tuple[Any, ...]] = []
        self.board_infos: list[tuple[str, str, str, str]] = []  # run, name, platform, unique id
        self._known: set[tuple[str, str]] = set()
        self._texts: dict[str, str] = {}

    def _once(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def add_run(self, run: str, info: RunInfo, directory: str) -> None:
        """The run and the boards it names."""
        self.runs.append(
            (run, info.started, info.finished, info.looprig, info.bench, info.overlay,
             ", ".join(info.levels), "\n".join(_chosen(info)), " ".join(info.command),
             info.exit_code, "\n".join(info.errors), directory)
        )  # fmt: skip
        for board in info.boards:
            if (run, board.name) in self._known:
                continue
            self._known.add((run, board.name))
            self.board_infos.append((run, board.name, board.platform, board.unique_id))
            self.boards.append(
                (run, board.name, board.kind, board.port, board.platform, board.implementation,
                 board.version, board.machine, board.build, board.sys_version,
                 board.queue, board.asyncio, board.unique_id,
                 ", ".join(board.features), board.meter, board.modelled, _lost(board),
                 _members(board))
            )  # fmt: skip

    def add_result(self, run: str, result: Result, offset: int, size: int) -> None:
        """A result, its power and its measurements. A board run.json forgot is one all the same."""
        once = self._once
        name, claim = once(result.board), once(result.claim)
        if (run, name) not in self._known:
            self._known.add((run, name))
            self.board_infos.append((run, name, "", ""))
            unknown = [""] * (len(BOARD_COLUMNS) - 5)  # but for what stands beside them here
            self.boards.append((run, name, *unknown, False, "", ""))
        known = result.expectation
        showed = known is not None and result.outcome in SHOWED
        index = len(self.results)
        self.results.append(
            (run, name, claim, once(result.chapter or claim.partition(".")[0]), once(result.level),
             once(result.outcome.value), result.unexpected, showed, result.now_conforms,
             once(known.reason) if known else "", once(known.link) if known else "",
             once(result.required), once(result.expected), once(result.actual), once(result.why),
             once(", ".join(e.device_test for e in result.executions)), once(result.judged_on),
             result.samples, result.started, result.duration_s, offset, size)
        )  # fmt: skip
        for p in result.power:
            energy = None if p.supply_v is None else p.charge_c * p.supply_v
            off = p.systematic
            self.power.append(
                (run, name, claim, index, once(p.wait), once(p.source), once(p.kind), p.ratio.value,
                 p.ratio.low, p.ratio.high, p.active_fraction, p.wake_rate_hz, p.window_a,
                 p.floor_a, p.busy_a, p.drift_a, p.noise_a, p.contrast, p.charge_c, p.duration_s,
                 p.supply_v, energy, p.capture or "", once(p.meter), p.attempts,
                 off.window_a if off else None, off.ratio if off else None,
                 once(" ".join(map(str, off.numbers))) if off else "",
                 p.asked_hz, *_periods(p), p.budget.limit_a if p.budget else None,
                 once(p.budget.verdict) if p.budget else "")
            )  # fmt: skip
        self.measurements.extend(
            (run, name, claim, index, once(m.name), once(m.unit), m.n, m.median, m.low, m.high,
             m.p99, m.maximum, number)
            for number, m in enumerate(result.measurements)
        )  # fmt: skip

    def contradictions(self) -> list[str]:
        """Claims judged twice on a board within one run, with different verdicts."""
        verdicts = ("conforms", "diverges", "crashed")
        last: dict[tuple[str, str, str], str] = {}
        told = []
        for run, name, claim, _, _, outcome, *_ in self.results:
            before = last.get((run, name, claim))
            if before in verdicts and outcome in verdicts and before != outcome:
                told.append(
                    one_line(f"{run}: {claim} on {name} was judged twice: {before}, then {outcome}")
                    + "; the last counts"
                )
            last[run, name, claim] = outcome
        return told


def _periods(p: PowerRecord) -> tuple[float | None, float | None, float | None]:
    """The mean current over whole periods, with its interval."""
    each = p.period_a
    return (each.value, each.low, each.high) if each else (None, None, None)


def _chosen(info: RunInfo) -> list[str]:
    """The claims that the run was to judge: without power, those that need a meter are not."""
    return [claim for claim in info.claims if info.power or not claim.startswith("power.")]


def _members(board: BoardInfo) -> str:
    """The boards of a kind that shared its claims."""
    each = (f"{one.name} ({one.unique_id})" if one.unique_id else one.name for one in board.members)
    return ", ".join(each)


def _lost(board: BoardInfo) -> str:
    """Why and when the board was given up, or each of those that shared."""
    members = (f"{one.name} {one.lost}" for one in board.members if one.lost)
    return board.lost or "; ".join(members)


def board_labels(infos: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str], str]:
    """A label for each (run, name): boards that only share a name are never taken for one.

    Two of one name are told apart by platform and unique id. Version and machine text change
    from release to release and tell nothing; a board that never identified itself is taken for
    the only one of its name, if there is only one.
    """
    kinds: dict[str, dict[tuple[str, str], None]] = {}
    infos = list(infos)
    for _, name, platform, uid in infos:
        if platform or uid:
            kinds.setdefault(name, {})[platform, uid] = None
    labels: dict[tuple[str, str], str] = {}
    for run, name, platform, uid in infos:
        among = kinds.get(name, {})
        if len(among) <= 1:
            labels[run, name] = name
        elif not platform and not uid:
            labels[run, name] = f"{name} (unidentified)"
        else:
            platforms = {p for p, _ in among}
            parts = [platform] if len(platforms) > 1 else []
            if len({u for p, u in among if p == platform}) > 1:
                # A hash, as unique ids of one maker may share both their head and their tail.
                parts.append(hashlib.sha256(uid.encode()).hexdigest()[:6])
            labels[run, name] = f"{name} ({' '.join(parts)})"
    return labels


def frames(
    rows: Rows, labels: dict[tuple[str, str], str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """results, power, measurements, boards, runs.

    A board under an overlay does not run its firmware's own asyncio: it is a board of its own in
    `board`, and the same one in `identity`, by which releases are compared.
    """
    names = {row[0]: PurePath(row[5]).name for row in rows.runs}
    overlays = {  # the control runs without: an overlay is MicroPython's
        (row[0], row[1]): names[row[0]]
        for row in rows.boards
        if row[BOARD_COLUMNS.index("implementation")] != "cpython"
    }
    made = [
        _frame(rows.results, RESULT_COLUMNS, labels, overlays),
        _frame(rows.power, POWER_COLUMNS, labels, overlays),
        _frame(rows.measurements, MEASUREMENT_COLUMNS, labels, overlays),
        _frame(rows.boards, BOARD_COLUMNS, labels, overlays),
        _frame(rows.runs, RUN_COLUMNS, {}, {}),
    ]
    # A claim may measure the same wait several times: the first is compared with the first.
    for frame, name in ((made[1], "wait"), (made[2], "measurement")):
        frame["occurrence"] = frame.groupby(["result", name]).cumcount()
    runs = made[4]
    when = pd.to_datetime(runs["started"], errors="coerce", utc=True, format="ISO8601")
    # Runs in the order they were made, whatever the order they were named in.
    runs["when"] = when
    runs = runs.sort_values("when", kind="stable", na_position="first").reset_index(drop=True)
    order = {run: number for number, run in enumerate(runs["run"])}
    for frame in made[:4]:
        frame["run_order"] = pd.Series([order[run] for run in frame["run"]], dtype="int64")
    return made[0], made[1], made[2], made[3], runs


def _frame(
    rows: list[tuple[Any, ...]],
    columns: tuple[str, ...],
    labels: dict[tuple[str, str], str],
    overlays: dict[tuple[str, str], str],
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    rows.clear()
    for column in columns:
        if column in _FLOAT:
            frame[column] = frame[column].astype("float64")
        elif column in _TRUTH:
            frame[column] = frame[column].astype("bool")
        elif column in _WHOLE:
            frame[column] = frame[column].astype("int64")
        else:
            frame[column] = frame[column].astype("str")
    if "name" in columns:
        pairs = list(zip(frame["run"], frame["name"], strict=True))
        identity = [labels[pair] for pair in pairs]
        with_overlay = [
            f"{label} with {overlays[pair]}" if overlays.get(pair) else label
            for pair, label in zip(pairs, identity, strict=True)
        ]
        frame.insert(1, "board", pd.Series(with_overlay, dtype="str"))
        frame["identity"] = pd.Series(identity, dtype="str")
    return frame
