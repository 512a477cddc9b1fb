"""The rows of the fault table: four scripts run in turn, of which the second is the faulty one.

t1, t3 and t4 print that they are well. t2 makes a file on the board's own file system when it
starts, so that whatever is done to the wire is done at the same moment for every runner.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rig.virtual.board import VirtualBoard
from tests.fault_bench import FaultBench

STARTED = "t2-started"
GOOD = "print('{name} ok')\n"
LOOK_S = 0.01


@dataclass
class Scene:
    """A virtual board behind a wire that can fail."""

    board: VirtualBoard
    wire: FaultBench

    def when_started(self, act: Callable[[Scene], None]) -> threading.Thread:
        """Do it once t2 runs."""

        def watch() -> None:
            mark = self.board.root / STARTED
            while not mark.exists():
                time.sleep(LOOK_S)  # a poll: the board's process cannot signal us
            act(self)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        return thread


Act = Callable[[Scene], None]


@dataclass(frozen=True)
class Row:
    """One fault.

    `may_pass`: t2 does no wrong, only something hard to bear. `lost`: no runner can get the
    board back, what counts is that it is given up soon. `noisy`: every script is touched, what
    counts is that none passes or fails falsely.
    """

    name: str
    script: str = "print('t2 ok')"
    act: Act | None = None
    before: Act | None = None
    may_pass: bool = False
    lost: bool = False
    noisy: bool = False
    power_switch: bool = False
    ours_only: bool = False  # it concerns what only looprig's scripts send

    @property
    def text(self) -> str:
        """t2."""
        return f"open({STARTED!r},'w').close()\n{self.script}\n"


WAIT = "import time\ntime.sleep(1)\nprint('t2 ok')"
IGNORE = "import micropython\nmicropython.kbd_intr(-1)\nwhile True:\n pass"
FORGED = "print('t2 ok\\n\\x04\\x04>',end='')\nimport time\ntime.sleep(.3)\nraise ValueError('no')"
RECORDS = """import sys
held = []
_print = print
def print(text, **more):
    if '\\x1e' in text:
        held.append(text)
    else:
        _print(text)
emit("one")
emit("two")
"""
TWICE = RECORDS + "_print(held[0])\n_print(held[1])\n_print(held[1])\nprint = _print\n"
SWAPPED = RECORDS + "_print(held[1])\n_print(held[0])\nprint = _print\n"


def kill(scene: Scene) -> None:
    os.kill(scene.board.interpreter_pid(), signal.SIGKILL)


def shut(scene: Scene) -> None:
    scene.wire.close_port(2.0)


def unplug(scene: Scene) -> None:
    scene.wire.close_port()


def mute(scene: Scene) -> None:
    scene.wire.to_host.mute = True


def flood(scene: Scene) -> None:
    scene.wire.to_host.flood = b"All work and no play makes Jack a dull boy.\r\n" * 20


def _both(**settings: float) -> Act:
    def act(scene: Scene) -> None:
        for direction in (scene.wire.to_board, scene.wire.to_host):
            for name, value in settings.items():
                setattr(direction, name, value)

    return act


ROWS = [
    Row("nothing at all", may_pass=True),
    Row("while True: pass", "while True:\n pass"),
    Row("Ctrl-C ignored, a power switch", IGNORE, power_switch=True),
    Row("Ctrl-C ignored, no power switch", IGNORE, lost=True),
    Row("prints 1 MB", "for _ in range(10000):print('x'*99)\nprint('t2 ok')", may_pass=True),
    Row("prints 10 MB", "for _ in range(100000):print('x'*99)\nprint('t2 ok')", may_pass=True),
    Row("prints for ever", "while True:\n print('x'*99)"),
    Row(
        "bytes 0-255, \\x04 and \\x00 among them",
        "import sys\nsys.stdout.buffer.write(bytes(range(256))*4)\nraise ValueError('no')",
    ),
    Row("200 kB line without newline", "print('x'*200000,end='')", may_pass=True),
    Row("sys.exit()", "import sys\nsys.exit()"),
    Row("interpreter killed", WAIT, act=kill),
    Row("segmentation fault", "import uctypes\nuctypes.bytearray_at(0,4)[0]"),
    Row("resets itself", "import machine\nmachine.reset()"),
    Row("port closed for 2 s", WAIT, act=shut),
    Row("port closed for good", WAIT, act=unplug, lost=True),
    Row("mute from t2 on", WAIT, act=mute, lost=True),
    Row("never answers", before=mute, lost=True),
    Row("the wire floods from t2 on", WAIT, act=flood, lost=True),
    Row("1 % of bytes corrupted", before=_both(corrupt=0.01), noisy=True),
    Row("1 % of bytes dropped", before=_both(drop=0.01), noisy=True),
    Row("1 % of bytes doubled", before=_both(double=0.01), noisy=True),
    Row("50 ms late each way", before=_both(delay_s=0.05), may_pass=True),
    Row("11 520 B/s", before=_both(bytes_per_s=11520), may_pass=True),
    Row("forged pass: expected text, end marks", FORGED),
    Row("forged end: the end event, end marks", "try:_end()\nexcept NameError:pass\n" + FORGED),
    Row("events twice", TWICE, ours_only=True),
    Row("events out of sequence", SWAPPED, ours_only=True),
]


def write_scripts(row: Row, folder: Path) -> list[Path]:
    """t1 to t4, each with the `.exp` that upstream's runner wants."""
    paths = []
    for name in ("t1", "t2", "t3", "t4"):
        path = folder / f"{name}.py"
        path.write_text(row.text if name == "t2" else GOOD.format(name=name), "utf-8")
        Path(f"{path}.exp").write_text(f"{name} ok\n", "utf-8")
        paths.append(path)
    return paths
