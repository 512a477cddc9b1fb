"""The wire to a board's raw REPL: mpremote's serial transport with deadlines.

mpremote opens ports and URLs (`/dev/tty…`, `COM3`, `socket://`, `rfc2217://`), knows each
platform's quirks, and brings the file system and mount commands. Its reading is replaced:
it takes one byte at a time, sleeps 10 ms between looks, and has no deadline over all.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from rig.activity import Clock, HostClock
from rig.board.pasting import Pace, paste
from rig.board.port import (
    READ_SLICE_S,
    Disconnected,
    Lines,
    Silence,
    arrived,
    explain_port,
    write,
)
from rig.errors import RigError, UsageError

RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
BANNER = re.compile(
    rb"(?:MicroPython|CPython) [^\r\n]{1,200}\r\n(?:[^\r\n]{0,200}\r\n){0,3}\r?\n?>>> \Z"
)
"""What a board prints when it boots, up to its friendly prompt."""
ANSWER = re.compile(rb"OK(\d{1,8})\r?\n\x04\x04>")
"""The raw REPL's answer to a number that it was asked to print."""
LAST_ANSWER = re.compile(ANSWER.pattern + rb"\Z")
SPOILT = re.compile(rb"OK[^\x04]*\x04[^\x04]+\x04>")
"""What it makes of a question behind what was sent to a script that had just ended."""
HEAP_FULL = re.compile(rb"OK\x04MemoryError: [^\x04]{0,100}\x04>\Z")
"""The raw REPL listens, but a script left it no memory to compile a question."""
WRITE_S = 5.0
"""How long a write may be stuck, for a port whose other end takes nothing any more."""
SEEN = 1 << 16
"""Bytes kept of what came while a step waited."""
RESET_PATIENCE_S = 2.0
SOFT_REBOOT = b"soft reboot"
STALL_S = 3.0
"""A paste window that the board does not empty for so long never filled: bytes were lost."""
NO_LINES = Lines()
SENT, CAME = ">", "<"
Watch = Callable[[str, bytes], object]
"""Told of all bytes that were sent or came."""
RESET_HELD_S = 0.1
"""As esptool holds it (esptool/reset.py, HardReset)."""


