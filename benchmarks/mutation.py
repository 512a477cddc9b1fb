"""How many single-point faults in asyncio does the suite notice?

    python -m benchmarks.mutation --asyncio ../micropython/extmod/asyncio

Every mutant of a Python copy of asyncio goes on a virtual board as an overlay, and the functional
host tests judge it, until the first that does not come out as on the unmutated copy. For faults
in task.py the copy's core.py does not find the firmware's own task type, written in C, and takes
that one instead. Survivors are listed with their diff; `mutation_equivalents.toml` holds those
that no program can tell from the original, each with a reason.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mutants import Mutant, mutants
from benchmarks.mutation_report import FILES, equivalents, report
from fixtures.board import DeviceRaised
from fixtures.evidence import Record
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.overlays import Overlay
from rig.claims import Claim, catalogue
from rig.errors import BoardCrashed, BoardLost, LooprigError, Unsupported
from rig.virtual.board import VirtualBoard

HERE = Path(__file__).parent
HUNG_S = 2.5
"""Board seconds after which a mutant hangs: several times the longest test on a good board."""

LEFT_OUT = ("latency", "peer")
"""Chapters whose tests take seconds each, or another machine at the end of the line."""


@dataclass(frozen=True)
class HostTest:
    """A host test that pytest is not needed for."""

    claim: Claim
    function: Callable[..., None]


def host_tests() -> list[HostTest]:
    """Every functional host test, by the claim it judges."""
    found = []
    claims = catalogue()
    for path in sorted((HERE.parent / "host").glob("test_*.py")):
        module = importlib.import_module(f"host.{path.stem}")
        for _, function in inspect.getmembers(module, inspect.isfunction):
            names = [mark.args[0] for mark in getattr(function, "pytestmark", [])]
            if not names or claims[names[0]].power or claims[names[0]].chapter in LEFT_OUT:
                continue
            if set(inspect.signature(function).parameters) <= {"board", "record"}:
                found.append(HostTest(claims[names[0]], function))
    return found


class Subject:
    """The board as host tests see it, with short deadlines."""

    patient = False

    def __init__(self, board: Board) -> None:
        self.board = board
        self.info = board.info
        self.name = board.name

    def run(self, device_test: str, *, deadline: float = HUNG_S, **given: Any) -> Execution:
        execution = self.board.run(device_test, deadline=min(deadline, HUNG_S), **given)
        if execution.damage:
            raise LooprigError("; ".join(execution.damage))
        if execution.ended is Ended.RAISED:
            raise DeviceRaised(execution.how)
        if execution.ended is not Ended.FINISHED:
            raise BoardCrashed(execution.how)
        return execution


@dataclass
class Bench:
    """One virtual board, and what an unmutated copy of asyncio keeps on it."""

    name: str
    folder: Path
    tests: list[HostTest]
    kept: dict[bool, set[str]] = field(default_factory=dict)  # by whether task.py is in use
    noticed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def start(self) -> None:
        """Start the board, or another one in its place."""
        self.virtual = VirtualBoard(self.name, "micropython", self.folder / "board")
        self.virtual.wait_ready()
        self.board = Board(self.name, str(self.virtual.port), power_cycle=self.virtual.power_cycle)
        self.board.open()
        self.board.identify()
        self.overlay = self.virtual.root / "overlay"

    def stop(self) -> None:
        self.board.close()
        self.virtual.stop()

    def judge(self, test: HostTest) -> str:
        """What came of a host test: "" for nothing amiss, else a word on it."""
        record = Record(test.claim, self.board.info, Path(), Path())
        given: dict[str, Any] = {"board": Subject(self.board), "record": record}
        wanted = inspect.signature(test.function).parameters
        features = self.board.info.features
        # the host is no other end here: a board talks to itself over its loopback
        has = {*features, *(["network.self"] if "socket.loopback" in features else [])}
        if not has.issuperset(test.claim.needs):
            return "unsupported"
        try:
            test.function(**{name: given[name] for name in wanted})
        except AssertionError:
            return "diverges"
        except DeviceRaised:
            return "raises"
        except BoardCrashed:
            return "crashes"
        except Unsupported:
            return "unsupported"
        except BoardLost:
            raise
        except LooprigError as error:
            return f"errored: {error}"
        except Exception as error:
            return f"errored: the host test raised {type(error).__name__}: {error}"
        return ""

    def baseline(self, python_tasks: bool) -> dict[str, str]:
        """Learn which claims hold on the unmutated copy; the others with what came of them."""
        self.board.overlay = Overlay(remote="/overlay", modules=("asyncio",))
        outcomes = {test.claim.id: self.judge(test) for test in self.tests}
        self.kept[python_tasks] = {claim for claim, outcome in outcomes.items() if not outcome}
        return {claim: outcome for claim, outcome in outcomes.items() if outcome}

    def notice(self, mutant: Mutant) -> tuple[str, str, str]:
        """(level, claim, outcome) of the first claim that notices the mutant, or empty strings.

        Documented claims come first; of each level those that noticed most faults in that file.
        """
        self.board.overlay = Overlay(remote="/overlay", modules=("asyncio",))
        came = self.board.run("overlay", deadline=HUNG_S, modules=["asyncio"])
        if came.ended is not Ended.FINISHED:
            return "documented", "(import)", came.how[-60:]
        kept = self.kept[mutant.file == "task.py"]
        counts = self.noticed[mutant.file]
        order = sorted(
            (test for test in self.tests if test.claim.id in kept),
            key=lambda test: (test.claim.level != "documented", -counts[test.claim.id]),
        )
        for test in order:
            outcome = self.judge(test)
            if outcome and not outcome.startswith("errored"):
                counts[test.claim.id] += 1
                return test.claim.level, test.claim.id, outcome
            if outcome:
                print(f"  {mutant.file}:{mutant.line} {test.claim.id} {outcome}", file=sys.stderr)
        return "", "", ""


def write_overlay(asyncio: Path, folder: Path, python_tasks: bool, mutant: Mutant | None) -> None:
    """A full copy of asyncio at folder/asyncio, mutated in one place."""
    target = folder / "asyncio"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in asyncio.glob("*.py"):
        if path.name in (*FILES, "__init__.py"):
            text = path.read_text(encoding="utf-8")
            if mutant and path.name == mutant.file:
                text = mutant.source
            if python_tasks and path.name == "core.py":
                text = text.replace("from _asyncio import", "from _asyncio_not import")
            (target / path.name).write_text(text, encoding="utf-8")


def work(asyncio: Path, jobs: Any, results: Any, name: str) -> None:
    """In a process of its own: take mutants until there are no more."""
    folder = Path(tempfile.mkdtemp(prefix="looprig-mutation-"))
    bench = Bench(name, folder, host_tests())
    try:
        bench.start()
        for python_tasks in (False, True):
            write_overlay(asyncio, bench.overlay, python_tasks, None)
            results.put(("baseline", python_tasks, bench.baseline(python_tasks)))
        while (mutant := jobs.get()) is not None:
            write_overlay(asyncio, bench.overlay, mutant.file == "task.py", mutant)
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


def judged(asyncio: Path, chosen: list[Mutant], boards: int) -> Iterator[tuple[Any, ...]]:
    """What the workers say, as they say it."""
    context = multiprocessing.get_context("spawn")
    jobs, results = context.Queue(), context.Queue()
    for mutant in [*chosen, *[None] * boards]:
        jobs.put(mutant)
    workers = [
        context.Process(target=work, args=(asyncio, jobs, results, f"mutation{number}"))
        for number in range(boards)
    ]
    for worker in workers:
        worker.start()
    running = boards
    while running:
        message = results.get()
        if message[0] == "over":
            running -= 1
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
    began = time.monotonic()
    outcomes: dict[Mutant, tuple[str, str, str]] = {}
    for kind, what, outcome in judged(options.asyncio, chosen, options.boards):
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
    print(f"\n{len(chosen)} mutants in {time.monotonic() - began:.0f} s")
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
