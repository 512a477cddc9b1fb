"""A VISA session to an instrument, and the traps of the way there.

Any pyvisa backend serves: pyvisa-py by default, a maker's library where the bench names one.
The resource string alone says whether it is USB (`USB0::…::INSTR`), a TCP socket, VXI-11 or
HiSLIP, or a serial line.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pyvisa
from numpy.typing import NDArray
from pyvisa.constants import BufferOperation
from pyvisa.resources import MessageBasedResource, SerialInstrument

from rig.errors import RigError

TIMEOUT_S = 5.0
PIECE = 1 << 17
"""Bytes read at a time into the array of readings, so that they are never there twice."""
BLOCK_LIMIT = 1 << 30
ERROR_LIMIT = 30
"""Entries taken from an error queue before it is given up as endless."""
FIRST_ANSWER_S = 1.5
"""For *IDN? at a rate that may be the wrong one."""
ANSWER = 1 << 20
"""Bytes asked for at once of an answer in text: pyvisa-py takes the first transfer of a USBTMC
instrument for the whole answer, and with pyvisa's own 20 kB the rest of it is lost (pyvisa-py 463,
468, 580)."""
BAUD_RATES = (115_200, 9600)
"""Tried in turn on a serial line whose rate the bench does not name. Owon's multimeters have the
first, most others are delivered with the second."""


class Broken(RigError):
    """The connection failed, not the instrument."""


class Session:
    """An open instrument: messages as text, blocks as arrays, errors as sentences.

    Backends raise what their libraries raise, far beyond pyvisa's own (pyvisa-py 428, pyvisa 470):
    whatever it is becomes one sentence here.
    """

    def __init__(
        self,
        resource: str,
        backend: str = "@py",
        timeout_s: float = TIMEOUT_S,
        baud_rate: int | None = None,
    ) -> None:
        """Open it. Raises RigError, in one sentence, when that fails."""
        self.resource = resource
        self.baud_rates = (baud_rate,) if baud_rate else BAUD_RATES
        hint = "looprig doctor lists what answers; check the name, the cable and the power"
        try:
            # pyvisa keeps one manager a backend for the process; it is not ours to close.
            manager = pyvisa.ResourceManager(backend)
        except Exception as error:
            raise RigError(f"the VISA backend {backend!r} does not load ({error})") from error
        opened: Any = None
        try:
            opened = manager.open_resource(resource, open_timeout=int(timeout_s * 1000))
        except Exception as error:  # backends raise what their libraries raise
            said = str(error).partition("\n")[0] or type(error).__name__
            raise RigError(f"the meter {resource} does not open ({said})", hint) from error
        if not isinstance(opened, MessageBasedResource):
            opened.close()
            raise RigError(f"{resource} is no instrument that takes messages", hint)
        self.take_over(opened, timeout_s)

    def take_over(self, instrument: MessageBasedResource, timeout_s: float) -> None:
        """Use an instrument that is open already."""
        self.instrument = instrument
        self.instrument.timeout = timeout_s * 1000
        self.instrument.write_termination = "\n"
        self.instrument.read_termination = "\n"
        self.instrument.chunk_size = ANSWER
        if isinstance(instrument, SerialInstrument):
            instrument.baud_rate = self.baud_rates[0]

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.instrument.close()

    def tell(self, message: str) -> None:
        """Send a message that has no answer."""
        try:
            self.instrument.write(message)
        except Exception as error:
            raise self.failure(message, error) from error

    def ask(self, message: str, timeout_s: float | None = None) -> str:
        """Send a query and return its answer, without the terminator."""
        with self.patience(timeout_s):
            try:
                return str(self.instrument.query(message)).strip()
            except Exception as error:
                raise self.failure(message, error) from error

    def read(self) -> str:
        """Another line of answer, without the terminator."""
        try:
            return str(self.instrument.read()).strip()
        except Exception as error:
            raise self.failure("a further line", error) from error

    def identify(self) -> str:
        """The answer to *IDN?. Raises RigError where it is none."""
        try:
            identity = self._first_answer()
        except RigError as error:
            hint = "is it a SCPI instrument, is it on and connected, does another program hold it?"
            if isinstance(self.instrument, SerialInstrument):
                tried = " and ".join(f"{rate}" for rate in self.baud_rates)
                hint = f"tried at {tried} baud: name its own as baud_rate; {hint}"
            raise RigError(f"{self.resource} does not answer *IDN?", hint) from error
        if identity.count(",") < 2 or not identity.isprintable() or len(identity) > 200:
            raise RigError(
                f"{self.resource} is no meter: it answered *IDN? with {identity[:60]!r}",
                "name the meter's own VISA resource",
            )
        return identity

    def _first_answer(self) -> str:
        """The answer to the first question, on a serial line at each rate in turn."""
        if not isinstance(self.instrument, SerialInstrument):
            return self.ask("*IDN?")
        for number, rate in enumerate(self.baud_rates):
            with contextlib.suppress(RigError):
                self.instrument.baud_rate = rate
                if number:
                    self.tell("")  # ends what it may have made of the other rate
                    with contextlib.suppress(Exception):  # nothing, or not with this backend
                        self.instrument.flush(BufferOperation.discard_read_buffer)
                answer = self.ask("*IDN?", FIRST_ANSWER_S)
                if "," in answer:
                    return answer
        raise RigError(f"{self.resource} said nothing at any rate")

    def sync(self) -> None:
        """Wait until every message sent so far has been carried out.

        Without an answer to wait for, Nagle's algorithm keeps the last of several writes to a
        TCP socket back by 40 ms, and an acquisition would start that late.
        """
        self.ask("*OPC?")

    def errors(self, query: str = "SYST:ERR?") -> list[str]:
        """Empty the instrument's error queue; oldest first."""
        found: list[str] = []
        while len(found) < ERROR_LIMIT:
            answer = self.ask(query)
            if answer.lstrip("+-").startswith("0,") or answer.lstrip("+-") == "0":
                break
            found.append(answer[:200])
        return found

    def check(self, doing: str, query: str = "SYST:ERR?") -> None:
        """Raise RigError with the instrument's own words if it has an error queued."""
        found = self.errors(query)
        if found:
            raise RigError(
                f"the meter {self.resource} refused while {doing}: {'; '.join(found)}",
                "see docs/meters.md for the firmware and options it needs",
            )

    def block(
        self, message: str, kind: str, expected: int | None = None, timeout_s: float | None = None
    ) -> NDArray[Any]:
        """Send a query whose answer is an IEEE 488.2 block; returns it as array, shape (n,).

        `kind` is a numpy dtype such as `>f8`, or `text` for readings as text inside the block.
        `expected`, in readings, is needed to read an indefinite block (`#0`): over a socket
        nothing else says where it ends, for its end mark can be among the data.
        """
        with self.patience(timeout_s), self.unterminated():
            try:
                self.instrument.write(message)
                start = self.take(2)
                if start[:1] != b"#" or not start[1:].isdigit():
                    raise RigError(
                        f"the meter {self.resource} answered {message} with no block but "
                        f"{start + self.rest()!r}",
                        "its format setting was not taken; docs/meters.md lists known firmware",
                    )
                size = np.dtype(kind).itemsize if kind != "text" else 1
                if start == b"#0":
                    if expected is None or kind == "text":
                        raise RigError(f"the meter {self.resource} sent a block of unknown length")
                    length = expected * size
                else:
                    digits = self.take(int(start[1:]))
                    length = int(digits) if digits.isdigit() else -1
                if not 0 <= length <= BLOCK_LIMIT or length % size:
                    raise RigError(
                        f"the meter {self.resource} announced a block of {length} bytes",
                        "it is no whole number of readings: nothing of it can be used",
                    )
                data = self.take_array(length)
                end = self.take(1)
            except RigError:
                raise
            except Exception as error:
                raise self.failure(message, error) from error
        if end not in (b"\n", b"\r", b";"):
            raise RigError(
                f"the meter {self.resource} sent more than the block it announced",
                "its data and the rig's idea of it are out of step; nothing of it was used",
            )
        return numbers(data.tobytes(), self.resource) if kind == "text" else data.view(kind)

    def readings(self, message: str, timeout_s: float | None = None) -> NDArray[np.float64]:
        """Send a query whose answer is readings as text; returns them, shape (n,)."""
        return numbers(self.ask(message, timeout_s).encode(), self.resource)

    # -- bytes ----------------------------------------------------------------------------

    def take(self, count: int) -> bytes:
        return bytes(self.instrument.read_bytes(count))

    def take_array(self, length: int) -> NDArray[np.uint8]:
        """That many bytes, read piece by piece into one array."""
        data = np.empty(length, np.uint8)
        done = 0
        while done < length:
            piece = min(PIECE, length - done)
            got = self.instrument.read_bytes(piece, chunk_size=piece)
            data[done : done + piece] = np.frombuffer(got, np.uint8)
            done += piece
        return data

    def rest(self) -> bytes:
        """A little of what else is there, for an error message."""
        with contextlib.suppress(Exception), self.patience(0.2):
            return bytes(self.instrument.read_raw(64))[:64]
        return b""

    def failure(self, message: str, error: Exception) -> RigError:
        """What a failed exchange means, in one sentence."""
        code = getattr(error, "error_code", None)
        hint = "the run goes on without this measurement"
        if code == pyvisa.constants.StatusCode.error_timeout:
            return RigError(f"the meter {self.resource} did not answer {message} in time", hint)
        said = str(error).partition("\n")[0] or type(error).__name__
        what = f"the connection to the meter {self.resource} failed at {message} ({said})"
        return Broken(what, hint)

    @contextlib.contextmanager
    def patience(self, timeout_s: float | None) -> Any:
        """Another time limit for one exchange."""
        usual = self.instrument.timeout
        if timeout_s is not None:
            self.instrument.timeout = max(timeout_s, 0.05) * 1000
        try:
            yield
        finally:
            self.instrument.timeout = usual

    @contextlib.contextmanager
    def unterminated(self) -> Any:
        """While a block is read no byte of it may count as the end of a message."""
        self.instrument.read_termination = None
        try:
            yield
        finally:
            self.instrument.read_termination = "\n"


def numbers(text: bytes, resource: str) -> NDArray[np.float64]:
    """Comma-separated readings as float64, shape (n,). Raises RigError for anything else."""
    try:
        return np.array(text.strip().split(b",") if text.strip() else [], dtype=np.float64)
    except ValueError as error:
        raise RigError(
            f"the meter {resource} sent something that is no reading ({error})"
        ) from error
