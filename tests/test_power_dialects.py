"""Each dialect as its pairs of messages: what it sends, and what the manual says comes back."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from rig.errors import RigError
from rig.power.dialect import Base, choose, known
from rig.power.visa import Session

Pair = tuple[str, bytes | None]  # a message and the answer to it, if it has one
NO_ERROR: Pair = ("SYST:ERR?", b'+0,"No error"\n')


class Scripted:
    """An instrument that expects exactly these messages and gives these answers."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.pairs = list(pairs)
        self.pending = b""
        self.timeout = 5000.0
        self.read_termination: str | None = "\n"
        self.write_termination: str | None = "\n"

    def write(self, message: str) -> None:
        assert not self.pending, f"{message!r} was sent before {self.pending!r} was read"
        assert self.pairs, f"{message!r} was sent, nothing more was expected"
        expected, answer = self.pairs.pop(0)
        assert message == expected
        self.pending = answer or b""

    def read(self) -> str:
        line, _, self.pending = self.pending.partition(b"\n")
        return line.decode()

    def query(self, message: str) -> str:
        self.write(message)
        return self.read()

    def read_bytes(self, count: int, chunk_size: int | None = None) -> bytes:
        assert self.read_termination is None, "a line feed among the data would end the block"
        assert len(self.pending) >= count, "more was read than the instrument sends"
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def read_raw(self, size: int | None = None) -> bytes:
        data, self.pending = self.pending, b""
        return data


def scripted(name: str, pairs: Sequence[Pair], range_a: float = 0.1) -> tuple[Base, Scripted]:
    """A dialect over a scripted instrument."""
    instrument = Scripted(pairs)
    session = Session.__new__(Session)
    session.resource = "SCRIPT"
    session.take_over(instrument, 5.0)  # type: ignore[arg-type]
    return known()[name](session, range_a), instrument


def block(values: Sequence[float], kind: str, indefinite: bool = False) -> bytes:
    data = np.asarray(values, dtype=kind).tobytes()
    length = str(len(data))
    head = "#0" if indefinite else f"#{len(length)}{length}"
    return head.encode() + data + b"\n"


LINE_FEEDS = [struct.unpack(">d", b"\x3f\x0a\x0a\x0a\x0a\x0a\x0a\x0a")[0], 1.3e-3]
"""A reading whose bytes are line feeds: it must not end the block."""


def run(name: str, pairs: Sequence[Pair], rate_hz: float = 1000.0) -> Any:
    """Configure, start and fetch one second; returns the samples."""
    dialect, instrument = scripted(name, pairs)
    plan = dialect.configure(1.0, rate_hz)
    dialect.start()
    dialect.started()
    samples = dialect.fetch(plan)
    assert instrument.pairs == [], "not everything that was expected was sent"
    return plan, samples


