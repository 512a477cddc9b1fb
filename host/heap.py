"""What a script keeps on the board's heap.

A collector that takes any word for a reference (MicroPython's py/gc.c looks at all of the stack
and of each object) keeps something by chance, with all that it leads to, and on a board whose
memory is the same in each execution it does so each time. What is really held is held wherever
things lie: each execution has its own elsewhere, by what it puts on the heap before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

A_FEW_WORDS = 1024
"""Bytes that may be kept for words that look like references: one task's worth
(`resource.memory-per-task`), however many there have been."""
LEAK_BYTES = 16
"""The smallest block of any port's heap: a leak loses at least one each time."""
ELSEWHERE = "elsewhere"
"""In front of a device test that is told how many lie aside."""
PLACES = 3
ASIDE = 100
"""Empty lists, of two blocks each: more than 3 kB."""


def aside(number: int) -> int:
    """How many empty lists the script makes first, in an execution with this number."""
    return number % PLACES * ASIDE


def may_keep(connections: int) -> int:
    """Bytes that so many connections between two looks may leave, both ends of each on the board:
    less than a block of each."""
    return max(A_FEW_WORDS, LEAK_BYTES * 2 * connections)


def grown(used: Sequence[int]) -> int:
    """Bytes by which the heap grew after the first look, at which what is made once was made."""
    assert len(used) >= 3
    return min(used[-2:]) - max(used[:2])


def least_kept(live: Callable[[int], int], most: int) -> int:
    """Bytes kept by the execution that keeps least, of as many as there are places; none follows
    one that keeps less than `most`. `live` takes what `aside` gives."""
    kept = live(aside(0))
    for number in range(1, PLACES):
        if kept < most:
            break
        kept = min(kept, live(aside(number)))
    return kept
