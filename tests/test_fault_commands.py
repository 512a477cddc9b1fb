"""`looprig faults`, `run --fault` and `prove` as a user calls them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT, catalogue
from rig.commands.prove import CHOSEN
from rig.faults import FAULTS, fault, names
from rig.results import Outcome
from tests.started import looprig
from tests.test_run import results


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
    assert json.loads((out / "run.json").read_text("utf-8"))["faults"] == [under[1], under[3]]
    lines = (out / "results.jsonl").read_text("utf-8").splitlines(keepends=True)
    (out / "results.jsonl").write_text(lines[0], "utf-8")
    assert looprig("run", "--resume", out).returncode == 1
    assert {key: result.outcome for key, result in results(out).items()} == expected


def test_the_chosen_faults_are_of_every_chapter_and_share_no_claim() -> None:
    claims = [claim for name in CHOSEN for claim in fault(name).caught_by]
    assert len(set(claims)) == len(claims)
    chapters = {catalogue()[claim].chapter for claim in claims}
    assert chapters == {claim.chapter for claim in catalogue().values()}
    assert [fault(name).kind for name in CHOSEN].count("power") == 2


EMPTIED = """# Every sleep is half as long as it should be
# caught by: sleep.never-early, sleep.seconds, sleep.ms, loop.waits-when-none-ready
def sleep_ms(t):
    return own.sleep_ms(t)
"""
PROVE = """
import sys
from pathlib import Path
from rig import faults
faults.FAULTS = Path(sys.argv[1])
from rig.commands.asked import Options
from rig.commands.prove import prove
options = Options(bench=Path(sys.argv[2]), out=Path(sys.argv[3]), power=False)
sys.exit(prove(options, ("sleeps-half", "lock-last-first")))
"""


@pytest.mark.parametrize("file_system", ["own", "none"])
@pytest.mark.parametrize("emptied", [False, True])
def test_prove_says_what_it_missed(emptied: bool, file_system: str, tmp_path: Path) -> None:
    seeded = tmp_path / "faults"
    shutil.copytree(FAULTS, seeded)
    if emptied:
        (seeded / "sleeps-half.py").write_text(EMPTIED, "utf-8")
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[board.b]\nkind = "virtual"\nfile_system = "{file_system}"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROVE, seeded, bench, tmp_path / "out"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == (1 if emptied else 0), done.stdout + done.stderr
    assert "caught     lock-last-first" in done.stdout
    assert ("MISSED     sleeps-half" in done.stdout) is emptied
    assert ("2 of 2 faults caught" in done.stdout) is not emptied


def test_prove_goes_on_without_a_lost_board(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    away = f'[board.away]\nport = "{tmp_path / "nothing"}"\n'
    bench.write_text(f'{away}[board.b]\nkind = "virtual"\n', "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROVE, FAULTS, bench, tmp_path / "out"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "0 of 2 faults caught, 2 errored" in said
    assert "the board is lost: at the start: port" in said
    assert "board b caught sleeps-half" in said
    assert "2 of 2 faults caught" in said