def test_keysight_34465a() -> None:
    plan, samples = run(
        "keysight-34465a",
        [
            ("*RST", None),
            ("*CLS", None),
            ("CONF:CURR:DC 0.1", None),
            ("CURR:DC:NPLC 0.02", None),
            ("CURR:DC:ZERO:AUTO OFF", None),
            ("TRIG:DEL 0", None),
            ("TRIG:SOUR IMM", None),
            ("SAMP:SOUR TIM", None),
            ("SAMP:TIM 0.001", None),
            ("SAMP:COUN 1001", None),
            ("FORM:DATA REAL,64", None),
            ("FORM:BORD NORM", None),
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


DMM6500 = [
    ("*LANG?", b"SCPI\n"),
    ("*RST", None),
    ("*CLS", None),
    ('DIG:FUNC "CURR"', None),
    ("DIG:CURR:RANG 0.1", None),
    ("DIG:CURR:SRAT 1000", None),
    ("DIG:CURR:APER AUTO", None),
    ('TRAC:POIN 1001, "defbuffer1"', None),
    ('TRIG:LOAD "Empty"', None),
    ('TRIG:BLOC:BUFF:CLE 1, "defbuffer1"', None),
    ('TRIG:BLOC:MDIG 2, "defbuffer1", 1001', None),
    ("FORM:DATA REAL", None),
    ("FORM:BORD NORM", None),
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
        dialect.configure(1.0, 1000.0)


def test_keithley_2450_puts_its_readings_on_a_grid() -> None:
    _, samples = run(
        "keithley-2450",
        [
            ("*CLS", None),
            ("OUTP?", b"1\n"),
            ('SENS:FUNC "CURR"', None),
            ("SENS:CURR:RANG 0.1", None),
            ("SENS:CURR:NPLC 0.01", None),
            ("SENS:CURR:AZER OFF", None),
            ('TRAC:POIN 3334, "defbuffer1"', None),
            ('TRAC:CLE "defbuffer1"', None),
            ('TRIG:LOAD "SimpleLoop", 3334, 0, "defbuffer1"', None),
            ("FORM:DATA ASC", None),
            NO_ERROR,
            ("INIT", None),
            NO_ERROR,
            ("ABOR", None),
            ('TRAC:ACT? "defbuffer1"', b"3\n"),
            (
                'TRAC:DATA? 1, 3, "defbuffer1", READ, REL',
                b"1.0E-3,0.0,2.0E-3,0.0022,1.0E-3,0.0040001\n",
            ),
        ],
    )
    expected = np.interp([0, 1e-3, 2e-3, 3e-3, 4e-3], [0, 2.2e-3, 4.0001e-3], [1e-3, 2e-3, 1e-3])
    np.testing.assert_allclose(samples.current_a, expected)


def test_keithley_2450_whose_output_is_off() -> None:
    dialect, _ = scripted("keithley-2450", [("*CLS", None), ("OUTP?", b"0\n")])
    with pytest.raises(RigError, match="no supply"):
        dialect.configure(1.0, 1000.0)


def test_keysight_n6705c() -> None:
    plan, samples = run(
        "keysight-n6705c",
        [
            ("*CLS", None),
            ("ABOR:ELOG (@1)", None),
            ("SENS:ELOG:FUNC:CURR ON,(@1)", None),
            ("SENS:ELOG:FUNC:VOLT OFF,(@1)", None),
            ("SENS:ELOG:CURR:RANG 0.1,(@1)", None),
            ("SENS:ELOG:PER 0.001,(@1)", None),
            ("TRIG:ELOG:SOUR BUS,(@1)", None),
            ("FORM:DATA REAL", None),
            ("FORM:BORD NORM", None),
            ("INIT:ELOG (@1)", None),
            NO_ERROR,
            ("SENS:ELOG:PER? (@1)", b"+9.83040000E-04\n"),
            ("TRIG:ELOG (@1)", None),
            NO_ERROR,
            ("FETC:ELOG:CURR? 65536,(@1)", block([1.5e-3, 2e-3], ">f4")),
            ("ABOR:ELOG (@1)", None),
        ],
    )
    assert plan.interval_s == 9.8304e-4
    np.testing.assert_allclose(samples.current_a, [1.5e-3, 2e-3], rtol=1e-6)


def test_rs_ngu_says_what_it_lost() -> None:
    dialect, instrument = scripted(
        "rs-ngu",
        [
            ("*CLS", None),
            ("FLOG 0", None),
            ("FLOG:TARG SCPI", None),
            ("FLOG:SRAT S001k", None),
            NO_ERROR,
            ("FLOG 1", None),
            NO_ERROR,
            ("FLOG:DATA?", block([3.3, 1e-3, 3.3, 2e-3], "<f4")),
            ("FLOG:DATA?", b"#10\n"),
            ("FLOG:DATA?", b"gone\n"),
        ],
    )
    plan = dialect.configure(1.0, 1000.0)
    dialect.start()
    dialect.reader.join()  # type: ignore[attr-defined]  # what is no block ends it
    assert instrument.pairs == []
    current = np.concatenate(dialect.pieces)  # type: ignore[attr-defined]
    np.testing.assert_allclose(current, [1e-3, 2e-3], rtol=1e-6)
    assert plan.interval_s == 1e-3


@pytest.mark.parametrize(
    ("name", "setup", "read"),
    [
        ("generic", [("*CLS", None), ("CONF:CURR:DC 0.1", None)], "READ?"),
        (
            "siglent-sdm",
            [
                ("*CLS", None),
                ("CONF:CURR:DC 0.1", None),
                ("CURR:DC:NPLC 0.3", None),
                ("SAMP:COUN 1", None),
                ("TRIG:SOUR IMM", None),
            ],
            "READ?",
        ),
        (
            "yokogawa-wt300",
            [
                ("*CLS", None),
                ("COMM:HEAD OFF", None),
                ("RATE 100MS", None),
                ("INP:MODE DC", None),
                ("INP:CURR:RANG 0.1", None),
                ("NUM:FORM ASC", None),
                ("NUM:NORM:NUM 1", None),
                ("NUM:NORM:ITEM1 I,1", None),
            ],
            "NUM:NORM:VAL?",
        ),
    ],
)
def test_meters_of_means(name: str, setup: list[Pair], read: str) -> None:
    query = "STAT:ERR?" if name == "yokogawa-wt300" else "SYST:ERR?"
    dialect, instrument = scripted(name, [*setup, ("*OPC?", b"1\n"), (query, b'0,"No error"\n')])
    assert not dialect.WAVEFORM
    assert read == dialect.READ  # type: ignore[attr-defined]
    dialect.configure(1.0, 1000.0)
    assert instrument.pairs == []


def test_owon_xdm_reads_the_answers_to_settings_away() -> None:
    identity = b"OWON,XDM1241,24412417,V4.3.0,3\n"
    pairs: list[Pair] = [
        ("CONF:CURR:DC 0.1", None),
        ("RATE F", None),
        ("*IDN?", b"OK\nOK\n" + identity),
    ]
    dialect, instrument = scripted("owon-xdm", pairs)
    dialect.configure(1.0, 1000.0)
    assert (instrument.pairs, instrument.pending) == ([], b"")


def test_owon_xdm_that_refuses_a_setting() -> None:
    dialect, _ = scripted("owon-xdm", [("CONF:CURR:DC 0.1", None), ("RATE F", None),
                                       ("*IDN?", b"NOK\nOK\nOWON,XDM1241,2,V4,3\n")])  # fmt: skip
    with pytest.raises(RigError, match="refused a setting"):
        dialect.configure(1.0, 1000.0)


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


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"1.0E-3\n", "no block"),
        (b"#19junk", "announced a block of 9 bytes"),
        (b"#2x8\n", "announced a block of -1 bytes"),
        (b"#9999999999\n", "announced a block of 999999999 bytes"),
        (block([1.0], ">f8")[:-1] + b"X", "more than the block it announced"),
    ],
)
def test_blocks_that_are_none(answer: bytes, said: str) -> None:
    dialect, _ = scripted("keysight-34465a", [("R?", answer)])
    with pytest.raises(RigError, match=said):
        dialect.session.block("R?", ">f8")


def test_text_in_a_definite_block() -> None:
    text = b"-4.98748741E-01,-4.35163427E-01,-7.41859188E-01"
    dialect, _ = scripted("keysight-34465a", [("R? 3", b"#247" + text + b"\n")])
    readings = dialect.session.block("R? 3", "text")
    np.testing.assert_allclose(readings, [-0.498748741, -0.435163427, -0.741859188])


def test_an_endless_error_queue_ends() -> None:
    dialect, _ = scripted("generic", [("SYST:ERR?", b'-113,"Undefined header"\n')] * 30)
    assert len(dialect.session.errors()) == 30


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
