"""How many single-point faults in asyncio does the suite notice?

    python -m benchmarks.mutation --asyncio ../micropython/extmod/asyncio

Every mutant of a Python copy of asyncio goes on a virtual board as an overlay, and the functional
host tests judge it, until the first that does not come out as on the unmutated copy. On a busy
machine anything may be late once: a notice counts that comes twice, with the unmutated copy held
to the same claim in between. Mutants are taken in a drawn order, so that those judged within
`--minutes` are a random sample. For faults in task.py the copy's core.py does not find the
firmware's own task type, written in C, and takes that one instead. Survivors are listed with their
diff; `mutation_equivalents.toml` holds those that no program can tell from the original, each with
a reason.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.mutants import Mutant, mutants
from benchmarks.mutation_bench import Bench, host_tests
from benchmarks.mutation_report import FILES, equivalents, report
from rig.errors import BoardLost


def work(asyncio: Path, kinds: list[bool], jobs: Any, results: Any, name: str) -> None:
    """In a process of its own: take mutants until there are no more."""
    folder = Path(tempfile.mkdtemp(prefix="looprig-mutation-"))
    bench = Bench(name, folder, asyncio, host_tests())
    try:
        bench.start()
        for python_tasks in kinds:
            results.put(("baseline", python_tasks, bench.baseline(python_tasks)))
        while (mutant := jobs.get()) is not None:
            try:
                outcome = bench.notice(mutant)
            except BoardLost as lost:
                outcome = ("documented", "(any)", str(lost))
                bench.stop()
                bench.start()
            results.put(("mutant", mutant, outcome))
    finally:
        bench.stop()
        shutil.rmtree(folder, ignore_errors=True)
        results.put(("over", name, None))


def judged(
    asyncio: Path, chosen: list[Mutant], boards: int, until: float
) -> Iterator[tuple[Any, ...]]:
    """What the workers say, as they say it; at `until` of the monotonic clock no more is begun."""
    context = multiprocessing.get_context("spawn")
    jobs, results = context.Queue(), context.Queue()
    left = iter(chosen)

    def give() -> None:
        jobs.put(next(left, None) if time.monotonic() < until else None)

    for _ in range(boards):
        give()
    kinds = sorted({mutant.file == "task.py" for mutant in chosen})
    workers = [
        context.Process(target=work, args=(asyncio, kinds, jobs, results, f"mutation{number}"))
        for number in range(boards)
    ]
    for worker in workers:
        worker.start()
    running = boards
    while running:
        message = results.get()
        if message[0] == "over":
            running -= 1
        elif message[0] == "mutant":
            give()
        yield message
    for worker in workers:
        worker.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--asyncio", type=Path, required=True, help="a Python copy of asyncio")
    parser.add_argument("--file", action="append", choices=FILES, help="only this file")
    parser.add_argument("--only", default="", help="only mutants whose function contains this")
    parser.add_argument("--again", type=Path, help="only what an earlier --json says survived")
    parser.add_argument("--boards", type=int, default=2)
    parser.add_argument("--no-equivalents", action="store_true", help="none of those on the list")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin none after")
    parser.add_argument("--json", type=Path, help="where to write every mutant's outcome")
    options = parser.parse_args()
    known = equivalents()
    chosen: list[Mutant] = []
    for file in options.file or FILES:
        found = mutants(file, (options.asyncio / file).read_text(encoding="utf-8"))
        chosen += [mutant for mutant in found if options.only in mutant.where]
    if options.again:
        rows = json.loads(options.again.read_text(encoding="utf-8"))
        left = {(r["file"], r["line"], r["becomes"]) for r in rows if r["level"] != "documented"}
        chosen = [m for m in chosen if (m.file, m.line, m.becomes) in left]
    if options.no_equivalents:
        chosen = [m for m in chosen if not any(e.names(m) for e in known)]
    random.Random(0).shuffle(chosen)
    began = time.monotonic()
    outcomes: dict[Mutant, tuple[str, str, str]] = {}
    for kind, what, outcome in judged(
        options.asyncio, chosen, options.boards, began + 60 * options.minutes
    ):
        if kind == "baseline":
            amiss = ", ".join(f"{claim} {word}" for claim, word in sorted(outcome.items()))
            print(
                f"unmutated copy, task.py {'in use' if what else 'not in use'}: not kept: {amiss}"
            )
        elif kind == "mutant":
            outcomes[what] = outcome
            if outcome[0] != "documented":
                word = outcome[1] or "survives"
                print(f"  {what.file}:{what.line} {what.becomes}: {word}", file=sys.stderr)
            if len(outcomes) % 50 == 0:
                print(f"  {len(outcomes)} of {len(chosen)} mutants", file=sys.stderr)
    report(outcomes, known, options.asyncio)
    print(f"\n{len(outcomes)} of {len(chosen)} mutants in {time.monotonic() - began:.0f} s")
    if options.json:
        rows = [
            {"file": m.file, "line": m.line, "where": m.where, "kind": m.kind, "was": m.was,
             "becomes": m.becomes, "level": o[0], "claim": o[1], "outcome": o[2],
             "equivalent": any(e.names(m) for e in known)}
            for m, o in outcomes.items()
        ]  # fmt: skip
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
