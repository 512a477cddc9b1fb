"""Files and words that are not what they should be, on every command: one sentence, exit code 2
or 3, nothing written."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rig.claims import ROOT, catalogue, judged, sources
from rig.cli import main
from rig.commands.run import PYTEST_INTERRUPTED, conclude
from rig.errors import RigError, nearest
from rig.expectations import known
from rig.plan import Plan
from rig.profiles import profiles
from rig.results import BoardInfo, RunInfo
from rig.run_dir import RunDir

Refused = Callable[..., str]
NOWHERE = Path(os.devnull) / "x"  # under a file: nobody can write there, not even root


@pytest.fixture
def refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Refused:
    """What looprig says of bad input; fails unless it is one sentence and nothing is written."""

    def ask(code: int, *words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["looprig", *map(str, words)])
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == code, said.out + said.err
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
        [sentence] = said.err.splitlines()
        assert sentence.startswith("looprig: ")
        assert len(sentence) < 500
        return sentence

    monkeypatch.chdir(tmp_path)
    return ask


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A sound run without a result."""
    path = tmp_path / "sound"
    RunDir(path).create(RunInfo(looprig="0", id="sound", started="2026-01-01"))
    return path


# -- the command line -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("claimz", "no such command 'claimz'"),
        ("run --bord x", "no such option: --bord"),
        ("report", "missing argument 'RUN...'; looprig report --help"),
        ("virtual --boards x", "--boards"),
        ("virtual --kind cpythn", "--kind cpythn: no such virtual board; did you mean 'cpython'?"),
        ("boards --board pico", "--board needs --bench"),
        ("claims nonsense.*", "--claims nonsense.*: no claim matches; looprig claims lists all"),
        ("claims slep.*", "no claim matches"),
    ],
)
def test_words_that_are_wrong(words: str, sentence: str, refused: Refused) -> None:
    assert sentence in refused(2, *words.split())


@pytest.mark.parametrize("number", ["-1", "nan"])
def test_a_threshold_that_is_none(number: str, run: Path, refused: Refused) -> None:
    assert "from 0 on" in refused(2, "compare", run, run, "--threshold", number)


# -- bench files ----------------------------------------------------------------------------

BENCHES = {
    b'[board.a]\nport = "\xff"\n': "it is not UTF-8",
    b"\x00": "mend the TOML",
    b"": "it has no board",
    b"board = 3\n": "board = 3",
    b'path = "x"\n[board.a]\nport = "COM3"\n': "unknown key path",
    b'[meter.a]\nkind = "ppk"\n': "did you mean 'ppk2'?",
    b'[boards.a]\nport = "COM3"\n': "did you mean 'board'?",
    b'[board.a]\nport = "COM3"\nbawdrate = 1\n': "did you mean 'baudrate'?",
    b'[board.a]\nport = "COM3"\n[meter.m]\nkind = "virtual"\noptions = {nose = 1}\n': (
        "unknown key meter.m.options.nose; did you mean 'noise'?"
    ),
}


@pytest.mark.parametrize("command", ["run", "doctor", "boards"])
@pytest.mark.parametrize("text", BENCHES)
def test_a_bench_file(text: bytes, command: str, tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "bench.toml"
    path.write_bytes(text)
    said = refused(2, command, "--bench", path)
    assert BENCHES[text] in said
    assert str(path) in said


def test_a_bench_that_is_a_directory(tmp_path: Path, refused: Refused) -> None:
    for command in ("run", "doctor", "boards"):
        assert "Is a directory" in refused(2, command, "--bench", tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("floor = -1", "argument --floor: invalid number of at least 0 value: '-1'"),
        ('dialect = "dmm"', "argument --dialect: invalid choice: 'dmm'"),
    ],
)
def test_a_virtual_meter(options: str, said: str, tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(
        '[board.a]\nkind = "virtual"\nmeter = "m"\n'
        f'[meter.m]\nkind = "virtual"\noptions = {{{options}}}\n',
        "utf-8",
    )
    out = tmp_path / "out"
    assert said in refused(2, "run", "--bench", path, "--out", out)
    assert not out.exists()


# -- runs -----------------------------------------------------------------------------------

INFOS = {
    "of-another-version": b'{"schema_version":99,"looprig":"9","id":"x","started":"x"}',
    "not-utf-8": b'{"looprig":"\xff"}',
    "cut-off": b'{"a":',
    "with-another-key": b'{"schema_version":1,"looprig":"9","id":"x","started":"x","colour":1}',
}


@pytest.mark.parametrize("name", INFOS)
def test_a_run(name: str, tmp_path: Path, run: Path, refused: Refused) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "run.json").write_bytes(INFOS[name])
    (folder / "results.jsonl").touch()
    for words in (
        ["run", "--resume", folder],
        ["upstream", "--resume", folder],
        ["report", folder],
        ["compare", folder, run],
    ):
        assert str(folder) in refused(2, *words)


@pytest.mark.parametrize("name", ["run.json", "results.jsonl"])
def test_a_run_with_a_directory_for_a_file(name: str, run: Path, refused: Refused) -> None:
    (run / name).unlink()
    (run / name).mkdir()
    for words in (["report", run], ["compare", run, run]):
        assert name in refused(2, *words)
    with pytest.raises(Exception, match=f"{name}: Is a directory"):
        RunDir(run).read(), RunDir(run).results()


