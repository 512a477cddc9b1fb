"""Nobody shares a board by accident, and a meter that several boards share serves one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rig.bench import load
from rig.meters.meter import Plan as MeterPlan
from rig.meters.shared import SharedMeter
from rig.stations import lock_of
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter
from tests.runs_beside import DEADLINE_S, EIGHT, results, start


@pytest.fixture
def board(tmp_path: Path) -> Iterator[VirtualBoard]:
    board = VirtualBoard("unix", "micropython", tmp_path)
    board.wait_ready()
    yield board
    board.stop()


def test_two_runs_never_share_a_board(board: VirtualBoard, tmp_path: Path) -> None:
    other_name = tmp_path / "other-name"
    other_name.symlink_to(board.port)
    with lock_of(str(board.port)):
        run = start(tmp_path / "out", "--port", other_name, "--no-power")
        _, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 3
    assert f"port {other_name}: another looprig run has it" in trouble
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_one_meter_serves_two_boards(board: VirtualBoard, tmp_path: Path) -> None:
    """A capture at a time: the meter has one client, and sees one of the boards only."""
    second = VirtualBoard("second", "micropython", tmp_path)
    second.wait_ready()
    meter = VirtualMeter(board.pid_file)
    try:
        resource = meter.wait_ready()
        text = f'[meter.dmm]\nresource = "{resource}"\n'
        for name, port in (("one", board.port), ("two", second.port)):
            text += f'[board.{name}]\nport = "{port}"\nmeter = "dmm"\n'
            text += f'[board.{name}.power]\nfloor = "raw-wait"\n'
        bench = tmp_path / "bench.toml"
        bench.write_text(text, "utf-8")
        assert load(bench).choose(["one"]).meter["dmm"].shared
        run = start(tmp_path / "out", "--bench", bench, "-n", "2", "--claims", "power.sleep-sleeps")
        said, trouble = run.communicate(timeout=DEADLINE_S)
    finally:
        meter.stop()
        second.stop()
    found = {board: result["outcome"] for (_, board), result in results(tmp_path / "out").items()}
    assert found == {"one": "conforms", "two": "inconclusive"}, said + trouble


class FakeMeter:
    """Counts how many have it at once."""

    name, source, waveform, max_rate_hz, accuracy = "fake", "measured", True, 1000.0, None
    open_now = 0
    most = 0

    def __init__(self) -> None:
        type(self).open_now += 1
        type(self).most = max(self.most, self.open_now)

    def identify(self) -> str:
        return "FAKE"

    def arm(self, duration_s: float, rate_hz: float) -> MeterPlan:
        time.sleep(duration_s)  # the capture itself
        return MeterPlan(1 / rate_hz, 1)

    def fetch(self) -> Any:
        return None

    def close(self) -> None:
        type(self).open_now -= 1


def test_captures_take_turns(tmp_path: Path) -> None:
    def captures() -> None:
        opener: Any = FakeMeter
        meter = SharedMeter("fake", FileLock(tmp_path / "lock"), opener)
        for broken_off in (False, True, False):
            meter.arm(0.01, 1000)
            if not broken_off:
                meter.fetch()
        meter.close()

    threads = [threading.Thread(target=captures) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert not any(thread.is_alive() for thread in threads)
    assert (FakeMeter.open_now, FakeMeter.most) == (0, 1)


def test_the_lock_of_a_url_is_not_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = lock_of("socket://10.0.0.1:4000").lock_file
    monkeypatch.chdir(tmp_path)
    assert lock_of("socket://10.0.0.1:4000").lock_file == before


def test_a_virtual_meter_needs_no_sharing() -> None:
    assert not any(meter.shared for meter in load(EIGHT).meter.values())
