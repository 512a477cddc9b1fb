"""`looprig virtual`: virtual boards and their meters, for any other tool to use."""

from __future__ import annotations

import signal
from types import FrameType

from rig.bench import Bench
from rig.errors import UsageError, nearest
from rig.stations import attach

KINDS = ("virtual", "cpython")


def virtual(boards: int, kind: str, options: dict[str, str]) -> int:
    """Start them, say how to reach each, and keep them until Ctrl-C or SIGTERM."""
    if not 1 <= boards <= 64:
        raise UsageError(f"--boards {boards}: from 1 to 64")
    if kind not in KINDS:
        raise UsageError(f"--kind {kind}: no such virtual board", nearest(kind, KINDS))
    names = [f"board{number}" for number in range(boards)]
    meter = {"meter": "virtual"} if kind == "virtual" else {}
    bench = Bench.model_validate(
        {
            "path": "looprig virtual",
            "board": {name: {"kind": kind, **meter} for name in names},
            "meter": {"virtual": {"kind": "virtual", "options": options}},
        }
    )
    with attach(bench) as stations:
        for station in stations:
            print(f"{station.name}")
            print(f"  port         {station.port}")
            if station.meter:
                print(f"  meter        {station.meter.resource}  (modelled current)")
            print(f"  power cycle  {station.power_cycle}")
        print("ready; Ctrl-C ends them", flush=True)
        wait_for_signal()
    return 0


def wait_for_signal() -> None:
    """Until SIGINT, SIGTERM or SIGHUP."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        while True:
            signal.pause()
    except (KeyboardInterrupt, SystemExit):
        return
