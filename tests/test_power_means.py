"""Meters of means as their pairs of messages."""

from __future__ import annotations

import pytest

from rig.errors import RigError
from tests.scripted_meter import NO_ERROR, Pair, scripted

SETTLED: Pair = ("*OPC?", b"1\n")


def siglent(model: str, range_a: str, periods: str) -> list[Pair]:
    return [
        ("*IDN?", f"Siglent Technologies,{model},SDM35FAC4R0253,1.01.01.19\n".encode()),
        ("*CLS", None),
        (f"CONF:CURR:DC {range_a}", None),
        (f"CURR:DC:NPLC {periods}", None),
        ("SAMP:COUN 1", None),
        ("TRIG:SOUR IMM", None),
        SETTLED,
        NO_ERROR,
    ]


def yokogawa(model: str, range_a: str, element: int = 1) -> list[Pair]:
    return [
        ("*IDN?", f"YOKOGAWA,{model},C2UJ01001V,F1.04\n".encode()),
        ("*CLS", None),
        ("COMM:HEAD OFF", None),
        ("RATE 100MS", None),
        ("INP:MODE DC", None),
        ("INP:CFAC 3", None),
        (f"INP:CURR:RANG {range_a}", None),
        ("MEAS:AVER:STAT OFF", None),
        ("MEAS:MHOL OFF", None),
        ("NUM:FORM ASC", None),
        ("NUM:NORM:NUM 1", None),
        (f"NUM:NORM:ITEM1 I,{element}", None),
        ("STAT:FILT1 FALL", None),
        SETTLED,
        ("STAT:ERR?", b'0,"NO ERROR"\n'),
    ]


@pytest.mark.parametrize(
    ("name", "pairs", "range_a"),
    [
        ("generic", [("*CLS", None), ("CONF:CURR:DC 0.1", None), SETTLED, NO_ERROR], 0.1),
        ("siglent-sdm", siglent("SDM3045X", "0.6", "0.3"), 0.6),
        ("siglent-sdm", siglent("SDM3055", "0.2", "0.3"), 0.2),
        ("siglent-sdm", siglent("SDM3065X-SC", "0.2", "0.5"), 0.2),
        ("yokogawa-wt300", yokogawa("WT310E", "0.1"), 0.1),
        ("yokogawa-wt300", yokogawa("WT333E", "0.5"), 0.5),
        ("yokogawa-wt300", yokogawa("WT310EH", "1"), 1.0),
    ],
)
def test_setting_up(name: str, pairs: list[Pair], range_a: float) -> None:
    dialect, instrument = scripted(name, pairs)
    dialect.prepare()
    assert instrument.pairs == []
    plan = dialect.configure(1.0, 1000.0)
    assert instrument.pairs == []
    assert plan.range_a == range_a
    assert not dialect.WAVEFORM


def test_a_range_beyond_the_instruments() -> None:
    dialect, _ = scripted("siglent-sdm", siglent("SDM3055", "", ""), range_a=20.0)
    with pytest.raises(RigError, match="the largest current range of SCRIPT is 10 A"):
        dialect.prepare()


@pytest.mark.parametrize("name", ["generic", "siglent-sdm"])
def test_read_is_asked_again_and_again(name: str) -> None:
    dialect, instrument = scripted(name, [("READ?", b"+1.30000000E-03\n")])
    assert dialect.reading() == 1.3e-3  # type: ignore[attr-defined]
    assert instrument.pairs == []


def test_wt300_reads_each_update_once() -> None:
    update: list[Pair] = [
        ("COMM:WAIT 1;:NUM:NORM:VAL?", b"1.3000E-03\n"),
        ("STAT:EESR?", b"1\n"),
    ]
    dialect, instrument = scripted("yokogawa-wt300", [*update, *update])
    for _ in range(2):
        assert dialect.reading() == 1.3e-3  # type: ignore[attr-defined]
    assert instrument.pairs == []


def test_wt300_measures_another_element() -> None:
    dialect, instrument = scripted(
        "yokogawa-wt300", yokogawa("WT333E", "0.5", element=3), channel=3
    )
    dialect.prepare()
    assert instrument.pairs == []


def test_owon_xdm_reads_the_answers_to_settings_away() -> None:
    identity = b"OWON,XDM1241,24412417,V4.3.0,3\n"
    pairs: list[Pair] = [
        ("CONF:CURR:DC 0.1", None),
        ("RATE F", None),
        ("*IDN?", b"OK\nOK\n" + identity),
    ]
    dialect, instrument = scripted("owon-xdm", pairs)
    dialect.prepare()
    assert (instrument.pairs, instrument.pending) == ([], b"")


def test_owon_xdm_that_refuses_a_setting() -> None:
    dialect, _ = scripted("owon-xdm", [("CONF:CURR:DC 0.1", None), ("RATE F", None),
                                       ("*IDN?", b"NOK\nOK\nOWON,XDM1241,2,V4,3\n")])  # fmt: skip
    with pytest.raises(RigError, match="refused a setting"):
        dialect.prepare()
