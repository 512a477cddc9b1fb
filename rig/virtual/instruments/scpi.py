"""The part of SCPI that every instrument shares: command trees, IEEE 488.2, the error queue.

Behaviour after IEEE 488.2-1992 (common commands, definite-length blocks) and SCPI-1999 volume 1
(short and long forms, compound commands) and volume 2, chapter 21 (error numbers).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Reply = bytes | None
Handler = Callable[..., str | bytes | None]
Function = TypeVar("Function", bound=Callable[..., Any])

ERRORS = {
    -100: "Command error",
    -109: "Missing parameter",
    -113: "Undefined header",
    -213: "Init ignored",
    -222: "Data out of range",
    -224: "Illegal parameter value",
    -230: "Data corrupt or stale",
    -350: "Queue overflow",
    -410: "Query INTERRUPTED",
}
QUEUE_LENGTH = 20


class ScpiError(Exception):
    """A command that an instrument answers with an entry in its error queue."""

    def __init__(self, number: int) -> None:
        super().__init__(f'{number},"{ERRORS[number]}"')
        self.number = number


def header(pattern: str) -> Callable[[Function], Function]:
    """Mark a method as the handler of a SCPI header, such as `[SENSe:]CURRent:RANGe?`."""

    def mark(function: Function) -> Function:
        headers = getattr(function, "headers", [])
        function.headers = [*headers, compiled(pattern)]  # type: ignore[attr-defined]
        return function

    return mark


def compiled(pattern: str) -> re.Pattern[str]:
    """A header pattern as a regular expression: `SAMPle` is matched by SAMP and SAMPLE."""
    out = ""
    for token in re.findall(r"\[|\]|:|\?|\*|[A-Za-z]+|\d+", pattern):
        if token == "[":
            out += "(?:"
        elif token == "]":
            out += ")?"
        elif token in ("?", "*"):
            out += "\\" + token
        elif token.isalpha() and not token.isupper():
            short = "".join(c for c in token if c.isupper())
            out += f"{short}(?:{token[len(short) :].upper()})?"
        else:
            out += token
    return re.compile(out + r"$")


def number(text: str) -> float:
    """A numeric parameter. Raises ScpiError for anything else."""
    try:
        return float(text)
    except ValueError:
        raise ScpiError(-224) from None


def block(payload: bytes) -> bytes:
    """IEEE 488.2 definite-length arbitrary block: `#`, digits of the length, length, payload."""
    length = str(len(payload))
    return f"#{len(length)}{length}".encode() + payload


class Instrument:
    """IEEE 488.2 common commands and the error queue; derived classes add their own headers."""

    identity = "looprig,virtual instrument,VIRTUAL,1"
    compound_path = True  # `A:B 1;C 2` means A:B and A:C, as SCPI has it

    def __init__(self) -> None:
        self.errors: deque[int] = deque()
        self.event_status = 0x80  # power on
        self.event_enable = 0
        self.service_enable = 0
        self.handlers = list(self.find_handlers())

    def find_handlers(self) -> Iterator[tuple[re.Pattern[str], Handler]]:
        for name in dir(type(self)):
            for pattern in getattr(getattr(type(self), name), "headers", []):
                yield pattern, getattr(self, name)

    def execute(self, line: str) -> bytes | None:
        """Run one program message; returns the response message, without its terminator."""
        replies: list[bytes] = []
        path = ""
        for unit in filter(None, (part.strip() for part in line.split(";"))):
            head, _, rest = unit.partition(" ")
            name = head.upper()
            if name.startswith(":"):
                name = name[1:]
            elif not name.startswith("*") and self.compound_path:
                name = path + name
            if not name.startswith("*"):
                path = name.rpartition(":")[0]
                path += ":" if path else ""
            try:
                reply = self.dispatch(name, [a.strip() for a in rest.split(",")] if rest else [])
            except ScpiError as error:
                self.fail(error.number)
                continue
            if reply is not None:
                replies.append(reply.encode() if isinstance(reply, str) else reply)
        return b";".join(replies) if replies else None

    def dispatch(self, name: str, arguments: list[str]) -> str | bytes | None:
        for pattern, handler in self.handlers:
            if pattern.match(name):
                try:
                    return handler(*arguments)
                except TypeError as error:
                    if "positional argument" in str(error):
                        raise ScpiError(-109) from None
                    raise
        raise ScpiError(-113)

    def fail(self, number: int) -> None:
        """Queue an error and set its bit in the standard event status register."""
        self.event_status |= 0x20 if number > -200 else 0x10 if number > -300 else 0x08
        if len(self.errors) < QUEUE_LENGTH:
            self.errors.append(number)
        else:
            self.errors[-1] = -350

    def reset(self) -> None:
        """What *RST does, beyond the common part."""

    def wait_complete(self) -> None:
        """What *OPC? and *WAI wait for."""

    @header("*IDN?")
    def idn(self) -> str:
        return self.identity

    @header("*RST")
    def rst(self) -> None:
        self.reset()

    @header("*CLS")
    def cls(self) -> None:
        self.errors.clear()
        self.event_status = 0

    @header("*ESR?")
    def esr(self) -> str:
        value, self.event_status = self.event_status, 0
        return str(value)

    @header("*ESE")
    def ese(self, mask: str) -> None:
        self.event_enable = int(number(mask)) & 0xFF

    @header("*ESE?")
    def ese_query(self) -> str:
        return str(self.event_enable)

    @header("*SRE")
    def sre(self, mask: str) -> None:
        self.service_enable = int(number(mask)) & 0xBF

    @header("*SRE?")
    def sre_query(self) -> str:
        return str(self.service_enable)

    @header("*STB?")
    def stb(self) -> str:
        value = 0x04 * bool(self.errors) | 0x20 * bool(self.event_status & self.event_enable)
        return str(value | 0x40 * bool(value & self.service_enable))

    @header("*OPC")
    def opc(self) -> None:
        self.wait_complete()
        self.event_status |= 1

    @header("*OPC?")
    def opc_query(self) -> str:
        self.wait_complete()
        return "1"

    @header("*WAI")
    def wai(self) -> None:
        self.wait_complete()

    @header("*TST?")
    def tst(self) -> str:
        return "0"

    @header("*OPT?")
    def opt(self) -> str:
        return "0"

    @header("SYSTem:ERRor[:NEXT]?")
    def next_error(self) -> str:
        if not self.errors:
            return '+0,"No error"'
        first = self.errors.popleft()
        return f'{first},"{ERRORS[first]}"'

    @header("SYSTem:VERSion?")
    def version(self) -> str:
        return "1999.0"
