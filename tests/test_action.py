"""The GitHub Action's script and annotations, without GitHub."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rig.commands.annotations import command, lines
from rig.faults import fault, written
from rig.results import BoardInfo, Divergence, Level, Outcome, Result, RunInfo
from rig.run_dir import RunDir

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / ".ci" / "action.sh"


def act(folder: Path, **inputs: str) -> tuple[str, str, str]:
    """Run the action's script as a runner does: (log, outputs, summary)."""
    names = [
        "BENCH",
        "BOARDS",
        "FIRMWARE",
        "CLAIMS",
        "LEVELS",
        "OVERLAY",
        "POWER",
        "WORKERS",
        "OUT",
    ]
    environment = dict.fromkeys(names, "") | {"OUT": "run", "LEVELS": "documented"} | inputs
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        environment[name] = str(folder / name)
        (folder / name).touch()
    environment |= {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(folder)}
    done = subprocess.run(
        ["bash", str(SCRIPT)],
        cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outputs = (folder / "GITHUB_OUTPUT").read_text("utf-8")
    return done.stdout, outputs, (folder / "GITHUB_STEP_SUMMARY").read_text("utf-8")


pytestmark = pytest.mark.skipif(
    os.name != "posix" or not (ROOT / ".venv" / "bin" / "looprig").exists(),
    reason="the action's script is bash and wants the project's own .venv",
)


def test_a_run_that_is_well_summarised(tmp_path: Path) -> None:
    log, outputs, summary = act(tmp_path, BOARDS="unix", CLAIMS="run.returns-value", POWER="false")
    assert outputs == "exit-code=0\n"
    assert "1 of 1 verdict" in summary
    assert "::error" not in log
    assert (tmp_path / "run" / "report" / "index.html").is_file()


def test_an_unexpected_outcome_is_an_annotation(tmp_path: Path) -> None:
    log, outputs, summary = act(
        tmp_path,
        BOARDS="unix",
        CLAIMS="run.returns-value",
        OVERLAY=str(written([fault("lost-return-value")], tmp_path / "overlay")),
    )
    assert outputs == "exit-code=1\n"
    assert "::error title=run.returns-value on unix%3A diverges::" in log
    assert "run.returns-value" in summary


def test_what_a_board_prints_is_no_command_to_the_runner(tmp_path: Path) -> None:
    log, _, _ = act(tmp_path, BOARDS="unix", CLAIMS="run.returns-value", POWER="false")
    first, *_, last = [line for line in log.splitlines() if line.startswith("::")]
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.removeprefix('::stop-commands::')}::"


def test_bad_usage_is_exit_2(tmp_path: Path) -> None:
    _, outputs, summary = act(tmp_path, CLAIMS="nonsense.*")
    assert outputs == "exit-code=2\n"
    assert summary == ""


def test_firmware_is_run_as_it_is_found(tmp_path: Path) -> None:
    (tmp_path / "built").symlink_to(ROOT / ".venv" / "bin" / "micropython")
    _, outputs, summary = act(
        tmp_path, FIRMWARE="built", CLAIMS="run.returns-value", POWER="false", LEVELS="all"
    )
    assert outputs == "exit-code=0\n"
    assert "1 of 1 verdict" in summary


def test_firmware_and_bench_exclude_each_other(tmp_path: Path) -> None:
    _, outputs, _ = act(tmp_path, FIRMWARE="micropython", BENCH="bench.toml")
    assert outputs == "exit-code=2\n"


def test_annotations_are_escaped_and_follow_the_levels(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    run.create(
        RunInfo(
            looprig="0", id="r", started="", levels=["documented"], errors=["50%\nlost"],
            boards=[BoardInfo(name="gone", lost="at noon")],
        )
    )  # fmt: skip

    def add(claim: str, outcome: Outcome, level: Level, known: bool = False) -> None:
        expectation = Divergence(reason="known") if known else None
        run.append(
            Result(
                claim=claim, board="b", outcome=outcome, level=level, expectation=expectation,
                actual="x\n::set-output name=a::b",
            )
        )  # fmt: skip

    add("a.bad", Outcome.DIVERGES, "documented")
    add("a.known", Outcome.DIVERGES, "documented", known=True)
    add("a.gone", Outcome.CONFORMS, "documented", known=True)
    add("a.quality", Outcome.DIVERGES, "quality")
    said = list(lines(run))
    assert said[0] == "::error title=looprig::50%25%0Alost"
    assert said[1] == "::error title=board gone was lost::at noon"
    assert said[2].startswith("::error title=a.bad on b%3A diverges::")
    assert "\n" not in said[2]
    assert said[3].startswith("::notice title=a.gone on b%3A now conforms::")
    assert len(said) == 4


def test_every_input_reaches_the_script() -> None:
    yaml = pytest.importorskip("yaml")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    [step] = [step for step in action["runs"]["steps"] if step.get("id") == "run"]
    script = SCRIPT.read_text(encoding="utf-8")
    for name in step["env"]:
        assert f"${name}" in script or f"${{{name}" in script
    used = {name for step in action["runs"]["steps"] for name in action["inputs"] if
            f"inputs.{name}" in str(step)}  # fmt: skip
    assert used == set(action["inputs"])


def test_a_title_cannot_end_itself() -> None:
    assert command("error", "a,b::c", "d") == "::error title=a%2Cb%3A%3Ac::d"
