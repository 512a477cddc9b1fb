"""`looprig run`: a bench, the claims, and an exit code that says what came of it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rig import suites, whole
from rig.answers.answer import tell
from rig.bench import Bench
from rig.claims import Claim, catalogue, judged, select
from rig.commands.asked import (
    LONG_LIFE,
    LONG_LIFE_TAKES,
    OF_PYTEST,
    Options,
    check_budgets,
    check_overlay,
    check_tables,
    check_words_for_pytest,
    choose_bench,
    choose_levels,
    patient,
    run_folder,
    use_suites,
    without_idle_controls,
)
from rig.commands.begun import begun
from rig.commands.listing import due, show
from rig.commands.reporter import Reporter, as_answer
from rig.commands.resuming import (
    gone_on_with,
    nothing_left,
    now,
    of_failed,
    resumed,
    same_boards,
    same_maker,
)
from rig.commands.second_try import second_try
from rig.ending import Ending, of_run
from rig.errors import UsageError, nearest
from rig.expectations import crashing, own_folder
from rig.faults import fault
from rig.order import lateness, remembered
from rig.plan import Mishaps, Plan
from rig.results import Level
from rig.run_dir import RunDir
from rig.sharing import with_copies
from rig.terminable import terminable

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_WORKERS = 32
"""Of -n auto. Beyond it, workers take several boards each."""
MOST_ASKED = 256
NUMBER = re.compile(r"[0-9]{1,9}")
UNUSED = (
    "terminal", "cacheprovider", "logging", "warnings", "unraisableexception", "threadexception",
)  # fmt: skip
"""pytest's plugins that show a run nothing, and would cost each test a fifth of its host time."""
PYTEST_INTERRUPTED = 2  # by Ctrl-C, and by --fail-fast
PYTEST_BROKE = {3: "pytest failed inside itself", 4: "pytest took its arguments for bad usage"}


class Asked(NamedTuple):
    """What a run is to do: all that can be known of it before anything is opened."""

    options: Options
    bench: Bench
    own: Path | None  # the folder of known divergences of the user's own
    claims: dict[str, Claim]
    levels: list[Level]
    copies: dict[str, str]
    workers: int
    folder: Path


def asked(options: Options) -> Asked:
    """Raises UsageError for what cannot be meant; nothing is opened or written."""
    if options.resume:
        options = resumed(options)
    if options.failed:
        options = of_failed(options)
    bench = choose_bench(options)
    use_suites(options, bench)
    own = own_folder(options.expectations, bench)
    check_tables(own)
    claims = select(options.claims, catalogue())
    if options.trace and len(claims) != 1:
        what = f"--trace {options.claims[0]}: {len(claims)} claims, and a trace is of one"
        raise UsageError(what, nearest(options.claims[0], list(claims)))
    if not options.power:
        claims = {name: claim for name, claim in claims.items() if not claim.power}
        if not claims:
            raise UsageError("--no-power leaves no claim", "ask for other claims, or for power")
    judged(claims)
    levels = choose_levels(options.levels, claims, check_budgets(bench))
    bench = without_idle_controls(bench, claims, bool(options.boards))
    check_overlay(options, bench)
    for name in options.faults:
        fault(name)
    bench, copies = with_copies(bench, claims.values())
    side_by_side = options.workers or unasked(bench, bool(copies) or options.share)
    count = 1 if options.trace else workers(side_by_side, len(bench.board))
    folder = run_folder(options)
    check_words_for_pytest(options)
    if options.pytest_args:  # without any there is nothing to wait for
        from rig.commands import pytest_args

        named = pytest_args.check(pytest_arguments(options), options.pytest_args, UNUSED)
        pytest_args.all_run(named, claims)
    return Asked(options, bench, own, claims, levels, copies, count, folder)


