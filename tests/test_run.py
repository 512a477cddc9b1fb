"""`looprig run` as a user runs it: a real MicroPython, a whole run, an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig.results import Result
from tests.board_factory import interpreters
from tests.started import looprig

ROOT = Path(__file__).resolve().parent.parent
LOOPRIG = [sys.executable, "-m", "rig.cli"]
DEADLINE_S = 120


def results(out: Path) -> dict[tuple[str, str], Result]:
    """(claim, board) to result; fails if one is there twice."""
    lines = (out / "results.jsonl").read_text("utf-8").splitlines()
    found = [Result.model_validate_json(line) for line in lines]
    keyed = {(result.claim, result.board): result for result in found}
    assert len(keyed) == len(found), "a claim has two results on one board"
    return keyed


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An overlay whose asyncio.run loses what the coroutine returned."""
    package = tmp_path / "overlay"
    package.mkdir()
    (package / "asyncio.py").write_text(
        "import sys\n"
        "_path = sys.path.pop(0)\n"
        "_self = sys.modules.pop('asyncio')\n"
        "import asyncio as _firmware\n"
        "sys.path.insert(0, _path)\n"
        "sys.modules['asyncio'] = _self\n"
        "from asyncio import *\n"
        "def __getattr__(name):\n"
        "    return getattr(_firmware, name)\n"
        "def run(coro):\n"
        "    _firmware.run(coro)\n",
        "utf-8",
    )
    return package


def test_a_good_board_exits_0_and_leaves_what_the_contract_says(out: Path) -> None:
    done = looprig("run", "--no-power", "--board", "unix", "--claims", "run.*", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in out.iterdir()} == {
        "run.json", "results.jsonl", "captures", "report",
    }  # fmt: skip
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert info["exit_code"] == 0
    assert info["boards"][0]["implementation"] == "micropython"
    found = results(out)
    assert found["run.returns-value", "unix"].outcome == "conforms"
    assert str(out / "report" / "index.html") in done.stdout


