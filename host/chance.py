"""Chance that is the same everywhere: what the host tests named mixture draw their plans from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")
CHANCE = "chance"
"""The device test that has the same, to be put in front of others."""


class Chance:
    """Numbers by seed, 16 bits; device tests have the same in MicroPython."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        self.state = (self.state * 75 + 74) % 65537
        return (self.state >> 3) % count

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them."""
        return things[self.below(len(things))]
