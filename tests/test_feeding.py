"""A board that lives on its meter's power: through doctor and a power run, and it never dies of it.

Each meter is played at its lowest seam: bytes of a PPK2, calls of a Joulescope's driver, SCPI.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import bench as benches
from rig.board.board import Board
from rig.checkup.meters import check_arming, one_capture
from rig.commands.init import init
from rig.commands.prepared import prepared
from rig.errors import LooprigError, RigError
from rig.holding import await_port
from rig.meters.instrument import ScpiMeter
from rig.stations import attach
from rig.virtual.meter import available
from rig.virtual.ppk2 import CLOSED_S
from tests.feeding import FEEDERS, Fed, by_ppk2, by_scpi, drivers, load_driver, looprig, power_run
from tests.quick import slow_but

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not available(), reason="played meters need PTYs and Linux's statistics"
)
pytest.importorskip("ppk2_api")


@pytest.fixture
def fed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fed]:
    with FEEDERS[request.param](tmp_path) as found:
        yield found


QUICK = "ppk2", "js220", "keithley-2450", "keysight-34465a", "keithley-dmm6500"


@pytest.mark.parametrize("fed", slow_but(FEEDERS, *QUICK), indirect=True)
def test_identified_armed_and_captured_on_its_meters_power(
    fed: Fed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_driver(tmp_path, monkeypatch)
    bench = benches.load(fed.bench(tmp_path))
    with attach(bench) as [station], prepared([station], None):
        assert station.meter
        board = station.board()
        board.open()
        with contextlib.closing(station.meter.open()) as meter, contextlib.closing(board):
            assert check_arming("m", board, meter).well
            taken = one_capture(board, station, station.meter, meter)
            assert taken.frame is not None, taken.why
        assert fed.board.power_losses() == 0
        assert station.supply_trouble() == ""


def losses_at_the_end(fed: Fed) -> int:
    """How often the board has lost its power when the meter's end has had time to take it: a PPK2
    is off so long after its port was closed, which a command that ends at once is not."""
    until = time.monotonic() + 4 * CLOSED_S
    while not fed.board.power_losses() and time.monotonic() < until:
        time.sleep(CLOSED_S / 10)
    return fed.board.power_losses()


@pytest.mark.parametrize(
    "fed",
    ["ppk2", *(pytest.param(name, marks=pytest.mark.slow) for name in FEEDERS if name != "ppk2")],
    indirect=True,
)
def test_doctor_and_a_power_run(fed: Fed, tmp_path: Path) -> None:
    bench = fed.bench(tmp_path)
    done = looprig("doctor", "--bench", bench, path=drivers(tmp_path))
    assert "a variable set before it was armed is still there" in done.stdout, done.stdout
    assert "all is well" in done.stdout, done.stdout
    ended = losses_at_the_end(fed)
    assert ended <= 1  # of its own meter's end
    code, results = power_run(bench, tmp_path, "power.sleep-sleeps", path=drivers(tmp_path))
    assert [(each.outcome, each.why) for each in results] == [("conforms", "")]
    assert code == 0
    assert fed.board.power_losses() <= ended + 1


@pytest.mark.slow
@pytest.mark.parametrize("fed", FEEDERS, indirect=True)
def test_a_whole_power_run(fed: Fed, tmp_path: Path) -> None:
    bench = fed.bench(tmp_path)
    _, results = power_run(bench, tmp_path, "power.*", path=drivers(tmp_path))
    assert not [each.claim for each in results if each.outcome in ("crashed", "errored")]
    assert fed.board.power_losses() <= 1


# -- what would have been red ---------------------------------------------------------------------


def test_the_board_before_its_meter(tmp_path: Path) -> None:
    """The order of before: the board is asked who it is while its supply is still closed."""
    with by_ppk2(tmp_path) as fed:
        board = Board("b", str(fed.board.port), deadline_scale=0.2)
        with pytest.raises(LooprigError, match="there is no such port"):
            board.open()


@pytest.mark.parametrize(
    ("dialect", "setting"),
    [
        ("keysight-34465a", ("*RST", "CONF:CURR:DC 0.1")),
        ("keysight-34465a", ("CONF:CURR:DC 0.1",)),
        ("keithley-dmm6500", ("*RST", 'DIG:FUNC "CURR"', "DIG:CURR:RANG 0.1")),
    ],
)
def test_setting_function_and_range_at_each_arming(
    dialect: str, setting: tuple[str, ...], tmp_path: Path
) -> None:
    """What was sent before: with the program uploaded and only its start to come."""
    with by_scpi(tmp_path, dialect) as fed:
        with attach(benches.load(fed.bench(tmp_path))) as [station], prepared([station], None):
            assert station.meter
            resource = station.meter.resource
        meter = ScpiMeter(resource)
        await_port(str(fed.board.port))
        board = Board("b", str(fed.board.port))
        board.open()

        class AsBefore:
            def arm(self, duration_s: float, rate_hz: float) -> object:
                for message in setting:
                    meter.session.tell(message)
                return meter.arm(duration_s, rate_hz)

            def fetch(self) -> object:
                return meter.fetch()

        before = fed.board.power_losses()
        finding = check_arming("m", board, AsBefore())  # type: ignore[arg-type]
        assert not finding.well
        assert "lost its power or its program" in finding.what
        assert fed.board.power_losses() == before + 1
        board.close()
        meter.close()


def test_a_burden_that_the_board_does_not_live_with(tmp_path: Path) -> None:
    """100 mA through 2 ohm costs the board 0.05 V; 10 mA's 17 ohm cost it 0.4 V."""
    options: dict[str, Any] = {"supply": 3.3, "brownout": 3.0}
    with by_scpi(tmp_path, "keithley-dmm6500", **options) as fed:
        with attach(benches.load(fed.bench(tmp_path))) as [station]:
            assert Path(station.port).exists()
        small = fed.bench(tmp_path, fed.meter.replace("100 mA", "10 mA"))
        with attach(benches.load(small)) as [station]:
            assert not Path(station.port).exists()


