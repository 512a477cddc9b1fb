"""The standard streams: whatever they can show and wherever they go, writing to them degrades
rather than fails.

A stream of any encoding takes any text: a character that it lacks becomes its nearest in ASCII. A
standard stream that is closed is not left to the next file that is opened, which would be written
over by the next message.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

NEAREST = str.maketrans(
    {
        "·": "-", "•": "-", "–": "-", "—": "-", "−": "-", "→": "->", "←": "<-", "…": "...",  # noqa: RUF001
        "✓": "+", "✖": "X", "≠": "#", "∅": "0", "○": "o", "×": "x", "µ": "u", "μ": "u", "Ω": "Ohm",  # noqa: RUF001
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "°": " deg",  # noqa: RUF001
        "━": "-", "╸": "-", "╺": "-", "─": "-", "│": "|",
        "\u202f": " ", "\u00a0": " ", "\u2009": " ",
    }
)  # fmt: skip
PLAIN = "looprig-plain"

answer: TextIO | None = None
"""Where the one document of --json goes, once standard output is kept for it."""
answered = False
"""Whether it has been printed."""
joined = False
"""Whether standard error was closed, and is standard output."""


def plain(error: UnicodeError) -> tuple[str | bytes, int]:
    """A codec's error handler: what cannot be encoded, in ASCII that is nearest to it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(NEAREST)
    flat = unicodedata.normalize("NFKD", text)
    shown = "".join(c for c in flat if not unicodedata.combining(c))
    return shown.encode("ascii", "backslashreplace").decode("ascii"), error.end


codecs.register_error(PLAIN, plain)


def degrade(stream: Any) -> None:
    """Have the stream take any text."""
    with contextlib.suppress(AttributeError, OSError, ValueError):  # no stream, or not a text one
        stream.reconfigure(errors=PLAIN)


def prepare() -> str:
    """Make the standard streams of this process fit to be written to.

    What would go to a closed standard error goes to standard output. Returns what is wrong, where
    there is no standard output.
    """
    global joined
    lost = sys.stdout is None
    for name in ("COLUMNS", "LINES"):  # rich takes all that isdigit(), at 0 it prints nothing
        size = os.environ.get(name, "1").lstrip("0")
        if not (size.isdecimal() and len(size) < 6):  # to a terminal it is a short: ioctl_tty(2)
            del os.environ[name]
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            joined = number == 2
            where = os.dup(1) if joined else os.open(os.devnull, mode)
            if where != number:
                os.dup2(where, number)
                os.close(where)
            os.set_inheritable(number, True)
    if sys.stdin is None:  # the interpreter's word for a closed one: as if it were at its end
        sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)  # type: ignore[misc]
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            stream = os.fdopen(number, "w", buffering=1, errors=PLAIN, closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        degrade(getattr(sys, name))
    return "standard output is closed" if lost else ""


def keep_for_answer() -> None:
    """Have standard output take one document and nothing else: what is printed there otherwise,
    also by processes started from now on, goes to standard error."""
    global answer
    sys.stdout.flush()
    answer = os.fdopen(os.dup(1), "w", encoding="ascii")
    if joined:
        silence(sys.stderr)
    os.dup2(2, 1)


def tell(sentence: str) -> None:
    """A sentence to standard error, or where that cannot be written to standard output; the
    process may then write to neither any more."""
    line = " ".join(sentence.split())
    told = False
    for stream in (sys.stderr, sys.stdout):
        try:
            if not told:
                print(line, file=stream)
            stream.flush()
            told = True
        except (OSError, ValueError):
            silence(stream)


def silence(stream: TextIO) -> None:
    """What is written from now on is lost: the stream failed, and would fail at exit again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def closed_pipe(error: BaseException) -> bool:
    """Whether it is how rich and click tell of a closed pipe: as exit 1, which is a board's."""
    told = isinstance(error, SystemExit) and error.code == 1
    return told or (isinstance(error, OSError) and error.errno == errno.EPIPE)


def progress_stream() -> TextIO:
    """Standard error, or where a terminal's user would see it, past pytest's capture."""
    beside = sys.__stderr__
    if beside is None:
        return sys.stderr
    return os.fdopen(os.dup(beside.fileno()), "w", encoding=beside.encoding, errors=PLAIN)


def console() -> Console:
    """A console on standard output."""
    from rich.console import Console

    return Console()
