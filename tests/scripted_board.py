"""A board behind a PTY that answers as a test tells it to."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

HEADER = b"raw REPL; CTRL-B to exit\r\n>"
REBOOT = b"\r\nMPY: soft reboot\r\n" + HEADER


class ScriptedBoard:
    """`answer` gets each byte that the rig sends and returns what the board says to it."""

    def __init__(self, folder: Path, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        self.heard = bytearray()
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.port = folder / "scripted"
        self.port.symlink_to(os.ttyname(self.slave))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._stop_r, self._stop_w = os.pipe()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        os.write(self._stop_w, b".")
        self._thread.join()
        for fd in (self.master, self.slave, self._stop_r, self._stop_w):
            os.close(fd)
        self.port.unlink()

    def _serve(self) -> None:
        import select

        while True:
            ready, _, _ = select.select([self.master, self._stop_r], [], [])
            if self._stop_r in ready:
                return
            for byte in os.read(self.master, 4096):
                self.heard.append(byte)
                reply = self.answer(bytes([byte]))
                if reply:
                    os.write(self.master, reply)


class RawRepl:
    """The answers of a board at its raw REPL.

    `paste` is what it answers to the request for raw paste; `run` gets the code it was sent and
    returns what it prints, with the end marks.
    """

    def __init__(
        self, run: Callable[[bytes], bytes], paste: bytes = b"R\x01", window: int = 16,
        reset: bytes = REBOOT,
    ) -> None:  # fmt: skip
        self.run = run
        self.paste = paste
        self.window = window
        self.reset = reset
        self.line = bytearray()
        self.pasting = False
        self.code: list[bytes] = []

    def __call__(self, byte: bytes) -> bytes:
        if self.pasting:
            return self._pasted(byte)
        if byte == b"\x01":
            if bytes(self.line) == b"\x05A" and self.paste:
                self.line.clear()
                if self.paste != b"R\x01":
                    return self.paste
                self.pasting = True
                return self.paste + self.window.to_bytes(2, "little") + b"\x01"
            self.line.clear()
            return HEADER
        if byte == b"\x03":
            self.line.clear()
            return b""
        if byte != b"\x04":
            self.line += byte
            return b""
        code = bytes(self.line)
        self.line.clear()
        if not code:
            return self.reset
        return b"OK" + self._ran(code)

    def _pasted(self, byte: bytes) -> bytes:
        if byte == b"\x04":
            self.pasting = False
            code = bytes(self.line)
            self.line.clear()
            return b"\x04" + self._ran(code)
        self.line += byte
        return b"\x01" if len(self.line) % self.window == 0 else b""

    def _ran(self, code: bytes) -> bytes:
        if code.startswith(b"print("):  # the rig asks whether the REPL listens
            return code[6:-1] + b"\r\n\x04\x04>"
        self.code.append(code)
        return self.run(code)
