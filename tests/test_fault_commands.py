"""`looprig faults`, `run --fault` and `prove` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rig.faults import names
from rig.results import Outcome
from tests.test_run import looprig, results


def test_every_fault_is_listed_with_what_catches_it() -> None:
    said = looprig("faults").stdout
    assert f"\n{len(names())} faults\n" in said
    assert "lost-return-value\n" in said
    assert "caught by run.returns-value" in said


def test_faults_are_found_by_their_claims() -> None:
    done = looprig("faults", "lock.often", "sleeps-h*")
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line and line[0].isalpha()] == [
        "lock-counts-to-256",
        "sleeps-half",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["faults", "lock.offten"], "did you mean 'lock.often'?"),
        (["run", "--fault", "sleep-half"], "no fault 'sleep-half'; did you mean 'sleeps-half'?"),
        (["run", "--fault", "sleeps-half", "--overlay", "rig"], "--fault and --overlay"),
    ],
)
def test_bad_usage_is_one_sentence(arguments: list[str], said: str) -> None:
    done = looprig(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_under_two_faults_and_its_resumption(tmp_path: Path) -> None:
    out = tmp_path / "run"
    under = ["--fault", "lost-return-value", "--fault", "sleeps-half"]
    asked = ["--claims", "run.returns-value", "--claims", "sleep.seconds", "--claims", "lock.often"]
    done = looprig("run", "--no-power", "--board", "unix", *under, *asked, "--out", out)
    assert done.returncode == 1, done.stdout + done.stderr
    expected = {
        ("run.returns-value", "unix"): Outcome.DIVERGES,
        ("sleep.seconds", "unix"): Outcome.DIVERGES,
        ("lock.often", "unix"): Outcome.CONFORMS,
    }
    assert {key: result.outcome for key, result in results(out).items()} == expected
    assert json.loads((out / "run.json").read_text())["faults"] == [under[1], under[3]]
    lines = (out / "results.jsonl").read_text().splitlines(keepends=True)
    (out / "results.jsonl").write_text(lines[0])
    assert looprig("run", "--resume", out).returncode == 1
    assert {key: result.outcome for key, result in results(out).items()} == expected
