"""Every seeded fault is caught by the claims that its fault.toml names.

A fault is an overlay that breaks the loop in one known way. The claims are judged by the host
tests themselves, on one virtual board: with the overlay each must diverge or crash, and
without it each must hold, or catching the fault would prove nothing.
"""

from __future__ import annotations

import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from rig.board.board import Board
from rig.claims import ROOT, catalogue
from rig.results import Outcome
from rig.virtual.board import VirtualBoard

FAULTS = ROOT / "fixtures" / "faults"
DEADLINE_SCALE = 0.3
"""Faults that hang the board are waited for; three seconds are plenty for tests of milliseconds."""


@cache
def fault(name: str) -> dict[str, Any]:
    """The fault's fault.toml."""
    return tomllib.loads((FAULTS / name / "fault.toml").read_text(encoding="utf-8"))


def names(kind: str) -> list[str]:
    """The faults of a kind."""
    folders = sorted(path.parent.name for path in FAULTS.glob("*/fault.toml"))
    return [name for name in folders if fault(name)["kind"] == kind]


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
    virtual = VirtualBoard("faulty", "micropython", tmp_path_factory.mktemp("board"))
    try:
        virtual.wait_ready()
        board = Board("faulty", str(virtual.port), power_cycle=virtual.power_cycle)
        board.open()
        board.identify()
        board.deadline_scale = DEADLINE_SCALE
        yield board
        board.close()
    finally:
        virtual.stop()


def judge(board: Board, claim: str, overlay: Path | None, folder: Path) -> Outcome:
    """The outcome of one claim on the board with or without an overlay."""
    board.overlay = str(overlay) if overlay else ""
    record = Record(catalogue()[claim], board.info, folder, folder)
    under_test = BoardUnderTest(board)
    under_test.record = record
    test = host_tests()[claim]
    offered = {"board": under_test, "record": record}
    try:
        test(**{name: offered[name] for name in inspect.signature(test).parameters})
    except Exception as error:
        return record.result(error, None).outcome
    return Outcome.CONFORMS


@pytest.mark.parametrize("name", names("functional"))
def test_is_caught(name: str, board: Board, tmp_path: Path) -> None:
    for claim in fault(name)["caught_by"]:
        assert judge(board, claim, None, tmp_path) is Outcome.CONFORMS, claim
        outcome = judge(board, claim, FAULTS / name, tmp_path)
        assert outcome in (Outcome.DIVERGES, Outcome.CRASHED), f"{claim}: {outcome}"


@pytest.mark.parametrize("name", sorted(path.name for path in FAULTS.iterdir() if path.is_dir()))
def test_names_claims(name: str) -> None:
    known = catalogue()
    assert set(fault(name)) == {"summary", "caught_by", "kind"}
    assert fault(name)["kind"] in ("functional", "power", "latency")
    assert fault(name)["caught_by"], "a fault names the claims that catch it"
    assert [claim for claim in fault(name)["caught_by"] if claim not in known] == []
