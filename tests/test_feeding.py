"""A board that lives on its meter's power: through doctor and a power run, and it never dies of it.

Each meter is played at its lowest seam: bytes of a PPK2, calls of a Joulescope's driver, SCPI.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest
from rig import bench as benches
from rig.board.board import Board
from rig.checkup.meters import check_arming, one_capture
from rig.commands.init import init
from rig.commands.prepared import prepared
from rig.errors import LooprigError, RigError
from rig.holding import await_port
from rig.meters.dialects import siglent_sdm
from rig.meters.held import HeldMeter, Owner
from rig.meters.instrument import ScpiMeter
from rig.power.capture import capture
from rig.run_dir import RunDir
from rig.stations import attach
from rig.virtual.meter import available
from rig.virtual.supply import Switch
from tests.feeding import (
    Fed,
    by_joulescope,
    by_powershield,
    by_ppk2,
    by_scpi,
    looprig,
    power_run,
)

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not available(), reason="played meters need PTYs and Linux's statistics"
)
pytest.importorskip("ppk2_api")

VOLTAGE = 'voltage = "3.3 V"'
FEEDERS: dict[str, Callable[[Path], Any]] = {
    "ppk2": by_ppk2,
    "keysight-34465a": lambda folder: by_scpi(folder, "keysight-34465a"),
    "keithley-dmm6500": lambda folder: by_scpi(folder, "keithley-dmm6500"),
    "keithley-2450": lambda folder: by_scpi(folder, "keithley-2450", VOLTAGE),
    "keithley-2450, on": lambda folder: by_scpi(folder, "keithley-2450", output="on"),
    "keysight-n6705c": lambda folder: by_scpi(folder, "keysight-n6705c", VOLTAGE),
    "rs-ngu": lambda folder: by_scpi(folder, "rs-ngu", VOLTAGE),
    "powershield": by_powershield,
    "stlink-v3pwr": lambda folder: by_powershield(folder, "stlink"),
    "js220": by_joulescope,
    "js320": lambda folder: by_joulescope(folder, "js320"),
    "js110": lambda folder: by_joulescope(folder, "js110"),
}
NAMED_NOWHERE: dict[str, Callable[[Path], Any]] = {
    **{name: FEEDERS[name] for name in ("ppk2", "powershield", "stlink-v3pwr")},
    **{
        name: lambda folder, name=name: by_scpi(folder, name)  # type: ignore[misc]
        for name in ("keithley-2450", "keysight-n6705c", "rs-ngu")
    },
    **{
        name: lambda folder, name=name: by_joulescope(folder, name, on=False)  # type: ignore[misc]
        for name in ("js220", "js320", "js110")
    },
}
"""Every kind that can switch its board on, found off, with no voltage in the bench file."""


@pytest.fixture
def fed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fed]:
    with FEEDERS[request.param](tmp_path) as found:
        yield found


def drivers(folder: Path) -> Path | None:
    place = folder / "driver"
    return place if place.is_dir() else None


def load_driver(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The played driver of a Joulescope, where there is one, in this process."""
    if place := drivers(folder):
        monkeypatch.syspath_prepend(place)
        monkeypatch.delitem(sys.modules, "pyjoulescope_driver", raising=False)


@pytest.mark.parametrize("fed", FEEDERS, indirect=True)
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
    ended = fed.board.power_losses()
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


# -- nothing is switched on that is not named, and what is switched off is told --------------------


