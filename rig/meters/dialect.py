"""What a dialect is: a few lines of one maker's SCPI, and how the right one is found."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Sequence
from functools import cache

from rig.errors import RigError, nearest
from rig.meters import dialects
from rig.meters.accuracy import UNSTATED, Accuracy
from rig.meters.meter import Plan
from rig.meters.samples import Samples
from rig.meters.visa import Session

FETCH_S = 10.0
"""An instrument may take so long to answer a fetch, and between two pieces of its answer."""


class Base:
    """Prepares, configures, starts and fetches, over one session. Override these, and `IDN`."""

    IDN = re.compile(r"(?!)")  # matches the whole answer to *IDN?
    MAX_RATE_HZ = 1000.0
    WAVEFORM = True  # False for a meter too slow to show a wait's shape
    GAPLESS = False  # by its manual a sample is the mean of all that was since the last
    DEFAULT_RANGE_A = 0.1
    TRIGGERED = False  # it can be told to start by a wire
    ACCURACY = UNSTATED
    SUPPLIES = False  # it has an output of its own, which feeds the board
    SETS_AGAIN = False  # it cannot ask for function and range, and sets both in each new session
    INTERRUPTS = ""  # why it cannot be armed without touching function or range; '' where it can
    CHANNELS = 0  # how many outputs or inputs can be chosen from; 0 where there is only one

    def __init__(
        self,
        session: Session,
        range_a: float | None = None,
        trigger: str = "",
        channel: int | None = None,
    ) -> None:
        """`trigger` names the input that starts an acquisition, empty for none; `channel` is the
        output or input the board hangs on, counted from 1."""
        if channel is not None and channel > self.CHANNELS:
            has = f"channels 1 to {self.CHANNELS}" if self.CHANNELS else "no channels to choose"
            raise RigError(
                f"the meter {session.resource} has {has}, not channel {channel}",
                "mend `channel` in the bench file, or leave it out",
            )
        if trigger and not self.TRIGGERED:
            raise RigError(
                f"the dialect of {session.resource} knows no trigger input",
                "leave `trigger` out: a capture finds its own frame",
            )
        self.trigger = trigger
        self.session = session
        self.range_a = range_a or self.DEFAULT_RANGE_A
        self.channel = channel

    def smallest_range(self, ranges: Sequence[float]) -> float:
        """The smallest of its ranges that holds the one asked for.

        For instruments that take only the values of their own list, or round others to it in
        a way their manual does not say.
        """
        fitting = [r for r in sorted(ranges) if r >= self.range_a * 0.999]
        if not fitting:
            raise RigError(
                f"the largest current range of {self.session.resource} is {max(ranges):g} A",
                "mend `range` in the bench file",
            )
        return fitting[0]

    def accuracy(self, identity: str) -> Accuracy:
        """Its maker's figures, for the model that answered *IDN?."""
        return self.ACCURACY

    def settle(self) -> None:
        """Wait until every setting has been taken."""
        self.session.sync()

    def prepare(self) -> None:
        """Set function and range, once, and only where they are not what they should be: either
        may open the circuit, and a session may find the instrument as the last one left it."""

    def output(self) -> bool:
        """Whether the output of one that supplies is on."""
        return True

    def switch_on(self, volts: float) -> None:
        """Set the voltage and switch the output on: the bench file named it."""
        raise NotImplementedError

    def switch_off(self) -> None:
        """Switch the output off again."""
        raise NotImplementedError

    def configure(self, duration_s: float, rate_hz: float) -> Plan:
        """Set count, timer and trigger, ready to start; what it can do of what was asked."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin taking samples."""
        raise NotImplementedError

    def started(self) -> None:
        """Wait until samples are being taken. Asking for errors does that, and does not wait for
        the acquisition to end, as *OPC? would."""
        self.session.check("being started")

    def fetch(self, plan: Plan) -> Samples:
        """End early where the meter can, and return every sample taken."""
        raise NotImplementedError


def same(answer: str, value: float) -> bool:
    """Whether an answer is that number, as instruments round it."""
    try:
        return abs(float(answer) - value) <= 1e-3 * abs(value)
    except ValueError:
        return False


@cache
def known() -> dict[str, type[Base]]:
    """Every dialect by its file's name."""
    found = {}
    for module in pkgutil.iter_modules(dialects.__path__):
        loaded = importlib.import_module(f"{dialects.__name__}.{module.name}")
        found[module.name.replace("_", "-")] = loaded.Dialect
    return found


def choose(identity: str, named: str = "") -> tuple[str, type[Base]]:
    """The dialect the bench names, or the one whose pattern fits the answer to *IDN?.

    The generic one, which reads one value at a time, is for whatever fits none.
    """
    all_known = known()
    if named:
        if named not in all_known:
            raise RigError(f"there is no dialect {named!r}", nearest(named, list(all_known)))
        return named, all_known[named]
    for name, dialect in all_known.items():
        if dialect.IDN.search(identity):
            return name, dialect
    return "generic", all_known["generic"]
