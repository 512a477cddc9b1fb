"""ST's PowerShield and STLINK-V3PWR, played at their serial port."""

from __future__ import annotations

import os
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rig.errors import RigError
from rig.meters import powershield_stream
from rig.meters.opening import open_meter
from rig.meters.powershield import PowerShield
from tests.feeding import played

pytestmark = pytest.mark.skipif(os.name != "posix", reason="played devices need PTYs")

Device = Callable[..., str]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with ExitStack() as stack:

        def start(*options: str) -> str:
            stack.enter_context(played("powershield", tmp_path / "ps", *options))
            return str(tmp_path / "ps")

        yield start


def acquired(meter: PowerShield, seconds: float = 0.5, rate_hz: float = 1000.0) -> Any:
    meter.arm(seconds + 2, rate_hz)
    time.sleep(seconds)
    return meter.fetch()


@pytest.mark.parametrize("model", ["lpm01a", "stlink"])
@pytest.mark.parametrize("stale", [(), ("--stale",)])
def test_in_amperes_at_the_rate_asked_for(
    model: str, stale: tuple[str, ...], device: Device
) -> None:
    meter = PowerShield(device("--model", model, *stale), voltage=3.3)
    name = {"lpm01a": "X-NUCLEO-LPM01A", "stlink": "STLINK-V3PWR"}[model]
    assert meter.identify().startswith(f"STMicroelectronics,{name},")
    for rate in (1000.0, 5000.0):
        samples = acquired(meter, rate_hz=rate)
        assert samples.interval_s == pytest.approx(1 / rate)
        assert samples.duration_s > 0.4
        np.testing.assert_allclose(samples.current_a, 1.3e-3, rtol=2e-3)
        assert (samples.lost, samples.warnings) == (0, [])
    stated = meter.accuracy.ranges
    assert bool(stated) == (model == "lpm01a")  # of the other no figure was found
    meter.close()


def test_nothing_is_switched_on_that_names_no_voltage(device: Device) -> None:
    port = device()
    with pytest.raises(RigError, match="was not switched on: the bench file names no voltage"):
        open_meter("powershield", port)
    with pytest.raises(RigError, match=r"gives 1\.8 V to 3\.3 V, not 5 V"):
        open_meter("powershield", port, voltage=5.0)
    with pytest.raises(RigError, match="refused 'funcmode none'"):
        PowerShield(port, {"function": "none"}, voltage=3.3)


def test_bytes_that_are_lost_void_the_capture_or_are_counted(
    tmp_path: Path, device: Device
) -> None:
    """One byte shifts all that follow; whole readings are missed between two timestamps."""
    meter = PowerShield(device("--drop-at", "6001"), voltage=3.3)
    with pytest.raises(RigError, match=r"bytes .* were lost or changed on the way"):
        acquired(meter)
    meter.close()
    with played("powershield", tmp_path / "other", "--skip-at", "6000"):
        meter = PowerShield(str(tmp_path / "other"), voltage=3.3)
        assert acquired(meter, 1.2).lost >= 5  # 100 readings are 10 samples, less the slack
        meter.close()


def test_a_host_that_is_late_has_lost_nothing(tmp_path: Path) -> None:
    """What it sends is held up for more than a second: by its own clock nothing is missing."""
    with played("powershield", tmp_path / "ps") as process:
        meter = PowerShield(str(tmp_path / "ps"), voltage=3.3)
        meter.arm(4.0, 1000.0)
        time.sleep(0.6)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.8)
        threading.Timer(0.5, process.send_signal, [signal.SIGCONT]).start()
        samples = meter.fetch()
        assert samples.lost == 0
        assert samples.duration_s > 1.3
        meter.close()


def test_a_supply_that_it_cut_is_told(device: Device) -> None:
    meter = PowerShield(device("--floor", "0.07"), voltage=3.3)
    with pytest.raises(RigError, match="cut the board's supply: overcurrent"):
        acquired(meter)
    assert "cut the board's supply" in meter.powers()
    with pytest.raises(RigError, match="cut the board's supply"):
        meter.arm(1, 1000.0)
    meter.close()


def test_one_that_goes_away(tmp_path: Path) -> None:
    with played("powershield", tmp_path / "gone") as process:
        meter = PowerShield(str(tmp_path / "gone"), voltage=3.3)
        meter.arm(2, 1000.0)
        process.kill()
        process.wait()
        with pytest.raises(RigError, match="which feeds the board, went away"):
            meter.fetch()
        assert "went away" in meter.powers()
        meter.close()


def test_a_port_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="does not open"):
        PowerShield(str(tmp_path / "none"), voltage=3.3)
    outer, inner = os.openpty()
    with pytest.raises(RigError, match="did not answer 'powershield'"):
        PowerShield(os.ttyname(inner), voltage=3.3)
    os.close(outer)
    os.close(inner)


# -- the stream -----------------------------------------------------------------------------------

READING = b"\x55\x00"  # 1280 / 16^5 A
STAMP = b"\xf0\xf3" + struct.pack(">IB", 0, 3) + b"\xff\xff"
HEAD = b"PowerShield > ack start\r\n\r\n"


def test_readings_are_powers_of_sixteen() -> None:
    data = HEAD + b"".join(struct.pack(">H", word) for word in (0x1FFF, 0x5500, 0x7001, 0x0001))
    got = powershield_stream.parse(data, 1000).current_a
    np.testing.assert_allclose(got, [4095 / 16, 1280 / 16**5, 1 / 16**7, 1.0])


@pytest.mark.parametrize(
    "message",
    [
        STAMP,
        b"\xf0\xf2some words\r\n\xff\xff",
        b"\xf0\xf7\x0c\xe4\xff\xff",
        b"\xf0\xf8\x0c\xe4\xff\xff",
        b"\xf0\xf9\x01\xff\xff",
        b"\xf0\xfa\xff\xff",
    ],
)
def test_messages_between_readings(message: bytes) -> None:
    data = HEAD + READING * 50 + message + b"\x55\xf0" * 50  # a lower byte like a mark
    found = powershield_stream.parse(data, 1000)
    assert len(found.current_a) == 100
    assert (found.broken, found.cut, found.lost) == (False, "", 0)


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (b"\xf0\xf1buffer overflow\r\n\xff\xff", "lost"),
        (b"\xf0\xf5\xff\xff", "cut"),
        (b"\xf0\xf5\x01\x02\x03\x04\xff\xff", "cut"),
        (b"\xf0\xf6\xff\xff", "cut"),
        (b"\xf0\xf3\x00\x00\x00\x00\x64\xff\xff", "lost"),  # its buffer is full
        (b"\xf0\xf3\x00\x00\x00\x00\x03\xff", "broken"),
        (b"\xf0\x12", "broken"),
    ],
)
def test_messages_that_spoil_a_capture(message: bytes, what: str) -> None:
    found = powershield_stream.parse(HEAD + READING * 50 + message + READING * 50, 1000)
    assert getattr(found, what)


def test_a_message_at_the_very_end_may_be_cut_short() -> None:
    for length in range(1, len(STAMP)):
        found = powershield_stream.parse(HEAD + READING * 50 + STAMP[:length], 1000)
        assert (len(found.current_a), found.broken) == (50, False)
