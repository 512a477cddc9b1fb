"""Going on with a run that was cut short: it asks for what it asked for, of the same boards and
by the same looprig, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rig import made_with as makers
from rig.claims import catalogue, select
from rig.commands.asked import Options, choose_levels, use_suites
from rig.ending import INTERRUPTED, of_run
from rig.errors import UsageError
from rig.results import BoardInfo, Outcome, Resumption, RunInfo
from rig.run_dir import RunDir, located

OWN = "leave it out, or start a run of its own"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def made_with(overlay: Path | None) -> list[str]:
    """What this run's results depend on, beside the boards."""
    return [makers.suite(), *([makers.digest([overlay])] if overlay else [])]


def resumed(options: Options, command: str = "run") -> Options:
    """The options of the run to go on with.

    Raises UsageError for what is no run, for a run that another command than `looprig COMMAND`
    wrote, and for options that ask for something else than it did.
    """
    assert options.resume is not None
    run = options.resume = located(options.resume) or options.resume
    if options.out:
        raise UsageError("--resume goes on in the run's own directory", "leave --out out")
    info = RunDir(run).read()
    wrote = "upstream" if info.upstream else "run"
    if wrote != command:
        raise UsageError(
            f"--resume {run}: it is a run of looprig {wrote}",
            f"go on with looprig {wrote} --resume {run}",
        )
    if command == "run":
        options.suites = options.suites or [Path(folder) for folder in info.suites]
        use_suites(options)
        _same_claims(options, info)
    options.claims = list(info.claims)
    options.power = info.power
    options.levels = list(info.levels)
    options.patient = info.patient
    options.share = info.share
    if options.overlay and str(options.overlay.resolve()) != info.overlay:
        had = f"the overlay {info.overlay}" if info.overlay else "no overlay"
        raise UsageError(f"--resume {run}: it was begun with {had}", f"--overlay: {OWN}")
    if options.faults and options.faults != info.faults:
        had = f"--fault {', '.join(info.faults)}" if info.faults else "no fault"
        raise UsageError(f"--resume {run}: it was begun with {had}", f"--fault: {OWN}")
    options.faults = list(info.faults)
    options.expectations = Path(info.expectations) if info.expectations else None
    options.overlay = Path(info.overlay) if info.overlay and not info.faults else None
    if not options.port and not options.bench:
        _same_bench(options, info)
    return options


def of_failed(options: Options) -> Options:
    """The options of a run of what went wrong in another: the claims that had an unexpected
    outcome or none, on that run's bench unless another is named.

    Raises UsageError for what is no run, for one without such claims, and for --claims beside it.
    """
    assert options.failed is not None
    if options.claims or options.resume:
        raise UsageError("--failed names the claims", "leave --claims and --resume out")
    folder = located(options.failed) or options.failed
    run_dir = RunDir(folder)
    info, results = run_dir.read(), run_dir.results()
    if info.upstream:
        raise UsageError(f"--failed {folder}: it is a run of looprig upstream", "name another")
    fine = {result.claim for result in results}
    fine -= {r.claim for r in results if r.unexpected or r.outcome is Outcome.ERRORED}
    options.claims = [claim for claim in info.claims if claim not in fine]
    if not options.claims:
        raise UsageError(f"--failed {folder}: nothing went wrong in it", "name another run")
    options.suites = options.suites or [Path(suite) for suite in info.suites]
    if not options.port and not options.bench and not options.firmware:
        _same_bench(options, info)
    return options


def _same_bench(options: Options, info: RunInfo) -> None:
    if info.bench.startswith("--port "):
        port, _, meter = info.bench.removeprefix("--port ").partition(" --meter ")
        options.port, options.meter = port, options.meter or meter
    elif info.bench:
        options.bench = Path(info.bench)
        options.boards = options.boards or asked_for(info.boards)


def asked_for(boards: Iterable[BoardInfo]) -> list[str]:
    """The names in the bench file behind what run.json says: of each board that shared its claims
    with others, but for copies of it."""
    each = (member for board in boards for member in (board.members or [board]))
    return [board.name for board in each if "." not in board.name]


def _same_claims(options: Options, info: RunInfo) -> None:
    """Raises UsageError for a selection that is not the run's, or that is no longer there."""
    run = f"--resume {options.resume}"
    if gone := [claim for claim in info.claims if claim not in catalogue()]:
        what = f"{run}: it asks for {gone[0]}, a claim that this looprig has not"
        raise UsageError(what, "use the looprig that began it, or start a run of its own")
    had = {claim: catalogue()[claim] for claim in info.claims}
    if options.claims and set(select(options.claims, catalogue())) != set(had):
        claims = ", ".join(options.claims)
        what = f"{run}: it is a run of {len(had)} claims, which --claims {claims} are not"
        raise UsageError(what, f"--claims: {OWN}")
    if not options.power and info.power and any(claim.power for claim in had.values()):
        raise UsageError(f"{run}: it was begun with power", f"--no-power: {OWN}")
    if options.levels and choose_levels(options.levels, had, budgets=True) != list(info.levels):
        what = f"{run}: its exit code follows {', '.join(info.levels)}"
        raise UsageError(what, f"--level: {OWN}")


def same_maker(run: Path, before: RunInfo, now: RunInfo) -> None:
    """Raises UsageError unless the looprig that began the run is this one: two would judge by
    different tests, and their results stand as those of one."""
    for had, has, what in (
        (before.looprig, now.looprig, "looprig"),
        (before.made_with[:1], now.made_with[:1], "its claims and tests"),
        (before.made_with[1:], now.made_with[1:], "the overlay"),
    ):
        if had != has:
            how = f"was {had}, and is now {has}" if isinstance(had, str) else "have changed since"
            how = how.replace("have", "has") if what == "the overlay" else how
            raise UsageError(f"--resume {run}: {what} {how}", "start a run of its own")


def nothing_left(run_dir: RunDir) -> int | None:
    """The exit code of a run that came to its end with every result, by what is in it now, which is
    said; None for one with something to go on with."""
    info = run_dir.read()
    asked = {(claim, board.name) for claim in info.claims for board in info.boards}
    results = run_dir.standing(info)
    have = {(result.claim, result.board) for result in results}
    ended = info.finished and info.exit_code not in (None, INTERRUPTED) and not info.errors
    if info.exit_code is None or not ended or not asked <= have:
        return None
    code = of_run(results, info, info.levels).code
    then = "as then" if code == info.exit_code else f"and {info.exit_code} then"
    print(
        f"{run_dir.path}: nothing was left to do: it finished {info.finished} with all "
        f"{len(asked)} results; exit {code}, {then}"
    )
    return code


def gone_on_with(before: RunInfo, info: RunInfo) -> RunInfo:
    """run.json of a run that goes on: asked for and begun as it was, by the boards as they are."""
    again = Resumption(started=info.started, command=info.command)
    kept = ("started", "command", "id", "bench", "claims", "levels", "patient")
    update = {name: getattr(before, name) for name in kept}
    return info.model_copy(update={**update, "resumed": [*before.resumed, again]})


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
        if identity and have[name] and have[name] != identity:  # not one that could not be had
            raise UsageError(
                f"--resume {run}: board {name} was {identity}, and is now {have[name]}",
                "start a run of its own",
            )


def _identity(board: BoardInfo) -> str:
    said = [board.implementation, board.version, board.machine, board.unique_id]
    said += [f"measured by {board.meter}"] if board.meter else []
    return " ".join(part for part in said if part)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no board"
