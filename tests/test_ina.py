"""An INA on a second MicroPython board: a real interpreter, its I2C bus played by register."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rig import bench as benches
from rig.checkup.meters import one_capture
from rig.commands.prepared import prepared
from rig.errors import RigError
from rig.meters import ina
from rig.meters.ina_program import CHIPS
from rig.meters.meter import Plan
from rig.meters.opening import open_meter
from rig.stations import attach
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import available
from tests.played_ina import second

pytestmark = pytest.mark.skipif(os.name != "posix", reason="virtual boards need PTYs")


def acquired(meter: Any, seconds: float = 0.5) -> Any:
    meter.arm(seconds + 2, 1000.0)
    time.sleep(seconds)
    return meter.fetch()


@pytest.mark.parametrize(
    ("name", "adcrange", "current_a"),
    [
        ("ina226", 0, 20e-3),
        ("ina226", 0, -20e-3),
        ("ina228", 0, 20e-3),
        ("ina228", 1, 20e-3),
        ("ina228", 1, -3.125e-6),
    ],
)
def test_amperes_by_the_chips_registers(
    name: str, adcrange: int, current_a: float, tmp_path: Path
) -> None:
    with second(tmp_path, name) as played:
        played.draw(current_a)
        options = {"chip": name, "shunt": 0.1, "adcrange": adcrange, "scl": 5, "sda": 4}
        meter = open_meter("ina", str(played.board.port), options=options)
        assert meter.identify() == f"Texas Instruments,{name.upper()},on {played.board.port},"
        for _ in range(2):  # and again, over the same raw REPL
            samples = acquired(meter)
            assert samples.interval_s == 1e-3
            assert samples.duration_s > 0.05  # of 0.5 s, on a host that is loaded
            np.testing.assert_allclose(samples.current_a, current_a, rtol=1e-6)
        meter.close()


def test_what_it_may_be_off_by(tmp_path: Path) -> None:
    with second(tmp_path) as played:
        options = {"chip": "ina226", "shunt": 0.1, "tolerance": 0.005}
        meter = open_meter("ina", str(played.board.port), options=options)
        [only] = meter.accuracy.ranges
        assert only.error_a(20e-3) == pytest.approx(20e-3 * (0.001 + 0.005) + 100e-6)
        assert "SBOS547B" in meter.accuracy.basis
        played.draw(2.0)  # 200 mV, of 81.92
        samples = acquired(meter, 0.2)
        assert samples.clipped > 50
        meter.close()


def test_the_clock_of_the_second_board(tmp_path: Path) -> None:
    """It counts 2 % too fast, and its stamps say where the readings lie by it; a frame is found in
    captures that are off by 3 %."""
    with second(tmp_path) as played:
        played.fast()
        meter = ina.Ina(str(played.board.port), {"chip": "ina226", "shunt": 0.1})
        meter.arm(10, 1000.0)
        marks = []
        for current in (10e-3, 20e-3):
            before = time.monotonic()
            played.draw(current)
            marks.append((before, time.monotonic()))
            time.sleep(1.5)
        samples = meter.fetch()
        rise = int(np.argmax(samples.current_a > 15e-3)) - int(np.argmax(samples.current_a > 5e-3))
        # A change lies between a reading and the one before it, and within its own writing,
        # however late a loaded host was for either.
        gaps, raws, _ = ina.readings(meter.data)
        amperes = np.array([meter.chip.volts(int(raw), 0) for raw in raws]) / 0.1
        late = sum(gaps[int(np.argmax(amperes > least))] * 1e-6 for least in (5e-3, 15e-3))
        late += sum(after - before for before, after in marks)
        length = (marks[1][0] - marks[0][0]) * 1.02
        assert rise * 1e-3 == pytest.approx(length, abs=0.003 + late)
        meter.close()


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="the played current needs Linux's statistics")
def test_a_capture_of_a_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded host stops the second board's interpreter for 50 ms at a time, and now and then for
    200: losses, or a pulse that no reading saw. Both are no frame, and tried again."""
    monkeypatch.setattr(ina, "LONGEST_GAP", 50)
    board = VirtualBoard("b", "micropython", tmp_path)
    try:
        board.wait_ready()
        with second(tmp_path) as played, played.follows(board.pid_file):
            bench = tmp_path / "bench.toml"
            bench.write_text(
                f'[board.b]\nport = "{board.port}"\nmeter = "m"\n[board.b.power]\n'
                f'floor = "raw-wait"\n[meter.m]\nkind = "ina"\nresource = "{played.board.port}"\n'
                'options = {chip = "ina226", shunt = 0.1}\n'
                "rate_hz = 200\n",
                "utf-8",
            )
            with attach(benches.load(bench)) as [station], prepared([station], None):
                assert station.meter
                device = station.board()
                device.open()
                with contextlib.closing(station.meter.open()) as meter, contextlib.closing(device):
                    for _ in range(8):
                        taken = one_capture(device, station, station.meter, meter)
                        if taken.frame is not None:
                            break
                    assert taken.frame is not None, taken.why
                    floor = taken.samples.between(
                        taken.frame.window.start_s + 0.1, taken.frame.window.end_s - 0.1
                    )
                    assert np.median(floor) == pytest.approx(1.3e-3, rel=0.05)
    finally:
        board.stop()


