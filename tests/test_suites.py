"""A folder of one's own claims and tests beside the rig's: run, broken, and told what is amiss."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rig import suites
from rig.claims import ROOT
from rig.results import Outcome
from rig.run_dir import RunDir
from tests import started

EXAMPLE = ROOT / "examples" / "driver-tests"
CLAIMS = ("--claims", "thermo.*")


def looprig(*words: object, cwd: Path) -> tuple[int, str]:
    done = started.looprig(*words, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


def outcomes(run: Path) -> dict[str, Outcome]:
    return {result.claim: result.outcome for result in RunDir(run).results()}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A copy of the example, to be spoilt."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "mine"))


@pytest.mark.slow
def test_the_example_conforms_and_its_fault_is_caught(tmp_path: Path) -> None:
    words = ("run", "--suite", EXAMPLE, *CLAIMS, "--level", "all", "--out")
    code, said = looprig(*words, tmp_path / "whole", cwd=tmp_path)
    assert code == 0, said
    found = outcomes(tmp_path / "whole")
    assert len(found) == 4
    assert set(found.values()) <= {Outcome.CONFORMS, Outcome.UNMEASURED}
    broken = tmp_path / "broken"
    code, said = looprig(*words, broken, "--fault", "reading-blocks", cwd=tmp_path)
    assert code == 1, said
    caught = {claim for claim, outcome in outcomes(broken).items() if outcome is Outcome.DIVERGES}
    assert "thermo.lets-others-run" in caught
    assert caught <= {"thermo.lets-others-run", "thermo.sleeps"}


def test_a_bench_file_names_it_and_a_resumed_run_knows_it(suite: Path, tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text('[board.unix]\nkind = "virtual"\n\n[suite]\nfolder = "mine"\n', "utf-8")
    run = tmp_path / "run"
    words = ("run", "--bench", bench, "--claims", "thermo.reads", "--out", run)
    code, said = looprig(*words, cwd=tmp_path)
    assert code == 0, said
    assert outcomes(run) == {"thermo.reads": Outcome.CONFORMS}
    assert json.loads((run / "run.json").read_text("utf-8"))["suites"] == [str(suite)]
    (run / "results.jsonl").write_text("", "utf-8")
    code, said = looprig("run", "--resume", run, cwd=tmp_path)
    assert code == 0, said
    assert outcomes(run) == {"thermo.reads": Outcome.CONFORMS}


def test_workers_know_it(suite: Path, tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text('[board.a]\nkind = "virtual"\ncopies = 2\n', "utf-8")
    words = ("run", "--suite", suite, "--bench", bench, "--out", tmp_path / "run")
    code, said = looprig(*words, "--claims", "thermo.re*", cwd=tmp_path)
    assert code == 0, said
    assert set(outcomes(tmp_path / "run").values()) == {Outcome.CONFORMS}


def replace(name: str, before: str, after: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: shutil.rmtree(folder / "host"), "there is no"),
        (lambda folder: (folder / "host" / "test_thermo.py").unlink(), "no test_*.py is in"),
        (
            replace("host/test_thermo.py", '@pytest.mark.claim("thermo.sleeps")\n', ""),
            "test_sleeps judges no claim, and would not be run",
        ),
        (
            replace("host/test_thermo.py", '"thermo.sleeps"', '"thermo.sleps"'),
            "there is no claim 'thermo.sleps'; did you mean 'thermo.sleeps'?",
        ),
        (replace("host/test_thermo.py", "import pytest", "import"), "test_thermo.py:3: "),
        (
            replace("claims/thermo.toml", '"thermo.sleeps"', '"gather.empty"'),
            "gather.empty is there twice",
        ),
        (replace("claims/thermo.toml", "thermo/beside", "thermo/aside"), "there is no device test"),
        (replace("claims/thermo.toml", "power = true", "pwer = true"), "did you mean 'power'?"),
        (replace("claims/thermo.toml", 'quote = "the board', 'quotes = "the board'), "quote"),
        (replace("pyproject.toml", "modules =", "modles ="), "did you mean 'modules'?"),
        (
            lambda folder: (folder / "device_tests" / "identify.py").write_text("1", "utf-8"),
            "has that name; give it another",
        ),
        (
            lambda folder: (folder / "faults" / "lost-return-value.py").write_text("1", "utf-8"),
            "has that name; give it another",
        ),
    ],
)
def test_what_does_not_hold_together_is_said_before_a_board_is_touched(
    spoil: Callable[[Path], None], sentence: str, suite: Path, tmp_path: Path
) -> None:
    spoil(suite)
    code, said = looprig("run", "--suite", suite, *CLAIMS, cwd=tmp_path)
    assert code == 2, said
    assert sentence in said
    assert "Traceback" not in said
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--", "mine/host/test_thermo.py"], "it is no host test of a suite"),
        (
            ["--suite", "mine", "--", "mine/host/test_thermo.py::test_sleeps"],
            "judges thermo.sleeps, which this run leaves out",
        ),
        (["--suite", "mine", "--", "mine/host"], ""),
        (["--suite", "nowhere"], "there is no such directory"),
    ],
)
def test_a_test_behind_the_dashes_is_run_or_an_error(
    words: list[str], sentence: str, suite: Path, tmp_path: Path
) -> None:
    run = ["run", "--board", "unix", "--claims", "thermo.re*" if not sentence else "gather.empty"]
    code, said = looprig(*run, *words, cwd=tmp_path)
    assert code == (2 if sentence else 0), said
    assert sentence in said


def test_a_fault_of_a_module_that_is_not_there_is_refused(suite: Path, tmp_path: Path) -> None:
    replace("faults/reading-blocks.py", "damages: thermo", "damages: termo")(suite)
    words = ("run", "--suite", suite, *CLAIMS, "--fault", "reading-blocks", "--board", "unix")
    code, said = looprig(*words, cwd=tmp_path)
    assert code == 2, said
    assert "there is no module 'termo' to damage" in said


def test_marks_are_found_however_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "@claim('a.b')\ndef test_one(board): ...\n"
        "class TestTwo:\n    @pytest.mark.claim(\n        'c.d')\n    def test_two(self): ...\n"
        "def helper(): ...\n"
        "@pytest.mark.skip\ndef test_three(): ...\n",
        "utf-8",
    )
    found = {(test, claim) for _, _, test, claim in suites.host_tests(tmp_path)}
    assert found == {("test_one", "a.b"), ("test_two", "c.d"), ("test_three", None)}
