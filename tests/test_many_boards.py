"""Many boards on one machine: workers that die or are stopped, boards and meters in one hand."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from fixtures.workers import BoardScheduling
from rig.bench import load
from rig.errors import UsageError
from rig.faults import fault, written
from rig.meters.meter import Plan as MeterPlan
from rig.meters.shared import SharedMeter
from rig.plan import Plan
from rig.progress import Progress
from rig.results import Outcome, Result
from rig.stations import Station, lock_of
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter

ROOT = Path(__file__).resolve().parent.parent
EIGHT = ROOT / "fixtures" / "benches" / "eight-virtual.toml"
DEADLINE_S = 120.0
BOARDS = ["--bench", str(EIGHT), "--board=unix1", "--board=unix2"]


def start(out: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rig.cli", "run", "--out", out, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def results(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Result by claim and board; none of them twice."""
    found = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert len({(r["claim"], r["board"]) for r in found}) == len(found), "a result twice"
    return {(r["claim"], r["board"]): r for r in found}


def until_first_result(out: Path, process: subprocess.Popen[str]) -> None:
    file = out / "results.jsonl"
    until(lambda: process.poll() is not None or (file.exists() and file.stat().st_size > 0))
    assert process.poll() is None, process.communicate()


def until(true: Any) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # a poll: they are no children of ours


def children(pid: int, having: bytes) -> list[int]:
    """Child processes with these bytes in their command line."""
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = {int(n): Path(f"/proc/{n}/cmdline").read_bytes() for n in numbers}
    return [number for number, line in lines.items() if having in line]


WORKER = b"exec(eval(sys.stdin"
HOLDER = b"rig.virtual.holder"


# -- workers ------------------------------------------------------------------------------------


def test_a_killed_worker_costs_its_own_test(tmp_path: Path) -> None:
    out = tmp_path / "out"
    claims = ["--claims", "latency.sleep-*", "--claims", "run.*"]
    run = start(out, *BOARDS, "--no-power", "-n", "auto", *claims)
    until_first_result(out, run)
    workers = children(run.pid, WORKER)
    assert len(workers) == 2, "a worker a board"
    os.kill(workers[1], signal.SIGKILL)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    found = results(out)
    claimed = {claim for claim, _ in found}
    assert set(found) == {(claim, f"unix{n}") for claim in claimed for n in (1, 2)}, said
    errored = [result for result in found.values() if result["outcome"] == "errored"]
    why = [result["why"] for result in errored]
    # None, if it died between two tests.
    assert why in ([], ["the worker process that ran this test died"]), said + trouble
    assert run.returncode == (3 if errored else 0)
    assert "another goes on with its boards" in trouble


