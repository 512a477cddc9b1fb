"""Signals, while there is something to put away."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def broken_off(numbers: Sequence[int]) -> Callable[..., None]:
    """A handler that ends what runs as a Ctrl-C does, so that all that it has is given back; a
    second signal, of these, must not end that."""

    def interrupt(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    return interrupt


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM and a closed terminal end a command as Ctrl-C does: all that it has is given back.

    Before and after, a Ctrl-C ends the process at once (rig/start.py).
    """
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    interrupt = broken_off(numbers[1:])
    for number in numbers:
        if before[number] is not signal.SIG_IGN:  # nohup
            by_hand = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if by_hand else interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
