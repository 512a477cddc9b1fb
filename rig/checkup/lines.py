"""DTR and RTS of a mute board: on some they hold it in reset, or in its bootloader."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rig.bench import BoardEntry
from rig.board.arriving import IN_ROM, Patience, arrive
from rig.board.board import Board
from rig.board.link import Link
from rig.board.port import Disconnected, Lines, Silence
from rig.checkup.finding import Finding
from rig.errors import LooprigError

POLARITIES = (Lines(False, False), Lines(True, False), Lines(False, True), Lines(True, True))
TRY = Patience(3.0, 3.0)


def check_lines(about: str, board: Board, entry: BoardEntry) -> Iterator[Finding]:
    """Findings on a board that said nothing, or that it waits for a download: whether it speaks
    with its lines set another way (micropython 17517; ESP32-MPY-Jama 41: a CH340 with an
    ESP32-CAM runs only with both off)."""
    if board.port.startswith("socket://") or (board.seen and not IN_ROM.search(board.seen)):
        return
    before = board.lines if board.lines != Lines() else Lines(True, True)
    for lines in POLARITIES:
        if lines == before:
            continue
        with contextlib.suppress(Silence, Disconnected, LooprigError):
            link = Link(board.port, entry.baudrate, lines)
            try:
                arrive(link, TRY.scaled(board.deadline_scale), board.deadline_scale)
            finally:
                link.close()
            words = f"dtr = {str(lines.dtr).lower()} and rts = {str(lines.rts).lower()}"
            what = f"it speaks once its port is opened with {words}"
            yield Finding(about, "DTR and RTS", False, what, f"{words} in its bench table")
            return