@pytest.mark.parametrize("fed", ["ppk2", "keithley-2450"], indirect=True)
def test_init_asks_a_board_on_its_meters_power(
    fed: Fed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The meter is named, and what it may give: without that nothing is switched on."""
    line = next(part for part in fed.meter.splitlines() if part.startswith("resource"))
    resource = line.split('"')[1]
    name = f"ppk2:{resource}" if "ppk2" in fed.meter else resource
    out = tmp_path / "written.toml"
    with pytest.raises(RigError, match=r"names no voltage|is off, so the board has no supply"):
        init([str(fed.board.port)], [name], out)
    assert not fed.board.port.exists()
    assert init([str(fed.board.port)], [name], out, voltage="3.3 V") == 0
    text = out.read_text("utf-8")
    assert f'resource = "{resource}"' in text
    assert 'voltage = "3.3 V"' in text
    [entry] = benches.load(out).meter.values()
    assert entry.kind == ("ppk2" if "ppk2" in fed.meter else "visa")


@pytest.mark.parametrize("fed", ["keysight-34465a", "keithley-dmm6500", "js220"], indirect=True)
def test_init_asks_a_board_whose_supply_runs_through_a_meter(
    fed: Fed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is switched on for it, and it is not cut off on the way."""
    load_driver(tmp_path, monkeypatch)
    name = fed.instrument.resource if fed.instrument else "joulescope:js220"
    before = fed.board.power_losses()
    out = tmp_path / "written.toml"
    assert init([str(fed.board.port)], [name], out) == 0
    [board] = benches.load(out).board.values()
    [entry] = benches.load(out).meter.values()
    assert board.meter
    assert (entry.voltage, entry.kind) == ("", "visa" if fed.instrument else "joulescope")
    # A multimeter that stood at volts is set to current once, which opens its input.
    assert fed.board.power_losses() <= before + (1 if fed.instrument else 0)
