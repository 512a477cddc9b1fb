"""What a user asked `looprig run` for, checked before anything is started or written."""

from __future__ import annotations

import fnmatch
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rig import bench as benches
from rig import expectations, profiles, suites
from rig.claims import Claim, catalogue, host_tests
from rig.errors import LooprigError, RigError, UsageError, nearest
from rig.results import LEVELS, Level
from rig.run_dir import FULL, new_id

GLOB = re.compile(r"[a-z][a-z0-9.*?\[\]_-]*")
"""What a claim's id, or a glob of it, looks like."""
Show = Literal["attention", "matrix", "quiet", "json"]


@dataclass
class Options:
    """What the user asked for; see `looprig run --help`."""

    bench: Path | None = None
    boards: list[str] = field(default_factory=list)
    port: str = ""
    firmware: list[str] = field(default_factory=list)
    meter: str = ""
    claims: list[str] = field(default_factory=list)
    failed: Path | None = None
    trace: bool = False
    listing: bool = False
    suites: list[Path] = field(default_factory=list)
    overlay: Path | None = None
    expectations: Path | None = None
    faults: list[str] = field(default_factory=list)
    power: bool = True
    patient: bool = False
    fail_fast: bool = False
    strict: bool = False
    resume: Path | None = None
    out: Path | None = None
    workers: str = ""
    share: bool = False
    show: Show = "attention"
    levels: list[str] = field(default_factory=list)
    pytest_args: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        return self.show in ("quiet", "json")


def what_to_show(matrix: bool, quiet: bool, as_json: bool = False) -> Show:
    """Raises UsageError for two that exclude each other."""
    if as_json and (matrix or quiet):
        raise UsageError("--json prints one document", "leave --matrix and --quiet out")
    if as_json:
        return "json"
    if matrix and quiet:
        raise UsageError("--matrix and --quiet exclude each other", "leave one of them out")
    return "quiet" if quiet else "matrix" if matrix else "attention"


def choose_bench(options: Options) -> benches.Bench:
    """The bench that --port describes, or the bench file, with the boards asked for."""
    if options.firmware:
        if options.bench or options.boards or options.port or options.meter:
            what = "--firmware describes a bench by itself"
            raise UsageError(what, "leave --bench, --board, --port and --meter out")
        return benches.for_firmware(options.firmware)
    if options.port:
        if options.bench or options.boards:
            raise UsageError("--port describes a bench by itself", "leave --bench and --board out")
        return benches.for_port(options.port, options.meter)
    if options.meter:
        raise UsageError("--meter needs --port", "or name the meter in a bench file")
    return benches.load(options.bench or benches.DEFAULT).choose(options.boards)


def use_suites(options: Options, bench: benches.Bench | None = None) -> None:
    """Have the user's suites stand beside the rig's own: those asked for, and the bench's.

    Raises UsageError for one that does not hold together.
    """
    folders = [path.resolve() for path in options.suites]
    if bench and bench.suite:
        folders.append((Path(bench.path).absolute().parent / bench.suite.folder).resolve())
    options.suites = list(dict.fromkeys(folders))
    suites.use([suites.load(folder) for folder in options.suites])
    if not options.suites:
        return
    check_tables()
    claims = catalogue()
    for suite in suites.added():
        for path, line, test, name in suites.host_tests(suite.host):
            if name not in claims:
                hint = nearest(str(name), list(catalogue(suite.claims)))
                raise UsageError(f"{path}:{line}: {test}: there is no claim {name!r}", hint)
        for name, claim in catalogue(suite.claims).items():
            if name not in host_tests():
                hint = f'mark one in {suite.host} with @pytest.mark.claim("{name}")'
                raise UsageError(f"claim {name} has no host test", hint)
            script = f"{claim.device_test}.py"
            if not suites.device_test(script, suites.OWN.device_tests).is_file():
                what = f"claim {name}: there is no device test {suite.device_tests / script}"
                raise UsageError(what, "write it, or mend device_test")


OF_PYTEST = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
"""Variables that are set for a project's own pytest. What is for a run's stands behind `--`."""
LONG_LIFE = "life.*"
LONG_LIFE_TAKES = "a quarter of an hour or more"
"""Seven minutes of it are a server that is left alone; the rest is the board's own speed."""


def patient(globs: Sequence[str]) -> bool:
    """Whether the claims of long life were asked for by name, and may take their time."""
    return LONG_LIFE in globs


def choose_levels(
    names: Sequence[str], claims: Mapping[str, Claim], budgets: bool = False
) -> list[Level]:
    """The levels that the exit code follows; `all` is every one. Where none is named it is
    `documented`, or what the claims are of if none of them is that. `budgets` are of quality.

    Raises UsageError for levels that none of the claims is of: the code would follow nothing.
    """
    for name in names:
        if name not in LEVELS and name != "all":
            raise UsageError(f"--level {name}: no such level", f"one of {', '.join(LEVELS)}, all")
    there = [level for level in LEVELS if any(claim.level == level for claim in claims.values())]
    if not names:
        return ["documented"] if "documented" in there else list(there)
    if "all" in names:
        return list(LEVELS)
    chosen = [level for level in LEVELS if level in names]
    if budgets and "quality" in chosen:
        return chosen
    if not set(chosen) & set(there):
        what = f"--level {', '.join(chosen)}: no claim asked for is of it"
        raise UsageError(what, f"they are of {', '.join(there)}")
    return chosen