@pytest.mark.parametrize("kind", NAMED_NOWHERE)
def test_every_supply_that_names_no_voltage_stays_off(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the rig does about it, the board never has power: not for a moment either."""
    with NAMED_NOWHERE[kind](tmp_path) as fed:
        load_driver(tmp_path, monkeypatch)
        table = "\n".join(line for line in fed.meter.splitlines() if not line.startswith("voltage"))
        with attach(benches.load(fed.bench(tmp_path, table))) as [station]:
            assert station.meter
            assert station.meter.trouble
            said = " ".join(station.meter.trouble)
        assert re.search(r"names no voltage|the board has no supply", said)
        assert not fed.board.port.exists()
        assert fed.board.power_losses() == 0  # it never had any
        with attach(benches.load(fed.bench(tmp_path, f"{table}\n{VOLTAGE}"))) as [station]:
            assert Path(station.port).exists()  # and would have had it, named


@pytest.mark.parametrize(
    "dialect",
    [
        "keithley-2450",
        pytest.param("keysight-n6705c", marks=pytest.mark.slow),
        pytest.param("rs-ngu", marks=pytest.mark.slow),
    ],
)
def test_a_supply_that_names_no_voltage_stays_off(dialect: str, tmp_path: Path) -> None:
    with by_scpi(tmp_path, dialect) as fed:
        bench = fed.bench(tmp_path)
        for command in (["doctor"], ["run", "--claims", "power.sleep-sleeps"]):
            done = looprig(*command, "--bench", bench)
            said = done.stdout + done.stderr
            assert done.returncode == 3, said
            assert "is off, so the board has no supply" in said
        assert not fed.board.port.exists()


def test_what_the_rig_switched_on_is_switched_off_again(tmp_path: Path) -> None:
    for output, left_on in (("off", False), ("on", True)):
        folder = tmp_path / output
        folder.mkdir()
        with by_scpi(folder, "keithley-2450", VOLTAGE, output=output) as fed:
            with attach(benches.load(fed.bench(folder))) as [station]:
                assert Path(station.port).exists()
            time.sleep(0.2)
            assert fed.board.port.exists() == left_on


def test_a_supply_that_is_switched_off_costs_that_test_and_is_said(tmp_path: Path) -> None:
    """And back on two seconds later: the next test goes on."""
    with (
        by_scpi(tmp_path, "keithley-2450", VOLTAGE) as fed,
        attach(benches.load(fed.bench(tmp_path))) as [station],
        prepared([station], None),
    ):
        assert fed.board.supply
        switch = Switch(fed.board.supply)
        switch.closed = True
        found = BoardUnderTest(station.board(), lambda: "somebody switched it off")
        with pytest.raises(RigError, match="had no power: somebody switched it off"):
            found.run("checkup/clock", ms=1000, while_running=lambda _: switch.gap(1.0))
        assert not found.info.lost
        assert found.run("checkup/clock", ms=1).ended
        found.close()


@pytest.mark.parametrize(
    "dialect",
    [
        "keithley-2450",
        pytest.param("keysight-n6705c", marks=pytest.mark.slow),
        pytest.param("rs-ngu", marks=pytest.mark.slow),
    ],
)
def test_one_that_is_switched_off_in_mid_run_costs_one_test(dialect: str, tmp_path: Path) -> None:
    """By anybody: at the instrument's own key, off for as long as a hand needs. The next test has
    cost it, if there was one just then; either way it is said."""
    out = tmp_path / "run"
    with by_scpi(tmp_path, dialect, VOLTAGE) as fed:
        assert fed.instrument

        def hand() -> None:
            while not (out / "results.jsonl").exists() or not RunDir(out).results():
                if over.wait(0.05):
                    return
            assert fed.instrument
            fed.instrument.press("off")
            over.wait(2.0)
            fed.instrument.press("on")

        over = threading.Event()
        thread = threading.Thread(target=hand)
        thread.start()
        try:
            done = looprig(
                "run", "--bench", fed.bench(tmp_path), "--out", out, "--claims", "sched.*"
            )
        finally:
            over.set()
            thread.join()
    results = RunDir(out).results()
    assert {each.outcome for each in results} == {"conforms"}, done  # the run went on
    off = r"the output of .* is off, so the board has no supply"
    spoilt = [each for each in results if each.earlier]
    if not spoilt:  # it fell between two tests, where it costs none
        assert re.search(f"between two tests {off}", done.stderr), done.stderr
    for each in spoilt:
        [tried] = each.earlier
        assert tried.outcome == "errored"
        assert re.search(f"had no power: {off}", tried.why)
        said = f"tried again: {each.claim} on b: .*had no power: {off}"
        assert re.search(said, done.stderr), done.stderr
    assert len(spoilt) <= 1
    assert len(results) > 3
    assert done.returncode == 0


@pytest.mark.parametrize(
    "dialect",
    [
        "keithley-2450",
        pytest.param("keysight-n6705c", marks=pytest.mark.slow),
        pytest.param("rs-ngu", marks=pytest.mark.slow),
    ],
)
def test_one_that_is_switched_off_in_mid_capture(dialect: str, tmp_path: Path) -> None:
    """While it samples, and some are read all the while; the next capture goes on."""
    with (
        by_scpi(tmp_path, dialect, VOLTAGE) as fed,
        attach(benches.load(fed.bench(tmp_path))) as [station],
        prepared([station], None),
    ):
        assert fed.instrument
        assert station.meter
        instrument = fed.instrument
        found = BoardUnderTest(station.board(), station.supply_trouble)
        with contextlib.closing(station.meter.open()) as meter, contextlib.closing(found):
            off = threading.Timer(1.0, instrument.press, ("off",))
            on = threading.Timer(4.0, instrument.press, ("on",))

            class Watched:
                """The meter; the hand moves once it samples, however late that is."""

                max_rate_hz = meter.max_rate_hz

                def arm(self, duration_s: float, rate_hz: float) -> object:
                    plan = meter.arm(duration_s, rate_hz)
                    off.start()
                    on.start()
                    return plan

                def fetch(self) -> object:
                    return meter.fetch()

            with pytest.raises(RigError, match=r"had no power: the output of .* is off"):
                capture(
                    found,
                    Watched(),  # type: ignore[arg-type]
                    "power/sleep",
                    window_s=8.0,
                    floor="raw-wait",
                )
            on.join()
            assert not found.info.lost
            for _ in range(4):  # a loaded host may lose samples, which is no frame
                taken = capture(found, meter, "power/sleep", window_s=0.6, floor="raw-wait")
                if taken.frame is not None:
                    break
            assert taken.frame is not None, taken.why


class Cable:
    """The way to an instrument, which can be cut; the next connection is another."""

    def __init__(self, resource: str) -> None:
        self.there = ("127.0.0.1", int(resource.split("::")[2]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.resource = f"TCPIP::127.0.0.1::{self.listener.getsockname()[1]}::SOCKET"
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self.listener.accept()[0], socket.create_connection(self.there)
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        one.settimeout(0.02)  # nobody waits in it when it is cut
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(TimeoutError):
                    if not (data := one.recv(4096)):
                        return
                    other.sendall(data)

    def cut(self) -> None:
        """As a network does it: the other end hears of a reset."""
        for end in self.ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()
        self.ends.clear()
        time.sleep(0.1)  # until nobody waits in them any more


@pytest.mark.parametrize("dialect", ["keithley-2450", "siglent-sdm"])
def test_a_session_that_is_opened_anew_while_the_program_waits(
    dialect: str, tmp_path: Path
) -> None:
    """One that asks for function and range goes on; one that sets both again has cut the power."""
    with by_scpi(tmp_path, dialect, output="on") as fed:
        assert fed.instrument
        cable = Cable(fed.instrument.resource)
        meter = ScpiMeter(cable.resource, range_a=0.2 if dialect == "siglent-sdm" else 0.1)
        await_port(str(fed.board.port))
        before = fed.board.power_losses()
        cable.cut()
        if dialect == "siglent-sdm":
            with pytest.raises(RigError, match=r"set function and range of .* again"):
                meter.arm(1.0, 50.0)
            until = time.monotonic() + 5
            while fed.board.power_losses() == before and time.monotonic() < until:
                time.sleep(0.05)  # the board's holder hears of it
            assert fed.board.power_losses() == before + 1
        else:
            meter.arm(1.0, 1000.0)
            time.sleep(0.2)
            assert len(meter.fetch().current_a)
            assert fed.board.power_losses() == before
        meter.close()
        cable.listener.close()


def test_a_dialect_that_cannot_be_armed_beside_a_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siglent_sdm.Dialect, "INTERRUPTS", "each INIT sets its range anew")
    with by_scpi(tmp_path, "siglent-sdm") as fed:
        assert fed.instrument
        resource = fed.instrument.resource
        with pytest.raises(RigError, match="cannot be in the board's supply: each INIT sets"):
            ScpiMeter(resource)
        ScpiMeter(resource, feeds=False).close()


def test_the_owner_saw_a_lapse_of_the_output(tmp_path: Path) -> None:
    with by_scpi(tmp_path, "keithley-2450", VOLTAGE) as fed:
        with attach(benches.load(fed.bench(tmp_path))) as [station]:
            assert station.meter
            with contextlib.closing(station.meter.open()) as meter:
                assert meter.powers() == ""
                assert isinstance(meter, HeldMeter)
        owner = Owner(ScpiMeter(station.meter.resource, voltage=3.3))
        assert isinstance(owner.meter, ScpiMeter)
        client = HeldMeter("m", owner.address, owner.key)
        with owner.asking:
            owner.meter.session.tell("OUTP OFF")
        until = time.monotonic() + 10
        while not owner.lapse and time.monotonic() < until:
            time.sleep(0.05)
        with owner.asking:
            owner.meter.session.tell("OUTP ON")
        assert "is off, so the board has no supply" in client.powers()
        assert client.powers() == ""  # it was told once
        with owner.asking:
            owner.meter.session.tell("OUTP OFF")
        with pytest.raises(RigError, match="who switched it off"):
            client.arm(1.0, 1000.0)
        client.close()
        owner.close()


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
