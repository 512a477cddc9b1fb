"""`looprig upstream --share`: boards of a kind divide MicroPython's own suite among them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rig.bench import ROOT
from rig.upstream.work import Work
from tests.runs_beside import HOLDER, children
from tests.test_run import DEADLINE_S, LOOPRIG, results, wait_for_results
from tests.test_upstream_resume import BOARDS, TESTS, bench, checkout, gate, out

__all__ = ["bench", "checkout", "gate", "out"]  # fixtures


@pytest.mark.slow
def test_a_lost_board_costs_the_test_it_was_in(checkout: Path, bench: Path, out: Path) -> None:
    """One board waits in a test; the other does all the rest. Then the first one vanishes."""
    words = ["upstream", checkout, "--bench", bench, "--out", out, "--share"]
    with subprocess.Popen(
        [*LOOPRIG, *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        wait_for_results(out, process, len(TESTS) - 1)
        *_, last = results(out).values()
        waits = next(name for name in BOARDS if name != last.judged_on)
        [holder] = [
            pid
            for pid in children(process.pid, HOLDER)
            if f"/{waits}\0" in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
        ]
        os.kill(holder, signal.SIGKILL)
        said, _ = process.communicate(timeout=DEADLINE_S)
    outcomes = {claim: result.outcome for (claim, _), result in results(out).items()}
    assert set(results(out)) == {(f"upstream.{name}", "one+two") for name in TESTS}
    assert outcomes["upstream.basics/c_waits.py"] == "crashed"
    assert outcomes["upstream.micropython/wrong.py"] == "diverges"
    assert process.returncode == 3, said
    assert f"board {waits} was lost" in said
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert info["share"]


def planned(boards: int, *tests: str) -> Work:
    work = Work(boards)
    work.plan(lambda: tests, lambda name: False, lambda name: ThreadPoolExecutor().submit(str))
    return work


def test_what_a_lost_board_could_not_begin_is_run_by_another() -> None:
    work = planned(2, "a")
    assert work.take() == "a"
    with ThreadPoolExecutor() as pool:
        other = pool.submit(work.take)  # it waits: the test may come back
        assert work.give_back("a")
        work.done()
        assert other.result(DEADLINE_S) == "a"
    assert not work.give_back("a"), "there is nobody left to take it over"
    work.done()
    assert work.take() is None


def test_a_board_that_the_rig_failed_on_takes_nothing_over() -> None:
    work = planned(2, "a", "b")
    work.leave()
    assert work.take() == "a"
    assert not work.give_back("a")
