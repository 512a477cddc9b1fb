"""What may cost a board comes last, and a lost board is asked for where somebody can bring it back.

The board is a real MicroPython on a port without a power switch; what wedges it is an overlay that
no Ctrl-C reaches. Who unplugs it is this test, by the board's own switch, which the rig is not told
of.
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from rig.claims import catalogue
from rig.expectations import crashing
from rig.faults import parsed, written
from rig.order import (
    BOARDS_KEPT,
    CRASHES,
    FEARED,
    FORGIVEN,
    HANGS,
    LOSES,
    Memory,
    Seen,
    after,
    lateness,
    trouble,
)
from rig.results import ExecutionRecord, Outcome, Result
from rig.run_dir import RunDir
from rig.virtual.board import VirtualBoard
from tests.board_factory import virtual
from tests.started import looprig
from tests.test_run import LOOPRIG, ROOT, results

WEDGES = """# ThreadSafeFlag.clear() never comes back, and no Ctrl-C reaches it
# caught by: flag.clear
class ThreadSafeFlag:
    def clear(self):
        import micropython
        micropython.kbd_intr(-1)
        while True:
            pass
"""
CLAIMS = ("flag.clear", "gather.argument-order", "lock.starts-unlocked", "sleep.seconds")
"""As the suite has them: the one that wedges comes first."""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overlay")
    (folder / "flag-clear-wedges.py").write_text(WEDGES, "utf-8")
    return written([parsed(folder / "flag-clear-wedges.py")], folder / "modules")


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("wedged")) as device:
        yield device


@pytest.fixture
def arguments(
    device: VirtualBoard, overlay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Of a run of a board that answers, with an empty memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    subprocess.run(device.power_cycle.split(), check=True)
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[board.pico]\nport = "{device.port}"\ndeadline_scale = 0.3\n', "utf-8")
    claims = [word for claim in CLAIMS for word in ("--claims", claim)]
    return ["run", "--bench", str(bench), "--no-power", "--overlay", str(overlay), *claims]


def outcomes(out: Path) -> dict[str, Outcome]:
    return {claim: result.outcome for (claim, _), result in results(out).items()}


@pytest.mark.slow
def test_a_board_that_is_lost_loses_others_once_only(
    arguments: list[str], device: VirtualBoard, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    done = looprig(*arguments, "--out", first)
    assert done.returncode == 3, done.stderr
    assert "unplug" not in done.stderr  # nobody is there
    assert outcomes(first) == dict.fromkeys(CLAIMS, Outcome.ERRORED) | {
        "flag.clear": Outcome.CRASHED
    }

    subprocess.run(device.power_cycle.split(), check=True)
    done = looprig("run", "--resume", first)
    came = outcomes(first)
    assert came.pop("flag.clear") is Outcome.CRASHED
    assert set(came.values()) == {Outcome.CONFORMS}, done.stderr
    assert done.returncode == 1
    assert not RunDir(first).read().boards[0].lost

    looprig(*arguments, "--out", second)  # it is known now
    came = outcomes(second)
    assert list(came)[-1] == "flag.clear"
    assert came.pop("flag.clear") is Outcome.CRASHED
    assert set(came.values()) == {Outcome.CONFORMS}


class Terminal:
    """A run with a person's terminal for standard input and messages."""

    def __init__(self, arguments: list[str]) -> None:
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*LOOPRIG, *arguments], cwd=ROOT, stdin=theirs, stderr=theirs, stdout=theirs
        )
        os.close(theirs)
        self.said = ""

    def read(self) -> bool:
        """More of what is said, if there is; False once there will be none."""
        if select.select([self.ours], [], [], 0.1)[0]:
            try:
                self.said += os.read(self.ours, 65536).decode("utf-8", "replace")
            except OSError:  # the other end is closed
                return False
        return True

    def until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while words not in re.sub(r"\s+", " ", self.said):
            assert self.read(), self.said
            assert time.monotonic() < deadline, self.said

    def end(self) -> int:
        deadline = time.monotonic() + PATIENCE_S
        while self.read():
            assert time.monotonic() < deadline, self.said
        os.close(self.ours)
        return self.process.wait(PATIENCE_S)


def replug(device: VirtualBoard) -> None:
    """As a hand does it: the port is away for a moment, and a fresh board comes back."""
    unplugged = device.port.with_name("unplugged")
    device.port.rename(unplugged)
    subprocess.run(device.power_cycle.split(), check=True)
    time.sleep(0.3)  # as quick as a hand can be
    unplugged.rename(device.port)