def test_the_two_known_divergences_show_and_do_not_fail_the_run(out: Path) -> None:
    done = looprig(
        "run", "--no-power", "--board", "unix", "--out", out,
        "--claims", "run.cancels-leftovers", "--claims", "run.nested-is-an-error",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = results(out)
    assert found["run.cancels-leftovers", "unix"].outcome == "diverges"
    assert found["run.nested-is-an-error", "unix"].outcome == "crashed"
    for result in found.values():
        assert result.expectation is not None
        assert result.expectation.reason
    assert "expected" in done.stdout


def test_a_faulty_overlay_exits_1_and_names_the_claim(out: Path, overlay: Path) -> None:
    done = looprig(
        "run", "--no-power", "--board", "unix", "--overlay", overlay, "--out", out,
        "--claims", "run.returns-value", "--claims", "loop.turns-in-order",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "run.returns-value" in done.stdout
    found = results(out)
    assert found["run.returns-value", "unix"].outcome == "diverges"
    assert found["loop.turns-in-order", "unix"].outcome == "conforms"


def test_fail_fast_stops_at_the_first_unexpected_outcome(out: Path, overlay: Path) -> None:
    done = looprig(
        "run", "--no-power", "--board", "unix", "--overlay", overlay, "--out", out,
        "--fail-fast", "--claims", "run.*",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    outcomes = [result.unexpected for result in results(out).values()]
    assert outcomes[-1] is True
    assert outcomes.count(True) == 1


def test_an_overlay_does_not_hide_what_the_board_has(out: Path, tmp_path: Path) -> None:
    """A missing documented function diverges; it is not a feature that the board lacks."""
    package = tmp_path / "lacking"
    package.mkdir()
    (package / "asyncio.py").write_text("def run(coro):\n    raise NotImplementedError\n", "utf-8")
    done = looprig(
        "run", "--no-power", "--board", "unix", "--overlay", package, "--out", out,
        "--claims", "run.returns-value",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert results(out)["run.returns-value", "unix"].outcome == "diverges"


def test_arguments_behind_dashes_are_pytests(out: Path, tmp_path: Path) -> None:
    (tmp_path / "greeting.py").write_text(
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--greet')\n"
        "def pytest_configure(config):\n"
        "    open(config.getoption('--greet'), 'x').close()\n",
        "utf-8",
    )
    greeted, junit = tmp_path / "greeted", tmp_path / "junit.xml"
    words = (
        "run", "--no-power", "--board", "unix", "--claims", "run.returns-value", "--out", out,
        "--", "-x", "-k", "value and not nothing", f"--junitxml={junit}",
        "-p", "terminal", "-q", "-p", "greeting", "--greet", greeted,
    )  # fmt: skip
    done = subprocess.run(
        [*LOOPRIG, *map(str, words)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert results(out)["run.returns-value", "unix"].outcome == "conforms"
    assert greeted.exists()
    assert 'tests="1"' in junit.read_text("utf-8")


def pids_of_interpreters(process: subprocess.Popen[str]) -> list[int]:
    """Interpreter processes below the holders of one looprig process that runs tests.

    `ps` looks at one process after the other, and each soft reset is a new one: in a look all may
    be missed, so there is another.
    """
    found: list[int] = []
    while not found:
        assert process.poll() is None, process.communicate()
        found = interpreters(process.pid)
    return found


def wait_for_results(out: Path, process: subprocess.Popen[str], count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    path = out / "results.jsonl"
    while not path.exists() or path.read_text("utf-8").count("\n") < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no results came"
        time.sleep(0.01)  # a poll of another process's file


def start(out: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LOOPRIG, "run", "--no-power", "--board", "unix", "--out", str(out), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_kill_9_of_the_interpreter_costs_one_test(out: Path) -> None:
    """The test in flight crashes, or is no verdict where it had not begun or was just over; every
    other goes on."""
    process = start(out, "--claims", "run.*", "--claims", "loop.*")
    wait_for_results(out, process, 3)
    killed = 0
    while not killed:
        for pid in pids_of_interpreters(process):
            with contextlib.suppress(ProcessLookupError):  # a soft reset was quicker
                os.kill(pid, signal.SIGKILL)
                killed += 1
    said, _ = process.communicate(timeout=DEADLINE_S)
    found = results(out)
    crashed = [r for r in found.values() if r.outcome == "crashed" and r.expectation is None]
    errored = [r for r in found.values() if r.outcome == "errored"]
    assert len(crashed) + len(errored) <= 1, said
    assert all("cannot be trusted" in r.why for r in errored), said
    assert process.returncode == (3 if errored else int(bool(crashed))), said


def test_a_killed_run_is_resumed_without_a_duplicate(out: Path) -> None:
    process = start(out, "--claims", "run.*", "--claims", "loop.*")
    wait_for_results(out, process, 5)
    process.kill()
    process.communicate(timeout=DEADLINE_S)
    with (out / "results.jsonl").open("a") as file:
        file.write('{"claim":"run.returns-va')  # what a kill in mid-write leaves
    before = set((out / "results.jsonl").read_text("utf-8").splitlines()[:5])
    done = looprig("run", "--resume", out)
    assert done.returncode == 0, done.stdout + done.stderr
    after = (out / "results.jsonl").read_text("utf-8").splitlines()
    assert before <= set(after)
    wanted = json.loads((out / "run.json").read_text("utf-8"))["claims"]
    assert {claim for claim, _ in results(out)} == set(wanted)


def test_a_killed_run_leaves_no_board_behind(out: Path) -> None:
    process = start(out, "--claims", "run.*", "--claims", "loop.*")
    wait_for_results(out, process, 1)
    left = pids_of_interpreters(process)
    process.kill()
    process.communicate(timeout=DEADLINE_S)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in left):
        assert time.monotonic() < deadline, "interpreters outlived the rig"
        time.sleep(0.01)  # a poll: they are no children of ours


def test_workers_leave_one_record(out: Path) -> None:
    done = looprig("run", "--no-power", "-n", "2", "--claims", "run.*", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    found = results(out)
    boards = {board for _, board in found}
    assert boards == {"unix", "cpython"}
    assert len(found) == 2 * len({claim for claim, _ in found})


def test_virtual_boards_are_there_for_any_tool() -> None:
    process = subprocess.Popen(
        [*LOOPRIG, "virtual", "--boards", "2"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        while "ready" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        ports = re.findall(r"port +(\S+)", said)
        assert len(ports) == 2
        assert not any(port.startswith("/dev/pts") for port in ports)
        assert len(re.findall(r"meter +TCPIP::\S+::SOCKET", said)) == 2
        script = Path(ports[0]).parent / "script.py"
        script.write_text("print('from', 'a file')", "utf-8")
        for words, answer in (
            (["exec", "print(6 * 7)"], "42"),
            (["run", str(script)], "from a file"),
        ):
            asked = subprocess.run(
                [sys.executable, "-m", "mpremote", "connect", ports[0], *words],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert answer in asked.stdout, asked.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
