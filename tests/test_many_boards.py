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
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import reports
from fixtures.shares import Shares
from rig.bench import load
from rig.claims import catalogue
from rig.errors import UsageError
from rig.faults import fault, written
from rig.meters.meter import Plan as MeterPlan
from rig.meters.shared import SharedMeter
from rig.plan import Plan
from rig.progress import Progress
from rig.results import BoardInfo, Outcome, Result
from rig.sharing import Kind, columns, kinds
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
    found = [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]
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
    """Child processes with these bytes in their command line or name."""
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    lines = {
        int(n): Path(f"/proc/{n}/cmdline").read_bytes() + Path(f"/proc/{n}/comm").read_bytes()
        for n in numbers
    }
    return [number for number, line in lines.items() if having in line]


WORKER = b"looprig-worker"
FEW = ["--no-power", "--claims", "task.create-*"]
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
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert len(found) < len(info["claims"]) * 2


def test_a_worker_that_collects_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on systems where a process with libraries loaded cannot be forked."""
    out = tmp_path / "out"
    force = "import fixtures.worker, rig.cli; fixtures.worker.FORKED = False; rig.cli.main()"
    run = subprocess.run(
        [sys.executable, "-c", force, "run", "--out", out, *BOARDS, *FEW, "-n", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert {board for _, board in results(out)} == {"unix1", "unix2"}


def test_a_junit_report_of_workers(tmp_path: Path) -> None:
    """What other plugins of pytest see of a test is all there, though it ran in a worker."""
    xml = tmp_path / "junit.xml"
    run = start(tmp_path / "out", *BOARDS, *FEW, "-n", "2", "--", f"--junitxml={xml}")
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 0, said + trouble
    count = len(results(tmp_path / "out"))
    assert f'errors="0" failures="0" skipped="0" tests="{count}"' in xml.read_text("utf-8")


# -- sharing ------------------------------------------------------------------------------------


def dealt(kinds: list[Kind], owed: dict[str, list[tuple[int, ...]]]) -> Shares:
    return Shares(kinds, owed, lambda test, board: test != METERED or board == "with-meter")


METERED = 99


def test_a_board_goes_on_behind_the_test_that_killed_its_worker() -> None:
    shares = dealt([Kind(name="unix", boards=["unix"])], {"unix": [(0,), (1,), (2,), (3,)]})
    assert [shares.next_for("unix") for _ in range(3)] == [0, 1, 2]
    shares.done("unix", 0)
    shares.done("unix", 1)  # errored: the worker died in it
    shares.take_back("unix", [2])
    assert [shares.next_for("unix") for _ in range(3)] == [2, 3, None]
    assert not shares.settled
    for test in (2, 3):
        shares.done("unix", test)
    assert shares.settled


def test_what_a_lost_board_owes_goes_to_the_others() -> None:
    shares = dealt([Kind(name="pico", boards=["a", "b"])], {"pico": [(0, 1, 2), (3,), (4,)]})
    assert shares.next_for("a") == 0
    assert shares.next_for("b") == 3
    shares.done("a", 0)
    assert shares.next_for("a") == 1, "what belongs together stays together"
    shares.give_up("a")
    shares.take_back("a", [1])
    assert shares.next_for("a") is None
    shares.done("b", 3)
    assert [shares.next_for("b") for _ in range(4)] == [1, 2, 4, None]
    for test in (1, 2, 4):
        shares.done("b", test)
    assert shares.settled


def test_the_last_board_of_a_kind_is_asked_though_it_is_lost() -> None:
    """Each of its tests gets a result, which says that it is lost."""
    shares = dealt([Kind(name="pico", boards=["a", "b"])], {"pico": [(0,), (1,)]})
    shares.give_up("a")
    shares.give_up("b")
    assert shares.next_for("b") == 0


def test_a_current_is_judged_where_there_is_a_meter() -> None:
    kinds = [Kind(name="pico", boards=["without", "with-meter"])]
    shares = dealt(kinds, {"pico": [(METERED,), (1,)]})
    assert shares.next_for("without") == 1
    assert shares.next_for("without") is None
    assert shares.next_for("with-meter") == METERED
    alone = dealt([Kind(name="pico", boards=["without"])], {"pico": [(METERED,)]})
    assert alone.next_for("without") == METERED, "its result says that there is no meter"


def identified(name: str, **said: Any) -> Station:
    info = BoardInfo(name=name, **{"platform": "rp2", "version": "1.28", **said})
    return Station(name=name, kind="serial", port="", info=info)


def test_which_boards_are_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    def found(*stations: Station, share: bool = True, **copies: str) -> dict[str, list[str]]:
        return {kind.name: kind.boards for kind in kinds(stations, share, copies)}

    one, two = identified("pico1"), identified("pico2")
    assert found(one, two) == {"pico": ["pico1", "pico2"]}
    assert found(one, two, share=False) == {"pico1": ["pico1"], "pico2": ["pico2"]}
    for other in (
        {"version": "1.29"}, {"machine": "Pico W"}, {"features": ["network"]}, {"mpy": 1},
        {"sys_version": "3.4.0; MicroPython v1.28.0-2.g0 on 2026-01-02"}, {"build": "RPI_PICO"},
        {"thread": "GIL"}, {"queue": "Python"}, {"asyncio": "0123"},
    ):  # fmt: skip
        assert len(found(one, identified("pico2", **other))) == 2, other
    said = "no two boards have the same firmware (asyncio of pico1: '', of pico2: '0123')"
    assert said in capsys.readouterr().err
    assert found(identified("left"), identified("right")) == {"left+right": ["left", "right"]}
    assert found(one, two, identified("pico", version="2")) == {
        "pico1+pico2": ["pico1", "pico2"],
        "pico": ["pico"],
    }
    copy = {"unix.2": "unix"}
    assert found(identified("unix"), identified("unix.2"), share=False, **copy) == {
        "unix": ["unix", "unix.2"]
    }
    unidentified = [Station(name=name, kind="serial", port="") for name in ("a1", "a2")]
    assert len(found(*unidentified)) == 2


def test_boards_of_a_kind_divide_the_claims(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "task.*", "--claims", "stream.*")
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 0, said + trouble
    found = results(out)
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert set(found) == {(claim, "unix") for claim in info["claims"]}, "each claim once"
    judges = Counter(result["judged_on"] for result in found.values())
    assert set(judges) == {"unix1", "unix2"}
    script: dict[str, set[str]] = {}
    for claim, _ in found:
        judge = found[claim, "unix"]["judged_on"]
        script.setdefault(catalogue()[claim].device_test, set()).add(judge)
    assert all(len(boards) == 1 for boards in script.values()), "one script's claims on one board"
    assert [board["name"] for board in info["boards"]] == ["unix"]
    assert [board["name"] for board in info["boards"][0]["members"]] == ["unix1", "unix2"]
    loaded = reports.load([out])
    assert list(loaded.boards["board"]) == ["unix"], "one column"
    assert set(loaded.results["judged_on"]) == {"unix1", "unix2"}


@pytest.mark.slow
def test_a_lost_board_that_shared(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "[lst]*.*")
    until_first_result(out, run)
    os.kill(children(run.pid, HOLDER)[1], signal.SIGKILL)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    found = results(out)
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert set(found) == {(claim, "unix") for claim in info["claims"]}, "each claim once"
    lost = [board["name"] for board in info["boards"][0]["members"] if board["lost"]]
    assert len(lost) == 1, said + trouble
    assert f"board {lost[0]} was lost" in said
    assert run.returncode == 3, "a board was lost"
    bad = {
        claim: result["outcome"]
        for (claim, _), result in found.items()
        if result["outcome"] in ("crashed", "errored") and not result["expectation"]
    }
    assert len(bad) <= 1, bad  # the test it was in; none, if it died between two
    assert all(found[claim, "unix"]["judged_on"] == lost[0] for claim in bad)


@pytest.mark.slow
def test_a_run_that_shared_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "latency.*")
    until_first_result(out, run)
    run.send_signal(signal.SIGINT)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 130, said + trouble
    before = results(out)
    again = subprocess.run(
        [sys.executable, "-m", "rig.cli", "run", "--resume", out],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert again.returncode == 0, again.stdout + again.stderr
    after = results(out)
    assert before.items() <= after.items()
    assert len(after) == len(json.loads((out / "run.json").read_text("utf-8"))["claims"])


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


@pytest.mark.slow
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
        bench.write_text(text, "utf-8")
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

    name, source, waveform, max_rate_hz, accuracy = "fake", "measured", True, 1000.0, None
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

    assert workers("", 8) == 1
    assert workers("auto", 1) == 1
    assert workers("auto", 8) == 8
    assert workers("3", 8) == 3
    assert workers("99", 4) == 4
    with pytest.raises(UsageError, match="-n many"):
        workers("many", 4)


def test_a_copy_that_is_lost_at_the_start_is_no_column(tmp_path: Path) -> None:
    copies = {"unix.2": "unix", "unix.3": "unix"}
    stations = [identified("unix.2"), identified("other")]
    gone = [BoardInfo(name=name, lost="at the start") for name in ("unix", "unix.3", "pico")]
    alike = kinds(stations, False, copies)
    assert [kind.name for kind in alike] == ["unix", "other"]
    found = columns(alike, stations, gone, copies)
    assert [column.name for column in found] == ["unix", "other", "pico"]
    assert {member.name for member in found[0].members} == {"unix", "unix.2", "unix.3"}
    assert columns(kinds(stations, True, {}), stations, gone[2:])[-1].lost == "at the start"
