"""The PPK2's adapter, with the true library, against a device played at its serial port."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rig import bench as benches
from rig.errors import RigError, UsageError
from rig.meters import ppk2_words
from rig.meters.opening import open_meter
from rig.meters.ppk2 import Ppk2
from tests.feeding import played

pytestmark = pytest.mark.skipif(os.name != "posix", reason="played devices need PTYs")
ppk2_api = pytest.importorskip("ppk2_api.ppk2_api")

MODIFIERS: dict[str, Any] = {
    "R": {"0": 1031.64, "1": 101.65, "2": 10.15, "3": 0.94, "4": 0.043},
    "GS": {"0": 1.1, "1": 0.9, "2": 1.0, "3": 1.2, "4": 0.8},
    "GI": {"0": 1.02, "1": 0.99, "2": 1.0, "3": 0.98, "4": 1.01},
    "O": {"0": 101.0, "1": 120.0, "2": 95.0, "3": 60.0, "4": 80.0},
    "S": {"0": 1e-8, "1": 1e-7, "2": 1e-6, "3": 1e-5, "4": 1e-4},
    "I": {"0": -1e-8, "1": -1e-7, "2": -1e-6, "3": -1e-5, "4": -1e-4},
    "UG": {"0": 1.0, "1": 1.05, "2": 1.0, "3": 0.97, "4": 1.0},
}


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Play a PPK2 with these options; returns its port."""
    with ExitStack() as stack:

        def start(*options: str, name: str = "ppk2") -> str:
            stack.enter_context(played("ppk2", tmp_path / name, *options))
            return str(tmp_path / name)

        yield start


def opened(port: str, **options: Any) -> Ppk2:
    return Ppk2(port, options, voltage=3.3)


def acquired(meter: Ppk2, seconds: float = 0.5) -> Any:
    meter.arm(seconds + 2, 1000.0)
    time.sleep(seconds)
    return meter.fetch()


def stream(number: Any, adc: Any) -> np.ndarray[Any, np.dtype[np.uint32]]:
    count = np.arange(len(adc)) % 64
    words: np.ndarray[Any, np.dtype[np.uint32]] = adc | (number << 14) | (count << 18)
    return words.astype(np.uint32)


def test_currents_are_those_of_the_library() -> None:
    """Formula and spike filter against `get_samples`, over every kind of range change."""
    random = np.random.default_rng(7)
    number = np.repeat(random.integers(0, 5, 400), random.integers(1, 9, 400))
    words = stream(number, random.integers(0, 1 << 14, len(number)))
    library = ppk2_api.PPK2_API.__new__(ppk2_api.PPK2_API)
    library.ser = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ppk2_api.serial, "Serial", lambda *_, **__: type("S", (), {})())
        library.__init__("none")
    library.ser = None
    library.modifiers = {**library.modifiers, **MODIFIERS}
    library.current_vdd = 3300
    expected, _ = library.get_samples(words.astype("<u4").tobytes())
    got = ppk2_words.amperes(words, MODIFIERS, 3.3)
    np.testing.assert_allclose(got * 1e6, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 8, 40])
