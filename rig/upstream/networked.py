"""MicroPython's own network tests on one board, with the host for the servers that they name.

`net_hosted` and `net_inet` name micropython.org and others. The host answers for them, by a module
`socket` whose getaddrinfo leads there (device_tests/peer/hosts.py); what asks for a public server's
certificate, or for a name server, cannot be played. What a test without an `.exp` should print
CPython says, led to this machine in the same way.
"""

from __future__ import annotations

import ast
import contextlib
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rig.board.board import Board
from rig.board.execution import Execution
from rig.board.program import Program, source
from rig.claims import DEVICE_TESTS
from rig.net.line import Line, deafen
from rig.net.meeting import port, wlan
from rig.net.peer import Peer
from rig.networks import NO_TABLE, NetworkStation

TESTS = (
    "net_hosted/accept_nonblock.py", "net_hosted/accept_timeout.py",
    "net_hosted/asyncio_loopback.py", "net_hosted/asyncio_start_server.py",
    "net_hosted/connect_nonblock.py", "net_hosted/connect_timeout.py",
    "net_hosted/connect_poll.py", "net_inet/asyncio_cancel_stream.py",
    "net_inet/asyncio_open_connection.py", "net_inet/asyncio_tcp_read_headers.py",
)  # fmt: skip
"""Special cases: those whose servers the host can stand for."""
WITHOUT_EXP = ("net_hosted/connect_timeout.py",)
"""Of these, those that CPython is asked about, against a server of this machine as well."""
HTTP, SILENT = 80, 8000
"""The ports that the tests ask for; at the second they want nobody to answer."""
NOT_JOINED = "\x1f not-joined"
PLAIN = ("Content-Type: text/html", "Connection: close")
"""Of an answer that no test looks at further than its first line."""
FRONT = ("peer/join", "peer/hosts")


def lacking(network: NetworkStation | None) -> str:
    """Why a board cannot run these tests; '' if it can."""
    trouble = network.trouble if network else NO_TABLE
    return trouble and f"network: {trouble}"


def front(params: Mapping[str, object], names: Iterable[str]) -> str:
    """What stands before a test of the suite: what these device tests need, and they."""
    text = f"params={params!r}\ndef emit(*data):print('\\x1f',*data)\n"
    return text + "".join(source(DEVICE_TESTS / f"{name}.py").rstrip("\n") + "\n" for name in names)


@contextlib.contextmanager
def against_host(
    program: Program, expected: str, board: Board, network: NetworkStation
) -> Iterator[Program]:
    """The program with the host's servers in front of it, which last as long as the context."""
    peer = Peer(network, board.deadline_scale)
    joining = wlan(network, board)
    headers = [line for line in _printed(expected) if b": " in line] or [
        line.encode() for line in PLAIN
    ]
    with (
        peer.serving(lambda line: answer(line, headers)) as there,
        peer.serving(lambda line: None, deaf=True) as silent,
    ):
        params = {
            "host": network.host, "port": there.port, "near": port(), "wlan": joining,
            "servers": {HTTP: there.port, SILENT: silent.port},
        }  # fmt: skip
        text = front(params, FRONT)
        first = text.count("\n") + 1
        parts = ((1, "looprig"), *((first - 1 + start, name) for start, name in program.parts))
        yield Program(text + program.text, parts, bare=True)


def told_by_cpython(path: Path, python: str, seconds: float) -> bytes:
    """What CPython prints, with a silent server of this machine for the one that the test wants.
    Raises subprocess.TimeoutExpired."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deafen(silent)
        text = (
            f"HOST = '127.0.0.1'\nparams = {{'servers': {{{SILENT}: {silent.getsockname()[1]}}}}}\n"
            + source(DEVICE_TESTS / "peer/hosts.py")
            + path.read_text(encoding="utf-8")
        )
        done = subprocess.run(
            [python, "-BS", "-c", text], cwd=path.parent, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    return b"CPYTHON3 CRASH:\n" * bool(done.returncode) + done.stdout


def answer(line: Line, headers: list[bytes]) -> None:
    """An HTTP answer, with the headers that the test knows of the server that it names."""
    while line.line().strip():
        pass
    line.send(b"\r\n".join([b"HTTP/1.1 200 OK", b"Server: looprig", *headers, b"", b"<html>"]))


def _printed(expected: str) -> list[bytes]:
    """The bytes that a test prints, of its `.exp`."""
    found = []
    for line in expected.splitlines():
        if line.startswith(("b'", 'b"')):
            found.append(bytes(ast.literal_eval(line)))
    return found


def apart(execution: Execution) -> str:
    """Why the board had no network in that execution; '' if it had."""
    _, _, told = execution.output.partition(f"{NOT_JOINED} ")
    return f"it does not join its network: {told.splitlines()[0]}" if told else ""


def known(name: str, root: Path) -> bool:
    """Whether the host can stand for the servers of this test of the checkout."""
    return name in TESTS and (name in WITHOUT_EXP or (root / f"{name}.exp").is_file())
