"""When a process was active, from how much of that the kernel had credited it with at each look.

The kernel brings the time of a running process up to date at scheduler ticks, and when it leaves
the CPU; so what a look finds new ended at some instant since the look before, and began as much
earlier as it is long. Nothing says when in between. But what one stretch of activity is credited
with again and again agrees on when it began: the time that it was idle until then is the same at
each, and within each look's bounds: a stretch is known as exactly as all its looks together tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Stretch:
    """One piece of activity. Before it the process was active for `first` ns, at its end for
    `last`; how long it was idle until then lies between `low` and `high`."""

    first: int
    last: int
    low: int
    high: int

    @property
    def idle(self) -> int:
        return (self.low + self.high) // 2


class Credited:
    """The curve of cumulative activity, as far as looks tell. All in nanoseconds."""

    def __init__(self, since: int) -> None:
        """`since` is the instant of the first look, where the demand is 0."""
        self.since = since
        self.looked_at, self.amount, self.before = since, 0, 0
        self.stretches: list[Stretch] = []
        self.kept_at, self.kept = since, 0.0  # settled

    def take(self, asked_at: int, seen_at: int, amount: int) -> None:
        """One look: it found `amount` in all at an instant between `asked_at` and `seen_at`. What
        is more than fits since the first look was before it."""
        self.before += max(amount - self.before - (seen_at - self.since), 0)
        amount -= self.before
        if amount > self.amount:
            new = Stretch(self.amount, amount, self.looked_at - amount, seen_at - amount)
            new.low = max(new.low, self.since)
            self._add(new)
            self.amount = amount
        self.looked_at = asked_at

    def _add(self, new: Stretch) -> None:
        """Behind the last, whose own it is where one idle time fits both; what begins before the
        last has ended, because it was credited late, takes that with it."""
        while self.stretches and new.low <= self.stretches[-1].high:
            last = self.stretches.pop()
            new.first = last.first
            new.high = min(new.high, last.high)
            new.low = min(max(new.low, last.low), new.high)
        self.stretches.append(new)

    def settle(self, until: int) -> None:
        """What happened before `until` has been told on: it is not moved any more."""
        self.kept_at, self.kept = until, float(self.active(np.array([until]))[0])
        for each in self.stretches:
            if each.first + each.idle < until:
                each.low = each.high = each.idle
        while len(self.stretches) > 1 and self.stretches[1].first + self.stretches[1].idle < until:
            del self.stretches[0]

    def active(self, instants: NDArray[Any]) -> NDArray[np.float64]:
        """How long the process was active until each instant, shape (n,)."""
        at, total = [self.since], [self.stretches[0].first if self.stretches else self.amount]
        for each in self.stretches:
            at += [max(each.first + each.idle, at[-1]), max(each.last + each.idle, at[-1])]
            total += [each.first, each.last]
        found = np.maximum(np.interp(instants, at, total), self.kept)
        return np.asarray(np.where(instants < self.kept_at + 1, self.kept, found))