@pytest.mark.parametrize("where", [0, 4001, 4002, 4003, 4004])
def test_missing_bytes_are_counted_and_the_words_found_again(cut: int, where: int) -> None:
    random = np.random.default_rng(cut)
    words = stream(np.repeat([2, 3], 1000), random.integers(0, 1 << 14, 2000))
    data = words.astype("<u4").tobytes()
    found = ppk2_words.parse(data[:where] + data[where + cut :])
    missing = 2000 - len(found.words)
    assert found.lost == (missing if where else 0)  # what came before the first word is not known
    assert missing <= -(-cut // 4) + 5
    assert set(found.words.tolist()) <= set(words.tolist())


def test_bytes_that_are_no_stream() -> None:
    assert len(ppk2_words.parse(b"Calibrated: 1\nR0: 1031.64\nEND").words) == 0


def test_in_amperes_at_the_rate_asked_for(device: Callable[..., str]) -> None:
    meter = opened(device())
    samples = acquired(meter)
    assert samples.interval_s == 1e-3
    assert samples.duration_s > 0.4
    np.testing.assert_allclose(samples.current_a, 1.3e-3, rtol=2e-3)
    assert samples.lost == 0
    assert set(samples.range) == {2}
    meter.close()


@pytest.mark.parametrize("options", [("--stale",), ("--stale", "--drop-at", "20001")])
def test_a_stream_that_an_earlier_program_left_running(
    device: Callable[..., str], options: tuple[str, ...]
) -> None:
    meter = opened(device(*options))
    samples = acquired(meter)
    np.testing.assert_allclose(samples.current_a, 1.3e-3, rtol=2e-3)
    assert bool(samples.lost) == (len(options) > 1)
    assert acquired(meter).duration_s > 0.4
    meter.close()


def test_values_that_it_cannot_measure_void_the_capture(device: Callable[..., str]) -> None:
    meter = opened(device("--floor", "3.0"))
    meter.arm(2, 1000.0)
    time.sleep(0.2)
    meter.device.modifiers["UG"]["4"] = 40.0
    with pytest.raises(RigError, match=r"read .* A, which it cannot"):
        meter.fetch()
    meter.close()


def test_of_two_ports_the_one_that_takes_commands(
    device: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = device()
    other, inner = os.openpty()
    usb = {"vid": 0x1915, "pid": 0xC00A, "serial_number": "A1"}
    ports = [
        {"device": os.ttyname(inner), "location": "1-2:1.1", **usb},
        {"device": good, "location": "1-2:1.3", **usb},
    ]
    file = tmp_path / "ports.json"
    file.write_text(json.dumps(ports), "utf-8")
    monkeypatch.setenv("LOOPRIG_PORTS", str(file))
    for asked in ("", os.ttyname(inner), good):
        meter = opened(asked)
        assert meter.name == good
        meter.close()
    ports[0]["serial_number"] = "B2"
    file.write_text(json.dumps(ports), "utf-8")
    with pytest.raises(RigError, match="several PPK2 are attached"):
        opened("")
    os.close(other)
    os.close(inner)


def test_one_that_goes_away(device: Callable[..., str], tmp_path: Path) -> None:
    with played("ppk2", tmp_path / "gone") as process:
        meter = opened(str(tmp_path / "gone"))
        meter.arm(2, 1000.0)
        process.kill()
        process.wait()
        with pytest.raises(RigError, match=r"which feeds the board, went away"):
            meter.fetch()
        assert "went away" in meter.powers()
        with pytest.raises(RigError, match="went away"):
            meter.arm(2, 1000.0)
        meter.close()


def test_nothing_is_switched_on_that_names_no_voltage(device: Callable[..., str]) -> None:
    port = device()
    for options in ({}, {"mode": "ampere"}, {"mode": "source"}):
        with pytest.raises(RigError, match="was not switched on: the bench file names no voltage"):
            open_meter("ppk2", port, options=options)
    with pytest.raises(RigError, match=r"gives 0\.8 V to 5 V, not 12 V"):
        Ppk2(port, {}, voltage=12.0)


@pytest.mark.parametrize("what", ["mute", "nowhere"])
def test_what_is_no_ppk2(what: str) -> None:
    outer, inner = os.openpty()
    with pytest.raises(RigError, match="does not open"):
        opened(os.ttyname(inner) if what == "mute" else "/dev/nowhere")
    os.close(outer)
    os.close(inner)


def test_it_cannot_be_passed_on_between_captures(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text('[board.b]\nport = "x"\n[meter.m]\nkind = "ppk2"\nshared = true\n', "utf-8")
    with pytest.raises(UsageError, match="feeds its board for the whole run"):
        benches.load(path)


def test_the_library_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ppk2_api", None)
    with pytest.raises(RigError, match="needs its library; pip install"):
        open_meter("ppk2", "")
