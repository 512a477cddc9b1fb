"""Signals, while there is something to put away."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM and a closed terminal end a command as Ctrl-C does: all that it has is given back.

    Before and after, a Ctrl-C ends the process at once (rig/start.py).
    """
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def interrupt(*_: object) -> None:
        for number in numbers[1:]:
            signal.signal(number, signal.SIG_IGN)  # a second one must not end the cleaning up
        raise KeyboardInterrupt

    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # nohup
            by_hand = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if by_hand else interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
