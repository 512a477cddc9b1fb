"""Every seeded fault is caught by the claims that it names.

A fault is an overlay that breaks the loop in one known way. The claims are judged by the host
tests themselves, on one virtual board: with the overlay each must diverge or crash, and
without it each must hold, or catching the fault would prove nothing.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from rig.board.board import Board
from rig.claims import ROOT, catalogue
from rig.errors import UsageError
from rig.faults import fault, names, parsed, written
from rig.net.meeting import meet
from rig.networks import NetworkStation
from rig.results import Outcome
from rig.virtual.board import WIRES
from tests.virtual_boards import identified

DEADLINE_SCALE = 0.3
"""Faults that hang the board are waited for; three seconds are plenty for tests of milliseconds."""

NETWORKS: dict[str, NetworkStation] = {}
"""By board: where the host is its other end."""


@cache
def host_tests() -> dict[str, Callable[..., None]]:
    """Every host test by the claim it judges."""
    found = {}
    for path in sorted((ROOT / "host").glob("test_*.py")):
        for value in vars(importlib.import_module(f"host.{path.stem}")).values():
            for mark in getattr(value, "pytestmark", []):
                if mark.name == "claim":
                    found[mark.args[0]] = value
    return found


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One virtual board for all faults."""
    with identified("faulty", tmp_path_factory.mktemp("board")) as (virtual, board):
        meet(NETWORKS.setdefault(board.name, virtual.network), board)
        board.deadline_scale = DEADLINE_SCALE
        yield board


def judge(board: Board, claim: str, overlay: Path | None, folder: Path) -> Outcome:
    """The outcome of one claim on the board with or without an overlay."""
    board.overlay = None
    if overlay:
        board.put_overlay(str(overlay))
    record = Record(catalogue()[claim], board.info, folder, folder)
    under_test = BoardUnderTest(board)
    under_test.record = record
    under_test.wires = WIRES
    under_test.network = NETWORKS.get(board.name)  # None of a board that met no network
    test = host_tests()[claim]
    offered = {"board": under_test, "record": record}
    try:
        test(**{name: offered[name] for name in inspect.signature(test).parameters})
    except Exception as error:
        return record.result(error, None).outcome
    return Outcome.CONFORMS


def one_of_each(names: Sequence[str]) -> list[Any]:
    """One fault that is caught by claims about the same thing (`lock.`) runs in `make test`, the
    others are slow: they are many, and each waits for its board."""
    about = [fault(name).caught_by[0].partition(".")[0] for name in names]
    return [
        pytest.param(name, marks=[pytest.mark.slow] if what in about[:number] else [])
        for number, (name, what) in enumerate(zip(names, about, strict=True))
    ]


@pytest.mark.parametrize("name", one_of_each(names("functional")))
def test_is_caught(name: str, board: Board, tmp_path: Path) -> None:
    overlay = written([fault(name)], tmp_path / "overlay")
    for claim in fault(name).caught_by:
        assert judge(board, claim, None, tmp_path) is Outcome.CONFORMS, claim
        outcome = judge(board, claim, overlay, tmp_path)
        assert outcome in (Outcome.DIVERGES, Outcome.CRASHED), f"{claim}: {outcome}"


@pytest.mark.parametrize("name", names())
def test_names_claims(name: str, tmp_path: Path) -> None:
    known = catalogue()
    assert [claim for claim in fault(name).caught_by if claim not in known] == []
    written([fault(name)], tmp_path)


DAMAGE = "def sleep(t):\n    return own.sleep(t * 2)\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", ":1: a fault begins with its summary"),
        (f"# caught by: sleep.ms\n{DAMAGE}", ":1: a fault begins with its summary"),
        (f"# Sleeps\n{DAMAGE}", ":2: here stands `# caught by: `"),
        (f"# Sleeps\n# caught by:\n{DAMAGE}", ":2: here stands `# caught by: `"),
        ("# Sleeps\n# caught by: sleep.ms\n", ": it damages nothing"),
        ("# Sleeps\n# caught by: sleep.ms\nimport time\n", ": it damages nothing"),
        ("# Sleeps\n# caught by: sleep.ms\ndef sleep(t:\n", ":3: "),
        (
            "# Sleeps\n# caught by: sleep.ms\n\ndef slep(t):\n    pass\n",
            ":4: asyncio has no 'slep'",
        ),
        (f"# Sleeps\n# caught by: sleep.ms\n{DAMAGE}{DAMAGE}", ": 'sleep' is replaced twice"),
        (
            "# Sleeps\n# caught by: sleep.ms\ndef sleep(t):\n    return own.sleep_ms(t)\n",
            ":4: own.sleep_ms is not replaced",
        ),
    ],
)
def test_a_bad_file_is_told(text: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "sleeps.py"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=re.escape(f"{path}{what}")):
        written([parsed(path)], tmp_path)


def test_a_mistyped_name_is_told() -> None:
    with pytest.raises(UsageError, match="no fault 'sleep-half'; did you mean 'sleeps-half'"):
        fault("sleep-half")


def test_two_faults_at_once(board: Board, tmp_path: Path) -> None:
    overlay = written([fault("sleeps-half"), fault("lost-return-value")], tmp_path / "overlay")
    for claim in ("sleep.seconds", "run.returns-value"):
        assert judge(board, claim, overlay, tmp_path) is Outcome.DIVERGES
