"""looprig in somebody else's project: quiet where nobody asked for it, whole where one did."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT
from rig.results import Outcome
from rig.run_dir import RunDir

EXAMPLE = ROOT / "examples" / "driver-tests"
BENCH = '[board.unix]\nkind = "virtual"\n'
HEAVY = "pydantic", "numpy", "pandas", "rig", "fixtures", "typer"
NOT_LOADED = f"""
import sys
def test_nothing_of_looprig_is_loaded():
    assert "looprig.plugin" in sys.modules
    assert not {set(HEAVY)!r} & set(sys.modules)
def test_its_names_are_free(board, power): ...
"""
OWN_FIXTURES = """
import pytest
@pytest.fixture
def board(): return 1
@pytest.fixture
def power(): return 2
"""


def outside(folder: Path, *words: object, code: int = 0, python: Path | None = None) -> str:
    """What pytest says in this folder, as anybody would start it there."""
    plugin = [] if python else ["-p", "looprig.plugin"]
    command = [python or sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", *words]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "" if python else "1"}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def results(folder: Path) -> dict[str, Outcome]:
    (run,) = (folder / "runs").iterdir()
    assert (run / "report" / "index.html").is_file()
    return {result.claim: result.outcome for result in RunDir(run).results()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example with a bench beside it."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "mine"))
    (folder / "bench.toml").write_text(BENCH, "utf-8")
    return folder


@pytest.mark.parametrize("words", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
def test_it_is_quiet_where_nobody_uses_it(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(NOT_LOADED, "utf-8")
    (tmp_path / "conftest.py").write_text(OWN_FIXTURES, "utf-8")
    said = outside(tmp_path, *words)
    assert "2 passed" in said
    assert "looprig" not in said.replace("-p looprig.plugin", "")
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["conftest.py", "test_it.py"]


def test_without_a_bench_what_needs_a_board_is_skipped(project: Path) -> None:
    said = outside(project, "-rs")
    assert "4 skipped" in said
    assert "no bench is named" in said


def test_a_session_is_a_run(project: Path) -> None:
    (project / "host" / "test_more.py").write_text(
        "def test_beside(board):\n"
        "    assert board.run('thermo/reads', hundredths=300).value('read') == 300\n"
        "def test_without_a_board(): ...\n"
        "def test_met(board, network):\n"
        "    assert network.met and network.host and network.host != network.board\n"
        "def test_not_met(board, station, request):\n"
        "    station.network.trouble = 'the cable is out'\n"
        "    import looprig\n"
        "    try: request.getfixturevalue('network')\n"
        "    except looprig.Unsupported as error: assert 'the cable is out' in str(error)\n"
        "    else: assert False\n",
        "utf-8",
    )
    words = ("-k", "reads or beside or without or met")
    said = outside(project, "--looprig-bench", "bench.toml", *words)
    assert "5 passed" in said
    assert "looprig: nothing unexpected; exit 0" in said
    assert results(project) == {"thermo.reads": Outcome.CONFORMS}
    (run,) = (project / "runs").iterdir()
    info = json.loads((run / "run.json").read_text("utf-8"))
    assert info["claims"] == ["thermo.reads"]
    assert info["exit_code"] == 0


def test_a_test_that_checks_nothing_is_red(project: Path) -> None:
    path = project / "host" / "test_thermo.py"
    text = path.read_text("utf-8")
    path.write_text(text.replace('assert run.value("read") == 2150', 'run.value("read")'), "utf-8")
    said = outside(project, "--looprig-bench", "bench.toml", "-k", "test_reads", code=1)
    assert "exit 3" in said
    assert results(project) == {"thermo.reads": Outcome.ERRORED}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--looprig-bench", "nowhere.toml"], "bench file nowhere.toml"),
        (["--looprig-fault", "no-such", "--looprig-bench", "bench.toml"], "no fault 'no-such'"),
        (["--looprig-bench", "bench.toml", "-o", "enable_assertion_pass_hook=false"], "evidence"),
        (["--looprig-meter", "GPIB::1"], "--meter needs --port"),
    ],
)
def test_a_mistake_is_a_sentence(words: list[str], sentence: str, project: Path) -> None:
    said = outside(project, *words, code=4)
    assert sentence in said
    assert "Traceback" not in said
    assert not (project / "runs").exists()


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        ("('thermo.reads')\ndef test_it(): assert True", "asks for no board"),
        ("('thermo.read')\ndef test_it(board): assert True", "no claim 'thermo.read'"),
        ("\ndef test_it(board): assert True", "names no claim"),
    ],
)
def test_a_mistake_in_a_test_is_a_sentence(test: str, sentence: str, project: Path) -> None:
    path = project / "host" / "test_it.py"
    path.write_text(f"import pytest\n@pytest.mark.claim{test}\n", "utf-8")
    said = outside(project, "--looprig-bench", "bench.toml", "host/test_it.py", code=4)
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_bench_elsewhere_is_not_taken_for_the_project(project: Path) -> None:
    shutil.move(project / "bench.toml", project.parent / "bench.toml")
    said = outside(project, "--looprig-bench", "../bench.toml", "-k", "reads", code=4)
    assert "with an equals sign" in said
    said = outside(project, "--looprig-bench=../bench.toml", "-k", "reads")
    assert "1 passed" in said


def test_collecting_alone_leaves_no_run(project: Path) -> None:
    said = outside(project, "--looprig-bench", "bench.toml", "--collect-only", "-q")
    assert "test_thermo.py::test_reads[unix]" in said
    assert not (project / "runs").exists()


def test_tests_that_judge_no_claim_owe_none(project: Path) -> None:
    """Of every shape that pytest has, the board asked for by way of another fixture or a mark."""
    (project / "host" / "test_shapes.py").write_text(
        "import pytest\n"
        "def read(board, value):\n"
        "    assert board.run('thermo/reads', hundredths=value).value('read') == value\n"
        "class TestIt:\n"
        "    @pytest.mark.parametrize('value', [1, 2])\n"
        "    def test_it(self, board, value): read(board, value)\n"
        "@pytest.fixture(params=[3, 4])\n"
        "def value(request): return request.param\n"
        "@pytest.fixture\n"
        "def mine(board): return board\n"
        "def test_by_way_of_another(value, mine): read(mine, value)\n"
        "@pytest.mark.usefixtures('board')\n"
        "def test_marked(): ...\n"
        "class TestOwn:\n"
        "    @pytest.fixture\n"
        "    def board(self, board): return board\n"
        "    def test_wrapped(self, board): read(board, 5)\n"
        "@pytest.mark.parametrize('board, size', [('a drawing board', 3)])\n"
        "def test_another_kind_of_board(board, size): assert board == 'a drawing board'\n",
        "utf-8",
    )
    said = outside(project, "--looprig-bench", "bench.toml", "host/test_shapes.py")
    assert "7 passed" in said
    assert "looprig: nothing unexpected; exit 0 " in said
    assert results(project) == {}


@pytest.mark.slow
def test_its_fault_is_caught(project: Path) -> None:
    words = ("--looprig-bench", "bench.toml", "--looprig-fault", "reading-blocks")
    said = outside(project, *words, code=1)
    assert "FAILED host/test_thermo.py::test_lets_others_run[unix]" in said
    found = results(project)
    assert found["thermo.lets-others-run"] is Outcome.DIVERGES
    assert found["thermo.reads"] is Outcome.CONFORMS
