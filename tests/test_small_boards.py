"""Small boards: little memory and no floats make a claim unsupported, never a fault of the loop."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from fixtures.board import ENOUGH_MEMORY, BoardUnderTest, DeviceRaised
from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.program import assemble
from rig.claims import DEVICE_TESTS, catalogue
from rig.cli import app
from rig.errors import RigError, Unsupported
from rig.results import Outcome, Result
from tests.board_factory import connect, push, virtual

GUARDED = ("harness_times.py", "latency/reference.py", "survival/times.py")
"""They divide where it is caught, or on CPython alone."""
FILLS = "kept=[]\nwhile 1:kept.append(bytes(512))"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with virtual(tmp_path_factory.mktemp("small"), heap="24K") as device:
        board = connect(device.port)
        yield board
        board.close()


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with virtual(tmp_path_factory.mktemp("roomy"), heap="300K") as device:
        board = connect(device.port)
        yield board
        board.close()


# -- floats -------------------------------------------------------------------------------------


def floats(tree: ast.AST) -> Iterator[int]:
    """The lines that a board without floats cannot compile or run."""
    for node in ast.walk(tree):
        divides = isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div)
        number = isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))
        makes = isinstance(node, ast.Name) and node.id == "float"
        if divides or number or makes:
            yield node.lineno  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["x = 0.5", "x = 1e3", "x = 1 / 2", "x /= 2", "x = float(3)"])
def test_the_search_for_floats_finds_them(text: str) -> None:
    assert list(floats(ast.parse(text))) == [1]


def test_no_device_test_has_a_float() -> None:
    """sleep.float gets its own as parameters; it is the one claim that needs floats."""
    found = [
        f"{path.relative_to(DEVICE_TESTS)}:{line}"
        for path in sorted(DEVICE_TESTS.rglob("*.py"))
        if path.relative_to(DEVICE_TESTS).as_posix() not in GUARDED
        for line in floats(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
    assert [claim.id for claim in catalogue().values() if "float" in claim.needs] == ["sleep.float"]


@dataclass
class Claimed:
    """As much of a record as BoardUnderTest asks for."""

    claim: Any
    executions: list[Any]


def test_a_float_for_a_claim_that_needs_none_is_the_host_tests_fault(small: Board) -> None:
    board = BoardUnderTest(small)
    claim = SimpleNamespace(id="a.claim", needs=())
    board.record = Claimed(claim, [])  # type: ignore[assignment]
    with pytest.raises(RigError, match=r"claim a\.claim needs none; give milliseconds"):
        board.run("checkup/clock", ms=[(1, {"a": 2.5})])
    claim.needs = ("float",)
    assert board.run("checkup/clock", ms=1.5).names == ["began", "over"]


def test_short_times_without_floats_are_whole_seconds(small: Board) -> None:
    """A number that cannot be divided is what every number is on a build without floats."""
    text = (
        "class Whole:\n"
        " def __init__(self,n):self.n=n\n"
        " def __add__(self,n):return Whole(self.n+n)\n"
        " def __floordiv__(self,n):return self.n//n\n"
        "emit('whole',[seconds(Whole(n)) for n in (0,1,1000,1001)])\n"
        "emit('float',seconds(2)==0.002)\n"
        "async def main():await pause(1)\n"
        "emit('slept',asyncio.run(main()))\n"
    )
    execution = push(small, text)
    assert execution.value("whole") == [0, 1, 1, 2]
    assert execution.value("float") is True
    assert execution.ended is Ended.FINISHED


# -- memory -------------------------------------------------------------------------------------


def test_a_small_board_says_so(small: Board, roomy: Board) -> None:
    assert 8 * 1024 < small.info.memory < 24 * 1024
    assert ENOUGH_MEMORY < roomy.info.memory < 300 * 1024


def test_what_does_not_fit_is_tried_twice_at_most(small: Board) -> None:
    text = "\n".join(f"def f{n}(a, b):\n return a * {n} + b" for n in range(300))
    assert len(text) < small.info.memory
    small.packed_below = 1 << 62
    sent = small.wire.sent
    execution = push(small, text)
    assert execution.no_room
    assert execution.damage == []
    once = len(assemble([("x.py", text)], {}).packed("0" * 8, "source"))
    assert small.wire.sent - sent < 2 * once + 2000
    sent = small.wire.sent
    assert push(small, text).no_room  # it is known to be too large to unpack
    assert small.wire.sent - sent < once + 1000


def test_what_is_larger_than_the_heap_is_not_sent(small: Board) -> None:
    sent = small.wire.sent
    execution = push(small, "x = '%s'" % ("é" * 30_000))
    assert execution.no_room
    assert "30" in execution.how
    assert small.wire.sent == sent


def test_what_fits_as_source_alone_runs(small: Board) -> None:
    small.packed_below = 1 << 62
    text = "\n".join(f"def f{n}(a, b):\n return a * {n} + b" for n in range(36)) + "\nemit('ok')"
    assert push(small, text).names == ["ok"]


@pytest.mark.parametrize(
    "ends",
    [
        FILLS,
        f"try:\n {FILLS[:7]}\n while 1:kept.append(bytes(512))\nexcept MemoryError as e:\n"
        " kept=0\n emit('got',type(e).__name__)",
        # in a task that nobody awaits: the loop's handler tells of it, and main waits for ever
        "import asyncio\nasync def fill():\n kept=[]\n while 1:kept.append(bytes(512))\n"
        "async def main():\n asyncio.create_task(fill())\n await asyncio.sleep_ms(60000)\n"
        "asyncio.run(main())",
    ],
    ids=["raised", "emitted", "told"],
)
def test_memory_that_ends_is_the_boards_only_where_it_has_little(
    ends: str, small: Board, roomy: Board, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for harness in DEVICE_TESTS.glob("harness*.py"):
        (tmp_path / harness.name).write_bytes(harness.read_bytes())
    (tmp_path / "x.py").write_text(ends, "utf-8")
    monkeypatch.setattr("rig.board.program.DEVICE_TESTS", tmp_path)
    with pytest.raises(Unsupported, match=r"memory: x needs more than 1. kB of heap"):
        BoardUnderTest(small).run("x", deadline=1.0)
    if ends is FILLS:  # a loop that leaks does not excuse itself
        with pytest.raises(DeviceRaised, match="MemoryError"):
            BoardUnderTest(roomy).run("x", deadline=2.0)


def test_a_heap_that_stays_full_still_answers(small: Board) -> None:
    """The raw REPL has no memory to compile the rig's question, and says that."""
    execution = push(
        small, f"{FILLS[:7]}\ntry:\n while 1:kept.append(bytes(64))\nexcept MemoryError:0"
    )
    assert execution.ended in (Ended.FINISHED, Ended.RAISED)
    assert execution.recovery == []
    assert push(small, "emit('next')").names == ["next"]


def test_a_run_on_a_small_board_has_nothing_unexpected(tmp_path: Path) -> None:
    bench = tmp_path / "small.toml"
    bench.write_text('[board.small]\nkind = "virtual"\nheap = "24K"\n', "utf-8")
    claims = ("stream.read*", "task.cancel-o*", "wait-for.m*", "sched.wa*", "latency.h*")
    globs = [part for claim in claims for part in ("--claims", claim)]
    out = tmp_path / "run"
    ended = CliRunner().invoke(
        app,
        ["run", "--bench", str(bench), "--no-power", "--out", str(out), "--level", "all", *globs],
    )
    assert ended.exit_code == 0, ended.output
    results = [
        Result.model_validate(json.loads(line))
        for line in (out / "results.jsonl").read_text("utf-8").splitlines()
    ]
    unsupported = [result for result in results if result.outcome is Outcome.UNSUPPORTED]
    assert 10 < len(unsupported) < len(results)
    assert [r.why for r in unsupported if not r.why.startswith("memory")] == []
    assert {r.outcome for r in results if not r.expectation} == {
        Outcome.CONFORMS,
        Outcome.UNSUPPORTED,
    }
