"""Each dialect as its pairs of messages: what it sends, and what the manual says comes back."""

from __future__ import annotations

import numpy as np
import pytest

from rig.errors import RigError
from rig.meters.dialect import choose, known
from rig.meters.visa import Session
from tests.scripted_meter import LINE_FEEDS, NO_ERROR, Pair, block, run, scripted

PREPARED_34465A: list[Pair] = [
    ("ABOR", None),
    ("*CLS", None),
    ("FUNC?", b'"CURR"\n'),
    ("CURR:DC:RANG:AUTO?", b"0\n"),
    ("CURR:DC:RANG?", b"+1.00000000E-01\n"),
]


@pytest.mark.parametrize(
    ("found", "sent"),
    [
        ([("FUNC?", b'"VOLT"\n')], ["CONF:CURR:DC 0.1"]),
        ([("FUNC?", b'"CURR"\n'), ("CURR:DC:RANG:AUTO?", b"1\n")], ["CURR:DC:RANG 0.1"]),
        ([*PREPARED_34465A[2:4], ("CURR:DC:RANG?", b"+1.00E-02\n")], ["CURR:DC:RANG 0.1"]),
        (PREPARED_34465A[2:], []),
    ],
)
def test_keysight_34465a(found: list[Pair], sent: list[str]) -> None:
    """Function and range are touched only where they are others."""
    plan, samples = run(
        "keysight-34465a",
        [
            *PREPARED_34465A[:2],
            *found,
            *((message, None) for message in sent),
            ("CURR:DC:NPLC 0.02", None),
            ("CURR:DC:ZERO:AUTO OFF", None),
            ("FORM:DATA REAL,64", None),
            ("FORM:BORD NORM", None),
            NO_ERROR,
            ("*CLS", None),
            ("TRIG:COUN 1", None),
            ("TRIG:DEL 0", None),
            ("TRIG:SOUR IMM", None),
            ("SAMP:SOUR TIM", None),
            ("SAMP:TIM 0.001", None),
            ("SAMP:COUN 1001", None),
            NO_ERROR,
            ("SAMP:TIM?", b"+1.00000000E-03\n"),
            ("INIT", None),
            NO_ERROR,
            ("ABOR", None),
            ("R?", block(LINE_FEEDS, ">f8")),
        ],
    )
    assert plan.interval_s == 1e-3
    np.testing.assert_array_equal(samples.current_a, LINE_FEEDS)


DMM6500: list[Pair] = [
    ("*LANG?", b"SCPI\n"),
    ("ABOR", None),
    ("*CLS", None),
    ("DIG:FUNC?", b'"NONE"\n'),
    ('DIG:FUNC "CURR"', None),
    ("DIG:CURR:RANG?", b"1.0\n"),
    ("DIG:CURR:RANG 0.1", None),
    ("FORM:DATA REAL", None),
    ("FORM:BORD NORM", None),
    NO_ERROR,
    ("*CLS", None),
    ("DIG:CURR:SRAT 1000", None),
    ("DIG:CURR:APER AUTO", None),
    ('TRAC:POIN 1001, "defbuffer1"', None),
    ('TRIG:LOAD "Empty"', None),
    ('TRIG:BLOC:BUFF:CLE 1, "defbuffer1"', None),
    ('TRIG:BLOC:MDIG 2, "defbuffer1", 1001', None),
    NO_ERROR,
    ("INIT", None),
    NO_ERROR,
    ("ABOR", None),
    ('TRAC:ACT? "defbuffer1"', b"2\n"),
]


def test_keithley_dmm6500_reads_an_indefinite_block() -> None:
    pairs: list[Pair] = [
        *DMM6500,
        ('TRAC:DATA? 1, 2, "defbuffer1", READ', block(LINE_FEEDS, ">f8", indefinite=True)),
    ]
    _, samples = run("keithley-dmm6500", pairs)
    np.testing.assert_array_equal(samples.current_a, LINE_FEEDS)


def test_keithley_dmm6500_that_speaks_tsp() -> None:
    dialect, _ = scripted("keithley-dmm6500", [("*LANG?", b"TSP\n")])
    with pytest.raises(RigError, match="speaks 'TSP'"):
        dialect.prepare()