def test_ctrl_c_and_sigterm_leave_nothing_behind(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        out = tmp_path / number.name
        run = start(out, *BOARDS, "--no-power", "-n", "auto", "--claims", "latency.*")
        until_first_result(out, run)
        started = children(run.pid, HOLDER) + children(run.pid, WORKER)
        assert len(started) == 4
        run.send_signal(number)
        said, trouble = run.communicate(timeout=DEADLINE_S)
        assert run.returncode == 130, said + trouble
        assert "interrupted; go on with looprig run --resume" in said
        until(lambda started=started: not any(Path(f"/proc/{pid}").exists() for pid in started))
        results(out)


def test_fail_fast_reaches_the_workers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    overlay = written([fault("sleeps-half")], tmp_path / "overlay")
    arguments = ["--no-power", "-n", "auto", "--fail-fast", "--overlay", str(overlay)]
    run = start(out, *BOARDS, *arguments)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 1, said + trouble
    found = results(out)
    bad = [result for result in found.values() if result["outcome"] == "diverges"]
    assert bad
    info = json.loads((out / "run.json").read_text())
    assert len(found) < len(info["claims"]) * 2


class Node:
    """A worker as a scheduler of xdist sees it."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_a_replacement_goes_on_behind_the_test_that_killed() -> None:
    scheduling = BoardScheduling()
    tests = [f"host/test_x.py::test_{number}[unix]" for number in range(5)]

    def worker() -> Any:
        node: Any = Node()
        scheduling.unheard.add(node)
        scheduling.add_node(node)
        scheduling.add_node_collection(node, tests)
        scheduling.schedule()
        return node

    first = worker()
    assert first.sent == [0, 1], "no more than the next is sent ahead"
    scheduling.mark_test_complete(first, 0)
    assert first.sent == [0, 1, 2]
    assert scheduling.remove_node(first) == tests[1]
    second = worker()
    for number in (2, 3, 4):
        assert not scheduling.tests_finished
        scheduling.mark_test_complete(second, number)
    assert second.sent == [2, 3, 4]
    assert second.shutting_down
    assert scheduling.tests_finished
    assert scheduling.remove_node(second) is None


# -- boards and meters in one hand --------------------------------------------------------------


@pytest.fixture
def board(tmp_path: Path) -> Iterator[VirtualBoard]:
    board = VirtualBoard("unix", "micropython", tmp_path)
    board.wait_ready()
    yield board
    board.stop()


def test_two_runs_never_share_a_board(board: VirtualBoard, tmp_path: Path) -> None:
    other_name = tmp_path / "other-name"
    other_name.symlink_to(board.port)
    with lock_of(str(board.port)):
        run = start(tmp_path / "out", "--port", other_name, "--no-power")
        _, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 3
    assert f"port {other_name}: another looprig run has it" in trouble
    assert not (tmp_path / "out").exists()


def test_one_meter_serves_two_boards(board: VirtualBoard, tmp_path: Path) -> None:
    """A capture at a time: the meter has one client, and sees one of the boards only."""
    second = VirtualBoard("second", "micropython", tmp_path)
    second.wait_ready()
    meter = VirtualMeter(board.pid_file)
    try:
        resource = meter.wait_ready()
        text = f'[meter.dmm]\nresource = "{resource}"\n'
        for name, port in (("one", board.port), ("two", second.port)):
            text += f'[board.{name}]\nport = "{port}"\nmeter = "dmm"\n'
            text += f'[board.{name}.power]\nfloor = "raw-wait"\n'
        bench = tmp_path / "bench.toml"
        bench.write_text(text)
        assert load(bench).choose(["one"]).meter["dmm"].shared
        run = start(tmp_path / "out", "--bench", bench, "-n", "2", "--claims", "power.sleep-sleeps")
        said, trouble = run.communicate(timeout=DEADLINE_S)
    finally:
        meter.stop()
        second.stop()
    found = {board: result["outcome"] for (_, board), result in results(tmp_path / "out").items()}
    assert found == {"one": "conforms", "two": "inconclusive"}, said + trouble


class FakeMeter:
    """Counts how many have it at once."""

    name, source, waveform, max_rate_hz = "fake", "measured", True, 1000.0
    open_now = 0
    most = 0

    def __init__(self) -> None:
        type(self).open_now += 1
        type(self).most = max(self.most, self.open_now)

    def identify(self) -> str:
        return "FAKE"

    def arm(self, duration_s: float, rate_hz: float) -> MeterPlan:
        time.sleep(duration_s)  # the capture itself
        return MeterPlan(1 / rate_hz, 1)

    def fetch(self) -> Any:
        return None

    def close(self) -> None:
        type(self).open_now -= 1


def test_captures_take_turns(tmp_path: Path) -> None:
    def captures() -> None:
        opener: Any = FakeMeter
        meter = SharedMeter("fake", FileLock(tmp_path / "lock"), opener)
        for broken_off in (False, True, False):
            meter.arm(0.01, 1000)
            if not broken_off:
                meter.fetch()
        meter.close()

    threads = [threading.Thread(target=captures) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert not any(thread.is_alive() for thread in threads)
    assert (FakeMeter.open_now, FakeMeter.most) == (0, 1)


def test_the_lock_of_a_url_is_not_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = lock_of("socket://10.0.0.1:4000").lock_file
    monkeypatch.chdir(tmp_path)
    assert lock_of("socket://10.0.0.1:4000").lock_file == before


def test_a_virtual_meter_needs_no_sharing() -> None:
    assert not any(meter.shared for meter in load(EIGHT).meter.values())


# -- what the user sees -------------------------------------------------------------------------


def test_a_line_a_board(tmp_path: Path) -> None:
    from rich.console import Console

    stations = [Station(name=name, kind="virtual", port="") for name in ("pico", "esp32")]
    plan = Plan(run_dir=tmp_path, stations=stations, claims=["a.b", "a.c"], progress=True)
    stream = io.StringIO()
    progress = Progress(stream, plan, total=4)
    progress.begins("host/test_x.py::test_the_first[pico]")
    progress.took(
        Result(claim="a.b", board="esp32", outcome=Outcome.DIVERGES, actual="\x1b[2J[red]no")
    )
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(progress.table())
    lines = [line.split() for line in console.export_text().splitlines()]
    assert [line[0] for line in lines] == ["pico", "esp32"]
    assert lines[0][-3:] == ["0/2", "the", "first"]
    assert "1/2" in lines[1]
    assert "1 diverges" in " ".join(lines[1])
    assert stream.getvalue() == "esp32: a.b diverges:  [2J[red]no\n"


def test_more_workers_than_boards_are_not_started() -> None:
    from rig.commands.run import workers

    assert workers("auto", 1) == []
    assert workers("auto", 8)[:4] == ["-p", "xdist", "-n", "8"]
    assert workers("3", 8)[3] == "3"
    assert workers("99", 4)[3] == "4"
    with pytest.raises(UsageError, match="-n many"):
        workers("many", 4)