def check_overlay(options: Options, bench: benches.Bench) -> Path | None:
    """The overlay's absolute path; raises UsageError if it is no directory with modules, or if
    no board of the bench takes one."""
    directory = options.overlay
    asked = [f"--overlay {directory}"] * bool(directory)
    asked += [f"--fault {name}" for name in options.faults]
    if asked and all(entry.kind == "cpython" for entry in bench.board.values()):
        what = f"{asked[0]}: it would reach no board: CPython, the control, takes none"
        raise UsageError(what, "choose another board with --board")
    if directory is None:
        return None
    if options.faults:
        raise UsageError("--fault and --overlay: a fault breaks the firmware's own", "name one")
    if not directory.is_dir():
        what = "it is no directory" if directory.exists() else "there is no such directory"
        raise UsageError(f"--overlay {directory}: {what}", "name one with modules in it")
    if not any(directory.rglob("*.py")) and not any(directory.rglob("*.mpy")):
        raise UsageError(f"--overlay {directory}: it holds no .py or .mpy module", "name another")
    return directory.resolve()


def run_folder(options: Options) -> Path:
    """Where the run goes; raises UsageError if a run is there already."""
    if options.resume:
        return options.resume
    folder = options.out or Path("runs") / new_id()
    check_writable(folder, "--out" if options.out else "")
    if (folder / "results.jsonl").exists():
        raise UsageError(
            f"--out {folder}: it already holds a run",
            f"continue it with --resume {folder}, or name another",
        )
    return folder


def check_writable(folder: Path, option: str) -> None:
    """Raises UsageError for a directory that the user named and where nothing can be written, and
    RigError for one that nobody named."""
    at = folder
    kind: type[LooprigError] = UsageError if option else RigError
    where = f"{option} {folder}".strip()
    try:
        while not at.exists() and at != at.parent:
            if at.is_symlink():
                raise kind(f"{where}: {at} is a link that leads nowhere", "name a directory")
            at = at.parent
        if not at.is_dir():
            what = "it is a file" if at == folder else f"{at} is no directory"
            raise kind(f"{where}: {what}", "name a directory")
        with tempfile.TemporaryFile(dir=at):  # a file system that is read-only says so here
            pass
    except OSError as error:
        full = error.errno in FULL
        raise (RigError if full else kind)(
            f"{where}: {error.strerror}", "name a directory to write to with --out"
        ) from error


def check_budgets(bench: benches.Bench) -> bool:
    """Whether the bench allows any claim a certain current only; raises UsageError for a claim
    that there is not, or that measures none."""
    claims = catalogue()
    for name, board in bench.board.items():
        for claim in board.power.budget:
            where = f"bench file {bench.path}: board.{name}.power.budget"
            if claim not in claims:
                raise UsageError(
                    f"{where}: there is no claim {claim!r}", nearest(claim, list(claims))
                )
            if not claims[claim].power:
                measured = ", ".join(each for each in claims if claims[each].power)
                raise UsageError(f"{where}: {claim} measures no current", f"these do: {measured}")
    return any(board.power.budget for board in bench.board.values())


def check_tables(own: Path | None = None) -> None:
    """Raises UsageError for a profile, an expectation, also of the user's `own`, or a claim that is
    wrongly written."""
    try:
        claims = catalogue()
        profiles.profiles()
        expectations.check(claims)
        if own:
            expectations.check(claims, own)
    except RigError as error:
        raise UsageError(error.what, error.hint) from error


def without_idle_controls(
    bench: benches.Bench, claims: Mapping[str, Claim], named: bool
) -> benches.Bench:
    """The bench without controls that make none of these claims; raises UsageError where they
    were asked for by name, or nothing else is left."""
    if any(not (claim.power or claim.not_cpython) for claim in claims.values()):
        return bench
    idle = [name for name, entry in bench.board.items() if entry.kind == "cpython"]
    if not idle:
        return bench
    if named or len(idle) == len(bench.board):
        what = f"board {idle[0]}: CPython, the control, makes none of the claims asked for"
        raise UsageError(what, "leave it out, or ask for other claims")
    print(f"left out: {', '.join(idle)}, which makes none of these claims", file=sys.stderr)
    return bench.choose([name for name in bench.board if name not in idle])


def check_words_for_pytest(options: Options) -> None:
    """Raises UsageError for claims among the words that would be pytest's."""
    behind = "--" in options.command
    for word in options.pytest_args:
        known = fnmatch.filter(catalogue(), word) if GLOB.fullmatch(word) else []
        if known and not Path(word).exists():
            what = f"-- {word}: file or directory not found: {word}" if behind else word
            raise UsageError(what, f"leave it out, or choose claims with --claims {word}")
        if not behind:
            raise UsageError(f"{word}: what is for pytest stands behind --", f"-- {word}")
