"""Meters named to `looprig init`: opened first, as a run would, for a board may live on them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from rig.entries import KEPT_OPEN, MeterKind
from rig.errors import LooprigError, UsageError
from rig.fitting import visa_name
from rig.holding import ABSENT_S, LOOK_S, await_port
from rig.ports import attached
from rig.units import volts


def kind_of(name: str) -> tuple[MeterKind, str]:
    """(kind, resource) of `ppk2:/dev/ttyACM3`, `joulescope:` or a VISA name."""
    for kind in KEPT_OPEN:
        if name == kind or name.startswith(f"{kind}:"):
            return kind, name.partition(":")[2]
    return "visa", name


@contextlib.contextmanager
def opened(names: Sequence[str], voltage: str, ports: Sequence[str]) -> Iterator[dict[str, str]]:
    """The identity of each meter, open meanwhile; what `voltage` switched on is off again after.

    Raises UsageError for a name that is none, before anything is opened; RigError for one that
    does not answer, or that names no voltage where it needs one.
    """
    from rig.meters.opening import open_meter

    try:
        named = volts(voltage) if voltage else None
    except ValueError as error:
        raise UsageError(f"--voltage {error}", "what the board may be given") from error
    for name in names:
        kind, resource = kind_of(name)
        if kind == "visa":
            visa_name(f"--meter {name}", resource)
    before = {port.device for port in attached()}
    said: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for name in names:
            kind, resource = kind_of(name)
            try:
                meter = open_meter(kind, resource, voltage=named if kind in KEPT_OPEN else None)
            except LooprigError:
                if kind in KEPT_OPEN or named is None:
                    raise
                meter = open_meter(kind, resource, voltage=named)  # a supply that is off
            stack.callback(meter.close)
            said[name] = meter.identify()
        for port in ports if said else ():
            await_port(port)
        deadline = time.monotonic() + (ABSENT_S if voltage and not ports else 0)
        while time.monotonic() < deadline and {port.device for port in attached()} <= before:
            time.sleep(LOOK_S)  # a poll: the system tells nobody of a new port
        yield said
