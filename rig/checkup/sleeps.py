"""The floor of a board that no profile knows: every sleep is tried, and the deepest is named."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rig.board.board import Board
from rig.checkup.finding import Finding
from rig.checkup.meters import Probe, level
from rig.errors import Inconclusive, LooprigError, Unsupported
from rig.meters.meter import Meter
from rig.power.capture import Unframed, measure

CANDIDATES = ("sleep_ms", "raw-wait", "idle", "lightsleep")
"""By rig/floors.py, the one that may take the port away last."""
WINDOW_S = 0.5
ALIKE = 1.05
"""Floors nearer to each other than that are as deep: the simpler one is taken."""


def check_sleeps(about: str, board: Board, meter: Meter, rate_hz: float) -> Iterator[Finding]:
    """Measure each sleep that the board has, and say which is the deepest that keeps the port."""
    found: dict[str, float] = {}
    for name in CANDIDATES:
        try:
            probe = Probe(board)
            taken = measure(
                probe, meter, "power/sleep", window_s=WINDOW_S, floor=name, rate_hz=rate_hz
            )[1]
        except Unframed as error:
            yield Finding(about, "floor", True, f"{name}: no pulses stand out of it ({error})")
            continue
        except (LooprigError, Inconclusive, Unsupported) as error:
            what = getattr(error, "what", "") or str(error)
            yield Finding(about, "floor", True, f"{name}: it cannot be used here ({what})")
            if board.info.lost:
                break
            continue
        found[name] = level(taken, "floor")
        yield Finding(about, "floor", True, f"{name}: {found[name] * 1e3:.3g} mA")
    if found:
        lowest = float(np.min(list(found.values())))
        name = next(each for each in found if found[each] <= lowest * ALIKE)
        mend = f'[board.{board.name}.power] floor = "{name}"'
        what = f"no profile knows it; of its sleeps that keep the port {name} is the deepest"
        yield Finding(about, "floor", False, what, mend)
