"""A 0 that was no 0: ways to one that somebody found by trying, each closed by its kind."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rig.answers.judging import Due
from rig.commands.expect import expect
from rig.commands.export import export
from rig.commands.listing import show
from rig.commands.report import report
from rig.commands.resuming import nothing_left
from rig.commands.site import site
from rig.commands.upstream import same_suite
from rig.errors import UsageError
from rig.made_with import digest
from rig.net.peer import Peer
from rig.networks import NetworkStation
from rig.results import Outcome, RunInfo
from rig.run_dir import RunDir
from tests.run_factory import CLAIMS, Recipe, change, write_run

ROOT = Path(__file__).resolve().parent.parent
FEW = CLAIMS[:4]
FED = [claim for claim in CLAIMS if claim[0].startswith("power.")]


def written(folder: Path, name: str, **recipe: object) -> Path:
    chosen = {"claims": FEW, "samples": 600, **recipe}
    write_run(folder, Recipe(id=name, **chosen))  # type: ignore[arg-type]
    return folder / name


def without_last_line(run: Path) -> Path:
    path = run / "results.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    return run


@pytest.mark.parametrize("closes", [True, False])
def test_what_the_board_never_ended_is_not_told_as_whole(closes: bool) -> None:
    """The host ends it at last, and that end is not the board's."""
    peer = Peer(NetworkStation(host="127.0.0.1"))
    peer.deadline_s = 1.0
    with socket.socket() as board:
        with peer.serving(lambda line: line.tell("got", line.rest())) as there:
            board.connect(("127.0.0.1", there.port))
            board.sendall(b"an answer")
            if closes:
                board.shutdown(socket.SHUT_WR)
        assert there.values("got") == ([b"an answer"] if closes else [])


def test_two_events_are_not_one_where_python_leaves_assertions_out() -> None:
    code = "from rig.board.execution import Event, Execution\n"
    code += "Execution('x', 'b', events=[Event('e', 0, (1,)), Event('e', 1, (2,))]).value('e')"
    done = subprocess.run(
        [sys.executable, "-O", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "AssertionError: expected one 'e' event, the board emitted 2" in done.stderr


def test_other_tests_of_upstream_are_no_rest_of_a_run(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    (tmp_path / "tests").mkdir()
    info = RunInfo(looprig="0", id="x", started="x", upstream=str(tmp_path), patterns=["basics/*"])
    run.create(info)
    assert same_suite(run, None, []) == same_suite(run, None, ["basics/*"])
    with pytest.raises(UsageError, match=r"asked for basics/\*, and this asks for io/\*"):
        same_suite(run, None, ["io/*"])


def test_what_upstream_expects_is_part_of_what_a_run_is_made_with(tmp_path: Path) -> None:
    path = tmp_path / "a.py.exp"
    made = []
    for text in ("1\n", "2\n"):
        path.write_text(text, "utf-8")
        made.append(digest([tmp_path]))
    assert made[0] != made[1]


def test_a_run_that_is_gone_on_with_ends_by_what_is_in_it(tmp_path: Path) -> None:
    run = RunDir(written(tmp_path, "old"))
    assert nothing_left(run) == 0
    lines = [json.loads(line) for line in run.results_path.read_text("utf-8").splitlines()]
    documented = next(line for line in lines if line["level"] == "documented")
    documented |= {"outcome": "crashed", "expectation": None}
    run.results_path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert nothing_left(run) == 1


def test_two_captures_do_not_become_one_file(tmp_path: Path) -> None:
    runs = [written(tmp_path, name, claims=FED) for name in ("one", "two")]
    with pytest.raises(UsageError, match="would be written to one file"):
        export(runs, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert export(runs, "csv", None) == 0
    files = [path for run in runs for path in (run / "captures").glob("*.csv")]
    assert len(files) == len([*tmp_path.rglob("*.parquet")])


def test_a_report_that_lacks_a_run_it_was_given(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "good"), tmp_path / "bad"
    bad.mkdir()
    assert report([good], tmp_path / "out") == 0
    assert report([good, bad], tmp_path / "out") == 3


def test_a_run_whose_bundle_was_damaged_is_in_the_site_again(tmp_path: Path) -> None:
    run, out = written(tmp_path, "run", claims=FED), tmp_path / "out"
    assert site([run], out, "") == 0
    [bundle] = (tmp_path / "out.bundles").rglob("*.parquet")
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:100])
    assert site([run], out, "") == 0
    assert bundle.read_bytes() == whole


@pytest.mark.parametrize("verify", [True, False])
def test_expectations_of_a_run_that_did_not_come_to_its_end(verify: bool, tmp_path: Path) -> None:
    claim = FEW[0][0]
    run = written(tmp_path, "run", edit=change(claim, outcome=Outcome.DIVERGES))
    own = tmp_path / "own"
    assert expect([run], own, verify=False, ask=None) == 0
    without_last_line(run)
    assert expect([run], own, verify=verify, ask=None) == 3


def test_a_list_of_what_cannot_be_judged_ends_as_the_run_would() -> None:
    runs = Due(claim="c", board="a", runs=True, why="")
    idle = Due(claim="c", board="b", runs=False, why="unsupported: float")
    assert show([runs], as_json=False) == 0
    assert show([runs, idle], as_json=False) == 3
    assert show([], as_json=False) == 3
