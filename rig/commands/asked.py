"""What a user asked `looprig run` for, checked before anything is started or written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rig import bench as benches
from rig.errors import UsageError
from rig.results import LEVELS, BoardInfo, Level
from rig.run_dir import RunDir, new_id


@dataclass
class Options:
    """What the user asked for; see `looprig run --help`."""

    bench: Path | None = None
    boards: list[str] = field(default_factory=list)
    port: str = ""
    meter: str = ""
    claims: list[str] = field(default_factory=list)
    overlay: Path | None = None
    power: bool = True
    fail_fast: bool = False
    resume: Path | None = None
    out: Path | None = None
    workers: str = ""
    levels: list[str] = field(default_factory=list)
    pytest_args: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def choose_bench(options: Options) -> benches.Bench:
    """The bench that --port describes, or the bench file, with the boards asked for."""
    if options.port:
        if options.bench or options.boards:
            raise UsageError("--port describes a bench by itself", "leave --bench and --board out")
        return benches.for_port(options.port, options.meter)
    if options.meter:
        raise UsageError("--meter needs --port", "or name the meter in a bench file")
    return benches.load(options.bench or benches.DEFAULT).choose(options.boards)


def choose_levels(names: Sequence[str]) -> list[Level]:
    """The levels that the exit code follows; `all` is every one."""
    if "all" in names:
        return list(LEVELS)
    for name in names:
        if name not in LEVELS:
            raise UsageError(f"--level {name}: no such level", f"one of {', '.join(LEVELS)}, all")
    return [level for level in LEVELS if level in names] or ["documented"]


def check_overlay(directory: Path | None) -> Path | None:
    """The overlay's absolute path; raises UsageError if it is no directory with modules."""
    if directory is None:
        return None
    if not directory.is_dir():
        raise UsageError(f"--overlay {directory}: there is no such directory", "name one")
    if not any(directory.rglob("*.py")) and not any(directory.rglob("*.mpy")):
        raise UsageError(f"--overlay {directory}: it holds no .py or .mpy module", "name another")
    return directory.resolve()


def run_folder(options: Options) -> Path:
    """Where the run goes; raises UsageError if a run is there already."""
    if options.resume:
        return options.resume
    folder = options.out or Path("runs") / new_id()
    if (folder / "results.jsonl").exists():
        raise UsageError(
            f"--out {folder}: it already holds a run",
            f"continue it with --resume {folder}, or name another",
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--out {folder}: it is a file", "name a directory")
    return folder


def resumed(options: Options, command: str = "run") -> Options:
    """The options of the run to go on with: a resumed run asks for what it asked for.

    Raises UsageError for what is no run, and for a run that another command than `looprig
    COMMAND` wrote.
    """
    assert options.resume is not None
    if not options.resume.is_dir() and (Path("runs") / options.resume).is_dir():
        options.resume = Path("runs") / options.resume
    if options.out:
        raise UsageError("--resume goes on in the run's own directory", "leave --out out")
    info = RunDir(options.resume).read()
    wrote = "upstream" if info.upstream else "run"
    if wrote != command:
        raise UsageError(
            f"--resume {options.resume}: it is a run of looprig {wrote}",
            f"go on with looprig {wrote} --resume {options.resume}",
        )
    options.claims = options.claims or info.claims
    options.power = options.power and info.power
    options.levels = options.levels or list(info.levels)
    if not options.overlay and info.overlay:
        options.overlay = Path(info.overlay)
    if not options.port and not options.bench:
        if info.bench.startswith("--port "):
            port, _, meter = info.bench.removeprefix("--port ").partition(" --meter ")
            options.port, options.meter = port, options.meter or meter
        elif info.bench:
            options.bench = Path(info.bench)
            options.boards = options.boards or [board.name for board in info.boards]
    return options


def same_boards(run: Path, before: Sequence[BoardInfo], now: Sequence[BoardInfo]) -> None:
    """Raises UsageError unless a run to go on with has the boards that it had, and their firmware:
    results of two would stand as those of one."""
    had = {board.name: _identity(board) for board in before}
    have = {board.name: _identity(board) for board in now}
    if set(had) != set(have):
        raise UsageError(
            f"--resume {run}: it is a run of {_listed(had)}, and this would be of {_listed(have)}",
            "leave --bench, --board and --port out, or start a run of its own",
        )
    for name, identity in had.items():
        if have[name] != identity:
            raise UsageError(
                f"--resume {run}: board {name} was {identity}, and is now {have[name]}",
                "start a run of its own",
            )


def _identity(board: BoardInfo) -> str:
    said = (board.implementation, board.version, board.machine, board.unique_id)
    return " ".join(part for part in said if part)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no board"
