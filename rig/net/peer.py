"""The host as the other end of one board's network: server, client, and judge's witness.

    with peer.serving(doing) as there:
        board.run(..., host=peer.host, port=there.port)
    there.told

`doing` is given a Line for each connection that the board makes, in a thread of its own. Every wait
of it ends at the peer's deadline, or when the `with` ends: a board that hangs holds up nobody.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from rig.errors import RigError, Unsupported
from rig.net.line import Line, deafen
from rig.networks import NetworkStation

Doing = Callable[[Line], None]
DEADLINE_S = 10.0
"""For one wait of the host's, in board seconds: as long as a device test may take."""
LEAVE_S = 5.0
"""For a thread whose sockets were closed under it to come to its end."""


class Peer:
    """Reaches one board, and is reached by it."""

    def __init__(self, network: NetworkStation, scale: float = 1.0) -> None:
        self.host, self.board = network.host, network.board
        self.cable = network.cable
        self.deadline_s = DEADLINE_S * scale

    def new_socket(self) -> socket.socket:
        """A new TCP socket on the board's network. Raises RigError where a virtual board's holder
        gives none."""
        if not self.cable:
            made = socket.socket(socket.AF_INET)
        else:
            try:
                with socket.socket(socket.AF_UNIX) as asked:
                    asked.settimeout(self.deadline_s)
                    asked.connect(self.cable)
                    _, fds, _, _ = socket.recv_fds(asked, 1, 1)
                made = socket.socket(fileno=fds[0])
            except (OSError, IndexError) as error:
                raise RigError(f"the virtual board's network gives no socket: {error}") from error
        made.settimeout(self.deadline_s)
        return made

    def listen(self, port: int = 0, backlog: int = 8, window: int = 0) -> socket.socket:
        """A listening socket at the host's address. `window`: bytes that the kernel takes for each
        connection before somebody reads. Raises OSError."""
        made = self.new_socket()
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if window:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            made.bind((self.host, port))
            made.listen(backlog)
        except BaseException:
            made.close()
            raise
        return made

    def call(self, port: int, board: str = "") -> socket.socket:
        """Connect to a port of the board's. Raises OSError."""
        made = self.new_socket()
        try:
            made.bind((self.host, 0))
            made.connect((board or self.board, port))
        except BaseException:
            made.close()
            raise
        return made

    @contextlib.contextmanager
    def serving(self, doing: Doing, *, window: int = 0, deaf: bool = False) -> Iterator[Serving]:
        """A server for as long as the context lasts. A `deaf` one is not there for who connects:
        no answer comes, not even a refusal. Raises RigError for what was wrong with `doing`."""
        try:
            listener = self.listen(window=window)
        except OSError as error:
            hint = 'is host = "…" of the board\'s network table an address of this machine?'
            raise RigError(f"this machine cannot listen at {self.host}: {error}", hint) from error
        serving, ended = Serving(self, listener, doing), False
        try:
            if deaf:
                deafen(listener)
            serving.start()
            yield serving
            ended = True
        finally:
            serving.stop(ended)
        if serving.unsupported:
            raise serving.unsupported
        if serving.trouble:
            raise RigError(f"the host's side of the test failed: {serving.trouble}")


