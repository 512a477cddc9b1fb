"""Starting what a bench plays: virtual and emulated boards, and the virtual meters on them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rig.bench import Bench, BoardEntry
from rig.errors import LooprigError, RigError
from rig.virtual.board import VirtualBoard

if TYPE_CHECKING:
    from rig.virtual.emulated import EmulatedBoard

    Played = VirtualBoard | EmulatedBoard


Lost = dict[str, LooprigError]
"""Why a board cannot be had, by its name."""


@contextlib.contextmanager
def losing(name: str, lost: Lost | None) -> Iterator[None]:
    """What goes wrong here costs this board only: it is kept in `lost`, or raised without one."""
    try:
        yield
    except LooprigError as error:
        if lost is None:
            raise
        lost[name] = error


def started(
    bench: Bench, folder: Path, stack: contextlib.ExitStack, power: bool, lost: Lost | None
) -> dict[str, tuple[Played, str]]:
    """Start boards that are played and their meters, all at once, then wait for each.

    Each board that is ready, with its meter's VISA name, '' for none. They end with the stack. One
    that does not start goes into `lost`; without one, it raises RigError or UsageError.
    """
    boards: dict[str, Played] = {}
    for name, entry in bench.board.items():
        if entry.kind != "serial":
            with losing(name, lost):
                boards[name] = board = _played(bench, name, folder)
                stack.callback(board.stop)
    for name, board in list(boards.items()):
        with losing(name, lost):
            board.wait_ready()
    boards = {name: board for name, board in boards.items() if name not in (lost or {})}
    meters = _virtual_meters(bench, boards, stack, power, lost)
    return {
        name: (board, meters.get(name, ""))
        for name, board in boards.items()
        if name not in (lost or {})
    }


def _played(bench: Bench, name: str, folder: Path) -> Played:
    """A virtual or emulated board, started; raises RigError or UsageError."""
    entry = bench.board[name]
    if entry.kind == "emulated":
        from rig.virtual import releases
        from rig.virtual.emulated import EmulatedBoard

        firmware = releases.resolve(entry.firmware)
        return EmulatedBoard(name, firmware, entry.emulator, folder, entry.wires)
    interpreter = entry.firmware or ("cpython" if entry.kind == "cpython" else "micropython")
    if os.sep in interpreter:  # a path, from where the bench file is
        interpreter = str((Path(bench.path).parent / interpreter).resolve())
    return VirtualBoard(
        name,
        interpreter,
        folder,
        entry.heap,
        entry.file_system,
        entry.network.reaches if entry.network else "own",
        _is_fed(bench, entry),
    )


def _is_fed(bench: Bench, entry: BoardEntry) -> bool:
    """Whether a virtual board lives on the power of its virtual meter."""
    meter = bench.meter.get(entry.meter)
    return bool(meter and meter.kind == "virtual" and meter.feeds)


def _virtual_meters(
    bench: Bench,
    boards: Mapping[str, Played],
    stack: contextlib.ExitStack,
    power: bool,
    lost: Lost | None,
) -> dict[str, str]:
    """A virtual meter for each virtual board that names one: board to VISA name."""
    measured = {
        name: entry
        for name in boards
        if (entry := bench.meter.get(bench.board[name].meter))
        and entry.kind == "virtual"
        and (power or entry.supplies)
    }
    if not measured:
        return {}
    from rig.virtual.meter import VirtualMeter, available

    if not available():
        print(
            "virtual meters need Linux and its scheduler statistics: power is not measured here",
            file=sys.stderr,
        )
        return {}
    meters = {}
    for name, entry in measured.items():
        if not (boards[name].activity or boards[name].pid_file.exists()):
            with losing(name, lost):
                raise RigError(
                    f"emulated board {name}: its emulator says neither activity nor thread, so "
                    "that no current can be told",
                    f"leave meter out of [board.{name}], or see docs/adding-an-emulator.md",
                )
            continue
        meters[name] = meter = VirtualMeter(
            boards[name].pid_file,
            entry.options,
            feeds=boards[name].supply,
            activity=boards[name].activity,
        )
        stack.callback(meter.stop)
    resources = {}
    for name, meter in meters.items():
        with losing(name, lost):
            resources[name] = meter.wait_ready()
    return resources
