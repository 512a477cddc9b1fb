"""Asking somebody at the terminal for what the rig cannot do: to unplug a board."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

REPLUG_S = 60.0
"""To read it, find the cable and plug it in again; there may be nobody after all."""


def somebody() -> bool:
    """Whether there is somebody to ask: standard input and the messages are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


@contextlib.contextmanager
def asking(board: str, port: str) -> Iterator[float]:
    """Ask for the board to be unplugged and plugged in; the `time.monotonic` instant until which to
    wait for it. What came of it is said at the end."""
    tell(
        f"board {board} ({port}) is stuck, and it has no power switch: unplug it and plug it in "
        f"again. Waiting {REPLUG_S:.0f} s; after that it is lost."
    )
    try:
        yield time.monotonic() + REPLUG_S
    except Exception:
        tell(f"board {board} did not come back: it is lost, and the others go on")
        raise
    tell(f"board {board} is back: going on")


def tell(text: str) -> None:
    """A line on the terminal itself: pytest holds what is printed, and a worker has no other."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"\r\x1b[K{text}\r\n")
        sys.__stderr__.flush()
