"""`looprig expect`: a first run on a port that nobody knows becomes a file with which the second
exits 0, and what no longer shows, or has no reason, is named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from rig.commands.expect import expect
from rig.errors import RigError, UsageError
from rig.expectations import UNEXPLAINED, Entry, on, port_of
from rig.results import BoardInfo, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from tests import started
from tests.foreign import SAYS, foreign

NOVEL = BoardInfo(
    name="n", platform="novel", implementation="micropython", version="1.28.0", machine="Novel A"
)
CLAIMS = ("loop.callbacks-run-while-waiting", "lock.remains-locked", "run.returns-value")


def made(folder: Path, outcomes: Mapping[str, Outcome], board: BoardInfo = NOVEL) -> Path:
    """A run in which a board did this."""
    path = folder / f"run{len(list(folder.glob('run*')))}"
    info = RunInfo(looprig="0", id=path.name, started="", boards=[board])
    RunDir(path).create(info)
    for claim, outcome in outcomes.items():
        result = Result(claim=claim, board=board.name, outcome=outcome, actual="3", expected="== 4")
        RunDir(path).append(result)
    return path


def entries(folder: Path, port: str = "novel") -> list[Entry]:
    content = tomllib.loads((folder / f"{port}.toml").read_text(encoding="utf-8"))
    return [Entry.model_validate(entry) for entry in content.get("divergence", [])]


def looprig(*words: object) -> tuple[int, str]:
    done = started.looprig(*words, cwd=Path.cwd())
    return done.returncode, done.stdout + done.stderr


def test_a_first_run_on_an_unknown_port_makes_the_second_exit_0(tmp_path: Path) -> None:
    says = SAYS.format(name="micropython", version=(1, 28, 0), sys_version="MicroPython")
    firmware = foreign(tmp_path, "novel", says + "_s.platform='novel'\n")
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[board.new]\nkind = "virtual"\nfirmware = "{firmware}"\n', "utf-8")
    asked = ["--bench", bench, "--no-power"]
    for claim in CLAIMS:
        asked += ["--claims", claim]
    code, said = looprig("run", *asked, "--out", tmp_path / "one")
    assert code == 1, said  # the unix port's own: not known of a port that nobody knows
    code, said = looprig("expect", tmp_path / "one")
    assert code == 0, said
    assert "1 without a reason" in said
    assert [entry.claim for entry in entries(tmp_path / "expectations")] == [CLAIMS[0]]
    code, said = looprig("run", *asked, "--out", tmp_path / "two")
    assert code == 0, said
    assert f"expectations of your own: {tmp_path / 'expectations'}" in said
    code, said = looprig("expect", "--verify", tmp_path / "two")
    assert code == 1
    assert f"{CLAIMS[0]}: no reason given yet" in said


def test_reasons_are_asked_for_and_kept_with_comments(tmp_path: Path) -> None:
    run, own = made(tmp_path, {"sleep.float": Outcome.DIVERGES}), tmp_path / "own"
    assert expect([run], own, verify=False, ask=None) == 0
    assert entries(own)[0].reason == f"{UNEXPLAINED}: 3; expected: == 4"
    answers = iter(["it truncates", "https://example.org/1"])
    assert expect([run], own, verify=False, ask=lambda question: next(answers)) == 0
    path = own / "novel.toml"
    path.write_text(path.read_text("utf-8") + "# seen by me\n", "utf-8")
    crash = made(tmp_path, {"sleep.float": Outcome.DIVERGES, "gather.empty": Outcome.CRASHED})
    assert expect([crash], own, verify=False, ask=None) == 0
    first, second = entries(own)
    assert (first.reason, first.link) == ("it truncates", "https://example.org/1")
    assert second.crashes
    assert "# seen by me" in path.read_text("utf-8")
    assert expect([run], own, verify=True, ask=None) == 1  # the second has no reason


def test_what_no_longer_shows_is_told_once_and_taken_out_at_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    expect([made(tmp_path, {"sleep.float": Outcome.DIVERGES})], own, False, lambda question: "why")
    well = [made(tmp_path, {"sleep.float": Outcome.CONFORMS}) for _ in range(2)]
    assert expect(well[:1], own, verify=True, ask=None) == 1
    assert "sleep.float: no longer shows, 0 of 1" in capsys.readouterr().out
    expect(well[:1], own, verify=False, ask=None)
    assert len(entries(own)) == 1
    expect(well, own, verify=False, ask=None)
    assert not entries(own)
    assert expect(well, own, verify=True, ask=None) == 3  # nothing that is listed was judged


def test_what_is_known_of_asyncio_and_does_not_show_goes_into_without(tmp_path: Path) -> None:
    own = tmp_path / "own"
    runs = [made(tmp_path, {"lock.remains-locked": Outcome.CONFORMS}) for _ in range(2)]
    expect([*runs, made(tmp_path, {"sleep.float": Outcome.DIVERGES})], own, False, None)
    assert tomllib.loads((own / "novel.toml").read_text("utf-8"))["without"] == [
        "lock.remains-locked"
    ]
    expect([made(tmp_path, {"lock.remains-locked": Outcome.DIVERGES})], own, False, None)
    content = tomllib.loads((own / "novel.toml").read_text("utf-8"))
    assert "without" not in content
    assert {entry["claim"] for entry in content["divergence"]} == {
        "sleep.float", "lock.remains-locked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("other", "condition"),
    [
        ({"machine": "Novel B"}, {"boards": ("Novel A",)}),
        ({"version": "1.29.0-preview"}, {"versions": "<1.29.0"}),
        ({"version": "1.27.0"}, {"versions": ">=1.28.0"}),
        ({}, {"intermittent": True}),
    ],
)
@pytest.mark.parametrize("known_before", [False, True])
def test_what_tells_boards_apart_becomes_the_condition(
    other: dict[str, str], condition: dict[str, object], known_before: bool, tmp_path: Path
) -> None:
    """Of a new entry, and of one that was known of all of them, as after an upgrade."""
    runs = [
        made(tmp_path, {"sleep.float": Outcome.DIVERGES}),
        made(tmp_path, {"sleep.float": Outcome.CONFORMS}, NOVEL.model_copy(update=other)),
    ]
    if known_before:
        expect(runs[:1], tmp_path / "own", verify=False, ask=lambda question: "why")
    expect(runs, tmp_path / "own", verify=False, ask=lambda question: "why")
    (entry,) = entries(tmp_path / "own")
    assert {key: getattr(entry, key) for key in condition} == condition
    assert expect(runs, tmp_path / "own", verify=True, ask=None) == 0


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('boards = ["Novel ?"]', True),
        ('boards = ["RPI_PICO"]', True),  # as it was built
        ('boards = ["Pico*"]', False),
        ('features = ["socket"]', True),
        ('features = ["!socket"]', False),
        ('features = ["socket", "_thread"]', False),
        ('features = ["socket"]\nversions = "<1.28"', False),
    ],
)
def test_conditions(condition: str, holds: bool, tmp_path: Path) -> None:
    path = tmp_path / "novel.toml"
    path.write_text(f'[[divergence]]\nclaim = "sleep.float"\nreason = "r"\n{condition}\n', "utf-8")
    board = NOVEL.model_copy(update={"features": ["socket"], "build": "RPI_PICO"})
    assert bool(on(board, [path])) == holds


def test_an_intermittent_one_is_no_news_either_way() -> None:
    from rig.results import Divergence

    known = Divergence(reason="r", intermittent=True)
    for outcome in (Outcome.CONFORMS, Outcome.DIVERGES):
        result = Result(claim="c.d", board="b", outcome=outcome, expectation=known)
        assert not result.unexpected
        assert not result.now_conforms


@pytest.mark.parametrize(
    ("said", "name"), [("../x", "---x"), ("x" * 400, "x" * 64), ("", "unnamed"), ("a\0b", "a-b")]
)
def test_a_platform_is_no_path(said: str, name: str, tmp_path: Path) -> None:
    run = made(
        tmp_path, {"sleep.float": Outcome.DIVERGES}, NOVEL.model_copy(update={"platform": said})
    )
    expect([run], tmp_path / "own", verify=False, ask=None)
    assert [path.name for path in (tmp_path / "own").iterdir()] == [f"{name}.toml"]
    assert port_of(NOVEL.model_copy(update={"implementation": said or "-"})) != said


def test_runs_without_a_verdict_write_nothing(tmp_path: Path) -> None:
    run = made(tmp_path, {"sleep.float": Outcome.ERRORED})
    with pytest.raises(RigError, match="no verdict"):
        expect([run], tmp_path / "own", verify=False, ask=None)
    assert not (tmp_path / "own").exists()


def test_a_named_folder_has_to_be_there(tmp_path: Path) -> None:
    from rig.bench import Bench
    from rig.expectations import own_folder

    with pytest.raises(UsageError, match="no such directory"):
        own_folder(tmp_path / "x", Bench())
    (tmp_path / "own").mkdir()
    bench = tmp_path / "b.toml"
    found = own_folder(None, Bench(path=str(bench), expectations="own"))
    assert found == (tmp_path / "own").resolve()
    assert own_folder(None, Bench(path=str(bench))) is None
