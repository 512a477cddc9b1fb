"""The known-load check: a resistor in the board's place shows what is wrong with the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import bench as benches
from rig.cli import app
from rig.units import ohms
from rig.virtual.meter import VirtualMeter

Start = Callable[..., Path]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Start]:
    """A bench with a meter that reads `floor` amperes, whatever a board would do."""
    started: list[VirtualMeter] = []

    def start(floor: float, table: str = 'range = "100 mA"', **options: Any) -> Path:
        started.append(VirtualMeter(None, {"floor": floor, "noise": 1e-6, **options}))
        path = tmp_path / "bench.toml"
        path.write_text(
            f'[board.b]\nport = "/dev/nowhere"\nmeter = "m"\n[board.b.power]\nsupply = "3.3 V"\n'
            f'[meter.m]\nresource = "{started[-1].wait_ready()}"\n{table}\n',
            "utf-8",
        )
        return path

    yield start
    for meter in started:
        meter.stop()


def doctor(path: Path, load: str) -> int:
    arguments = ["doctor", "--bench", str(path), "--load", load]
    return int(app(arguments, standalone_mode=False))


@pytest.mark.parametrize(
    ("floor", "table", "said"),
    [
        (10.2e-3, 'range = "100 mA"', "all is well"),
        (1.02e-3, 'range = "100 mA"', "off by a factor of 0.102: another shunt"),
        (100e-3, 'range = "1 A"', "off by a factor of 10: another shunt"),
        (11.5e-3, 'range = "100 mA"', "off by a factor of 1.15"),
        (0.0, 'range = "100 mA"', "is the meter beside the circuit"),
        (10e-3, 'range = "3 A"', "under 1% of its range 3 A"),
        (10e-3, 'range = "1 mA"', "do not fit its range (1 mA)"),
    ],
)
def test_what_is_wrong_with_the_chain(
    floor: float, table: str, said: str, bench: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    code = doctor(bench(floor, table), "330ohm")
    told = capsys.readouterr().out
    assert said in told
    assert code == (0 if said == "all is well" else 3)


def test_what_it_needs_to_know(bench: Start, tmp_path: Path) -> None:
    from rig.errors import UsageError

    path = bench(10e-3)
    text = path.read_text("utf-8")
    with pytest.raises(UsageError, match="not of the form"):
        doctor(path, "many")
    path.write_text(text.replace('supply = "3.3 V"', ""), "utf-8")
    with pytest.raises(UsageError, match="does not say what voltage is across the load"):
        doctor(path, "330ohm")
    path.write_text(text + '[board.c]\nport = "/dev/elsewhere"\n', "utf-8")
    with pytest.raises(UsageError, match="in which board's place"):
        doctor(path, "330ohm")
    assert benches.load(path)


def test_resistances() -> None:
    assert [ohms(text) for text in ("330ohm", "4.7 kΩ", "10k", "1M")] == [330, 4700, 10e3, 1e6]
