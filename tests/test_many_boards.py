"""Many boards on one machine: workers that die or are stopped, and what is shown of them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT
from rig.errors import UsageError
from rig.faults import fault, written
from rig.plan import Plan
from rig.progress import Progress
from rig.results import Outcome, Result
from rig.stations import Station
from tests.runs_beside import (
    BOARDS,
    DEADLINE_S,
    HOLDER,
    WORKER,
    children,
    results,
    start,
    until,
    until_first_result,
)

FEW = ["--no-power", "--claims", "task.create-*"]


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_group_that_is_told_to_end_does_so_without_a_traceback(tmp_path: Path) -> None:
    """As `timeout` and CIs do it: the workers get the signal too, and the run's besides."""
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "-n", "auto", "--claims", "latency.*")
    until_first_result(out, run)
    os.killpg(run.pid, signal.SIGTERM)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 130, said + trouble
    assert "Traceback" not in said + trouble


def test_fail_fast_reaches_the_workers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    overlay = written([fault("sleeps-half")], tmp_path / "overlay")
    arguments = ["--no-power", "--claims", "sleep.*", "--claims", "stream.*", "-n", "auto"]
    arguments += ["--fail-fast", "--overlay", str(overlay)]
    run = start(out, *BOARDS, *arguments)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 1, said + trouble
    found = results(out)
    bad = [result for result in found.values() if result["outcome"] == "diverges"]
    assert bad
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert len(found) < len(info["claims"]) * 2


@pytest.mark.slow
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
