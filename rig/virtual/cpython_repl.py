"""MicroPython's REPL protocol around this CPython: the control that the device tests run on too.

It reads standard input and writes standard output as a board's REPL does (docs/reference/repl.rst
of MicroPython): the friendly REPL with Ctrl-A/B/C/D, the raw REPL, raw paste with its flow
control. A soft reset ends the process; the holder has a fresh fork ready.
"""

from __future__ import annotations

import codeop
import contextlib
import io
import os
import signal
import sys
import traceback
from typing import Any

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
WINDOW = 2048
"""Bytes of raw paste between two flow control marks; a PTY holds 4095."""
HEADER = b"raw REPL; CTRL-B to exit\r\n>"


class Unbuffered(io.BufferedWriter):
    """Keeps nothing back: what a program printed before it was killed has left the process."""

    def write(self, data: Any) -> int:
        count = super().write(data)
        self.flush()
        return count


class SoftReset(Exception):
    """Leave the REPL; the holder puts a fresh interpreter in its place."""


def send(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def receive() -> bytes:
    """One byte, so that what follows a script is left for the script to read."""
    byte = os.read(0, 1)
    if not byte:
        raise SoftReset
    return byte


def banner() -> bytes:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return (
        f'CPython {version}; {sys.platform}\r\nType "help()" for more information.\r\n'
    ).encode()


class Repl:
    """One session: globals live until the soft reset, as they do on a board."""

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {"__name__": "__main__"}

    def serve(self) -> None:
        """Friendly and raw REPL in turn; ends by SoftReset."""
        while True:
            self.friendly()
            self.raw()

    # -- the raw REPL ---------------------------------------------------------------------

    def raw(self) -> None:
        """Until Ctrl-B."""
        send(HEADER)
        line = bytearray()
        while True:
            byte = receive()
            if byte == CTRL_A:
                if line[:1] == CTRL_E and len(line) == 2:
                    self.raw_paste(bytes(line[1:]))
                else:
                    send(HEADER)
                line.clear()
            elif byte == CTRL_B:
                send(b"\r\n")
                return
            elif byte == CTRL_C:
                line.clear()
            elif byte == CTRL_D:
                if not line:
                    send(b"\r\n")
                    raise SoftReset
                send(b"OK")
                self.raw_execute(bytes(line))
                line.clear()
            else:
                line += byte

    def raw_paste(self, kind: bytes) -> None:
        if kind != b"A":
            send(b"R\x00>")
            return
        send(b"R\x01" + WINDOW.to_bytes(2, "little") + b"\x01")
        code = bytearray()
        while (byte := receive()) != CTRL_D:
            if byte == CTRL_C:
                send(b"\x04\x04\x04>")
                return
            code += byte
            if len(code) % WINDOW == 0:
                send(b"\x01")
        send(b"\x04")
        self.raw_execute(bytes(code))

    def raw_execute(self, code: bytes) -> None:
        failure, over = self.execute(code, "exec")
        send(b"\x04" + failure.encode("utf-8", "backslashreplace") + b"\x04")
        if over:
            raise SoftReset
        send(b">")

    # -- the friendly REPL ----------------------------------------------------------------

    def friendly(self) -> None:
        """Until Ctrl-A."""
        send(banner() + b">>> ")
        line, block = bytearray(), ""
        while True:
            byte = receive()
            if byte == CTRL_A:
                return
            if byte == CTRL_D and not line:
                send(b"\r\n")
                raise SoftReset
            if byte == CTRL_C:
                line.clear()
                block = ""
                send(b"\r\n>>> ")
            elif byte == CTRL_B:
                line.clear()
                block = ""
                send(b"\r\n" + banner() + b">>> ")
            elif byte in (b"\x08", b"\x7f"):
                if line:
                    del line[-1:]
                    send(b"\x08 \x08")
            elif byte in (b"\r", b"\n"):
                send(b"\r\n")
                block += line.decode("utf-8", "replace") + "\n"
                line.clear()
                if self.incomplete(block):
                    send(b"... ")
                    continue
                if block.strip():
                    failure, over = self.execute(block.encode(), "single")
                    if over:
                        raise SoftReset
                    send(failure.replace("\n", "\r\n").encode("utf-8", "backslashreplace"))
                block = ""
                send(b">>> ")
            else:
                line += byte
                send(byte)

    @staticmethod
    def incomplete(block: str) -> bool:
        try:
            return codeop.compile_command(block.removesuffix("\n"), "<stdin>") is None
        except (SyntaxError, ValueError, OverflowError):
            return False

    # -- programs -------------------------------------------------------------------------

    def execute(self, code: bytes, mode: str) -> tuple[str, bool]:
        """Run code; returns the traceback it left ('' for none) and whether it ended the
        interpreter. Only while it runs does this process catch SIGINT, as a board's UART only
        then looks for Ctrl-C."""
        failure, over = "", False
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            exec(compile(code, "<stdin>", mode, dont_inherit=True), self.globals)
        except SystemExit:
            over = True
        except BaseException as error:
            failure = self.describe(error)
        finally:
            with contextlib.suppress(KeyboardInterrupt):
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        return failure, over

    @staticmethod
    def describe(error: BaseException) -> str:
        """A traceback that starts in the program's own frames."""
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        return "".join(traceback.format_exception(type(error), error, trace))


def serve() -> int:
    """Serve the REPL on file descriptors 0 and 1 until a soft reset; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin = open(0, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    for name, number in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(
            Unbuffered(raw),
            encoding="utf-8",
            errors="backslashreplace",
            newline="\n",
            write_through=True,
        )
        setattr(sys, name, stream)
    sys.path[0] = ""  # the board's file system, not the rig's own packages
    with contextlib.suppress(SoftReset):
        Repl().serve()
    return 0