@pytest.mark.slow
def test_who_sits_at_the_terminal_is_asked_to_replug_it(
    arguments: list[str], device: VirtualBoard, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    terminal = Terminal([*arguments, "--out", str(out)])
    terminal.until(f"board pico ({device.port}) is stuck")
    terminal.until("unplug it and plug it in again. Waiting 60 s")
    replug(device)
    terminal.until("board pico is back: going on")
    assert terminal.end() == 1, terminal.said
    came = results(out)
    wedged = came["flag.clear", "pico"]
    assert wedged.outcome is Outcome.CRASHED
    assert (
        wedged.executions[0].recovery[-1] == "unplugged and plugged in by hand: the board is back"
    )
    assert {result.outcome for (claim, _), result in came.items() if claim != "flag.clear"} == {
        Outcome.CONFORMS
    }


@pytest.mark.slow
def test_who_does_not_replug_it_has_lost_it(arguments: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    terminal = Terminal([*arguments, "--out", str(out)])
    began = time.monotonic()
    terminal.until("unplug it and plug it in again")
    while "did not come back" not in terminal.said:
        assert terminal.read(), terminal.said
    assert 55 < time.monotonic() - began < 200
    assert terminal.end() == 3
    assert terminal.said.count("unplug it and plug it in again") == 1
    assert "unplugged and plugged in by hand" in RunDir(out).read().boards[0].lost


@pytest.mark.slow
def test_what_a_fault_breaks_comes_after_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    asked = ["run", "--board", "unix", "--no-power", "--claims", "run.returns-value"]
    asked += ["--claims", "sleep.ms"]
    looprig(*asked, "--out", tmp_path / "well")
    assert list(outcomes(tmp_path / "well")) == ["run.returns-value", "sleep.ms"]
    looprig(*asked, "--fault", "lost-return-value", "--out", tmp_path / "broken")
    assert list(outcomes(tmp_path / "broken")) == ["sleep.ms", "run.returns-value"]


# -- the rule ---------------------------------------------------------------------------------


def result(
    claim: str,
    outcome: str = "conforms",
    ended: str = "finished",
    rungs: int = 0,
    took: float = 0.1,
) -> Result:
    execution = ExecutionRecord(device_test="x", ended=ended, recovery=["tried"] * rungs)
    return Result(
        claim=claim, board="b", outcome=Outcome(outcome), executions=[execution], duration_s=took
    )


def lost(claim: str) -> Result:
    return result(claim, "crashed", "timed-out", 3).model_copy(
        update={"actual": "it hung; board b is lost: at 10:00, after close and reopen the port"}
    )


def test_trouble_is_measured_by_what_it_took_to_get_over_it() -> None:
    assert trouble(result("sleep.ms", "diverges")) == 0
    assert trouble(result("sleep.ms", "crashed", "crashed", 1)) == CRASHES
    assert trouble(result("sleep.ms", "crashed", "timed-out", 1)) == HANGS
    assert trouble(result("sleep.ms", "crashed", "timed-out", 3)) == HANGS + 2
    assert trouble(lost("sleep.ms")) == LOSES
    fallen = Result(claim="sleep.ms", board="b", outcome=Outcome.ERRORED, why="board b is lost: x")
    assert trouble(fallen) == 0  # it had no part in it


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    return Memory("micropython 1.28 Pico e660")


def test_the_worst_comes_last(memory: Memory) -> None:
    memory.note(
        [
            lost("event.wakes-them-all"),
            result("sleep.ms", took=6.0),
            result("gather.argument-order", "crashed", "timed-out", 2),
            result("run.returns-value", "crashed", "crashed", 1),
            result("sleep.seconds", took=3.0),
        ]
    )
    claims = catalogue()
    late = lateness(claims, memory.read().claims, crashing(), ["sleep.float"])
    order = sorted(claims, key=lambda claim: late.get(claim, 0.0))
    named = [
        "sleep.seconds", "sleep.ms", "sleep.float", "run.returns-value", "gather.argument-order",
        "event.wakes-them-all",
    ]  # fmt: skip
    assert [claim for claim in order if claim in named] == named
    assert order[-1] == "event.wakes-them-all"
    assert late.get("lock.starts-unlocked", 0.0) == 0.0
    assert crashing() <= set(late)


def test_what_resembles_trouble_comes_between() -> None:
    claims = catalogue()
    seen = after(Seen(), lost("flag.clear"))
    late = lateness(claims, {"flag.clear": seen, "sleep.ms": Seen(took_s=9.0)}, [], [])
    order = [late.get(name, 0.0) for name in ("run.returns-value", "sleep.ms", "flag.several")]
    assert 0.0 == order[0] < order[1] < order[2] < FEARED < late["flag.clear"]


def test_a_claim_is_forgiven(memory: Memory) -> None:
    memory.note([lost("sleep.ms")])
    for _ in range(FORGIVEN - 1):
        memory.note([result("sleep.ms")])
        assert memory.read().claims["sleep.ms"].trouble == LOSES
    memory.note([result("sleep.ms")])
    assert memory.read().claims == {}


def test_a_memory_that_is_damaged_or_cannot_be_kept_is_none(memory: Memory) -> None:
    memory.note([lost("sleep.ms")])
    memory.path.write_text('{"claims": {"sleep.ms": {"trouble": "x', "utf-8")
    assert memory.read().claims == {}
    memory.path.unlink()
    memory.path.parent.rmdir()
    memory.path.parent.write_text("a file where the folder should be", "utf-8")
    memory.note([lost("sleep.ms")])
    assert memory.read().claims == {}


def test_only_so_many_boards_are_remembered(memory: Memory) -> None:
    for number in range(BOARDS_KEPT + 5):
        other = Memory(f"board {number}")
        other.note([lost("sleep.ms")])
        os.utime(other.path, (number, number))
    memory.note([lost("sleep.ms")])
    kept = list(memory.path.parent.iterdir())
    assert len(kept) == BOARDS_KEPT
    assert memory.read().claims["sleep.ms"].trouble == LOSES
    assert Memory("board 0").read().claims == {}


def test_what_is_known_to_crash_is_in_the_catalogue() -> None:
    assert crashing()
    assert crashing() <= set(catalogue())
