"""An activity port whose clock shows what a test says."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest


class Port:
    """What an emulator has, without one."""

    def __init__(self) -> None:
        self.nanos = 0.0
        self.pace = 0.0  # nanoseconds that each question adds
        self.asked = 0
        self.answer = b""  # instead of a right one
        self.then = b""  # to `now`, instead of that
        self.delay = 0.0  # seconds until it answers
        port = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    asked = json.loads(line)
                    port.asked += asked["ask"] == "now"
                    port.nanos += port.pace
                    right = json.dumps({"nanos": port.nanos}).encode()
                    then = port.then if asked["ask"] == "now" else b""
                    time.sleep(port.delay)
                    with contextlib.suppress(OSError):  # who asked has given up
                        self.wfile.write((then or port.answer or right) + b"\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def port() -> Iterator[Port]:
    found = Port()
    yield found
    found.server.shutdown()
    found.server.server_close()
