"""What a PPK2 sends: words of four bytes, from which current, range, inputs and losses follow.

A word holds, from its lowest bit, 14 bits of the converter, 3 of the range, 1 unused, 6 of a
counter and 8 digital inputs (`ppk2-api` 0.9.2, and src/device/serialDevice.ts of Nordic's
pc-nrfconnect-ppk). The library looks at neither the counter nor a byte that is missing, after
which every word is read across two: so the words are found here. The formula is the library's, and
the filter that of Nordic's application: the three samples from a change of range on are replaced by
a rolling mean (weight 0.18; in range 4, 0.06, the first two of them left out of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Words = NDArray[np.uint32]
WORD = 4
COUNTS = 64
RANGES = 5
ADC_VOLTS = 1.8 / 163840
IN_STEP = 8
"""Words whose counters must follow each other before bytes are taken for a stream again: a wrong
alignment passes by chance once in 64^7."""
ALPHA, ALPHA_4 = 0.18, 0.06
SPIKE = 3


@dataclass(slots=True)
class Stream:
    """The words of one acquisition, and how many samples are missing among them."""

    words: Words
    lost: int
    resyncs: int


def counters(words: Words) -> NDArray[np.int64]:
    return ((words >> 18) & 0x3F).astype(np.int64)


def ranges(words: Words) -> NDArray[np.int64]:
    return ((words >> 14) & 0x7).astype(np.int64)


def inputs(words: Words) -> NDArray[np.int64]:
    return (words >> 24).astype(np.int64)


def at(data: bytes, offset: int, most: int | None = None) -> Words:
    """The words from a byte on."""
    count = (len(data) - offset) // WORD
    if most is not None:
        count = min(count, most)
    return np.frombuffer(data, "<u4", max(count, 0), offset).astype(np.uint32)


def steps(words: Words) -> NDArray[np.bool_]:
    """Whether each word follows the one before it: shape (n - 1,)."""
    follows = np.diff(counters(words)) % COUNTS == 1
    return np.asarray(follows & (ranges(words)[1:] < RANGES))


def parse(data: bytes) -> Stream:
    """Every whole word, found again after what was lost. Of a gap the samples missing are known
    modulo 64: what is more is told by the clock."""
    pieces: list[Words] = []
    lost = resyncs = 0
    offset = synchronised(data, 0)
    expected: int | None = None
    while offset is not None:
        words = at(data, offset)
        if not len(words):
            break
        if expected is not None:
            lost += (int(counters(words[:1])[0]) - expected) % COUNTS or COUNTS
        breaks = np.flatnonzero(~steps(words))
        if not len(breaks):
            pieces.append(words)
            break
        # On either side of the break a word may be put together from two: both are left out.
        resyncs += 1
        good = int(breaks[0])
        pieces.append(words[:good])
        expected = int(counters(words[good : good + 1])[0])
        found = synchronised(data, offset + (good + 1) * WORD)
        offset = None if found is None else found + WORD
    whole = np.concatenate(pieces) if pieces else np.empty(0, np.uint32)
    return Stream(whole, lost, resyncs)


def synchronised(data: bytes, start: int) -> int | None:
    """The first byte from `start` on at which words follow each other; None for none."""
    for offset in range(start, len(data) - WORD * IN_STEP):
        words = at(data, offset, IN_STEP)
        if ranges(words[:1])[0] < RANGES and steps(words).all():
            return offset
    return None


def amperes(words: Words, modifiers: dict[str, Any], volts: float) -> NDArray[np.float64]:
    """Currents by the device's own calibration, spikes of range changes filtered."""
    number = ranges(words)

    def of(name: str) -> NDArray[np.float64]:
        each = modifiers[name]
        return np.array([float(each[str(k)]) for k in range(RANGES)])[number]

    adc = (words & 0x3FFF).astype(np.float64) * 4
    plain = (adc - of("O")) * (ADC_VOLTS / of("R"))
    current = of("UG") * (plain * (of("GS") * plain + of("GI")) + of("S") * volts + of("I"))
    return filtered(current, number)


def filtered(current: NDArray[np.float64], number: NDArray[np.int64]) -> NDArray[np.float64]:
    """The rolling mean in place of the samples that follow a change of range."""
    index = np.arange(len(current))
    changed = np.flatnonzero(np.diff(number)) + 1
    if not len(changed):
        return current
    last = np.full(len(current), -SPIKE - 1)
    last[changed] = changed
    since = index - np.maximum.accumulate(last)
    spike = since < SPIKE
    skipped = (number == 4) & (since < 2)
    kept = ~skipped
    position = np.maximum(np.cumsum(kept) - 1, 0)
    out = current.copy()
    for weight, wanted in ((ALPHA, spike & (number != 4)), (ALPHA_4, spike & (number == 4))):
        values = current[kept]
        begin = [(1 - weight) * values[0]]
        mean, _ = lfilter([weight], [1, weight - 1], values, zi=begin)
        out[wanted] = mean[position[wanted]]
    return out
