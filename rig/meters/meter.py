"""What every meter is to the rig, whatever it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from rig.meters.accuracy import Accuracy
from rig.meters.samples import Samples


@dataclass(frozen=True, slots=True)
class Plan:
    """What a meter agreed to do: it may take samples slower than asked, never faster."""

    interval_s: float
    count: int
    range_a: float | None = None


class Meter(Protocol):
    """Arm it, let the board do its work, fetch.

    Opening it sets function and range, once; arming touches neither, for either may open the
    circuit that the board lives on.
    """

    name: str
    source: Literal["modelled", "measured"]
    max_rate_hz: float
    waveform: bool  # False: it yields means only, too slow to judge a wait by its shape
    accuracy: Accuracy

    def identify(self) -> str:
        """Who it is, in its own words."""
        ...

    def powers(self) -> str:
        """Why the board behind it has no power, as far as the meter can tell; '' for nothing
        wrong. Raises RigError where it does not answer any more."""
        ...

    def arm(self, duration_s: float, rate_hz: float) -> Plan:
        """Start acquiring at about `rate_hz`, for at most `duration_s`; returns once it runs."""
        ...

    def fetch(self) -> Samples:
        """End the acquisition where the meter can, and return what was taken."""
        ...

    def close(self) -> None:
        """Give it back: what the rig switched on is switched off, nothing else is touched."""
        ...