class Link(SerialTransport):  # type: ignore[misc]
    """An open port with a raw REPL behind it. Every wait ends at a deadline by `clock`."""

    def __init__(self, device: str, baudrate: int = 115200, lines: Lines = NO_LINES) -> None:
        try:
            if lines == NO_LINES:
                super().__init__(device, baudrate, timeout=READ_SLICE_S)
            else:
                self._open_with(lines, device, baudrate)
        except (TransportError, ValueError, OSError) as error:
            raise self._why(device, baudrate, error) from error
        self.is_pty = False  # our reads have a time-out on any path
        self.use_raw_paste: bool = True
        if not device.startswith("rfc2217://"):  # pyserial has no write time-out there
            self.serial.write_timeout = WRITE_S
        self.clock: Clock = HostClock()
        self.sent = 0
        self.received = 0
        self.put_back = b""
        self.watch: Watch | None = None
        self.pace: Pace | None = None
        self.stall_s = STALL_S

    def _open_with(self, lines: Lines, device: str, baudrate: int) -> None:
        """As mpremote opens it, with DTR and RTS set before, not after."""
        self.in_raw_repl = self.mounted = False
        self.device_name = device
        self.serial = serial.serial_for_url(
            device, do_not_open=True, baudrate=baudrate, timeout=READ_SLICE_S, exclusive=True
        )
        if lines.dtr is not None:
            self.serial.dtr = lines.dtr
        if lines.rts is not None:
            self.serial.rts = lines.rts
        self.serial.open()

    @staticmethod
    def _why(device: str, baudrate: int, error: Exception) -> UsageError | RigError:
        """mpremote drops the cause: open the port once more to see it."""
        try:
            serial.serial_for_url(device, baudrate=baudrate, exclusive=True).close()
        except (OSError, ValueError) as cause:
            return explain_port(device, cause)
        return explain_port(device, error)

    def has_lines(self) -> bool:
        """Whether the port has modem lines: a PTY and a network's socket have none."""
        scheme, is_url, _ = self.device_name.partition("://")
        if is_url:  # of a socket pyserial only logs it; RFC 2217 sets lines, and may tell of none
            return scheme == "rfc2217"
        try:
            return isinstance(self.serial.cts, bool)
        except (OSError, serial.SerialException):
            return False

    def pulse_reset(self) -> None:
        """Pull RTS alone, then leave both lines as they were.

        Most ESP32 and ESP8266 boards have RTS at the reset pin and DTR at the boot pin, by way of
        their USB bridge (docs.espressif.com, ESP-IDF, Flashing Troubleshooting; esptool, Boot Mode
        Selection). With DTR off as reset ends the chip starts its program, not its ROM's loader
        (tinygo-org/espflasher 38). Elsewhere RTS is not connected.
        """
        with self._port_errors():
            dtr, rts = self.serial.dtr, self.serial.rts
            self.serial.dtr = False
            self.serial.rts = True
            time.sleep(RESET_HELD_S)
            self.serial.rts = False
            time.sleep(RESET_HELD_S)  # the boot pin is read as reset ends
            self.serial.dtr = dtr
            self.serial.rts = rts

    def close(self) -> None:
        with contextlib.suppress(OSError, serial.SerialException):
            super().close()

    # -- bytes ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _port_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, TypeError) as error:  # pyserial: TypeError on a port closed meanwhile
            raise Disconnected(f"port {self.device_name} went away ({error})") from error

    def send(self, data: bytes) -> None:
        """Write all of `data`; raises Silence when the other end does not take it."""
        try:
            with self._port_errors():
                write(self.serial, data)
        except Disconnected as error:
            if isinstance(error.__cause__, serial.SerialTimeoutException):
                raise Silence("the port to take what was written") from error
            raise
        self.sent += len(data)
        if self.watch:
            self.watch(SENT, data)

    def read_some(self, deadline: float) -> bytes:
        """What has arrived, waiting for the first byte until the deadline; b'' if none came."""
        if self.put_back:
            data, self.put_back = self.put_back, b""
            return data
        while True:
            left = self.clock.left(deadline)
            with self._port_errors():
                data = arrived(self.serial, max(0.001, min(READ_SLICE_S, left)))
            if data:
                self.received += len(data)
                if self.watch:
                    self.watch(CAME, data)
                return data
            if self.clock.left(deadline) <= 0:
                return b""

    def unread(self, data: bytes) -> None:
        """Put back what came in the midst of a conversation, before anything that was put back
        and not read again: the next `read_some` returns it."""
        self.put_back = data + self.put_back

    def has_more(self) -> bool:
        """Whether something has arrived that was not read yet."""
        with self._port_errors():
            return bool(self.put_back or self.serial.in_waiting)

    def read_exactly(self, count: int, deadline: float, what: str) -> bytes:
        """`count` bytes; raises Silence at the deadline."""
        data = b""
        while len(data) < count:
            piece = self.read_some(deadline)
            data += piece
            if not piece:
                raise Silence(what, data)
        self.unread(data[count:])
        return data[:count]

    def read_to(self, ending: bytes, deadline: float, what: str) -> bytes:
        """Everything up to `ending`, where the board then stops; raises Silence."""
        data = b""
        while not data.endswith(ending):
            piece = self.read_some(deadline)
            data = (data + piece)[-SEEN:]
            if data.endswith(b">>> ") and ending == RAW_PROMPT and BANNER.search(data):
                raise Silence(f"{what}, and the board rebooted", data)
            # a flood never lets a read come back empty
            if not piece or (self.clock.left(deadline) <= 0 and not data.endswith(ending)):
                raise Silence(what, data)
        return data

    # -- the raw REPL ---------------------------------------------------------------------

    def interrupt(self, deadline: float) -> bytes:
        """Stop what runs and come to the raw prompt, from any state a REPL can be in.

        Returns the last of what the board said: the end marks of a script that did run are in it.
        """
        self.send(b"\r\x03")
        said = self.drain(deadline)
        self.send(b"\r\x01")
        said += self.read_to(RAW_PROMPT, deadline, "the raw REPL's prompt")
        self.in_raw_repl = True
        return said

    def drain(self, deadline: float) -> bytes:
        """Take what has arrived so far; returns the last of it."""
        data = b""
        while self.has_more() and self.clock.left(deadline) > 0:
            data = (data + self.read_some(deadline))[-SEEN:]
        return data

    def soft_reset(self, deadline: float, patience: float = RESET_PATIENCE_S) -> None:
        """From the raw prompt: reset the board and come back to the raw prompt."""
        self.send(b"\x04")
        self.await_reset(deadline, patience)

    def await_reset(
        self, deadline: float, patience: float = RESET_PATIENCE_S, boot_by: float = 0.0
    ) -> None:
        """The raw prompt after a soft reset that was sent before; raises Silence.

        After so many seconds of `patience` the board is asked for its prompt again, which may
        have been lost on the way. One that said that it resets has until `boot_by`, if that is
        later than the deadline: its boot.py runs.
        """
        seen = b""
        asked = False
        while True:
            try:
                # boot.py may print between banner and prompt
                pause = min(deadline, self.clock.by(patience))
                seen += self.read_to(RAW_PROMPT, pause, "the prompt after a soft reset")
            except Silence as error:
                seen = (seen + error.seen)[-SEEN:]
                if SOFT_REBOOT in seen:
                    deadline = max(deadline, boot_by)
                if self.clock.left(deadline) <= 0 or BANNER.search(seen):
                    raise Silence("the prompt after a soft reset", seen) from error
                asked = True
                # a prompt without the banner: the reset itself was lost, or its banner
                self.send(b"\x04" if RAW_PROMPT in seen else b"\x01")
                continue
            if SOFT_REBOOT in seen:
                break
        if asked:  # more answers than one may be on their way
            self.challenge(max(deadline, self.clock.by(patience)))

    def challenge(self, deadline: float) -> bytes:
        """Ask the raw REPL something that no program printed in advance.

        Returns what came before its answer. Raises Silence when it does not answer, as when a
        program that printed a prompt of its own still runs.
        """
        number = str(secrets.randbelow(10**8)).encode()
        question = b"print(%s)\x04" % number
        self.send(question)
        data, spoilt = b"", b""
        while True:
            piece = self.read_some(deadline)
            data = (data + piece)[-SEEN:]
            found = LAST_ANSWER.search(data)
            if found and found[1] == number:
                return data[: found.start()]
            if full := HEAP_FULL.search(data):
                return data[: full.start()]
            if not spoilt and SPOILT.fullmatch(data):
                data, spoilt = b"", data
                self.send(question)
            elif not piece or self.clock.left(deadline) <= 0:
                raise Silence("an answer of the raw REPL", spoilt + data)

    def paste(
        self, code: bytes, deadline: float, before_start: Callable[[], None] | None = None
    ) -> None:
        """At the raw prompt: send code and start it; see rig/board/pasting.py."""
        paste(self, code, deadline, before_start)

    # -- for mpremote's file system commands ------------------------------------------------

    def exec_raw(
        self,
        command: str | bytes,
        timeout: float | None = 10,
        data_consumer: Callable[[bytes], None] | None = None,
    ) -> tuple[bytes, bytes]:
        deadline = self.clock.by(timeout or 10)
        try:
            self.paste(command.encode() if isinstance(command, str) else command, deadline)
            said = self.read_to(b"\x04>", deadline, "the end of a command")
        except Silence as error:
            raise TransportError(str(error)) from error
        output, _, failure = said[:-2].partition(b"\x04")
        if data_consumer:
            data_consumer(output)
        return output, failure

    def exec(
        self, command: str | bytes, data_consumer: Callable[[bytes], None] | None = None
    ) -> bytes:
        output, failure = self.exec_raw(command, data_consumer=data_consumer)
        if failure:
            raise TransportExecError(output, failure.decode("utf-8", "replace"))
        return output
