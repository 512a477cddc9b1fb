"""In which order a board's claims are judged: what may cost the board comes last.

A claim that wedges a board for good costs every claim behind it. Which ones do is known from the
expectations, from the faults that a run was asked for, and from what came of the same board with
the same firmware before, which is kept in the user's cache.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from rig import whole
from rig.claims import Claim
from rig.results import BoardInfo, Outcome, Result

BOARDS_KEPT = 64
"""Records kept, a board and firmware each; those that were not used for longest go."""
FORGIVEN = 3
"""After so many runs without trouble a claim is like any other again."""
LONG_S = 2.0
"""A fifth of a device test's usual deadline: whoever takes that long waits, or nearly hangs."""
HOUR_S = 3600.0

BROKEN, CRASHES, HANGS, LOSES = 1, 2, 3, 9
"""Trouble: the run's own fault is in it; the board reset itself; it hung, and each further step of
recovery that it took is one more; the board was lost."""


FEARED = 1.0
"""The least lateness of a claim that may cost the board."""


def trouble(result: Result) -> int:
    """How bad for the board it was to judge this claim; 0 where it was not."""
    if result.outcome is not Outcome.CRASHED or not result.executions:
        return 0
    if f"board {result.by} is lost" in result.actual:
        return LOSES
    last = result.executions[-1]
    if last.ended == "crashed":
        return CRASHES
    return min(HANGS + max(len(last.recovery) - 1, 0), LOSES - 1)


class Seen(BaseModel):
    """What came of a claim on a board."""

    model_config = ConfigDict(extra="forbid")
    trouble: int = 0
    took_s: float = 0.0
    calm: int = 0  # runs since without trouble


class Record(BaseModel):
    """A board's file: only claims that were trouble or took long stand in it."""

    model_config = ConfigDict(extra="forbid")
    board: str = ""
    claims: dict[str, Seen] = {}


def identity(board: BoardInfo, overlay: Path | None) -> str:
    """Board and firmware, and what was put over its modules, by content."""
    firmware = (board.implementation, board.version, board.sys_version, board.build)
    said = (*firmware, board.machine, board.unique_id)
    over = hashlib.sha256()
    if overlay:
        for path in sorted(path for path in overlay.rglob("*.[mp]*y") if path.is_file()):
            over.update(path.relative_to(overlay).as_posix().encode() + b"\0" + path.read_bytes())
    return " ".join((*(part for part in said if part), over.hexdigest() if overlay else ""))


class Memory:
    """What is kept of one board with one firmware."""

    def __init__(self, board: str) -> None:
        self.board = board
        name = hashlib.sha256(board.encode()).hexdigest()[:32]
        self.path = platformdirs.user_cache_path("looprig") / "boards" / f"{name}.json"

    def read(self) -> Record:
        """What is known; nothing where there is no record, or none that can be read."""
        with contextlib.suppress(OSError, ValidationError):
            return Record.model_validate_json(self.path.read_bytes())
        return Record(board=self.board)

    def note(self, results: Iterable[Result]) -> None:
        """Add what came of a run. A cache that cannot be written keeps nothing."""
        record = self.read()
        for result in results:
            if result.executions:
                seen = after(record.claims.pop(result.claim, Seen()), result)
                if seen.trouble or seen.took_s >= LONG_S:
                    record.claims[result.claim] = seen
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            whole.write(self.path, record.model_dump_json())
            self.trim()

    def trim(self) -> None:
        """Drop the records that were not written for longest."""
        records = sorted(self.path.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in records[:-BOARDS_KEPT]:
            path.unlink(missing_ok=True)


def remembered(boards: Iterable[str]) -> dict[str, Seen]:
    """What came of each claim on these boards, the worst of it."""
    worst: dict[str, Seen] = {}
    for board in boards:
        for claim, seen in Memory(board).read().claims.items():
            if claim not in worst or seen.trouble > worst[claim].trouble:
                worst[claim] = seen
    return worst


def after(seen: Seen, result: Result) -> Seen:
    """What is known of a claim once this came of it."""
    now = trouble(result)
    took = round(result.duration_s, 3)
    if now or not seen.trouble:
        return Seen(trouble=now, took_s=took)
    calm = seen.calm + 1
    if calm >= FORGIVEN:
        return Seen(took_s=took)
    return Seen(trouble=seen.trouble, took_s=took, calm=calm)


def about(claim: str) -> str:
    """What a claim is about, by its id."""
    return claim.partition(".")[0]


def lateness(
    claims: Mapping[str, Claim],
    seen: Mapping[str, Seen],
    crashing: Iterable[str],
    broken: Iterable[str],
) -> dict[str, float]:
    """How late each claim runs; 0 for those not named. `crashing` are known to crash the board,
    `broken` those that the run's faults make fail, which they may do by hanging.

    What was trouble in one claim is feared of all that run the same device test, and, less, of all
    that are about the same thing (`flag.` of `flag.clear`): they are likely to meet it too. Of
    equal trouble the one that takes longer comes later.
    """
    level = {claim: what.trouble for claim, what in seen.items()}
    for least, named in ((BROKEN, broken), (CRASHES, crashing)):
        level |= {claim: max(least, level.get(claim, 0)) for claim in named}
    feared: dict[str, int] = {}
    kin: dict[str, int] = {}
    for name, least in level.items():
        if name in claims:
            test = claims[name].device_test
            feared[test] = max(least, feared.get(test, 0))
            kin[about(name)] = max(least, kin.get(about(name), 0))
    late = {}
    for name, claim in claims.items():
        took = min(seen[name].took_s, HOUR_S) / HOUR_S if name in seen else 0.0
        own = 2 * max(feared.get(claim.device_test, 0) - 0.5, level.get(name, 0))
        rank = max(own, kin.get(about(name), 0) / (2 * LOSES)) + took
        if rank > 0:
            late[name] = rank
    return late
