"""How a host test's end becomes an outcome: no verdict without evidence, no rig fault as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.assertion import util

from fixtures import comparing, failing
from fixtures.board import DeviceRaised
from fixtures.evidence import Record
from reports.samples import read
from rig.board.execution import Ended, Event, Execution
from rig.board.kept import EVENTS_KEPT
from rig.claims import Claim
from rig.errors import (
    BoardCrashed,
    BoardLost,
    Inconclusive,
    RigError,
    Unmeasured,
    Unsupported,
)
from rig.figure import duration
from rig.results import BoardInfo, Divergence, Outcome
from rig.samples import MOST

SIDES: dict[str, tuple[object, object]] = {
    "==": (1, 1),
    "!=": (1, 2),
    "<": (1, 2),
    "<=": (1, 1),
    ">": (2, 1),
    ">=": (1, 1),
    "is": (None, None),
    "is not": (None, 1),
    "in": (1, [1]),
    "not in": (2, [1]),
}
CLAIM = Claim(id="x.y", sentence="It does.", source="s", quote="q", device_test="d")


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record(CLAIM, BoardInfo(name="b"), tmp_path, tmp_path)
    made.executions.append(Execution("d", "b", events=[Event("a", 0, (1,))]))
    return made


def test_the_samples_of_the_last_attempt_are_kept(record: Record, tmp_path: Path) -> None:
    record.measure("late", [9.0])
    record.forget()
    record.measure("late", [3.0, 1.0, 2.0])
    record.measurements.append(record.measurements[0])  # one without samples of its own
    record.measure("size", [float(n) for n in range(MOST * 3)], "B")
    record.held(3, "x", "1 == 1")
    result = record.result(None, None)
    table = read(tmp_path, result.samples)
    assert list(table[table.number == 0]["sample"]) == [3.0, 1.0, 2.0]
    assert set(table.number) == {0, 2}
    size = table[table.number == 2]
    assert len(size) == MOST
    assert (set(size["taken"]), set(size["step"])) == ({MOST * 3}, {3})
    assert list(size["sample"][:2]) == [0.0, 3.0]


def test_samples_that_cannot_be_kept_are_a_fault_of_the_rig(record: Record, tmp_path: Path) -> None:
    (tmp_path / "samples").touch()  # a file in the folder's place
    record.measure("late", [1.0])
    record.held(3, "x", "1 == 1")
    result = record.result(None, None)
    assert result.outcome is Outcome.ERRORED
    assert "samples could not be kept" in result.why


def test_a_check_that_held_on_the_board_conforms(record: Record) -> None:
    record.held(3, "run.value('a') == 1", "1 == 1")
    result = record.result(None, None)
    assert result.outcome is Outcome.CONFORMS
    assert result.checks[0].values == "1 == 1"
    assert result.executions[0].events[0].data == [1]


def test_a_test_without_a_check_is_no_verdict(record: Record) -> None:
    result = record.result(None, None)
    assert result.outcome is Outcome.ERRORED
    assert "checked nothing" in result.why


def test_a_test_that_asked_no_board_is_no_verdict(record: Record) -> None:
    record.executions.clear()
    record.held(3, "1 == 1", "1 == 1")
    assert record.result(None, None).outcome is Outcome.ERRORED
    assert record.result(AssertionError("1 == 2"), None).outcome is Outcome.ERRORED


def test_a_check_of_what_was_there_before_the_board_ran_is_no_verdict(record: Record) -> None:
    ran, record.executions = record.executions, []
    record.held(3, "True", "True")
    record.executions = ran
    assert record.result(None, None).outcome is Outcome.ERRORED


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AssertionError("assert 1 == 2"), Outcome.DIVERGES),
        (DeviceRaised("ValueError: 3"), Outcome.DIVERGES),
        (BoardCrashed("the board rebooted"), Outcome.CRASHED),
        (BoardLost("gone"), Outcome.CRASHED),
        (Unsupported("socket"), Outcome.UNSUPPORTED),
        (Unmeasured("no meter"), Outcome.UNMEASURED),
        (Inconclusive("too noisy"), Outcome.INCONCLUSIVE),
        (RigError("the wire"), Outcome.ERRORED),
        (TypeError("a fault of the host test"), Outcome.ERRORED),
    ],
)
def test_each_end_has_its_outcome(record: Record, error: Exception, outcome: Outcome) -> None:
    assert record.result(error, None).outcome is outcome


def test_a_board_lost_before_the_test_is_not_held_against_the_claim(record: Record) -> None:
    record.executions.clear()
    assert record.result(BoardLost("gone"), None).outcome is Outcome.ERRORED


def test_a_failed_comparison_says_expected_and_actual(record: Record) -> None:
    record.comparison = ("==", [0, 2, 1], [0, 1, 2])
    result = record.result(AssertionError("assert [0, 2, 1] == [0, 1, 2]"), None)
    assert (result.expected, result.actual) == ("== [0, 1, 2]", "[0, 2, 1]")
    assert result.checks[-1].held is False


def test_a_long_list_says_where_it_differs(record: Record) -> None:
    seen, wanted = [*range(30), 7, *range(30)], list(range(60))
    record.comparison = ("==", seen, wanted)
    actual = record.result(AssertionError("assert seen == wanted"), None).actual
    assert actual.startswith("first difference at [30]: 7, expected 30 (61 elements, expected 60)")


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ([1, 2], [1, 2, 3], "[2]: nothing, expected 3 (2 elements, expected 3)"),
        ("abc", "abd", "[2]: 'c', expected 'd'"),
        ({"a": 1}, {"a": 2}, "['a']: 1, expected 2"),
        ({"a": 1, "b": None}, {"a": 1}, "['b']: None, expected nothing"),
        ({1, 2}, {2, 3}, "too much: 1, missing: 3"),
        (1, 2, ""),
    ],
)
def test_the_first_difference(left: object, right: object, said: str) -> None:
    assert failing.difference(left, right).endswith(said)


def test_a_failure_is_told_in_units_and_with_what_was_asked_of_what(record: Record) -> None:
    figure = duration("a turn by a bare turn", 9.0975e-3, 1e-6)
    told = failing.told("assert figure <= limit", "assert …", ("<=", figure, 1e-3), "It does.")
    assert told == ("a turn by a bare turn <= 0.001", "9.1 ms")
    told = failing.told("assert n <= LIMIT", "assert 3 <= 2", ("<=", 3, 2), "It does.")
    assert told == ("n <= 2", "3")
    told = failing.told(
        "assert not late, f'{late}'", "late by 9 ms\nassert not {}", None, "It does."
    )
    assert told == ("It does.", "late by 9 ms")


def test_a_comparison_that_held_explains_no_later_failure(record: Record) -> None:
    record.comparison = ("==", "shared", "shared")
    record.held(3, "run.value('a') == 'shared'", "'shared' == 'shared'")
    result = record.result(AssertionError("expected one 'b' event, the board emitted 0"), None)
    assert "expected one 'b' event" in result.actual


def test_a_known_divergence_is_shown_and_expected(record: Record) -> None:
    known = Divergence(reason="listed")
    diverged = record.result(AssertionError("no"), known)
    assert diverged.outcome is Outcome.DIVERGES
    assert not diverged.unexpected
    record.held(1, "1", "1")
    healed = record.result(None, known)
    assert healed.now_conforms
    assert not healed.unexpected


def test_what_a_board_emits_is_bounded_and_plain(record: Record) -> None:
    execution = Execution("d", "b", ended=Ended.FINISHED)
    execution.events = [Event("e", 0, (b"\x00", float("nan"), 1 << 70, {1: (2,)}))]
    execution.events += [Event("e", 1)] * (EVENTS_KEPT + 5)
    execution.output = "x" * 100_000
    record.executions[:] = [execution]
    kept = record.result(Inconclusive("why"), None).executions[0]
    assert kept.events[0].data == ["b'\\x00'", "nan", str(1 << 70), {"1": [2]}]
    assert kept.events_dropped == 6
    assert len(kept.output) + kept.output_dropped == 100_000
    record.result(Inconclusive("why"), None).model_dump_json()


def test_pytest_explains_only_comparisons_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """It also holds the private name of pytest's that this depends on."""
    with monkeypatch.context() as patch:
        patch.setattr(util, "_reprcompare", lambda op, left, right: f"{left} is not {op} {right}")
        around = comparing.pytest_runtest_call()
        next(around)
        explain = util._reprcompare
        assert explain
        held = [explain(op, *sides) for op, sides in SIDES.items()]
        failed = [explain("==", 1, 2), explain("not in", 1, [1])]
        around.close()
    assert held == [None] * len(comparing.HOLDS)
    assert failed == ["1 is not == 2", "1 is not not in [1]"]
