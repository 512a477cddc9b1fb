"""What came of pushing one device test to one board."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Ended(StrEnum):
    """How an execution ended."""

    FINISHED = "finished"  # the counted end event and the REPL's end marks were both seen
    RAISED = "raised"  # an exception left the script; `traceback` holds it
    TIMED_OUT = "timed-out"  # the deadline passed: the board hung, or is too slow
    CRASHED = "crashed"  # the board rebooted or reset itself in mid-test
    DISCONNECTED = "disconnected"  # the port went away


@dataclass(frozen=True, slots=True)
class Event:
    """One record that a device test emitted.

    `us` is the board's own clock in microseconds since the execution's first event,
    unwrapped; `data` holds what the script passed, as plain Python values; `heard_s` is the
    host's clock (`time.monotonic`) when it arrived.
    """

    name: str
    us: int
    data: tuple[Any, ...] = ()
    heard_s: float = field(default=0.0, compare=False)


@dataclass(slots=True, repr=False)
class Execution:
    """The events, other output and end of one device test on one board.

    Times ending in `_s` are seconds of the host's clock; event times are the board's.
    `damage` lists what was wrong with the event stream (a gap, a bad checksum, a missing end):
    an execution with damage can never support a verdict.
    """

    device_test: str
    board: str
    ended: Ended = Ended.FINISHED
    params: dict[str, Any] = field(default_factory=dict)  # what the script was given
    prefix: str = ""  # the script that went before it
    hosted: bool = False  # the host took part: it typed, or was the other end
    events: list[Event] = field(default_factory=list)
    output: str = ""
    dropped: int = 0  # bytes of output that were not kept
    traceback: str = ""
    no_room: bool = False  # the board has not the memory to compile it: none of it ran
    lost: bool = False  # bytes of the program were lost on the way to the board: none of it ran
    how: str = ""  # one sentence for an end that is not `finished`
    damage: list[str] = field(default_factory=list)
    missing: str = ""  # of the overlay that was to stand first on its path; then there is damage
    recovery: list[str] = field(default_factory=list)
    woken: bool = False  # it hung until the rig, after its deadline, sent something
    own_time: bool = False  # the board's clock has a pace of its own: an emulator's
    away: int = 0  # times the port went away in a sleep that was known to take it
    bytes_sent: int = 0
    bytes_received: int = 0
    reset_s: float = 0.0
    upload_s: float = 0.0
    run_s: float = 0.0

    def __repr__(self) -> str:  # short: it stands in the explanation of a failing assertion
        return f"<{self.device_test} on {self.board}: {self.ended}, {len(self.events)} events>"

    @property
    def names(self) -> list[str]:
        """The events' names, in the order the board emitted them."""
        return [event.name for event in self.events]

    def all(self, name: str) -> list[Event]:
        """Every event of that name, in order."""
        return [event for event in self.events if event.name == name]

    def one(self, name: str) -> Event:
        """The only event of that name.

        Raises AssertionError, which is a divergence, when there is none or more than one.
        """
        found = self.all(name)
        if len(found) != 1:  # no assert: Python may leave that out (-O)
            raise AssertionError(f"expected one {name!r} event, the board emitted {len(found)}")
        return found[0]

    def values(self, name: str) -> list[Any]:
        """The data of every event of that name: the bare value of a single datum, else a tuple."""
        return [e.data[0] if len(e.data) == 1 else e.data for e in self.all(name)]

    def value(self, name: str) -> Any:
        """The data of the only event of that name, as `values` gives it. Raises as `one` does."""
        data = self.one(name).data
        return data[0] if len(data) == 1 else data

    def ms_between(self, first: str, second: str) -> float:
        """Board milliseconds from the only `first` event to the only `second` one."""
        return (self.one(second).us - self.one(first).us) / 1000
