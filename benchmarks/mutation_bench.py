"""One virtual board, and which claims notice a mutant of asyncio on it."""

from __future__ import annotations

import importlib
import inspect
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mutants import Mutant
from benchmarks.mutation_report import FILES
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
    far = "127.0.0.1"  # the other end of the board's connections to itself

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
    asyncio: Path
    tests: list[HostTest]
    kept: dict[bool, set[str]] = field(default_factory=dict)  # by whether task.py is in use
    noticed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    took: dict[str, float] = field(default_factory=dict)  # seconds, by claim

    def start(self) -> None:
        """Start the board, or another one in its place."""
        self.virtual = VirtualBoard(self.name, "micropython", self.folder / "board")
        self.virtual.wait_ready()
        self.board = Board(self.name, str(self.virtual.port), power_cycle=self.virtual.power_cycle)
        self.board.open()
        self.board.identify()

    def put(self, mutant: Mutant | None, python_tasks: bool) -> None:
        """Put a full copy of asyncio on the board, mutated in one place or in none."""
        target = self.virtual.root / "overlay" / "asyncio"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in (*FILES, "__init__.py"):
            text = (self.asyncio / name).read_text(encoding="utf-8")
            if mutant and name == mutant.file:
                text = mutant.source
            if python_tasks and name == "core.py":
                text = text.replace("from _asyncio import", "from _asyncio_not import")
            (target / name).write_text(text, encoding="utf-8")

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
        self.put(None, python_tasks)
        self.board.overlay = Overlay(remote="/overlay", modules=("asyncio",))
        outcomes = {}
        for test in self.tests:
            began = time.monotonic()
            outcomes[test.claim.id] = self.judge(test) and self.judge(test)
            self.took[test.claim.id] = time.monotonic() - began
        self.kept[python_tasks] = {claim for claim, outcome in outcomes.items() if not outcome}
        return {claim: outcome for claim, outcome in outcomes.items() if outcome}

    def notice(self, mutant: Mutant) -> tuple[str, str, str]:
        """(level, claim, outcome) of the first claim that notices the mutant, or empty strings.

        Documented claims come first; of each level those that noticed most faults in that file, of
        these the quick ones.
        """
        python_tasks = mutant.file == "task.py"
        self.put(mutant, python_tasks)
        self.board.overlay = Overlay(remote="/overlay", modules=("asyncio",))
        for _ in range(2):
            came = self.board.run("overlay", deadline=HUNG_S, modules=["asyncio"])
            if came.ended is Ended.FINISHED:
                break
        else:
            return "documented", "(import)", came.how[-60:]
        kept = self.kept[python_tasks]
        counts = self.noticed[mutant.file]
        order = sorted(
            (test for test in self.tests if test.claim.id in kept),
            key=lambda test: (
                test.claim.level != "documented",
                -counts[test.claim.id],
                self.took[test.claim.id],
            ),
        )
        for test in order:
            outcome = self.judge(test)
            if outcome and not outcome.startswith("errored"):
                self.put(None, python_tasks)
                held = not self.judge(test)
                self.put(mutant, python_tasks)
                if not held or not self.judge(test):
                    print(f"  {mutant.file}:{mutant.line} {test.claim.id} {outcome}, but not again",
                          file=sys.stderr)  # fmt: skip
                    continue
                counts[test.claim.id] += 1
                return test.claim.level, test.claim.id, outcome
            if outcome:
                print(f"  {mutant.file}:{mutant.line} {test.claim.id} {outcome}", file=sys.stderr)
        return "", "", ""