# -- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"chip": "ina219", "shunt": 0.1}, "no chip 'ina219'"),
        ({"chip": "ina226"}, "options.shunt is missing"),
        ({"chip": "ina226", "shunt": "0.1 ohm"}, "options.shunt is '0.1 ohm'"),
        ({"chip": "ina226", "shunt": 0.1, "address": 0x41}, "does not reach its INA226: OSError"),
        ({"chip": "ina228", "shunt": 0.1}, "is no INA228: it says 0000h 0000h, not 5449h 2280h"),
    ],
)
def test_what_is_not_there(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with second(tmp_path) as played, pytest.raises(RigError, match=said):
        open_meter("ina", str(played.board.port), options=options)


def test_a_board_that_is_unplugged(tmp_path: Path) -> None:
    with second(tmp_path) as played:
        meter = open_meter("ina", str(played.board.port), options={"chip": "ina226", "shunt": 0.1})
        meter.arm(5, 1000.0)
        played.board.stop()
        with pytest.raises(RigError, match=r"does not answer|stopped in mid-capture"):
            meter.fetch()
        assert meter.powers() == ""  # its shunt still conducts
        meter.close()


def lines(count: int, gap_us: int = 600, raw: int = 0x100) -> list[bytes]:
    row = b";".join([b"%x,%x" % (gap_us, raw)] * 32)
    return [b"%x:%s:%x" % (k, row, sum(row) & 0xFFFF) for k in range(count)]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (lambda rows: rows, 0),
        (lambda rows: rows[:5] + rows[6:], 32),  # a line is lost
        (lambda rows: [*rows[:5], rows[5][:40] + rows[5][50:], *rows[6:]], 32),  # a piece of one
        (lambda rows: [*rows[:5], rows[5].replace(b"258", b"259", 1), *rows[6:]], 32),  # a digit
    ],
)
def test_what_is_lost_on_the_way_is_counted(change: Any, missing: int) -> None:
    gaps, _, lost = ina.readings(b"began\r\n" + b"\r\n".join(change(lines(20))) + b"\r\n")
    assert lost == missing
    assert len(gaps) == 20 * 32 - missing


def test_a_long_pause_is_a_loss() -> None:
    meter = ina.Ina.__new__(ina.Ina)
    meter.chip, meter.adcrange, meter.shunt = CHIPS["ina226"], 0, 0.1
    meter.conversion_s, meter.model, meter.name = 588e-6, "INA226", "p"
    rows = lines(20)
    plan = Plan(1e-3, 1000)
    assert meter.decoded(b"\r\n".join(rows), plan).lost == 0
    late = rows[7].split(b":")[1].replace(b"258,", b"%x," % 20_000, 1)
    rows[7] = b"7:%s:%x" % (late, sum(late) & 0xFFFF)
    assert meter.decoded(b"\r\n".join(rows), plan).lost == 20


def test_conversions_fit_into_the_interval() -> None:
    """And are those that the registers ask for (INA226: bits 5 to 3; INA228: bits 8 to 6)."""
    for name, index, (register, value) in (
        ("ina226", 3, (0x00, 0x4000 | 4 << 6 | 3 << 3 | 5)),
        ("ina228", 4, (0x01, 0xAB28)),
    ):
        assert CHIPS[name].settings(index, 0)[-1] == (register, value)
    assert CHIPS["ina228"].settings(4, 1)[0] == (0x00, 0x10)
    assert CHIPS["ina228"].volts(0xFFFFF0, 0) == -312.5e-9
    assert CHIPS["ina226"].volts(0x8000, 0) == pytest.approx(-81.92e-3)