def test_a_file_is_no_run(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "file"
    path.touch()
    words: tuple[list[object], ...] = (
        ["run", "--resume", path], ["upstream", "--resume", path], ["report", path],
        ["compare", path, path],
    )  # fmt: skip
    for asked in words:
        assert "no run is there" in refused(2, *asked)


def test_a_result_that_is_not_utf_8_costs_that_result(run: Path) -> None:
    line = b'{"claim":"run.returns-value","board":"b","outcome":"conforms"}\n'
    (run / "results.jsonl").write_bytes(b'{"claim":"\xff"}\n' + line)
    assert [result.claim for result in RunDir(run).results()] == ["run.returns-value"]


# -- where the output goes ------------------------------------------------------------------


def test_an_output_that_cannot_be_written(tmp_path: Path, run: Path, refused: Refused) -> None:
    file = tmp_path / "file"
    file.touch()
    with (run / "results.jsonl").open("w", encoding="utf-8") as results:
        results.write('{"claim":"run.returns-value","board":"b","outcome":"conforms"}\n')
    for out in (NOWHERE, file, file / "x"):
        assert f"--out {out}" in refused(2, "report", run, "--out", out)
        assert f"--out {out}" in refused(2, "compare", run, run, "--out", out)
        assert "--out" in refused(2, "init", "--out", out)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_directory_that_is_read_only(tmp_path: Path, run: Path, refused: Refused) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    assert "Permission denied" in refused(2, "report", run, "--out", folder)


# -- the catalogue --------------------------------------------------------------------------


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A copy of the catalogue."""
    return Path(shutil.copytree(ROOT / "claims", tmp_path / "claims"))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("device_test =", "devise_test =", "unknown key devise_test; did you mean 'device_test'?"),
        ("needs =", "level = 'docummented'\nneeds =", "'docummented'; did you mean 'documented'?"),
        ("needs = [", "needs = ['thred', ", "no feature 'thred'; did you mean '_thread'?"),
        ("id =", "chapter_title = 'x'\n# id =", "claim without an id: id is missing"),
        ("[[claim]]", "[[claims]]", "unknown key claims; did you mean 'claim'?"),
        ("order =", "order = 'x' #", "order = 'x'"),
        ("title =", "title = [ #", "flags.toml"),
    ],
)
def test_the_catalogue(before: str, after: str, sentence: str, claims: Path) -> None:
    path = claims / "flags.toml"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(RigError) as said:
        catalogue(claims)
    assert sentence in str(said.value)
    assert str(path) in str(said.value)


def test_a_source_of_the_catalogue(claims: Path) -> None:
    path = claims / "sources" / "asyncio.toml"
    path.write_text(path.read_text("utf-8").replace("unchecked =", "uncheckd =", 1), "utf-8")
    with pytest.raises(RigError, match="did you mean 'unchecked'"):
        sources(claims)
    path.write_bytes(b"\xff")
    with pytest.raises(RigError, match=r"asyncio\.toml: it is not UTF-8"):
        sources(claims)


def test_a_claim_without_a_host_test() -> None:
    judged(catalogue())
    with pytest.raises(RigError, match=r'mark one in host/ with @claim\("run.returns-valu"\)'):
        judged(["run.returns-value", "run.returns-valu"])


def test_a_host_test_that_does_not_import_is_no_interrupt(tmp_path: Path) -> None:
    """pytest ends with the same code for both."""
    board = BoardInfo(name="b", implementation="micropython")
    for fault, code in (("host/test_x.py: SyntaxError", 3), ("", 130)):
        run_dir = RunDir(tmp_path / str(code))
        info = RunInfo(looprig="0", id="x", started="x", claims=["a.b"], boards=[board])
        run_dir.create(info.model_copy(update={"errors": [fault] if fault else []}))
        plan = Plan(run_dir=run_dir.path, stations=[], claims=["a.b"])
        assert conclude(run_dir, PYTEST_INTERRUPTED, plan).code == code
        assert ("interrupted" in str(run_dir.read().errors)) == (code == 130)


# -- expected divergences -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"withot = []\n", "did you mean 'without'?"),
        (b'[[divergence]]\nclaim = "x"\nreson = "y"\n', "did you mean 'reason'?"),
        (b'[[divergences]]\nclaim = "x"\n', "did you mean 'divergence'?"),
        (b"\xff", "it is not UTF-8"),
    ],
)
def test_expected_divergences(text: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "unix.toml").touch()
    (tmp_path / "port.toml").write_bytes(text)
    with pytest.raises(RigError) as said:
        known("port", folder=tmp_path)
    assert sentence in str(said.value)
    assert len(str(said.value).splitlines()) == 1


def test_long_lists_are_cut() -> None:
    words = [f"w{number}" for number in range(300)]
    assert nearest("zzzz", words).endswith(" and 280 more")


# -- board profiles -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("floor =", "flor =", "unknown key flor; did you mean 'floor'?"),
        ("basis =", "basys =", "basys; did you mean 'basis'?"),
        ("resets =", "# resets =", "resets is missing"),
        ('family = "', 'family = "x', "its family is 'x"),
        ("title =", "title = [ #", "rp2.toml"),
    ],
)
def test_board_profiles(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    text = (ROOT / "fixtures" / "profiles" / "rp2.toml").read_text("utf-8")
    (tmp_path / "rp2.toml").write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(RigError) as said:
        profiles(tmp_path)
    assert sentence in str(said.value)
    assert str(tmp_path / "rp2.toml") in str(said.value)
    assert "\n" not in str(said.value)
