"""What --json prints fits the schemas that are published, and says what the people's text says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from rig.answers import schemas
from rig.claims import ROOT
from rig.cli import app
from rig.results import Outcome
from tests import started
from tests.run_factory import CLAIMS, START, Recipe, change, write_run
from tests.test_upstream import written

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]

ASCII = {"PYTHONIOENCODING": "ascii"}
BENCH = """\
[board.unix]
kind = "virtual"

[board.gone]
port = "/dev/no-such-port"
"""


def looprig(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """It, started from nothing."""
    command = [sys.executable, "-m", "rig", *map(str, words), "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **ASCII}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300)


def held(name: str, text: str) -> Any:
    """The document that stands there, and nothing else, held to its published schema."""
    document = json.loads(text)
    schema = json.loads(schemas.path(name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def asked(name: str, *words: object, cwd: Path, code: int = 0) -> Any:
    """What a command prints, held to its schema."""
    done = started.looprig(*words, "--json", cwd=cwd, env=ASCII, encoding="ascii")
    assert done.returncode == code, done.stdout + done.stderr
    return held(name, done.stdout)


@pytest.fixture(scope="module")
def played() -> Iterator[Any]:
    """What `looprig virtual --json` says, as long as it stays."""
    with subprocess.Popen(
        [sys.executable, "-m", "rig", "virtual", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            lines = list(iter(process.stdout.readline, "}\n"))  # type: ignore[union-attr]
            yield held("virtual", "".join([*lines, "}\n"]))
        finally:
            process.send_signal(signal.SIGINT)
            assert process.stdout is not None
            assert process.stdout.read() == ""
            assert process.wait(timeout=60) == 0


MISTAKES: dict[str, tuple[tuple[str, ...], int]] = {
    "ab": (("--repeat", "2"), 2),
    "boards": (("--board", "x"), 2),
    "claims": (("no.such-claim",), 2),
    "compare": (("one",), 2),
    "doctor": (("--bench", "none.toml"), 2),
    "expect": (("no-run",), 2),
    "export": (("no.parquet",), 2),
    "faults": (("no-such-fault",), 2),
    "firmware": (("--nonsense",), 2),
    "init": (("/dev/no-such-port",), 3),
    "prove": (("--meter", "x"), 2),
    "report": (("no-run",), 2),
    "reproduce": (("no-run", "run.returns-value"), 2),
    "run": (("--claims", "no.such-claim"), 2),
    "site": (("no-run", "--out", "s"), 2),
    "upstream": (("no-checkout",), 2),
    "virtual": (("--boards", "0"), 2),
}
"""A mistake with each command, and its exit code."""


def test_every_command_has_json_and_a_schema_and_is_asked_here() -> None:
    for name, command in COMMANDS.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, f"looprig {name} has no --json"
        assert name in schemas.ANSWERS, f"looprig {name}: no document in rig/answers/schemas.py"
    assert set(MISTAKES) == set(COMMANDS), "a mistake with each command"
    here = Path(__file__).read_text(encoding="utf-8")
    for name in set(schemas.ANSWERS) - {"error"}:
        called = f'asked("{name}"' in here or f'held("{name}"' in here
        assert called, f"no test here holds what is printed to docs/schemas/{name}.json"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_mistake_is_a_document_too(name: str, tmp_path: Path) -> None:
    words, code = MISTAKES[name]
    done = looprig(name, *words, cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    told = held("error", done.stdout)
    assert told["command"] == name
    assert told["error"]["code"] == code
    sentence = f"looprig: {told['error']['message']}"
    if told["error"]["hint"]:
        sentence += f"; {told['error']['hint']}"
    assert " ".join(sentence.split()) in done.stderr
    assert "Traceback" not in done.stderr


def test_an_answer_that_nobody_reads_is_exit_3(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rig", "claims", "--json"],
            cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        os.close(write)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


@pytest.mark.parametrize("name", schemas.ANSWERS)
def test_the_published_schemas_are_the_models(name: str) -> None:
    said = f"docs/schemas/{name}.json is not what the models say: python -m rig.answers.schemas"
    assert schemas.path(name).read_text(encoding="utf-8") == schemas.schema(name), said
    assert {path.stem for path in schemas.SCHEMAS.glob("*.json")} == set(schemas.ANSWERS)


def test_claims_and_faults(tmp_path: Path) -> None:
    told = asked("claims", "claims", "gather.empty", cwd=tmp_path)
    assert [claim["id"] for claim in told["claims"]] == ["gather.empty"]
    assert told["claims"][0]["host_test"] == "test_gather.py"
    told = asked("claims-sources", "claims", "--sources", "gather.empty", cwd=tmp_path)
    assert "gather.empty" in str(told["sources"])
    told = asked("faults", "faults", "lost-return-value", cwd=tmp_path)
    assert told["faults"][0]["caught_by"]


def test_boards_and_doctor_tell_of_what_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(BENCH, "utf-8")
    told = asked("boards", "boards", "--bench", "bench.toml", cwd=tmp_path, code=3)
    unix, gone = told["boards"]
    assert (unix["name"], unix["implementation"], unix["problem"]) == ("unix", "micropython", "")
    assert (gone["name"], gone["implementation"]) == ("gone", "")
    assert "no-such-port" in gone["problem"]
    words = ("doctor", "--bench", "bench.toml", "--board", "gone")
    told = asked("doctor", *words, cwd=tmp_path, code=3)
    assert [finding for finding in told["findings"] if not finding["well"]]


def test_a_bench_of_what_is_attached(played: Any, tmp_path: Path) -> None:
    [board] = played["boards"]
    told = asked("init", "init", board["port"], "--meter", board["meter"], cwd=tmp_path)
    assert (len(told["boards"]), len(told["meters"])) == (1, 1)
    assert (tmp_path / told["bench"]).is_file()
    told = asked("boards", "boards", board["port"], cwd=tmp_path)
    assert told["boards"][0]["implementation"] == "micropython"


def test_firmware(tmp_path: Path) -> None:
    assert "releases" in asked("firmware", "firmware", cwd=tmp_path)


@pytest.mark.slow
def test_repeats_and_turns(tmp_path: Path) -> None:
    words = ("--board", "unix", "--no-power", "--claims", "run.returns-value")
    told = asked("run-repeat", "run", *words, "--repeat", 2, "--out", "r", cwd=tmp_path)
    assert [each["exit_code"] for each in told["runs"]] == [0, 0]
    assert told["alike"] == 1
    change_of = ("--fault", "lost-return-value", "--repeat", 1, "--out", "t")
    told = asked("ab", "ab", *words, *change_of, cwd=tmp_path)
    assert (told["base"][0]["exit_code"], told["change"][0]["exit_code"]) == (0, 1)


@pytest.mark.slow
def test_prove(tmp_path: Path) -> None:
    told = asked("prove", "prove", "--no-power", "--out", "p", cwd=tmp_path)
    assert "caught" in {each["said"] for each in told["proofs"]} <= {"caught", "not proven"}


def test_upstream(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text('[board.one]\nkind = "virtual"\n', "utf-8")
    checkout = written(tmp_path / "micropython")
    words = ("upstream", checkout, "basics/[gw]*.py", "--bench", "bench.toml", "--out", "u")
    told = asked("upstream", *words, cwd=tmp_path, code=1)
    assert told["outcomes"] == {"conforms": 1, "diverges": 1}
    again = asked("upstream", "upstream", "--resume", "u", cwd=tmp_path, code=1)
    assert again["outcomes"] == told["outcomes"]


def test_a_run_what_failed_in_it_and_what_would_run(tmp_path: Path) -> None:
    claims = ("--claims", "run.returns-value", "--claims", "gather.empty")
    broken = ("--board", "unix", "--no-power", "--fault", "lost-return-value", "--out", "broken")
    told = asked("run", "run", *claims, *broken, cwd=tmp_path, code=1)
    assert told["exit_code"] == 1
    assert told["outcomes"] == {"diverges": 1, "conforms": 1}
    assert [each["claim"] for each in told["attention"]] == ["run.returns-value"]
    assert Path(tmp_path, told["report"]).is_file()
    told = asked("reproduce", "reproduce", "broken", "run.returns-value", cwd=tmp_path)
    assert "asyncio.run(" in told["script"]
    told = asked("expect", "expect", "broken", "--out", "own", cwd=tmp_path)
    assert [change["sign"] for change in told["ports"][0]["changes"]][:1] == ["+"]
    told = asked("expect", "expect", "broken", "--out", "own", "--verify", cwd=tmp_path, code=1)
    assert told["ports"][0]["unexplained"] == ["run.returns-value"]
    told = asked("run", "run", "--resume", "broken", cwd=tmp_path, code=1)
    assert told["outcomes"] == {"diverges": 1, "conforms": 1}
    told = asked("run", "run", "--failed", "broken", "--out", "again", cwd=tmp_path)
    assert told["outcomes"] == {"conforms": 1}
    info = json.loads((tmp_path / "again" / "run.json").read_text("utf-8"))
    assert info["claims"] == ["run.returns-value"]
    assert [board["name"] for board in info["boards"]] == ["unix"]
    done = started.looprig("run", "--failed", "again", cwd=tmp_path)
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
    capture = next((old / "captures").glob("*.parquet"))
    told_of = asked("export", "export", capture, "--out", tmp_path, cwd=tmp_path)
    assert Path(told_of["files"][0]["file"]).is_file()
    assert sum(told["outcomes"].values()) == len(CLAIMS)
    told = asked("site", "site", old, "--out", "pages", cwd=tmp_path)
    assert (tmp_path / told["site"]).is_file()
    worse = change("run.reraises", outcome=Outcome.DIVERGES)
    new = write_run(tmp_path, Recipe(id="new", started=START + timedelta(days=1), edit=worse))
    told = asked("compare", "compare", old, new, cwd=tmp_path, code=1)
    assert [each["claim"] for each in told["regressions"]] == ["run.reraises"]
    assert told["exit_code"] == 1
