"""Following a script that runs on a board to its end, whatever that end is.

A board can print anything, the REPL's own end marks included, so marks alone are no end.
Finished means: the counted end event with the execution's nonce, then the marks. Marks
without it are asked about (does the raw REPL listen?) before they are believed.
"""

from __future__ import annotations

import re
import time

from rig.board.events import EventReader
from rig.board.execution import Ended, Execution
from rig.board.link import RAW_PROMPT, Disconnected, Link, Silence

BANNER = re.compile(
    rb"(?:MicroPython|CPython) [^\r\n]{1,200}\r\n(?:[^\r\n]{0,200}\r\n){0,3}\r?\n?>>> \Z"
)
SOFT_RESET = re.compile(rb"soft reboot\r\n(?:.{0,2000})raw REPL; CTRL-B to exit\r\n>\Z", re.DOTALL)
END_MARKS = re.compile(rb"\x04([^\x04]*)\x04>\Z")
TAIL = 1 << 15
PROBE_S = 2.0
"""How long the raw REPL may take to answer Ctrl-A before its prompt is taken for a forgery."""


def follow(
    link: Link, reader: EventReader, execution: Execution, deadline: float, scale: float = 1.0
) -> None:
    """Read to the end of the script; fills `execution`, never raises for what a board does.

    `deadline` is a `time.monotonic` instant; `scale` is the board's deadline_scale.
    """
    tail = b""
    try:
        while True:
            data = link.read_some(deadline)
            if not data:
                execution.ended = Ended.TIMED_OUT
                execution.how = "the deadline passed while the script ran"
                return
            reader.feed(data)
            tail = (tail + data)[-TAIL:]
            if _reached_end(link, reader, execution, tail, scale):
                return
            if time.monotonic() >= deadline:  # a flood never lets a read come back empty
                execution.ended = Ended.TIMED_OUT
                execution.how = "the deadline passed while the board printed"
                return
    except Disconnected as error:
        execution.ended = Ended.DISCONNECTED
        execution.how = str(error)


def _reached_end(
    link: Link, reader: EventReader, execution: Execution, tail: bytes, scale: float
) -> bool:
    """Whether the script is over by the last bytes it printed; says how in `execution`."""
    if not tail.endswith((b">", b">>> ")):
        return False
    if tail.endswith(b">>> "):
        if BANNER.search(tail):
            execution.ended = Ended.CRASHED
            execution.how = "the board rebooted: it printed its boot banner and a friendly prompt"
            return True
        return False
    if tail.endswith(RAW_PROMPT) and SOFT_RESET.search(tail):
        execution.ended = Ended.CRASHED
        execution.how = "the board reset itself while the script ran (a soft reset's banner)"
        return True
    marks = END_MARKS.search(tail)
    if not marks:
        return False
    if reader.ended and not marks[1]:
        reader.output.cut(len(marks[0]))
        execution.ended = Ended.FINISHED
        return True
    return _confirm(link, reader, execution, tail, scale)


def _confirm(
    link: Link, reader: EventReader, execution: Execution, tail: bytes, scale: float
) -> bool:
    """End marks without an end event: believed only if the raw REPL answers."""
    try:
        more = link.prompts(time.monotonic() + PROBE_S * scale)
    except Silence:
        return False
    reader.feed(more)
    tail = (tail + more)[-TAIL:]
    if SOFT_RESET.search(tail + RAW_PROMPT) or SOFT_RESET.search(tail):
        execution.ended = Ended.CRASHED
        execution.how = "the script ended the interpreter: the board soft-reset itself"
        return True
    marks = END_MARKS.search(tail)
    if marks:
        reader.output.cut(len(marks[0]))
        execution.traceback = marks[1].decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    execution.ended = Ended.RAISED
    if execution.traceback:
        lines = execution.traceback.strip().splitlines()
        execution.how = lines[-1] if lines else ""
    else:
        execution.how = "the REPL's end marks came without the script's end event"
        execution.damage.append(execution.how)
    return True