class Serving:
    """A listening socket, and a thread for each connection."""

    def __init__(self, peer: Peer, listener: socket.socket, doing: Doing) -> None:
        self.peer, self.listener, self.doing = peer, listener, doing
        self.port = int(listener.getsockname()[1])
        self.told: list[tuple[Any, ...]] = []  # what `doing` saw, and how it failed
        self.trouble = ""
        self.unsupported: Unsupported | None = None  # what this host cannot do
        self.lock = threading.RLock()
        self.lines: list[Line] = []
        self.threads: list[threading.Thread] = []
        self.stopped = False

    def values(self, name: str) -> list[Any]:
        """What was told under that name: the bare value of one datum, else a tuple."""
        return [rest[0] if len(rest) == 1 else tuple(rest) for n, *rest in self.told if n == name]

    def start(self) -> None:
        self.listener.settimeout(0)
        self._spawn(self._accept)

    def _spawn(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()  # first: who stops joins every thread of the list
        self.threads.append(thread)

    def _accept(self) -> None:
        while True:
            # not every system ends a wait for a listener by its shutdown
            select.select([self.listener], [], [], LOOK_S)
            with self.lock:
                if self.stopped:
                    return
                self._take()

    def _take(self) -> None:
        """Serve every connection that has come. With the lock held."""
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:  # there is none
                return
            sock.settimeout(self.peer.deadline_s)
            try:
                line = self._line(sock)
            except OSError as error:  # it is gone again
                self.told.append(("failed", type(error).__name__))
                continue
            try:
                self._spawn(self._serve, line)
            except (RuntimeError, MemoryError) as error:  # no further thread: no fault of a board
                self.trouble = self.trouble or str(error) or "out of memory"
                line.close()

    def _keep(self, line: Line) -> None:
        """Remember the line, to be closed at the end. Raises OSError where that has come."""
        with self.lock:
            if self.stopped:
                line.close()
                raise ConnectionAbortedError
            line.told = self.told
            self.lines.append(line)

    def _line(self, sock: socket.socket) -> Line:
        board = str(sock.getpeername()[0])

        def call(port: int) -> Line:
            return self._line(self.peer.call(port, board))

        line = Line(sock, call, lambda: self.stopped)
        self._keep(line)
        return line

    def _serve(self, line: Line) -> None:
        try:
            self.doing(line)
            if not line.vanished:
                line.close()
        except OSError as error:  # of the connection, which is what is looked at
            if not self.stopped:
                self.told.append(("failed", type(error).__name__))
        except Unsupported as error:
            self.unsupported = error
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"

    def _unread(self) -> bool:
        """Whether a connection holds something that nobody has read: data, or its end."""
        socks = [line.sock for line in self.lines if line.sock.fileno() >= 0]
        try:
            return bool(socks and select.select(socks, [], [], 0)[0])
        except (OSError, ValueError):  # one was closed meanwhile
            return True

    def stop(self, ended: bool = True) -> None:
        """Close everything, and see that the threads end. `ended`: the board's script did, and so
        it is known whether the board ends what it has closed."""
        with self.lock:
            self._take()  # came before the script ended, and this machine was too busy to notice
            self.stopped = True
        _wake(self.listener)
        # What is being done at the other end of a script that ended, ends by itself: the board's
        # reset, or its close, closes the connection. What does not, is ended here; but not while
        # there is something to read, which only a host that is busy elsewhere leaves so long, nor
        # while the board's end is what is waited for: on a lossy network that may be sent again.
        until, quiet = time.monotonic() + self.peer.deadline_s, 0
        while time.monotonic() < until:
            if quiet >= 2 and not (ended and any(line.reads_on for line in self.lines)):
                break
            for thread in self.threads[1:]:
                thread.join(LINGER_S)
            if not any(thread.is_alive() for thread in self.threads[1:]):
                break
            quiet = 0 if self._unread() else quiet + 1
        for line in self.lines:
            line.cut = True
            _wake(line.sock)
        for thread in self.threads:
            thread.join(LEAVE_S)
            if thread.is_alive() and not self.trouble:
                self.trouble = "it does not come to its end"
        self.listener.close()
        for line in self.lines:
            line.close()


LOOK_S = 0.5
"""How often a listening thread looks whether the test is over, where nothing wakes it."""
LINGER_S = 0.25
"""A connection where nothing came for twice so long has nothing more to be read."""


def _wake(sock: socket.socket) -> None:
    """End what a thread waits for. It is not closed under it: the next socket of this process could
    have its number by then, and the thread would wait for that."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