def test_keithley_2450_puts_its_readings_on_a_grid() -> None:
    pairs = [1e-3, 0.0, 2e-3, 0.0022, 1e-3, 0.0040001]
    _, samples = run(
        "keithley-2450",
        [
            ("ABOR", None),
            ("*CLS", None),
            ("SENS:FUNC?", b'"VOLT:DC"\n'),
            ('SENS:FUNC "CURR"', None),
            ("SENS:CURR:RANG?", b"0.1\n"),
            ("SENS:CURR:NPLC 0.01", None),
            ("SENS:CURR:AZER OFF", None),
            ("FORM:DATA REAL", None),
            ("FORM:BORD NORM", None),
            NO_ERROR,
            ("*CLS", None),
            ('TRAC:POIN 3334, "defbuffer1"', None),
            ('TRAC:CLE "defbuffer1"', None),
            ('TRIG:LOAD "SimpleLoop", 3334, 0, "defbuffer1"', None),
            NO_ERROR,
            ("INIT", None),
            NO_ERROR,
            ("ABOR", None),
            ('TRAC:ACT? "defbuffer1"', b"3\n"),
            (
                'TRAC:DATA? 1, 3, "defbuffer1", READ, REL',
                block(pairs, ">f8", indefinite=True),
            ),
        ],
    )
    expected = np.interp([0, 1e-3, 2e-3, 3e-3, 4e-3], [0, 2.2e-3, 4.0001e-3], [1e-3, 2e-3, 1e-3])
    np.testing.assert_allclose(samples.current_a, expected)


@pytest.mark.parametrize(("channel", "output"), [(None, "(@1)"), (3, "(@3)")])
def test_keysight_n6705c(channel: int | None, output: str) -> None:
    pairs: list[Pair] = [
        ("*CLS", None),
        (f"ABOR:ELOG {output}", None),
        (f"SENS:ELOG:FUNC:CURR ON,{output}", None),
        (f"SENS:ELOG:FUNC:VOLT OFF,{output}", None),
        (f"SENS:ELOG:CURR:RANG? {output}", b"+3.0\n"),
        (f"SENS:ELOG:CURR:RANG 0.1,{output}", None),
        ("FORM:DATA REAL", None),
        ("FORM:BORD NORM", None),
        NO_ERROR,
        ("*CLS", None),
        (f"ABOR:ELOG {output}", None),
        (f"SENS:ELOG:PER 0.001,{output}", None),
        (f"TRIG:ELOG:SOUR BUS,{output}", None),
        (f"INIT:ELOG {output}", None),
        NO_ERROR,
        (f"SENS:ELOG:PER? {output}", b"+9.83040000E-04\n"),
        (f"TRIG:ELOG {output}", None),
        NO_ERROR,
        (f"FETC:ELOG:CURR? 65536,{output}", block([1.5e-3, 2e-3], ">f4")),
        (f"ABOR:ELOG {output}", None),
    ]
    plan, samples = run("keysight-n6705c", pairs, channel=channel)
    assert plan.interval_s == 9.8304e-4
    np.testing.assert_allclose(samples.current_a, [1.5e-3, 2e-3], rtol=1e-6)


def test_rs_ngu_says_what_it_lost() -> None:
    dialect, instrument = scripted(
        "rs-ngu",
        [
            ("*CLS", None),
            ("FLOG 0", None),
            ("FLOG:TARG SCPI", None),
            NO_ERROR,
            ("*CLS", None),
            ("FLOG 0", None),
            ("FLOG:SRAT S001k", None),
            NO_ERROR,
            ("FLOG 1", None),
            NO_ERROR,
            ("FLOG:DATA?", block([3.3, 1e-3, 3.3, 2e-3], "<f4")),
            ("FLOG:DATA?", b"#10\n"),
            ("FLOG:DATA?", b"gone\n"),
        ],
    )
    dialect.prepare()
    plan = dialect.configure(1.0, 1000.0)
    dialect.start()
    dialect.reader.join()  # type: ignore[attr-defined]  # what is no block ends it
    assert instrument.pairs == []
    current = np.concatenate(dialect.pieces)  # type: ignore[attr-defined]
    np.testing.assert_allclose(current, [1e-3, 2e-3], rtol=1e-6)
    assert plan.interval_s == 1e-3


