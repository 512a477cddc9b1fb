"""Meters that are no VISA instruments, against fakes of their makers' libraries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rig.errors import RigError
from rig.meters.joulescope import Joulescope, unpacked
from rig.meters.opening import open_meter
from rig.meters.ppk2 import Ppk2


class FakePpk2:
    """As ppk2_api.PPK2_API 0.9.2: bytes by the clock, decoded to microamperes and input bits."""

    def __init__(self, port: str, **options: Any) -> None:
        if port == "busy":
            raise OSError("could not open port")
        self.did: list[str] = []
        self.port = port

    @staticmethod
    def list_devices() -> list[str]:
        return ["/dev/ttyFAKE"]

    def get_modifiers(self) -> bool | None:
        return None if self.port == "mute" else True

    def use_source_meter(self) -> None:
        self.did.append("source")

    def use_ampere_meter(self) -> None:
        self.did.append("ampere")

    def set_source_voltage(self, millivolts: int) -> None:
        self.did.append(f"{millivolts} mV")

    def toggle_DUT_power(self, state: str) -> None:
        self.did.append(f"power {state}")

    def start_measuring(self) -> None:
        self.read = 0
        self.began = time.monotonic()

    def stop_measuring(self) -> None:
        self.did.append("stop")

    def get_data(self) -> bytes:
        due = int((time.monotonic() - self.began) * 100_000)
        count, self.read = due - self.read, due
        return bytes(4 * (count if self.port != "lossy" else count // 2))

    def get_samples(self, data: bytes) -> tuple[list[float], list[int]]:
        n = len(data) // 4
        return [1300.0] * n, [0b100 if k > n // 2 else 0 for k in range(n)]


def test_ppk2_in_amperes_at_the_rate_asked_for() -> None:
    meter = Ppk2("", {"mode": "ampere", "voltage_mv": 5000, "marker": 2}, FakePpk2)
    assert meter.device.did == ["ampere", "5000 mV", "power ON"]
    assert meter.identify() == "Nordic Semiconductor,PPK2,/dev/ttyFAKE,"
    meter.arm(2.0, 1000.0)
    time.sleep(0.3)
    samples = meter.fetch()
    assert samples.interval_s == 1e-3
    assert 0.3 < samples.duration_s < 1.0
    np.testing.assert_allclose(samples.current_a, 1.3e-3)
    assert samples.lost == 0
    assert samples.marker is not None
    assert (samples.marker[0], samples.marker[-1]) == (0.0, 1.0)
    assert len(samples.marker) == len(samples.current_a)


def test_ppk2_says_what_it_lost() -> None:
    meter = Ppk2("lossy", {}, FakePpk2)
    meter.arm(2.0, 1000.0)
    time.sleep(0.6)
    assert meter.fetch().lost > 0


@pytest.mark.parametrize(("port", "said"), [("busy", "does not open"), ("mute", "not answer")])
def test_ppk2_that_is_none(port: str, said: str) -> None:
    with pytest.raises(RigError, match=said):
        Ppk2(port, {}, FakePpk2)


class FakeDriver:
    """As pyjoulescope_driver.Driver 2.2: topics, and messages with sample numbers."""

    def __init__(self, gap: int = 0) -> None:
        self.gap = gap
        self.published: list[tuple[str, Any]] = []
        self.subscribers: dict[str, Callable[[str, dict[str, Any]], None]] = {}

    def device_paths(self) -> list[str]:
        return ["u/js220/000415"]

    def open(self, path: str) -> None:
        assert path == "u/js220/000415"

    def close(self, path: str) -> None:
        self.published.append(("closed", path))

    def publish(self, topic: str, value: Any) -> None:
        self.published.append((topic, value))
        if topic.endswith("/s/i/ctrl") and value:
            for k in range(10):
                start = 20_000 * k + (self.gap if k >= 5 else 0)
                self.send("s/i", start, np.full(10_000, 1.3e-3, np.float32))
        if topic.endswith("/s/gpi/0/ctrl") and value:
            self.send("s/gpi/0", 0, np.repeat(np.array([0, 0xFF], np.uint8), 6250))

    def send(self, signal: str, first: int, data: np.ndarray[Any, Any]) -> None:
        message = {
            "sample_id": first,
            "decimate_factor": 2,
            "sample_rate": 2_000_000,
            "data": data,
        }
        self.subscribers[signal]("topic", message)

    def subscribe(self, topic: str, flags: list[str], callback: Any) -> None:
        self.subscribers[topic.removeprefix("u/js220/000415/").removesuffix("/!data")] = callback

    def unsubscribe(self, topic: str, callback: Any) -> None:
        self.published.append(("unsubscribed", topic))


def test_joulescope_puts_its_messages_together() -> None:
    driver = FakeDriver()
    meter = Joulescope("", {"marker": 0}, driver)
    assert meter.identify() == "Jetperch,JS220,000415,"
    meter.arm(1.0, 1000.0)
    samples = meter.fetch()
    assert samples.interval_s == 1e-3
    np.testing.assert_allclose(samples.current_a, np.full(100, 1.3e-3), rtol=1e-6)
    assert samples.lost == 0
    assert samples.marker is not None
    assert samples.marker.tolist() == [0.0] * 50 + [1.0] * 50
    assert ("u/js220/000415/s/i/ctrl", 0) in driver.published


def test_joulescope_counts_what_is_missing() -> None:
    meter = Joulescope("", {}, FakeDriver(gap=4000))  # in undecimated numbers: 2000 samples
    meter.arm(1.0, 1000.0)
    assert meter.fetch().lost == 2


def test_joulescope_that_is_not_there() -> None:
    with pytest.raises(RigError, match="no Joulescope 'js110' is attached"):
        Joulescope("js110", {}, FakeDriver())


def test_bits_of_an_input() -> None:
    assert unpacked(np.array([0b101], np.uint8)).tolist() == [1, 0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("kind", ["ppk2", "joulescope"])
def test_a_library_that_is_not_installed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ppk2_api", None)
    monkeypatch.setitem(sys.modules, "pyjoulescope_driver", None)
    with pytest.raises(RigError, match="needs its library; pip install"):
        open_meter(kind, "")
