"""Nothing is switched on that is not named, and what is switched off costs a test and is said."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest
from rig import bench as benches
from rig.commands.prepared import prepared
from rig.errors import RigError
from rig.holding import await_port
from rig.meters.held import HeldMeter, Owner
from rig.meters.instrument import ScpiMeter
from rig.power.capture import capture
from rig.run_dir import RunDir
from rig.stations import Station, attach
from rig.virtual.meter import available
from rig.virtual.supply import Switch
from tests.feeding import FEEDERS, VOLTAGE, Fed, by_joulescope, by_scpi, load_driver, looprig

pytestmark = pytest.mark.skipif(
    os.name != "posix" or not available(), reason="played meters need PTYs and Linux's statistics"
)
pytest.importorskip("ppk2_api")

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


supplies = pytest.mark.parametrize(
    "dialect",
    [
        "keithley-2450",
        pytest.param("keysight-n6705c", marks=pytest.mark.slow),
        pytest.param("rs-ngu", marks=pytest.mark.slow),
    ],
)


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


@supplies
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
    ("dialect", "table", "output"),
    [
        pytest.param("keithley-2450", VOLTAGE, "off", marks=pytest.mark.slow),
        ("keithley-2450", "shared = true", "on"),
        pytest.param("keysight-n6705c", VOLTAGE, "off", marks=pytest.mark.slow),
        pytest.param("rs-ngu", VOLTAGE, "off", marks=pytest.mark.slow),
    ],
)
def test_one_that_is_switched_off_in_mid_run_costs_one_test(
    dialect: str, table: str, output: str, tmp_path: Path
) -> None:
    """By anybody: at the instrument's own key, off for as long as a hand needs. The next test has
    cost it, if there was one just then; either way it is said."""
    out = tmp_path / "run"
    with by_scpi(tmp_path, dialect, table, output=output) as fed:
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


@contextlib.contextmanager
def waited_for(fed: Fed) -> Iterator[None]:
    """Until a board whose supply is found on has booted."""
    await_port(str(fed.board.port))
    yield


def asked(station: Station, instrument: Any) -> Callable[[], str]:
    """The hand that switches on again waits until the rig has asked, however late a loaded host is
    with that."""

    def ask() -> str:
        why = station.supply_trouble()
        instrument.press("on")
        return why

    return ask


@pytest.mark.parametrize("table", [VOLTAGE, "shared = true"])
def test_one_that_is_switched_off_between_two_tests_costs_the_next(
    table: str, tmp_path: Path
) -> None:
    """Nobody holds a shared one, and nobody looks at it meanwhile: the next test finds its board
    gone, asks at once, and says so, though the board is back for it."""
    with (
        by_scpi(tmp_path, "keithley-2450", table, output="on") as fed,
        waited_for(fed),
        attach(benches.load(fed.bench(tmp_path))) as [station],
        prepared([station], None),
    ):
        assert fed.instrument
        instrument = fed.instrument

        with contextlib.closing(
            BoardUnderTest(station.board(), asked(station, instrument))
        ) as found:
            assert found.run("checkup/clock", ms=1).ended
            instrument.press("off")
            until = time.monotonic() + 10
            while fed.board.port.exists() and time.monotonic() < until:
                time.sleep(0.01)
            with pytest.raises(RigError, match=r"had no power: the output of .* is off"):
                found.run("checkup/clock", ms=1)
            assert not found.info.lost
            assert found.run("checkup/clock", ms=1).ended


@supplies
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

        found = BoardUnderTest(station.board(), asked(station, instrument))
        with contextlib.closing(station.meter.open()) as meter, contextlib.closing(found):
            off = threading.Timer(1.0, instrument.press, ("off",))

            class Watched:
                """The meter; the hand moves once it samples, however late that is."""

                max_rate_hz = meter.max_rate_hz

                def arm(self, duration_s: float, rate_hz: float) -> object:
                    plan = meter.arm(duration_s, rate_hz)
                    off.start()
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
            assert not found.info.lost
            for _ in range(4):  # a loaded host may lose samples, which is no frame
                taken = capture(found, meter, "power/sleep", window_s=0.6, floor="raw-wait")
                if taken.frame is not None:
                    break
            assert taken.frame is not None, taken.why


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
