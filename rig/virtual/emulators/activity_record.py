"""When a core ran and when it waited, for emulators written in Python."""

from __future__ import annotations

from array import array
from typing import Any

KEPT_BINS = 50_000_000


class ActivityRecord:
    """Fed with the instants of the emulated clock at which a core stops or starts to run."""

    def __init__(self) -> None:
        self.since = self.active = 0.0
        self.start = self.every = 0.0
        self.bins = array("d")

    def ran_until(self, now: float) -> None:
        """The core ran up to this instant, since the last one told."""
        ran_from, self.since = self.since, now
        self.active += now - ran_from
        if not self.every:
            return
        at = max(ran_from, self.start)
        while at < now:
            number = int((at - self.start) // self.every)
            if number >= KEPT_BINS:
                return
            edge = min(self.start + (number + 1) * self.every, now)
            self.bins.extend([0.0] * (number + 1 - len(self.bins)))
            self.bins[number] += edge - at
            at = edge if edge > at else now

    def rested_until(self, now: float) -> None:
        """It waited up to this instant."""
        self.since = now

    def answer(self, asked: dict[str, Any], now: float) -> dict[str, Any]:
        """To `now`, `record` and `recorded`."""
        match asked["ask"]:
            case "now":
                return {"nanos": now, "active_nanos": self.active}
            case "record":
                self.start, self.every = now, float(asked["every_nanos"])
                self.bins = array("d")
                return {"nanos": now}
            case "recorded" if self.every:
                count = int((now - self.start) // self.every)
                bins = [round(nanos) for nanos in self.bins[:count]]
                bins += [0] * (count - len(bins))
                return {"nanos": self.start, "every_nanos": self.every, "active": bins}
        return {"error": "ask one of now, record, recorded, pace"}
