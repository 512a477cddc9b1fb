"""Meters over real sessions: each dialect with its virtual instrument, and what goes wrong."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rig.bench import MeterEntry
from rig.errors import RigError
from rig.meters.instrument import ScpiMeter
from rig.meters.meter import Meter
from rig.meters.samples import from_readings
from rig.meters.visa import Session
from rig.stations import MeterStation
from rig.virtual.instruments import BY_NAME
from rig.virtual.meter import VirtualMeter

Start = Callable[..., str]


@pytest.fixture(scope="module")
def pid_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A board that sleeps for ever."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    file = tmp_path_factory.mktemp("meters") / "pid"
    file.write_bytes(struct.pack("<q", process.pid))
    yield file
    process.kill()
    process.wait()


@pytest.fixture
def start(pid_file: Path) -> Iterator[Start]:
    """Start virtual meters by their options; they end with the test."""
    started: list[VirtualMeter] = []

    def start(board: bool = True, **options: Any) -> str:
        started.append(VirtualMeter(pid_file if board else None, options))
        return started[-1].wait_ready()

    yield start
    for meter in started:
        meter.stop()


def acquire(meter: Meter, seconds: float = 0.4) -> Any:
    meter.arm(seconds + 2, 1000.0)
    time.sleep(seconds)
    return meter.fetch()


@pytest.mark.parametrize("dialect", sorted(BY_NAME))
def test_every_dialect_measures_a_sleeping_board(dialect: str, start: Start) -> None:
    meter = ScpiMeter(start(dialect=dialect, floor=2e-3), modelled=True)
    assert meter.dialect_name == dialect
    for _ in range(2):  # and again, over the same session
        samples = acquire(meter)
        assert samples.current_a.dtype == np.float64
        assert samples.duration_s > 0.25
        assert np.median(samples.current_a) == pytest.approx(2e-3, rel=1e-5)
        assert (samples.overrange, samples.lost) == (0, 0)
    meter.close()


@pytest.mark.parametrize("dialect", ["keysight-n6705c", "rs-ngu"])
def test_the_channel_that_the_board_hangs_on(dialect: str, start: Start) -> None:
    resource = start(dialect=dialect, floor=2e-3, wired=2)
    for channel, current_a in ((None, 0.0), (2, 2e-3)):
        entry = MeterEntry(resource=resource, channel=channel)
        meter = MeterStation(name="out", entry=entry, resource=resource).open()
        assert np.median(acquire(meter).current_a) == pytest.approx(current_a, rel=1e-5)
        meter.close()


def test_an_element_that_a_wt310e_does_not_have(start: Start) -> None:
    with pytest.raises(RigError, match='refused while being set up: 222,"Data out of range"'):
        ScpiMeter(start(dialect="yokogawa-wt300"), channel=2)


@pytest.mark.parametrize("dialect", ["siglent-sdm", "yokogawa-wt300", "owon-xdm"])
def test_a_mean_that_is_overrange(dialect: str, start: Start) -> None:
    meter = ScpiMeter(start(dialect=dialect, floor=300e-3), range_a=0.1)
    samples = acquire(meter, 0.6)
    assert samples.overrange == len(samples.current_a) > 2
    meter.close()


def test_wt300_gives_each_update_once(start: Start) -> None:
    # noise of 10 000 steps of its display, and a seed: no two updates read alike by chance
    meter = ScpiMeter(start(dialect="yokogawa-wt300", floor=10e-3, noise=1e-3, seed=1))
    acquire(meter, 1.25)
    stamps, values = np.array(meter.dialect.stamped).T  # type: ignore[attr-defined]
    assert len(set(values)) == len(values) >= 8  # of 13: a busy host may come too late for some
    # Read as they come, at the middle of what each averaged; the first was under way already.
    assert np.median(np.diff(stamps[1:])) == pytest.approx(0.1, abs=0.02)
    meter.close()


@pytest.mark.parametrize("dialect", ["keysight-34465a", "keithley-dmm6500", "keysight-n6705c"])
def test_noise_step_and_burden_show(dialect: str, start: Start) -> None:
    options = {"dialect": dialect, "floor": 10e-3, "noise": 1e-4, "step": 1e-5, "burden": 50}
    meter = ScpiMeter(start(**options, seed=1), modelled=True)
    current = acquire(meter).current_a
    assert current.mean() == pytest.approx(9e-3, rel=0.01)  # 10 mA over 50 Ω of 5 V
    assert current.std() == pytest.approx(1e-4, rel=0.2)
    np.testing.assert_allclose(current / 1e-5, np.round(current / 1e-5), atol=0.01)
    meter.close()


def test_overrange_is_not_a_number(start: Start) -> None:
    meter = ScpiMeter(start(floor=200e-3), range_a=0.1)
    samples = acquire(meter)
    assert samples.overrange == len(samples.current_a)
    assert np.isnan(samples.current_a).all()
    meter.close()


@pytest.mark.parametrize(
    ("misbehaviour", "said"),
    [
        ("stall", "did not answer R\\? in time"),
        ("truncate", "did not answer R\\? in time"),
        ("garbage", "answered R\\? with no block"),
        ("drop", "the connection to the meter .* failed|did not answer"),
    ],
)
def test_misbehaviour_is_one_sentence_and_the_next_start_is_clean(
    misbehaviour: str, said: str, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.meters.dialects.keysight_34465a.FETCH_S", 0.5)
    meter = ScpiMeter(start(misbehave=misbehaviour))
    with pytest.raises(RigError, match=said):
        acquire(meter)
    meter.close()
    good = ScpiMeter(start())
    assert acquire(good).overrange == 0
    good.close()


def test_after_a_dropped_connection_the_session_is_new(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.meters.dialects.keysight_34465a.FETCH_S", 0.5)
    meter = ScpiMeter(start(misbehave="drop"))
    for _ in range(2):
        with pytest.raises(RigError):
            acquire(meter)
    assert meter.session.identify().startswith("Keysight")
    meter.close()


def test_what_is_no_instrument(start: Start) -> None:
    with pytest.raises(RigError, match="no meter: it answered \\*IDN\\? with 'lp0 on fire'"):
        ScpiMeter(start(misbehave="wrong-idn"))


def test_what_answers_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        name = f"TCPIP::127.0.0.1::{listener.getsockname()[1]}::SOCKET"
        session = Session(name, timeout_s=0.3)
        with pytest.raises(RigError, match=r"does not answer \*IDN\?"):
            session.identify()
        session.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TCPIP::127.0.0.1::1::SOCKET", "does not (open|answer)"),
        ("TCPIP::no-such-host.invalid::5025::SOCKET", "does not open"),
        ("not a resource", "does not open"),
        ("ASRL/dev/nowhere::INSTR", "does not open"),
        ("USB0::0x05E6::0x6500::04412345::INSTR", "does not open"),
    ],
)
def test_names_that_do_not_open(name: str, said: str) -> None:
    with pytest.raises(RigError, match=said) as error:
        ScpiMeter(name)
    assert "\n" not in str(error.value)


def test_a_backend_that_is_not_there() -> None:
    with pytest.raises(RigError, match="VISA backend 'nosuch@nosuch' does not load"):
        Session("TCPIP::127.0.0.1::1::SOCKET", "nosuch@nosuch")


def test_a_range_that_a_meter_does_not_have(start: Start) -> None:
    with pytest.raises(RigError, match=r"largest current range of .* is 10 A"):
        ScpiMeter(start(), range_a=1000.0)


def test_a_meter_that_refuses_a_setting(start: Start) -> None:
    with pytest.raises(RigError, match=r"refused while being set up.*-222"):
        ScpiMeter(start(dialect="generic"), range_a=1000.0)


def test_the_ngu_counts_what_it_lost(start: Start) -> None:
    meter = ScpiMeter(start(dialect="rs-ngu"))
    meter.arm(5, 1000.0)
    dialect: Any = meter.dialect
    dialect.stopping.set()  # nobody reads for a while
    dialect.reader.join()
    time.sleep(2.0)  # eight blocks of 250 ms; two may be under way at the end
    dialect.stopping.clear()
    dialect.reader = threading.Thread(target=dialect.read_on, daemon=True)
    dialect.reader.start()
    time.sleep(0.5)
    assert meter.fetch().lost > 0
    meter.close()


# -- other ways to an instrument, simulated -------------------------------------------------------

SIMULATED = """
spec: "1.1"
devices:
  dmm:
    eom:
      USB INSTR: {q: "\\n", r: "\\n"}
      ASRL INSTR: {q: "\\n", r: "\\n"}
      GPIB INSTR: {q: "\\n", r: "\\n"}
      TCPIP INSTR: {q: "\\n", r: "\\n"}
    dialogues:
      - {q: "*IDN?", r: "ACME,BENCHMETER,7,1.0"}
      - {q: "*OPC?", r: "1"}
      - {q: "SYST:ERR?", r: '0,"No error"'}
      - {q: "*CLS"}
      - {q: "CONF:CURR:DC 0.1"}
      - {q: "READ?", r: "+1.30000000E-03"}
