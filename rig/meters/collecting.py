"""The stream of a meter that sends all the while: read by a thread, so that no buffer on the way
fills; decoded when the capture is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LAG_S = 0.2
"""Samples taken so long ago have arrived over USB."""
BREATH_S = 2e-3
"""Between two looks at a port: one look for each byte would take a whole CPU."""


class Collecting:
    """From its making until `ended`. `failed` is what reading ended with before its time."""

    def __init__(self, read: Callable[[], bytes], begun: Callable[[bytes], bool] = bool) -> None:
        """`read` gives what has come, nothing for a while included; `begun` says of all that came
        so far whether the stream has begun."""
        self.failed: Exception | None = None
        self.since = self.until = time.monotonic()
        self._read, self._begun = read, begun
        self._pieces: list[bytes] = []
        self._first, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def _collect(self) -> None:
        head = b""
        while not self._ending.is_set():
            try:
                data = self._read()
            except Exception as error:  # pyserial's and the libraries' own, and TypeError of a
                self.failed = error  # port that was closed meanwhile
                self._first.set()
                return
            if data:
                self.until = time.monotonic()
                self._pieces.append(data)
                if not self._first.is_set():
                    head += data
                    if self._begun(head):
                        self.since = time.monotonic()
                        self._first.set()
            self._ending.wait(BREATH_S)

    def begins(self, within_s: float) -> bool:
        """Whether the stream has begun by then; it is over where it has not."""
        if self._first.wait(within_s) and self.failed is None:
            return True
        self._ending.set()
        self._thread.join()
        return False

    def ended(self) -> tuple[bytes, float]:
        """All that came, and how many seconds of the host's clock that took, to the last of it:
        what is still on its way is not lost. What was sent before this was called is waited for."""
        self._ending.wait(LAG_S)
        self._ending.set()
        self._thread.join()
        return b"".join(self._pieces), self.until - self.since
