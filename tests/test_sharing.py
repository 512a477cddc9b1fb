"""Boards of a kind divide the claims among them."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import reports
from fixtures.ordering import comes_back, spread
from fixtures.shares import Shares
from rig.claims import catalogue
from rig.plan import Plan
from rig.results import BoardInfo
from rig.sharing import Kind, columns, kinds
from rig.stations import Station
from tests.runs_beside import (
    BOARDS,
    DEADLINE_S,
    HOLDER,
    children,
    results,
    start,
    until_first_result,
)
from tests.started import looprig


def dealt(kinds: list[Kind], owed: dict[str, list[tuple[int, ...]]]) -> Shares:
    return Shares(kinds, owed, lambda test, board: test != METERED or board == "with-meter")


METERED = 99


def test_what_hangs_a_board_is_spread_among_the_rest() -> None:
    many = [(number,) for number in range(8)]
    assert spread([(90,), (91, 92)], many) == [
        (0,), (1,), (2,), (90,), (3,), (4,), (91, 92), (5,), (6,), (7,),
    ]  # fmt: skip
    assert spread([(90,)], []) == [(90,)]
    assert spread([], many) == many


@pytest.mark.parametrize(("played", "expected"), [("emulated", True), ("serial", False)])
def test_only_boards_that_are_played_come_back_from_anything(played: str, expected: bool) -> None:
    stations = [
        Station(name="a", kind="emulated", port=""),
        Station(name="b", kind=played, port=""),
    ]
    both, alone = Kind(name="pico", boards=["a", "b"]), Kind(name="a", boards=["a"])
    plan = Plan(run_dir=Path("x"), stations=stations, claims=[], kinds=[both, alone])
    assert comes_back("pico", plan) is expected
    assert not comes_back("a", plan)


def test_a_board_goes_on_behind_the_test_that_killed_its_worker() -> None:
    shares = dealt([Kind(name="unix", boards=["unix"])], {"unix": [(0,), (1,), (2,), (3,)]})
    assert [shares.next_for("unix") for _ in range(3)] == [0, 1, 2]
    shares.done("unix", 0)
    shares.done("unix", 1)  # errored: the worker died in it
    shares.take_back("unix", [2])
    assert [shares.next_for("unix") for _ in range(3)] == [2, 3, None]
    assert not shares.settled
    for test in (2, 3):
        shares.done("unix", test)
    assert shares.settled


def test_what_a_lost_board_owes_goes_to_the_others() -> None:
    shares = dealt([Kind(name="pico", boards=["a", "b"])], {"pico": [(0, 1, 2), (3,), (4,)]})
    assert shares.next_for("a") == 0
    assert shares.next_for("b") == 3
    shares.done("a", 0)
    assert shares.next_for("a") == 1, "what belongs together stays together"
    shares.give_up("a")
    shares.take_back("a", [1])
    assert shares.next_for("a") is None
    shares.done("b", 3)
    assert [shares.next_for("b") for _ in range(4)] == [1, 2, 4, None]
    for test in (1, 2, 4):
        shares.done("b", test)
    assert shares.settled


def test_the_last_board_of_a_kind_is_asked_though_it_is_lost() -> None:
    """Each of its tests gets a result, which says that it is lost."""
    shares = dealt([Kind(name="pico", boards=["a", "b"])], {"pico": [(0,), (1,)]})
    shares.give_up("a")
    shares.give_up("b")
    assert shares.next_for("b") == 0


def test_a_current_is_judged_where_there_is_a_meter() -> None:
    kinds = [Kind(name="pico", boards=["without", "with-meter"])]
    shares = dealt(kinds, {"pico": [(METERED,), (1,)]})
    assert shares.next_for("without") == 1
    assert shares.next_for("without") is None
    assert shares.next_for("with-meter") == METERED
    alone = dealt([Kind(name="pico", boards=["without"])], {"pico": [(METERED,)]})
    assert alone.next_for("without") == METERED, "its result says that there is no meter"


def identified(name: str, **said: Any) -> Station:
    info = BoardInfo(name=name, **{"platform": "rp2", "version": "1.28", **said})
    return Station(name=name, kind="serial", port="", info=info)


def test_which_boards_are_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    def found(*stations: Station, share: bool = True, **copies: str) -> dict[str, list[str]]:
        return {kind.name: kind.boards for kind in kinds(stations, share, copies)}

    one, two = identified("pico1"), identified("pico2")
    assert found(one, two) == {"pico": ["pico1", "pico2"]}
    assert found(one, two, share=False) == {"pico1": ["pico1"], "pico2": ["pico2"]}
    for other in (
        {"version": "1.29"}, {"machine": "Pico W"}, {"features": ["network"]}, {"mpy": 1},
        {"sys_version": "3.4.0; MicroPython v1.28.0-2.g0 on 2026-01-02"}, {"build": "RPI_PICO"},
        {"thread": "GIL"}, {"queue": "Python"}, {"asyncio": "0123"},
    ):  # fmt: skip
        assert len(found(one, identified("pico2", **other))) == 2, other
    said = "no two boards have the same firmware (asyncio of pico1: '', of pico2: '0123')"
    assert said in capsys.readouterr().err
    assert found(identified("left"), identified("right")) == {"left+right": ["left", "right"]}
    assert found(one, two, identified("pico", version="2")) == {
        "pico1+pico2": ["pico1", "pico2"],
        "pico": ["pico"],
    }
    copy = {"unix.2": "unix"}
    assert found(identified("unix"), identified("unix.2"), share=False, **copy) == {
        "unix": ["unix", "unix.2"]
    }
    unidentified = [Station(name=name, kind="serial", port="") for name in ("a1", "a2")]
    assert len(found(*unidentified)) == 2


@pytest.mark.slow
def test_boards_of_a_kind_divide_the_claims(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "task.*", "--claims", "stream.*")
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 0, said + trouble
    found = results(out)
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert set(found) == {(claim, "unix") for claim in info["claims"]}, "each claim once"
    judges = Counter(result["judged_on"] for result in found.values())
    assert set(judges) == {"unix1", "unix2"}
    script: dict[str, set[str]] = {}
    for claim, _ in found:
        judge = found[claim, "unix"]["judged_on"]
        script.setdefault(catalogue()[claim].device_test, set()).add(judge)
    assert all(len(boards) == 1 for boards in script.values()), "one script's claims on one board"
    assert [board["name"] for board in info["boards"]] == ["unix"]
    assert [board["name"] for board in info["boards"][0]["members"]] == ["unix1", "unix2"]
    loaded = reports.load([out])
    assert list(loaded.boards["board"]) == ["unix"], "one column"
    assert set(loaded.results["judged_on"]) == {"unix1", "unix2"}


@pytest.mark.slow
def test_a_lost_board_that_shared(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "[lst]*.*")
    until_first_result(out, run)
    os.kill(children(run.pid, HOLDER)[1], signal.SIGKILL)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    found = results(out)
    info = json.loads((out / "run.json").read_text("utf-8"))
    assert set(found) == {(claim, "unix") for claim in info["claims"]}, "each claim once"
    lost = [board["name"] for board in info["boards"][0]["members"] if board["lost"]]
    assert len(lost) == 1, said + trouble
    assert f"board {lost[0]} was lost" in said
    assert run.returncode == 3, "a board was lost"
    bad = {
        claim: result["outcome"]
        for (claim, _), result in found.items()
        if result["outcome"] in ("crashed", "errored") and not result["expectation"]
    }
    assert len(bad) <= 1, bad  # the test it was in; none, if it died between two
    assert all(found[claim, "unix"]["judged_on"] == lost[0] for claim in bad)


@pytest.mark.slow
def test_a_run_that_shared_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(out, *BOARDS, "--no-power", "--share", "--claims", "latency.*")
    until_first_result(out, run)
    run.send_signal(signal.SIGINT)
    said, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 130, said + trouble
    before = results(out)
    again = looprig("run", "--resume", out)
    assert again.returncode == 0, again.stdout + again.stderr
    after = results(out)
    assert before.items() <= after.items()
    assert len(after) == len(json.loads((out / "run.json").read_text("utf-8"))["claims"])


def test_a_copy_that_is_lost_at_the_start_is_no_column(tmp_path: Path) -> None:
    copies = {"unix.2": "unix", "unix.3": "unix"}
    stations = [identified("unix.2"), identified("other")]
    gone = [BoardInfo(name=name, lost="at the start") for name in ("unix", "unix.3", "pico")]
    alike = kinds(stations, False, copies)
    assert [kind.name for kind in alike] == ["unix", "other"]
    found = columns(alike, stations, gone, copies)
    assert [column.name for column in found] == ["unix", "other", "pico"]
    assert {member.name for member in found[0].members} == {"unix", "unix.2", "unix.3"}
    assert columns(kinds(stations, True, {}), stations, gone[2:])[-1].lost == "at the start"
