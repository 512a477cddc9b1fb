"""`looprig virtual`: virtual boards and their meters, for any other tool to use."""

from __future__ import annotations

import signal

from rig.answers.answer import tell
from rig.answers.setting_up import PlayedBoard, Virtual
from rig.bench import OPTIONS, Bench
from rig.errors import UsageError, nearest
from rig.stations import Station, attach
from rig.terminable import terminable

KINDS = ("virtual", "cpython")


def virtual(boards: int, kind: str, meter_options: list[str], as_json: bool = False) -> int:
    """Start them, say how to reach each, and keep them until Ctrl-C or SIGTERM."""
    options = dict(map(option, meter_options))
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
            # shared: it is others who open it, and an instrument talks to one at a time
            "meter": {"virtual": {"kind": "virtual", "shared": True, "options": options}},
        }
    )
    with terminable(), attach(bench) as stations:
        if as_json:
            tell(Virtual(boards=[told(station) for station in stations]))
            wait_for_signal()
            return 0
        for station in stations:
            print(f"{station.name}")
            print(f"  port         {station.port}")
            if station.meter:
                print(f"  meter        {station.meter.resource}  (modelled current)")
            print(f"  power cycle  {station.power_cycle}")
        print("ready; Ctrl-C ends them", flush=True)
        wait_for_signal()
    return 0


def told(station: Station) -> PlayedBoard:
    """For programs."""
    return PlayedBoard(
        name=station.name,
        port=station.port,
        meter=station.meter.resource if station.meter else "",
        power_cycle=station.power_cycle,
    )


def option(word: str) -> tuple[str, str]:
    """KEY and VALUE of one option of the meters; raises UsageError for no such option."""
    key, _, value = word.partition("=")
    if not key.strip() or not value.strip():
        raise UsageError(f"--meter-option {word}: no KEY=VALUE", "noise=0.0001, for one")
    if key not in OPTIONS["virtual"]:
        raise UsageError(f"--meter-option {word}: no such option", nearest(key, OPTIONS["virtual"]))
    return key, value


def wait_for_signal() -> None:
    """Until SIGINT, SIGTERM or SIGHUP."""
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return