def test_rs_ngm_selects_the_channel_that_is_named() -> None:
    pairs: list[Pair] = [
        ("*CLS", None),
        ("INST OUT2", None),
        ("FLOG 0", None),
        ("FLOG:TARG SCPI", None),
        NO_ERROR,
        ("*CLS", None),
        ("INST OUT2", None),
        ("FLOG 0", None),
        ("FLOG:SRAT S001k", None),
        NO_ERROR,
    ]
    dialect, instrument = scripted("rs-ngu", pairs, channel=2)
    dialect.prepare()
    dialect.configure(1.0, 1000.0)
    assert instrument.pairs == []


@pytest.mark.parametrize(
    ("name", "channel", "said"),
    [
        ("keysight-34465a", 1, "has no channels to choose, not channel 1"),
        ("keysight-n6705c", 5, "has channels 1 to 4, not channel 5"),
        ("rs-ngu", 3, "has channels 1 to 2, not channel 3"),
    ],
)
def test_a_channel_that_is_not_there(name: str, channel: int, said: str) -> None:
    with pytest.raises(RigError, match=said):
        scripted(name, [], channel=channel)


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (
            "Keysight Technologies,34465A,MY54500001,A.02.14-02.40-02.14-00.49-02-01",
            "keysight-34465a",
        ),
        ("Agilent Technologies,34470A,MY1,1", "keysight-34465a"),
        ("KEITHLEY INSTRUMENTS,MODEL DMM6500,04412345,1.7.0b", "keithley-dmm6500"),
        ("KEITHLEY INSTRUMENTS,MODEL DMM7510,04412345,1.7.0b", "keithley-dmm6500"),
        ("KEITHLEY INSTRUMENTS,MODEL 2450,04412345,1.7.0b", "keithley-2450"),
        ("Keysight Technologies,N6705C,MY1,E.02", "keysight-n6705c"),
        ("Rohde&Schwarz,NGU201,3639.3763k02/100023,03.009", "rs-ngu"),
        ("Rohde&Schwarz,NGM202,3638.4472k03/100001,03.009", "rs-ngu"),
        ("Siglent Technologies,SDM3055,SDM35FAC4R0253,1.01.01.19", "siglent-sdm"),
        ("OWON,XDM1041,2149029,V3.6.0,3", "owon-xdm"),
        ("YOKOGAWA,WT310E,C2UJ01001V,F1.04", "yokogawa-wt300"),
        ("ACME,UNHEARD OF,0,1", "generic"),
    ],
)
def test_choose(identity: str, name: str) -> None:
    assert choose(identity)[0] == name


def test_choose_a_name_that_is_not_known() -> None:
    with pytest.raises(RigError, match="did you mean 'rs-ngu'"):
        choose("ACME,X,0,1", "rs-ngo")


def test_triggers_by_a_wire() -> None:
    for name, messages in (
        ("keysight-34465a", {"TRIG:SOUR EXT", "TRIG:SLOP POS"}),
        ("keithley-dmm6500", {"TRIG:EXT:IN:EDGE RIS", "TRIG:BLOC:WAIT 2, EXT"}),
    ):
        sent: list[str] = []

        class Agreeable(Session):
            def __init__(self) -> None:
                self.resource = "AGREEABLE"

            def tell(self, message: str, sent: list[str] = sent) -> None:
                sent.append(message)

            def ask(self, message: str, timeout_s: float | None = None) -> str:
                return {"*LANG?": "SCPI", "SAMP:TIM?": "1E-3"}.get(message, '0,"No error"')

        known()[name](Agreeable(), 0.1, "EXT").configure(1.0, 1000.0)
        assert messages <= set(sent)


def test_a_meter_without_a_trigger_input() -> None:
    with pytest.raises(RigError, match="knows no trigger input"):
        known()["rs-ngu"](Session.__new__(Resourced), None, "EXT")


class Resourced(Session):
    resource = "SCRIPT"


def test_who_looks_all_the_time_by_its_maker() -> None:
    """And no other: what is not declared has to show it in its pulses' edges."""
    found = {name for name, dialect in known().items() if dialect.GAPLESS}
    assert found == {"keithley-dmm6500", "keysight-n6705c"}
