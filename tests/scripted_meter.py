"""An instrument that is a script: a dialect's messages, each with the answer the manual gives."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from rig.meters.dialect import Base, known
from rig.meters.visa import Session

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


def scripted(
    name: str, pairs: Sequence[Pair], range_a: float = 0.1, channel: int | None = None
) -> tuple[Base, Scripted]:
    """A dialect over a scripted instrument."""
    instrument = Scripted(pairs)
    session = Session.__new__(Session)
    session.resource = "SCRIPT"
    session.take_over(instrument, 5.0)  # type: ignore[arg-type]
    return known()[name](session, range_a, channel=channel), instrument


def block(values: Sequence[float], kind: str, indefinite: bool = False) -> bytes:
    data = np.asarray(values, dtype=kind).tobytes()
    length = str(len(data))
    head = "#0" if indefinite else f"#{len(length)}{length}"
    return head.encode() + data + b"\n"


LINE_FEEDS = [struct.unpack(">d", b"\x3f\x0a\x0a\x0a\x0a\x0a\x0a\x0a")[0], 1.3e-3]
"""A reading whose bytes are line feeds: it must not end the block."""


def run(
    name: str, pairs: Sequence[Pair], rate_hz: float = 1000.0, channel: int | None = None
) -> Any:
    """Prepare, configure, start and fetch one second; returns the samples."""
    dialect, instrument = scripted(name, pairs, channel=channel)
    dialect.prepare()
    plan = dialect.configure(1.0, rate_hz)
    dialect.start()
    dialect.started()
    samples = dialect.fetch(plan)
    assert instrument.pairs == [], "not everything that was expected was sent"
    return plan, samples
