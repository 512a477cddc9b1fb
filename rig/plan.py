"""What a run is to do, handed from the command line to pytest and its workers."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from rig.results import LEVELS, Level
from rig.sharing import Kind
from rig.stations import Station
from rig.suites import Suite


class Mishaps:
    """What went wrong within pytest that belongs to no result, in sentences.

    It is a plugin without a hook, so that what runs in pytest finds it: where the disk is full,
    run.json cannot take them.
    """

    def __init__(self) -> None:
        self.told: list[str] = []


class Plan(BaseModel):
    """One run: where its results go, which boards, which claims."""

    model_config = ConfigDict(extra="forbid")
    run_dir: Path
    stations: list[Station]
    claims: list[str]
    levels: list[Level] = list(LEVELS[:1])  # the levels that the exit code follows
    power: bool = True
    expectations: Path | None = None  # a folder of the user's own
    fail_fast: bool = False
    patient: bool = False  # the long forms of what takes its time
    done: list[tuple[str, str]] = []  # (claim, board) that already have a result
    progress: bool = False
    trace: bool = False  # show what goes over the wire
    identities: dict[str, str] = {}  # each board with its firmware, by which rig/order.py knows it
    late: dict[str, dict[str, float]] = {}  # how late each claim runs, by kind; others first
    kinds: list[Kind] = []  # boards that share the claims; without any named, none do
    suites: list[Suite] = []  # beside the rig's own
    workers: int = 1  # processes that drive boards side by side

    @model_validator(mode="after")
    def _each_alone(self) -> Plan:
        if not self.kinds:
            self.kinds = [Kind(name=one.name, boards=[one.name]) for one in self.stations]
        return self

    @property
    def captures(self) -> Path:
        """Where captures are kept."""
        return self.run_dir / "captures"

    def station(self, board: str) -> Station:
        return next(station for station in self.stations if station.name == board)
