"""`looprig run --repeat` and `looprig ab`: what comes out otherwise is told; turns alternate."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.commands.asked import Options
from rig.commands.repeats import by_turns, repeated, sides_of, together
from rig.errors import UsageError
from rig.results import BoardInfo, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from tests.started import looprig

UNIX = BoardInfo(name="unix", platform="linux", implementation="micropython", version="1.28.0")


class Played:
    """A run that comes out as it is told to; it keeps what it was asked."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked: list[Options] = []

    def __call__(self, options: Options) -> int:
        self.asked.append(options)
        assert options.out is not None
        run = RunDir(options.out)
        outcome = self.outcomes[len(self.asked) - 1]
        started = f"2026-01-01T00:00:0{len(self.asked)}+00:00"
        run.create(RunInfo(looprig="0", id=f"r{len(self.asked)}", started=started, boards=[UNIX]))
        run.append(Result(claim="a.b", board="unix", outcome=outcome))
        run.append(Result(claim="c.d", board="unix", outcome=Outcome.CONFORMS))
        return {Outcome.CONFORMS: 0, Outcome.DIVERGES: 1}.get(outcome, 3)


def test_an_intermittent_outcome_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = Outcome.CONFORMS, Outcome.DIVERGES
    run = Played(bad, good, bad, good, bad)
    assert repeated(Options(out=tmp_path / "r"), 5, run) == 1
    said = capsys.readouterr().out
    assert "intermittent: a.b on unix: diverges 3 of 5, conforms 2 of 5" in said
    assert "1 of 2 results came out alike in each" in said
    assert [options.out for options in run.asked] == [tmp_path / "r" / str(n) for n in range(1, 6)]
    assert (tmp_path / "r" / "report" / "index.html").is_file()


def test_a_fault_of_the_rig_outweighs_a_verdict_and_is_no_intermittence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Played(Outcome.CONFORMS, Outcome.ERRORED)
    assert repeated(Options(out=tmp_path / "r"), 2, run) == 3
    said = capsys.readouterr().out
    assert "uneven: a.b" in said
    assert "intermittent" not in said
    assert [together(codes) for codes in ([0, 0], [0, 1], [1, 3], [3, 130])] == [0, 1, 3, 130]


def test_turns_alternate_and_the_change_alone_is_changed(tmp_path: Path) -> None:
    run = Played(*[Outcome.CONFORMS] * 4)
    fault = "lifo-scheduling"
    asked = Options(out=tmp_path / "r", faults=[fault], boards=["unix"])
    assert by_turns(*sides_of(asked), 2, run) == 0
    assert [options.faults for options in run.asked] == [[], [fault], [], [fault]]
    places = [str(options.out.relative_to(tmp_path / "r")) for options in run.asked if options.out]
    assert places == ["base/1", "change/1", "base/2", "change/2"]


def test_a_change_that_cannot_be_is_told_before_the_base_runs(tmp_path: Path) -> None:
    run = Played()
    asked = Options(out=tmp_path / "r", faults=["no-such-fault"], boards=["unix"])
    with pytest.raises(UsageError, match="there is no fault"):
        by_turns(*sides_of(asked), 2, run)
    assert not run.asked


def test_two_boards_or_firmwares_are_a_side_each() -> None:
    base, change = sides_of(Options(boards=["a", "b"]))
    assert (base.boards, change.boards) == (["a"], ["b"])
    base, change = sides_of(Options(firmware=["1.27.0", "1.28.0"]))
    assert (base.firmware, change.firmware) == (["1.27.0"], ["1.28.0"])
    for wrong in (Options(), Options(faults=["x"], boards=["a", "b"]), Options(boards=["a"])):
        with pytest.raises(UsageError, match="one thing that differs"):
            sides_of(wrong)


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_count_is_a_number_of_runs(count: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--repeat"):
        repeated(Options(out=tmp_path / "r"), count, Played())


def test_a_place_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r" / "1").mkdir(parents=True)
    with pytest.raises(UsageError, match="not empty"):
        repeated(Options(out=tmp_path / "r"), 2, Played())
    with pytest.raises(UsageError, match="--resume"):
        repeated(Options(resume=tmp_path / "r"), 2, Played())


@pytest.mark.slow
def test_a_fault_shows_between_base_and_change_of_a_board(tmp_path: Path) -> None:
    """The real command, on a virtual board."""
    words = [
        "ab",
        "--board",
        "unix",
        "--no-power",
        "--fault",
        "latency-wakes-rounded-up",
        "--repeat",
        "2",
    ]
    words += ["--claims", "latency.sleep-overshoot", "--claims", "run.returns-value"]
    done = looprig(*words, "--out", tmp_path / "r")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [RunDir(tmp_path / "r" / side / "2").read().faults for side in ("base", "change")] == [
        [], ["latency-wakes-rounded-up"],
    ]  # fmt: skip
    for number in ("1", "2"):
        late = {r.claim: r for r in RunDir(tmp_path / "r" / "change" / number).results()}
        assert late["latency.sleep-overshoot"].outcome == "diverges"
