"""A whole run on a board whose lightsleep takes its port away, as USB in the chip does.

The board is a real MicroPython whose `machine.lightsleep` is given by an overlay: it says that it
goes, and sleeps; the wire then unplugs itself until after the sleep.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import bench as benches
from rig.checkup.bench import walk
from rig.faults import fault, written
from rig.results import Outcome
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter, available
from tests.board_factory import virtual
from tests.fault_bench import FaultBench
from tests.started import looprig
from tests.test_run import results

pytestmark = pytest.mark.skipif(not available(), reason="virtual meters need Linux's schedstat")

MACHINE = """
import socket
_nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def lightsleep(ms):
    print('USB off')
    _nobody.settimeout(ms / 1000)
    try:
        _nobody.recv(1)
    except OSError:
        pass
"""
GONE_S = 0.4
"""Longer than each of the frame's sleeps, which are up to 250 ms."""


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("away")) as device:
        yield device


@pytest.fixture(scope="module")
def meter(device: VirtualBoard) -> Iterator[str]:
    meter = VirtualMeter(device.pid_file)
    yield meter.wait_ready()
    meter.stop()


@pytest.fixture
def wire(device: VirtualBoard, tmp_path: Path) -> Iterator[FaultBench]:
    with FaultBench(str(device.port), tmp_path / "wire") as wire:
        wire.cue, wire.cue_s = b"USB off", GONE_S
        yield wire


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "overlay"
    folder.mkdir()
    (folder / "machine.py").write_text(MACHINE, "utf-8")
    return folder


def bench_file(wire: FaultBench, meter: str, drops_port: str = "drops_port = true") -> Path:
    path = wire.link.with_name("bench.toml")
    path.write_text(
        f'[board.wired]\nport = "{wire.link}"\nmeter = "m"\n'
        f'[board.wired.power]\nfloor = "lightsleep"\n{drops_port}\n'
        f'[meter.m]\nresource = "{meter}"\n',
        "utf-8",
    )
    return path


def run(
    wire: FaultBench, meter: str, overlay: Path, claims: str, **options: str
) -> tuple[int, Path]:
    out = wire.link.with_name("run")
    bench = bench_file(wire, meter, **options)
    came = looprig("run", "--bench", bench, "--claims", claims, "--overlay", overlay, "--out", out)
    print(came.stdout, came.stderr)
    return came.returncode, out


def test_waits_have_their_verdicts(wire: FaultBench, meter: str, overlay: Path) -> None:
    code, out = run(wire, meter, overlay, "power.sleep-sleeps")
    found = results(out)
    assert code == 0
    assert {result.outcome for result in found.values()} == {Outcome.CONFORMS}
    power = found["power.sleep-sleeps", "wired"].power[0]
    assert power.kind == "sleeps"
    assert power.ratio.value == pytest.approx(0, abs=0.05)
    assert power.contrast > 4


@pytest.mark.slow
def test_a_wait_that_spins_is_still_caught(wire: FaultBench, meter: str, overlay: Path) -> None:
    written([fault("power-spins-always")], overlay)
    code, out = run(wire, meter, overlay, "power.sleep-sleeps")
    assert code == 1
    assert results(out)["power.sleep-sleeps", "wired"].outcome is Outcome.DIVERGES


@pytest.mark.slow
def test_a_port_that_stays_away_costs_the_board_and_no_verdict(
    wire: FaultBench, meter: str, overlay: Path
) -> None:
    wire.cue_s = 120.0
    code, out = run(wire, meter, overlay, "power.sleep-sleeps")
    wire.cue = b""
    assert code == 3
    result = results(out)["power.sleep-sleeps", "wired"]
    assert result.outcome is Outcome.ERRORED
    assert "the port went away while the board slept and did not come back" in result.why
    assert "board wired is lost" in result.why


def test_without_a_word_of_it_in_the_bench_the_board_has_vanished(
    wire: FaultBench, meter: str, overlay: Path
) -> None:
    code, out = run(wire, meter, overlay, "power.sleep-sleeps", drops_port="")
    assert code in (1, 3)
    result = results(out)["power.sleep-sleeps", "wired"]
    if result.outcome is Outcome.CRASHED:
        assert "went away" in result.actual
    else:  # it went before the host had read that the upload is whole
        assert result.outcome is Outcome.ERRORED


def test_doctor_says_that_it_knows(wire: FaultBench, meter: str, device: VirtualBoard) -> None:
    wire.cue = b""
    (device.root / "machine.py").write_text(MACHINE, "utf-8")
    try:
        findings = list(walk(benches.load(bench_file(wire, meter))))
    finally:
        (device.root / "machine.py").unlink()
    [profile] = [finding for finding in findings if finding.check == "profile"]
    assert profile.well
    assert "events are kept" in profile.what
