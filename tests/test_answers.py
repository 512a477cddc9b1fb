"""What --json prints fits the schemas that are published, and says what the people's text says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rig import answers
from rig.claims import ROOT
from rig.results import Outcome
from tests.run_factory import CLAIMS, START, Recipe, change, write_run

BENCH = """\
[board.unix]
kind = "virtual"

[board.gone]
port = "/dev/no-such-port"
"""


def asked(name: str, *words: object, cwd: Path, code: int = 0) -> Any:
    """The document that a command prints, held to its schema; nothing else may be printed."""
    command = [sys.executable, "-m", "rig", *map(str, words), "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    document = json.loads(done.stdout)
    schema = json.loads(answers.path(name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


@pytest.mark.parametrize("name", answers.ANSWERS)
def test_the_published_schemas_are_the_models(name: str) -> None:
    said = f"docs/schemas/{name}.json is not what the models say: python -m rig.answers"
    assert answers.path(name).read_text(encoding="utf-8") == answers.schema(name), said
    assert {path.stem for path in answers.SCHEMAS.glob("*.json")} == set(answers.ANSWERS)


def test_claims_and_faults(tmp_path: Path) -> None:
    told = asked("claims", "claims", "gather.empty", cwd=tmp_path)
    assert [claim["id"] for claim in told["claims"]] == ["gather.empty"]
    assert told["claims"][0]["host_test"] == "test_gather.py"
    told = asked("faults", "faults", "lost-return-value", cwd=tmp_path)
    assert told["faults"][0]["caught_by"]


def test_boards_and_doctor_tell_of_what_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(BENCH)
    told = asked("boards", "boards", "--bench", "bench.toml", cwd=tmp_path, code=3)
    unix, gone = told["boards"]
    assert (unix["name"], unix["implementation"], unix["problem"]) == ("unix", "micropython", "")
    assert (gone["name"], gone["implementation"]) == ("gone", "")
    assert "no-such-port" in gone["problem"]
    words = ("doctor", "--bench", "bench.toml", "--board", "gone")
    told = asked("doctor", *words, cwd=tmp_path, code=3)
    assert [finding for finding in told["findings"] if not finding["well"]]


def test_a_run_what_failed_in_it_and_what_would_run(tmp_path: Path) -> None:
    claims = ("--claims", "run.returns-value", "--claims", "gather.empty")
    broken = ("--board", "unix", "--no-power", "--fault", "lost-return-value", "--out", "broken")
    told = asked("run", "run", *claims, *broken, cwd=tmp_path, code=1)
    assert told["exit_code"] == 1
    assert told["outcomes"] == {"diverges": 1, "conforms": 1}
    assert [each["claim"] for each in told["attention"]] == ["run.returns-value"]
    assert Path(tmp_path, told["report"]).is_file()
    told = asked("run", "run", "--failed", "broken", "--out", "again", cwd=tmp_path)
    assert told["outcomes"] == {"conforms": 1}
    info = json.loads((tmp_path / "again" / "run.json").read_text())
    assert info["claims"] == ["run.returns-value"]
    assert [board["name"] for board in info["boards"]] == ["unix"]
    done = subprocess.run(
        [sys.executable, "-m", "rig", "run", "--failed", "again"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, "nothing went wrong in it" in done.stderr) == (2, True)
    words = ("--list", "--claims", "gather.empty", "--claims", "power.sleep-sleeps")
    told = asked("run-list", "run", *words, cwd=tmp_path)
    due = {(each["claim"], each["board"]): each for each in told["due"]}
    assert due["gather.empty", "unix"]["runs"]
    assert "CPython" in due["power.sleep-sleeps", "cpython"]["why"]
    assert not (tmp_path / "runs").exists()


def test_report_and_compare(tmp_path: Path) -> None:
    sound = change("run.reraises", outcome=Outcome.CONFORMS)
    old = write_run(tmp_path, Recipe(id="old", edit=sound))
    told = asked("report", "report", old, cwd=tmp_path)
    assert Path(told["report"]).is_file()
    assert sum(told["outcomes"].values()) == len(CLAIMS)
    worse = change("run.reraises", outcome=Outcome.DIVERGES)
    new = write_run(tmp_path, Recipe(id="new", started=START + timedelta(days=1), edit=worse))
    told = asked("compare", "compare", old, new, cwd=tmp_path, code=1)
    assert [each["claim"] for each in told["regressions"]] == ["run.reraises"]
    assert told["exit_code"] == 1