def run(options: Options) -> int:
    """Carry out a run and return its exit code; raises LooprigError before anything is written."""
    options, bench, own, claims, levels, copies, count, folder = asked(options)
    if own and not options.quiet:
        print(f"expectations of your own: {own}", flush=True)
    run_dir = RunDir(folder)
    options.patient = options.patient or patient(options.claims)
    if options.patient and not options.quiet:
        print(f"{LONG_LIFE}: its long form, {LONG_LIFE_TAKES} a board", flush=True)
    answers = options.show == "json"
    with terminable(), run_dir.held(), Reporter(answers=answers) as reporter:
        with begun(options, bench, folder, own, copies) as begin:
            if options.listing:
                listed = due(claims.values(), begin.stations, begin.lost, options.power)
                return show(listed, answers)
            info = begin.info.model_copy(update={"claims": list(claims), "levels": levels})
            done: list[tuple[str, str]] = []
            if options.resume:
                before = run_dir.read()
                same_maker(folder, before, info)
                same_boards(folder, before.boards, info.boards)
                if (code := nothing_left(run_dir)) is not None:
                    if answers:
                        tell(as_answer(run_dir, "", "nothing was left to do"))
                    return code
                done = [(result.claim, result.board) for result in run_dir.mend(before)]
                run_dir.write(gone_on_with(before, info))
            else:
                run_dir.create(info)
            plan = Plan(
                run_dir=folder.resolve(),
                stations=begin.stations,
                claims=list(claims),
                levels=levels,
                power=options.power,
                expectations=own,
                fail_fast=options.fail_fast,
                patient=options.patient,
                done=done,
                progress=not (options.quiet or options.trace),
                trace=options.trace,
                kinds=begin.kinds,
                suites=list(suites.added()),
                workers=count,
                identities=begin.identities,
                late={
                    kind.name: lateness(
                        claims,
                        remembered(
                            begin.identities[name]
                            for name in kind.boards
                            if name in begin.identities
                        ),
                        crashing(),
                        [claim for one in begin.faults for claim in one.caught_by],
                    )
                    for kind in begin.kinds
                },
            )
            reporter.start()  # now, so that it is ready before the first test
            faults = Mishaps()
            ended = start_pytest(plan, options, faults)
            if not faults.told and (rest := second_try(run_dir, plan, ended)):
                ended = max(ended, start_pytest(rest, options, faults))
                run_dir.merge_tries()
            ending = conclude(run_dir, ended, plan, faults.told)
            reporter.ask(run_dir, ending.said, options.show)  # boards are put away meanwhile
        reporter.wait(run_dir)
    return ending.code


# -- pytest ---------------------------------------------------------------------------------


def start_pytest(plan: Plan, options: Options, faults: Mishaps) -> int:
    """Run the conformance suite with this plan; returns pytest's exit code."""
    import pytest

    with tempfile.TemporaryDirectory(prefix="looprig-") as folder:
        path = Path(folder) / "plan.json"
        whole.write(path, plan.model_dump_json())
        arguments = pytest_arguments(options)
        os.environ.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in OF_PYTEST:
            os.environ.pop(name, None)
        return int(pytest.main(["--looprig-plan", str(path), *arguments], plugins=[faults]))


def pytest_arguments(options: Options) -> list[str]:
    """pytest's arguments, all but the plan; the user's are last, so that none takes ours for its
    value."""
    return [
        "--rootdir", str(ROOT), "-c", str(ROOT / "host" / "pytest.ini"), "--confcutdir", str(ROOT),
        *(part for plugin in UNUSED for part in ("-p", f"no:{plugin}")),
        "--capture=sys",  # they print nothing; files for it took a hundredth of a run
        "-o", "verbosity_assertions=2",  # evidence shows values whole, within our own bounds
        *(str(suite.host) for suite in suites.used()),
        *options.pytest_args,
    ]  # fmt: skip


def unasked(bench: Bench, shared: bool) -> str:
    """How many processes drive boards where nobody said: one, but where boards share the claims,
    and where each keeps a core busy by being emulated."""
    if shared:
        return "auto"
    if all(board.kind != "emulated" for board in bench.board.values()):
        return ""
    from rig.virtual import emulators

    return str(emulators.cores())


def workers(asked: str, boards: int) -> int:
    """How many processes drive boards: never more than boards. Raises UsageError.

    A worker mostly waits for its board, so `auto` has many more of them than processors.
    """
    if not asked:
        return 1
    if asked == "auto":
        return min(boards, MOST_WORKERS)
    if NUMBER.fullmatch(asked) and 1 <= int(asked) <= MOST_ASKED:
        return min(boards, int(asked))
    raise UsageError(f"-n {asked}: a number of workers from 1 to {MOST_ASKED}, or auto")


# -- the end --------------------------------------------------------------------------------


def conclude(run_dir: RunDir, ended: int, plan: Plan, faults: Sequence[str] = ()) -> Ending:
    """Judge the run as a whole and note it in run.json; returns how it ended. `faults` are those
    that pytest met. A run of no claims, of another project's tests, owes no verdict."""
    results = run_dir.results()
    info = run_dir.read()
    errors = list(dict.fromkeys([*info.errors, *faults]))
    boards = [board.name for board in info.boards if board.implementation]  # that could be had
    asked = {(claim, board) for claim in info.claims for board in boards}
    missing = len(asked - {(result.claim, result.board) for result in results})
    stopped = plan.fail_fast and any(result.stops_a_fast_run(plan.levels) for result in results)
    short = missing and not stopped and not errors  # a host test that does not import is one
    interrupted = bool(short and ended == PYTEST_INTERRUPTED)
    if ended in PYTEST_BROKE and not errors:
        errors.append(f"{PYTEST_BROKE[ended]} (exit {ended})")
    elif interrupted:
        errors.append(f"interrupted; go on with looprig run --resume {run_dir.path}")
    elif short:
        errors.append(f"{missing} results are missing: did pytest's own arguments leave them out?")
    info = info.model_copy(update={"errors": errors})
    ending = of_run(results, info, plan.levels, interrupted, stopped or not info.claims)
    run_dir.write(info.model_copy(update={"finished": now(), "exit_code": ending.code}))
    return ending
