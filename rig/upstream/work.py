"""What the boards of a kind have still to run of the suite, dealt out one test at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future


class Work:
    """One kind's tests; its boards, a thread each, take them in turn."""

    def __init__(self, boards: int) -> None:
        self.boards = boards  # that live
        self.tests: deque[str] | None = None
        self.expected: dict[str, Future[str]] = {}  # what each should print
        self.running = 0
        self.changed = threading.Condition()

    def plan(
        self,
        tests: Callable[[], Iterable[str]],
        runs: Callable[[str], bool],
        ask: Callable[[str], Future[str]],
    ) -> None:
        """Say what there is to run, and `ask` what each test that `runs` should print. The first
        board's word counts, for they are of a kind."""
        with self.changed:
            if self.tests is None:
                self.tests = deque(tests())
                self.expected.update({name: ask(name) for name in self.tests if runs(name)})

    def take(self) -> str | None:
        """The next test. None when each has been run: one that is running elsewhere may yet come
        back, and is waited for."""
        with self.changed:
            while not self.tests and self.running:
                self.changed.wait()
            if not self.tests:
                return None
            self.running += 1
            return self.tests.popleft()

    def done(self) -> None:
        """A test that was taken has its result, or has been given back."""
        with self.changed:
            self.running -= 1
            self.changed.notify_all()

    def give_back(self, test: str) -> bool:
        """Whether other boards take over a test that a lost board could not begin, and all that
        is left."""
        with self.changed:
            if self.boards == 1:
                return False
            assert self.tests is not None
            self.boards -= 1
            self.tests.appendleft(test)
            return True

    def leave(self) -> None:
        """A board can run no more, by the rig's own fault."""
        with self.changed:
            self.boards -= 1