resources:
  USB0::0x1234::0x5678::7::INSTR: {device: dmm}
  ASRL9::INSTR: {device: dmm}
  GPIB0::9::INSTR: {device: dmm}
  TCPIP0::10.0.0.9::inst0::INSTR: {device: dmm}
"""


@pytest.mark.parametrize(
    "resource",
    [
        "USB0::0x1234::0x5678::7::INSTR",
        "ASRL9::INSTR",
        "GPIB0::9::INSTR",
        "TCPIP0::10.0.0.9::inst0::INSTR",
    ],
)
def test_usb_serial_gpib_and_vxi11_are_only_another_name(resource: str, tmp_path: Path) -> None:
    file = tmp_path / "sim.yaml"
    file.write_text(SIMULATED, encoding="utf-8")
    meter = ScpiMeter(resource, backend=f"{file}@sim")
    assert (meter.dialect_name, meter.waveform) == ("generic", False)
    np.testing.assert_allclose(acquire(meter, 0.2).current_a, 1.3e-3)
    meter.close()


# -- samples --------------------------------------------------------------------------------------


def test_clipped_samples_are_counted() -> None:
    readings = np.array([0.01, 0.12, 0.1199999, -0.12, 0.05])
    assert from_readings(readings, 1e-3, range_a=0.1).clipped == 3


def test_no_samples_is_an_error() -> None:
    with pytest.raises(RigError, match="delivered no samples"):
        from_readings(np.empty(0), 1e-3)


@pytest.mark.parametrize("value", [9.9e37, -9.9e37, 9.91e37, np.nan, np.inf, 1e9])
def test_every_way_to_say_overrange(value: float) -> None:
    samples = from_readings(np.array([1e-3, value]), 1e-3)
    assert samples.overrange == 1
    assert np.isnan(samples.current_a[1])
