"""What is wired on a board: does what one end says arrive at the other?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rig.board.board import Board
from rig.checkup.boards import finished
from rig.checkup.finding import Finding
from rig.errors import RigError
from rig.wires import BoardWires

SENT = b"\x00\x55\xff\xaa"
MEND = "docs/wires.md; until then the claims that need it say nothing of this board"
SEEN = {
    (1, 0): "nothing is wired to it, for it follows its own pull",
    (0, 0): "it stays low: is it wired to ground, or the first end not a pin that can be driven?",
    (1, 1): "it stays high: is it wired to the supply?",
}
"""What an input says while low and high are driven at the other end."""


def check_wires(about: str, wires: BoardWires, board: Board) -> Iterator[Finding]:
    """Raises RigError where the board does not come to the end of it."""
    if wires.pins:
        one, other = wires.pins
        execution = finished(board.run("checkup/wires", pins=list(wires.pins), uart=None))
        named = f"{one!r} to {other!r}"
        if execution.all("raised"):
            yield _refused(about, "wire", f"machine.Pin for {named}", execution.all("raised"))
        else:
            levels = [event.data for event in execution.all("level")]
            came = {level: {seen for at, seen in levels if at == level} for level in (0, 1)}
            yield _wire(about, named, came)
    if wires.uart:
        execution = finished(
            board.run("checkup/wires", pins=None, uart=[wires.uart.id, wires.uart.ends], sent=SENT)
        )
        named = f"UART {wires.uart.id!r}"
        if execution.all("raised"):
            yield _refused(about, "UART", f"machine.{named}", execution.all("raised"))
            return
        got = execution.value("got")
        if got == SENT:
            yield Finding(about, "UART", True, f"{named}: what its TX sends arrives at its RX")
        else:
            what = f"{named}: of {SENT!r} came {got!r}" if got else f"{named}: its RX hears nothing"
            yield Finding(about, "UART", False, f"{what} of its own TX", f"wire them; {MEND}")


def unwired(wires: BoardWires, board: Board) -> dict[str, str]:
    """By feature, what is wrong with a wire: what is not wired, or by other pins than the bench
    says, is the bench's matter and never a divergence. Raises RigError where the board is lost."""
    found = {}
    parts = {"wire.pins": wires.model_copy(update={"uart": None}),
             "wire.uart": wires.model_copy(update={"pins": ()})}  # fmt: skip
    for feature, part in parts.items():
        try:
            wrong = [one.what for one in check_wires("", part, board) if not one.well]
        except RigError as error:
            if board.info.lost:
                raise
            wrong = [error.what]
        if wrong:
            found[feature] = f"wires: {wrong[0]}"
    return found


def _wire(about: str, named: str, came: dict[int, set[int]]) -> Finding:
    if came == {0: {0}, 1: {1}}:
        return Finding(about, "wire", True, f"{named}: low and high arrive")
    steady = all(len(seen) == 1 for seen in came.values())
    seen = (min(came[0], default=-1), min(came[1], default=-1))
    why = SEEN.get(seen, "") if steady else "it says now this, now that: is the wire loose?"
    return Finding(about, "wire", False, f"{named}: at the second pin {why}", f"wire them; {MEND}")


def _refused(about: str, check: str, what: str, raised: list[Any]) -> Finding:
    kind, text = raised[0].data
    mend = "name them as this port's documentation does, or mend [board.NAME.wires]"
    return Finding(about, check, False, f"{what} raises {kind}: {text}", mend)
