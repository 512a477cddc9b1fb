"""An emulator that is struck in mid-run: what came of a test meanwhile is no verdict, whatever it
answers by the time somebody looks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.board import BoardUnderTest
from fixtures.evidence import Record
from rig import activity
from rig.activity import Activity, HostClock, SlowerClock
from rig.board.board import Board
from rig.claims import catalogue
from rig.errors import RigError
from rig.meters.opening import open_meter
from rig.results import Outcome
from rig.virtual.emulated import EmulatedBoard
from rig.virtual.meter import VirtualMeter
from rig.virtual.recorded import Emulation
from tests.activity_port import Port, port
from tests.test_emulated import boards, slowed

__all__ = ["boards", "port"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="they are struck by signals")


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "ANSWER_S", 0.2)
    monkeypatch.setattr(activity, "AGAIN_S", 0.2)


def test_one_that_began_anew_is_told(port: Port) -> None:
    clock = SlowerClock(port.address)
    port.nanos = 60e9
    began = time.monotonic()
    assert clock.trouble(began) == ""
    port.nanos = 0.4e9
    assert "began anew" in clock.trouble(began)
    port.nanos = 61e9
    assert "began anew" in clock.trouble(began)  # it was struck, though it is well again
    assert clock.trouble(time.monotonic()) == ""  # of what came later nothing is wrong


@pytest.mark.usefixtures("patience")
def test_one_that_answered_late_is_told(port: Port) -> None:
    clock = SlowerClock(port.address)
    clock.now()
    began = time.monotonic()
    port.delay = 0.5
    clock.now()
    port.delay = 0.0
    assert "does not answer" in clock.trouble(began)
    assert clock.now() > 0
    assert clock.trouble(time.monotonic()) == ""


def test_one_that_stood_still_is_told(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowerClock, "STUCK_S", 0.1)
    clock = SlowerClock(port.address)
    began = time.monotonic()
    clock.now()
    time.sleep(0.2)
    clock.now()
    port.nanos = 1e9
    assert "stuck" in clock.trouble(began)


@pytest.mark.usefixtures("patience")
def test_one_that_was_not_heard_to_keep_step_is_told(port: Port) -> None:
    """Else its waits run ahead of who speaks to them, and the board is called early."""
    clock = SlowerClock(port.address)
    began = time.monotonic()
    clock.keep_step(True)
    assert clock.trouble(began) == ""
    port.delay = 0.5
    clock.keep_step(True)
    port.delay = 0.0
    assert "keep in step" in clock.trouble(began)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"nanos": 1e999}', b'{"nanos": NaN}', b'{"nanos": -1}', b'{"nanos": true}',
        b'{"nanos": 1' + b"0" * 400 + b"}", b"[" * 100_000, b'{"nanos": 12', b'{"nanos": [1]}',
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_no_time(port: Port, answer: bytes) -> None:
    port.answer = answer
    with pytest.raises(RigError, match="activity port"):
        Activity(port.address).nanos()
    assert "does not answer" in SlowerClock(port.address).trouble(0)


# -- its meter ---------------------------------------------------------------------------------

SPOILT = [
    b"\xff", b'{"nanos": 0, "active": 7}', b'{"nanos": 0, "active": ["x"]}', b'{"nanos": 1}',
    b'{"nanos": 0, "active": [1, [2]]}',
]  # fmt: skip


@pytest.mark.parametrize("answer", SPOILT)
def test_a_record_that_is_none_is_no_current(port: Port, answer: bytes) -> None:
    recording = Emulation(port.address).record(10**9)
    port.answer = answer
    with pytest.raises(RigError):
        recording.duty(0.001, wait=False)
    recording.stop()  # which does not ask again


def test_currents_are_no_times_that_go_back(port: Port) -> None:
    recording = Emulation(port.address).record(10**9)
    port.answer = b'{"nanos": 0, "active": [1000, -5, NaN]}'
    with pytest.raises(RigError, match="no times"):
        recording.duty(0.001, wait=False)


def test_a_meter_outlives_what_its_emulator_failed_at(port: Port) -> None:
    meter = VirtualMeter(None, activity=port.address)
    try:
        resource = meter.wait_ready()
        port.answer = b"garbled"
        with pytest.raises(RigError):
            acquired(resource)
        bins = 1000 * 8
        port.answer = json.dumps({"nanos": 0, "every_nanos": 125000, "active": [0] * bins}).encode()
        port.then = json.dumps({"nanos": 10**10}).encode()
        assert len(acquired(resource)) > 100
    finally:
        meter.stop()


def acquired(resource: str) -> list[float]:
    """The readings of a second, in amperes."""
    meter = open_meter("virtual", resource, backend="@py")
    try:
        meter.arm(1.0, 1000.0)
        return list(meter.fetch().current_a)
    finally:
        meter.close()


# -- one that lives in the host's time ----------------------------------------------------------


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """An emulator with its core in a process of its own."""
    code = "import subprocess; print('.', flush=True); subprocess.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as started:
        assert started.stdout
        started.stdout.read(1)
        yield started
        started.kill()


@pytest.mark.skipif(not activity.SELF.exists(), reason="there is no /proc")
def test_a_process_that_stands_still_or_has_ended_is_told(process: subprocess.Popen[bytes]) -> None:
    clock = HostClock(process.pid)
    until = time.monotonic() + 10
    while len(pids := activity.family(process.pid)) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert clock.trouble(0) == ""
    os.kill(pids[1], signal.SIGSTOP)
    while not (said := clock.trouble(0)):  # a signal takes its time
        assert time.monotonic() < until
    assert f"stopped: process {pids[1]}" in said
    os.kill(pids[1], signal.SIGCONT)
    os.kill(process.pid, signal.SIGKILL)
    os.kill(pids[1], signal.SIGKILL)
    process.wait()
    assert "has ended" in clock.trouble(0)
    assert HostClock().trouble(0) == ""  # of a real board


# -- between two scripts of one test -----------------------------------------------------------


@pytest.mark.slow
@slowed
def test_one_that_ends_between_two_scripts_of_a_test_crashes_no_board(
    boards: tuple[EmulatedBoard, Board], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "ANSWER_S", 2.0)
    made, board = boards
    under = BoardUnderTest(board)
    under.record = record = Record(catalogue()["run.returns-value"], board.info, tmp_path, tmp_path)
    monkeypatch.setattr(board, "reset_ahead", lambda: None)  # it is gone before the next reset
    under.run("checkup/clock", ms=1)
    for pid in activity.family(made.process.pid):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(RigError, match="says nothing of the board") as caught:
        under.run("checkup/clock", ms=1)
    assert record.result(caught.value, None).outcome is Outcome.ERRORED
