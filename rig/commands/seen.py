"""What runs saw of each port, claim by claim."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rig import bench as benches
from rig import expectations
from rig.errors import UsageError
from rig.expectations import Entry, port_of
from rig.results import SHOWED, VERDICTS, BoardInfo, Result, RunInfo
from rig.run_dir import RunDir


@dataclass
class Seen:
    """What runs of one port saw of one claim: each verdict with the board that it is of."""

    verdicts: list[tuple[BoardInfo, Result]] = field(default_factory=list)

    def boards(self, showed: bool) -> list[BoardInfo]:
        return [info for info, result in self.verdicts if (result.outcome in SHOWED) == showed]

    @property
    def first(self) -> Result:
        """The first result that showed it."""
        return next(result for _, result in self.verdicts if result.outcome in SHOWED)


Port = dict[str, Seen]


def cut_short(runs: Sequence[Path]) -> list[str]:
    """What to say of each run that ended before it had a result of all it was asked: what it did
    not come to looks like what does not show."""
    said = []
    for run in runs:
        at = RunDir(run)
        info = at.read()
        asked = {(claim, b.name) for claim in info.claims for b in info.boards if b.implementation}
        if missing := len(asked - {(result.claim, result.board) for result in at.results()}):
            said.append(
                f"{run}: {missing} of {len(asked)} results are missing; go on with --resume"
            )
    return said


def gathered(runs: Sequence[Path]) -> tuple[dict[str, Port], dict[str, list[BoardInfo]], Path]:
    """(verdicts by port and claim, boards by port, where the runs look for the user's own)."""
    ports: dict[str, Port] = {}
    boards: dict[str, list[BoardInfo]] = {}
    place = Path(expectations.OWN)
    for run in runs:
        at = RunDir(run)
        info = at.read()
        if info.upstream:
            raise UsageError(f"{run}: a run of MicroPython's own tests", "name one of looprig run")
        place = Path(info.expectations) if info.expectations else beside(info)
        if info.overlay:
            said = f"{run} was made under {info.overlay}: what that breaks is taken for the port's"
            print(said, file=sys.stderr)
        found = {board.name: board for board in info.boards if board.implementation}
        for result in at.results():
            board = found.get(result.board)
            if board is None or board.implementation != "micropython":
                continue
            port = port_of(board)
            if board not in boards.setdefault(port, []):
                boards[port].append(board)
            if result.outcome in VERDICTS and not result.over_budget:  # a budget is no port's
                seen = ports.setdefault(port, {}).setdefault(result.claim, Seen())
                seen.verdicts.append((board, result))
    return ports, boards, place


def beside(info: RunInfo) -> Path:
    """Where the next run on the same bench looks by itself."""
    bench = benches.Bench(path=info.bench)
    if not bench.named or not Path(info.bench).is_file():
        return Path(expectations.OWN)
    return expectations.place_beside(bench)


def of_entry(entry: Entry, seen: Seen) -> Seen:
    """What was seen on the boards that the entry is of."""
    return Seen([(info, result) for info, result in seen.verdicts if entry.holds_on(info)])


def here(entry: Entry, seen: Seen) -> tuple[int, int]:
    """How often it showed, and did not, on boards that the entry is of."""
    ours = of_entry(entry, seen)
    return len(ours.boards(showed=True)), len(ours.boards(showed=False))
