"""A run that is gone on with asks for what it asked for, or is refused; nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.commands.asked import Options
from rig.commands.resuming import (
    gone_on_with,
    made_with,
    nothing_left,
    resumed,
    same_boards,
    same_maker,
)
from rig.errors import UsageError
from rig.results import BoardInfo, Outcome, Result, RunInfo
from rig.run_dir import RunDir

BOARD = BoardInfo(name="b", implementation="micropython", version="1.29")
BEGUN = RunInfo(
    looprig="1", id="r", started="then", command=["looprig", "run"], bench="b.toml",
    claims=["gather.empty"], made_with=["suite"], boards=[BOARD],
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    made = RunDir(tmp_path / "r")
    made.create(BEGUN)
    return made


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Options(claims=["gather.*"]), "a run of 1 claims, which --claims gather.* are not"),
        (Options(levels=["all"]), "its exit code follows documented"),
        (Options(overlay=Path("/nowhere")), "begun with no overlay"),
        (Options(out=Path("x")), "leave --out out"),
    ],
)
def test_what_asks_for_something_else_is_refused(
    asked: Options, sentence: str, run: RunDir
) -> None:
    asked.resume = run.path
    with pytest.raises(UsageError) as said:
        resumed(asked)
    assert sentence in str(said.value)


def test_a_long_form_goes_on_in_its_long_form(tmp_path: Path) -> None:
    """What it was asked for by (`life.*`) is a list of claims by then."""
    made = RunDir(tmp_path / "r")
    made.create(BEGUN.model_copy(update={"patient": True}))
    assert resumed(Options(resume=made.path)).patient is True
    gone_on = gone_on_with(made.read(), BEGUN)
    assert gone_on.patient is True


def test_what_asks_for_the_same_is_taken(run: RunDir) -> None:
    options = resumed(Options(resume=run.path, claims=["gather.empty"], levels=["documented"]))
    assert (options.claims, options.levels) == (["gather.empty"], ["documented"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"looprig": "2"}, "looprig was 1, and is now 2"),
        ({"made_with": ["other"]}, "its claims and tests have changed since"),
        ({"made_with": ["suite", "over"]}, "the overlay has changed since"),
    ],
)
def test_another_looprig_is_said(change: dict[str, object], sentence: str, run: RunDir) -> None:
    same_maker(run.path, BEGUN, BEGUN)
    with pytest.raises(UsageError, match=sentence):
        same_maker(run.path, BEGUN, BEGUN.model_copy(update=change))


def test_another_firmware_or_meter_is_said(run: RunDir) -> None:
    same_boards(run.path, [BOARD], [BOARD])
    for change in ({"version": "1.28"}, {"meter": "DMM6500"}):
        with pytest.raises(UsageError, match="board b was micropython"):
            same_boards(run.path, [BOARD], [BOARD.model_copy(update=change)])


def test_what_was_asked_and_when_is_kept() -> None:
    later = BEGUN.model_copy(update={"started": "now", "command": ["looprig", "run", "--resume"]})
    twice = gone_on_with(gone_on_with(BEGUN, later), later)
    assert (twice.started, twice.command) == ("then", ["looprig", "run"])
    assert [(again.started, again.command[-1]) for again in twice.resumed] == 2 * [
        ("now", "--resume")
    ]


def test_nothing_left_is_said_and_changes_nothing(
    run: RunDir, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = BEGUN.model_copy(update={"finished": "later", "exit_code": 1})
    run.write(finished)
    assert nothing_left(run) is None  # a result is missing
    run.append(Result(claim="gather.empty", board="b", outcome=Outcome.DIVERGES))
    assert nothing_left(run) == 1
    assert "nothing was left to do: it finished later with all 1 results" in capsys.readouterr().out
    assert run.read() == finished
    for change in ({"exit_code": 130}, {"errors": ["x"]}, {"finished": ""}):
        run.write(finished.model_copy(update=change))
        assert nothing_left(run) is None


def test_the_word_for_the_suite_changes_with_an_overlay(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    before = made_with(tmp_path)
    assert before[:1] == made_with(None)
    (tmp_path / "a.py").write_text("x = 2\n", "utf-8")
    assert made_with(tmp_path)[1:] != before[1:]
