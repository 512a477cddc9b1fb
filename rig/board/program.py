"""What is sent to a board: a loader, and in it parameters, overlay, harness and device test.

The loader checks that the upload arrived whole before any of it runs, and says so in a record
of its own: a damaged upload then cannot be taken for a fault of the board.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rig.board.events import end_record
from rig.board.execution import Ended, Execution
from rig.board.overlays import Overlay
from rig.board.shrink import deflated, literal, shrink
from rig.claims import DEVICE_TESTS
from rig.errors import RigError
from rig.suites import device_test as device_test_path

Packing = Literal["deflate", "literal", "source"]
"""How a program travels: compressed, as a literal with a checksum (a board without `deflate`),
or as it is (a board without `binascii.crc32`, or without memory for the text beside the code)."""

TRACE_LINE = re.compile(r'File "<(stdin|string)>", line (\d+)')
LOADER_FRAME = re.compile(r'  File "<stdin>", line \d+(?:, in <module>)?\n(?=  File "<string>)')
LOADERS: dict[str, str] = {
    "deflate": (
        "import io,deflate,binascii as _b\n"
        "_s=deflate.DeflateIO(io.BytesIO({data}),deflate.RAW,{bits}).read()"
    ),
    "literal": "import binascii as _b\n_s={data}",
}
CHECK = (
    "\n_nonce='{nonce}';_c=_b.crc32(_s)\n"
    "if _c!={crc}:raise ValueError\n"
    "print('\\x1e'+_nonce,'ok',_c)\n"
)
LACKS = re.compile(r"ImportError: .*'(?:binascii|deflate|io)'|AttributeError: .*crc32")
"""What a loader ends with on a board that has not what it needs."""
KEPT = "try:exec(_s)\nfinally:\n if'_tell'in globals():_tell()"
"""How a script runs that keeps its events: it tells them when it is asked, also when an exception
leaves it. There is no `_tell` where there was no memory to compile it."""
NAMES = "from time import ticks_us as _us;from binascii import crc32 as _check"
TIMES = re.compile(r"\b(?<!\.)(?:pause|seconds)\(")
"""What a script calls that has harness_times.py in front of it."""
BARE_END = "\n_d=1\n"
"""Appended to a script without a harness: proof that it was run to its end."""


@dataclass(frozen=True)
class Program:
    """A script to push, shrunk, and where its lines come from.

    `parts` are (first line, file) in ascending order. A `bare` script has no harness: the loader
    emits its end, also after SystemExit. One that is `kept` keeps its events until it is asked for
    them (device_tests/harness_kept.py).
    """

    text: str
    parts: tuple[tuple[int, str], ...] = ()
    bare: bool = False
    kept: bool = False

    def sent(self) -> bytes:
        """The text as the board runs it."""
        text = self.text + BARE_END if self.bare else self.text
        return text.encode("utf-8", "surrogateescape")

    def proof(self, packing: Packing) -> str:
        """What the loader says of the text that arrived: its checksum."""
        return "-" if packing == "source" else str(zlib.crc32(self.sent()))

    def blames_script(self, traceback: str, packing: Packing) -> bool:
        """Whether a traceback comes from the script, not from a damaged loader around it."""
        if traceback.startswith("MemoryError"):  # there was none for its frames either
            return True
        return packing == "source" or 'File "<string>"' in traceback

    def had_no_room(self, execution: Execution, started: bool, packing: Packing) -> bool:
        """Whether the board's memory ended before the script was compiled: no line of it ran.

        `started`: the loader said that the text had arrived.
        """
        lines = execution.traceback.strip().splitlines()
        if not lines or not lines[-1].startswith("MemoryError") or execution.events:
            return False
        if packing == "source":
            return not started
        return not started or (len(lines) > 1 and 'File "<string>"' not in execution.traceback)

    def came_damaged(self, execution: Execution, started: bool, packing: Packing) -> bool:
        """Whether what arrived is not what was sent: its checksum is wrong or was never told, or
        what is left of the loader does not run. See `had_no_room` for `started`."""
        last = execution.traceback.strip().rpartition("\n")[2]
        if packing == "source" or started or self.blames_script(execution.traceback, packing):
            return False
        return not LACKS.match(last) if last else execution.ended is Ended.FINISHED

    def packed(self, nonce: str, packing: Packing) -> bytes:
        """The bytes to send."""
        text = self.sent()
        last = f'print("{end_record(nonce)}")'.encode() if self.bare else b""
        if packing == "source":
            start = f"_nonce='{nonce}';_c='-';print('\\x1e'+_nonce,'ok -')\n".encode()
            return start + text + b"\n" + (b"_tell()" if self.kept else last)
        bits = 0
        data = literal(text, ascii_only=True)
        if packing == "deflate":
            compressed, bits = deflated(text)
            data = literal(compressed)
        before, after = LOADERS[packing].format(data="\0", bits=bits).encode().split(b"\0")
        check = CHECK.format(crc=zlib.crc32(text), nonce=nonce).encode()
        run = KEPT.encode() if self.kept else b"exec(_s)"
        if last:
            run = b"try:exec(_s)\nexcept SystemExit:_d=1\n_d;" + last
        return before + data + after + check + run

    def map_traceback(self, traceback: str) -> str:
        """A traceback with the files and lines of the script's own sources."""

        def own(found: re.Match[str]) -> str:
            number = int(found[2]) - (found[1] == "stdin")  # `source` has one line in front
            for first, name in reversed(self.parts):
                if number >= first:
                    return f'File "{name}", line {number - first + 1}'
            return found[0]

        return TRACE_LINE.sub(own, LOADER_FRAME.sub("", traceback))


