"""`looprig upstream`: MicroPython's own test suite on the bench's boards, over this transport."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from pathlib import Path

from rig import bench as benches
from rig.answers.answer import tell
from rig.answers.judging import Upstream, ended
from rig.commands.asked import Options, choose_bench, run_folder
from rig.commands.prepared import ready
from rig.commands.resuming import (
    gone_on_with,
    nothing_left,
    now,
    resumed,
    same_boards,
    same_maker,
)
from rig.commands.upstream_boards import run_boards
from rig.ending import of_run
from rig.errors import UsageError
from rig.made_with import digest
from rig.results import RunInfo
from rig.run_dir import RunDir
from rig.sharing import columns, kinds
from rig.terminable import terminable
from rig.upstream.suite import Suite


def upstream(
    directory: Path | None,
    patterns: list[str],
    bench: Path | None = None,
    out: Path | None = None,
    boards: list[str] | None = None,
    port: str = "",
    command: list[str] | None = None,
    resume: Path | None = None,
    share: bool = False,
    as_json: bool = False,
) -> int:
    """Run the suite and return the exit code, which means what that of `looprig run` does."""
    options = Options(bench=bench, boards=boards or [], port=port, out=out, resume=resume)
    options.share = share
    if options.resume:
        options = resumed(options, "upstream")
        directory, patterns = same_suite(RunDir(run_folder(options)), directory, patterns)
    if directory is None:
        raise UsageError("looprig upstream needs a MicroPython checkout", "name its directory")
    suite = Suite(directory)
    suite.check(patterns)
    chosen = choose_bench(options)
    chosen = chosen.model_copy(
        update={
            "board": {name: entry for name, entry in chosen.board.items() if runs(entry)},
        }
    )
    if not chosen.board:
        raise UsageError("the suite is MicroPython's own: no board of the bench runs it")
    run_dir = RunDir(run_folder(options))
    with terminable(), run_dir.held():
        with ready(chosen, power=False) as (stations, lost):
            alike = kinds(stations, options.share, {})
            info = RunInfo(
                looprig=importlib.metadata.version("looprig"),
                id=run_dir.path.name,
                started=now(),
                command=command or [],
                bench=chosen.path,
                power=False,
                upstream=str(suite.root),
                patterns=patterns,
                made_with=[digest([suite.root / "tests"])],
                boards=[*columns(alike, stations), *lost],
                share=options.share,
            )
            done: set[tuple[str, str]] = set()
            if options.resume:
                before = run_dir.read()
                same_maker(run_dir.path, before, info)
                same_boards(run_dir.path, before.boards, info.boards)
                if (code := nothing_left(run_dir)) is not None:
                    if as_json:
                        had = run_dir.read(), run_dir.results()
                        tell(Upstream(**ended(run_dir.path, *had, "nothing was left to do")))
                    return code
                done = {(result.claim, result.board) for result in run_dir.mend(before)}
                run_dir.write(gone_on_with(before, info))
            else:
                run_dir.create(info)
            whole = run_boards(suite, patterns, stations, alike, run_dir, done)
        return conclude(run_dir, whole, as_json)


def same_suite(
    run_dir: RunDir, directory: Path | None, patterns: list[str]
) -> tuple[Path, list[str]]:
    """The checkout and the patterns of the run to go on with. Raises UsageError for others: what
    it was asked for beside could be taken for judged."""
    info = run_dir.read()
    if patterns and patterns != info.patterns:
        raise UsageError(
            f"--resume {run_dir.path}: it was asked for {' '.join(info.patterns) or 'all tests'}, "
            f"and this asks for {' '.join(patterns)}",
            "leave the patterns out, or start a run of its own",
        )
    if directory and Suite(directory).root != Path(info.upstream):
        raise UsageError(
            f"--resume {run_dir.path}: it runs {info.upstream}, not {directory}",
            "leave DIR out, or start a run of its own",
        )
    return Path(info.upstream), info.patterns


def runs(entry: benches.BoardEntry) -> bool:
    """CPython boards are controls for claims, not for MicroPython's own details."""
    return entry.kind != "cpython"


def conclude(run_dir: RunDir, whole: bool, as_json: bool = False) -> int:
    """Note how the run ended, and say it."""
    if not whole:
        run_dir.error(f"interrupted; go on with looprig upstream --resume {run_dir.path}")
    results = run_dir.results()
    info = run_dir.read()
    claims = list(dict.fromkeys(result.claim for result in results))
    info = info.model_copy(update={"claims": claims, "finished": now()})
    ending = of_run(results, info, info.levels, interrupted=not whole)
    info = info.model_copy(update={"exit_code": ending.code})
    run_dir.write(info)
    if as_json:
        tell(Upstream(**ended(run_dir.path, info, results, ending.said)))
        return ending.code
    for board in info.boards:
        counts = Counter(result.outcome for result in results if result.board == board.name)
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        print(f"{board.name}: {said or 'nothing ran'}")
    for name, why in info.lost.items():
        print(f"board {name} was lost {why}")
    for message in info.errors:
        print(message)
    print(f"{ending.said} · {run_dir.results_path}; looprig report {run_dir.path} renders it")
    return ending.code
