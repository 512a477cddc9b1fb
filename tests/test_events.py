"""Reading events out of whatever a board prints."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rig.board.events import DATA_LIMIT, EVENT_LIMIT, LINE_LIMIT, BoundedOutput, EventReader

NONCE = "a1b2c3d4"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def record(sequence: int, name: str, *data: Any, us: int = 0, nonce: str = NONCE) -> bytes:
    text = f"{nonce} {sequence} {us} {name} {data!r}".encode()
    return b"\x1e" + text + f" {zlib.crc32(text)}".encode() + b"\r\n"


def stream(*events: tuple[str, Any]) -> bytes:
    """A whole execution's output."""
    lines = [b"\x1e" + NONCE.encode() + b" ok -\r\n"]
    lines += [
        record(index, name, datum, us=index * 10) for index, (name, datum) in enumerate(events)
    ]
    lines.append(record(len(events), "end", len(events)))
    return b"".join(lines)


def read(data: bytes, *cuts: int) -> EventReader:
    reader = EventReader(NONCE)
    for start, end in pairwise([0, *sorted(cuts), len(data)]):
        reader.feed(data[start:end])
    reader.close()
    return reader


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=8)
LITERALS = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(SCALARS, SCALARS, max_size=2)
NAMES = st.text("abcxyz._-é", min_size=1, max_size=10).filter(lambda name: name != "end")
EVENTS = st.lists(st.tuples(NAMES, LITERALS), max_size=4)
NOISE = st.binary(max_size=40).filter(lambda data: b"\x1e" not in data and b"\n" not in data)


@QUICK
@given(EVENTS, st.lists(st.integers(0, 2000), max_size=8))
def test_events_survive_any_cutting(events: list[tuple[str, Any]], cuts: list[int]) -> None:
    data = stream(*events)
    reader = read(data, *(min(cut, len(data)) for cut in cuts))
    assert [(event.name, event.data[0]) for event in reader.events] == events
    assert reader.started
    assert reader.ended
    assert reader.damage == []
    assert reader.output.text() == ""


@QUICK
@given(EVENTS, NOISE)
def test_output_between_records_is_output(events: list[tuple[str, Any]], noise: bytes) -> None:
    data = noise + b"\n" + stream(*events)
    reader = read(data)
    assert [event.name for event in reader.events] == [name for name, _ in events]
    assert reader.damage == []
    expected = (noise + b"\n").decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    assert reader.output.text() == expected


@QUICK
@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=5))
def test_any_bytes_are_taken_and_none_is_an_event(data: bytes, cuts: list[int]) -> None:
    reader = read(data, *(min(cut, len(data)) for cut in cuts))
    assert reader.events == []
    assert not reader.ended


@QUICK
@given(EVENTS, st.data())
def test_a_changed_byte_never_passes_for_another_event(
    events: list[tuple[str, Any]], data: st.DataObject
) -> None:
    good = stream(*events)
    at = data.draw(st.integers(0, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= data.draw(st.integers(1, 255))
    reader = read(bytes(bad))
    seen = [(event.name, event.data[0]) for event in reader.events]
    if reader.started and reader.ended and not reader.damage:
        assert seen == events  # the byte was one of a line's end
    assert all(pair in events for pair in seen)


@QUICK
@given(EVENTS.filter(bool), st.data())
def test_a_lost_or_doubled_line_is_damage(
    events: list[tuple[str, Any]], data: st.DataObject
) -> None:
    lines = stream(*events).splitlines(keepends=True)
    if b"".join(lines) != stream(*events) or len(lines) != len(events) + 2:
        return  # a datum holds a character that splits lines
    at = data.draw(st.integers(1, len(lines) - 1))
    lost = read(b"".join(lines[:at] + lines[at + 1 :]))
    assert lost.damage or not lost.ended
    twice = read(b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]))
    assert twice.damage


def test_swapped_records_are_damage() -> None:
    reader = read(record(1, "b") + record(0, "a") + record(2, "end", 2))
    assert reader.damage


def test_another_executions_records_are_output() -> None:
    reader = read(record(0, "a", nonce="deadbeef") + stream())
    assert reader.events == []
    assert reader.ended
    assert reader.damage == []
    assert "deadbeef" in reader.output.text()


def test_what_follows_the_end_is_damage() -> None:
    assert read(stream() + record(1, "more")).damage


def test_a_wrong_count_is_damage() -> None:
    assert read(record(0, "a") + record(1, "end", 5)).damage


def test_code_is_never_evaluated() -> None:
    text = f"{NONCE} 0 0 a (__import__('os').getpid(),)".encode()
    reader = read(b"\x1e" + text + f" {zlib.crc32(text)}\n".encode())
    kept = reader.events[0].data
    assert kept == ("not plain data: (__import__('os').getpid(),)",)
    assert reader.damage == []  # the wire was fine: what the board emitted is the board's affair


def test_a_record_without_end_is_bounded() -> None:
    reader = EventReader(NONCE)
    reader.feed(b"\x1e" + NONCE.encode() + b" 0 0 a ('")
    for _ in range(2 * LINE_LIMIT // 1000):
        reader.feed(b"x" * 1000)
    assert reader.damage
    assert len(reader._line) <= LINE_LIMIT + 1000


def test_a_record_cut_by_a_crash_is_no_damage() -> None:
    reader = EventReader(NONCE)
    reader.feed(record(0, "a") + record(1, "b")[:20])
    reader.close(cut_short=True)
    assert reader.damage == []
    reader = EventReader(NONCE)
    reader.feed(record(0, "a") + record(1, "b")[:20])
    reader.close()
    assert reader.damage


def test_events_are_bounded() -> None:
    reader = EventReader(NONCE)
    for index in range(EVENT_LIMIT + 10):
        reader.feed(record(index, "a"))
    assert len(reader.events) == EVENT_LIMIT
    assert reader.overflow == 10
    reader = EventReader(NONCE)
    for index in range(2 * DATA_LIMIT // 60000):
        reader.feed(record(index, "a", "x" * 60000))
    assert sum(len(event.data[0]) for event in reader.events) <= DATA_LIMIT


def test_ticks_are_unwrapped() -> None:
    reader = EventReader(NONCE, ticks_period=1 << 10)
    for index, ticks in enumerate((1000, 1020, 10, 1000, 5)):
        reader.feed(record(index, "t", us=ticks))
    assert [event.us for event in reader.events] == [0, 20, 34, 1024, 1053]


@pytest.mark.parametrize("size", [0, 5, 10, 11, 100, 100_000])
def test_output_keeps_head_and_tail(size: int) -> None:
    output = BoundedOutput(10)
    data = bytes(48 + index % 10 for index in range(size))
    for start in range(0, size, 7):
        output.add(data[start : start + 7])
    text = output.text()
    if size <= 10:
        assert text == data.decode()
    else:
        assert text == f"{data[:5].decode()}\n[{size - 10} bytes dropped]\n{data[-5:].decode()}"
    assert len(output.head) + len(output.tail) <= 10


def test_the_end_marks_are_cut_off() -> None:
    output = BoundedOutput(10)
    output.add(b"abcdefgh")
    output.cut(6)
    assert output.text() == "ab"