@cache
def source(path: Path) -> str:
    """A script's text, shrunk; its lines are where they were."""
    try:
        return shrink(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RigError(f"{path}: {error.strerror}", "is the device test's name right?") from error


def assemble(
    sources: Sequence[tuple[str, str]],
    params: dict[str, Any],
    overlay: Overlay | None = None,
    kept: bool = False,
    named: bool = False,
) -> Program:
    """The harness, and after it scripts given as (name, shrunk text); see Program for `kept`.

    `named`: the board is known to have the NAMES that the harness needs.
    """
    head = f"params={params!r}" + (f";{NAMES}" if named else "")
    if overlay:
        head += ";" + first_on_path(overlay)
    text = head + "\n"
    parts = [(1, "looprig")]
    timed = any(TIMES.search(script) for _, script in sources)
    harness = [
        *["harness_names.py"] * (not named),
        "harness.py",
        *["harness_kept.py"] * kept,
        *["harness_times.py"] * timed,
    ]
    front = [(name, source(DEVICE_TESTS / name)) for name in harness]
    for name, script in (*front, *sources):
        parts.append((text.count("\n") + 1, name))
        text += script.rstrip("\n") + "\n"
    parts.append((text.count("\n") + 1, "looprig"))
    return Program(text + "_end()\n", tuple(parts), kept=kept)


def first_on_path(overlay: Overlay) -> str:
    """Has the overlay's modules come before any other, also before those that boot.py imported;
    a board that has not got them ends here, and says so by an ImportError of the mark."""
    text = f"import sys;sys.path.insert(0,{overlay.remote!r})"
    if overlay.modules:
        text += (
            ";[sys.modules.pop(m)for m in list(sys.modules)"
            f"if m.split('.')[0]in{overlay.modules!r}]"
        )
    return text + (f";import {overlay.mark}" if overlay.mark else "")


def program(
    device_test: str,
    params: dict[str, Any],
    prefix: str = "",
    overlay: Overlay | None = None,
    kept: bool = False,
    named: bool = False,
) -> Program:
    """The whole script for one execution. Raises RigError for a device test that is not there."""
    names = [f"{name}.py" for name in (*prefix.split(), device_test)]
    scripts = [(name, source(device_test_path(name, DEVICE_TESTS))) for name in names]
    return assemble(scripts, params, overlay, kept, named)
