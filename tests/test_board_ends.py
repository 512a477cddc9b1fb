"""Every way a device test can end on a real MicroPython behind a PTY."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.features import FEATURES
from rig.board.link import Link
from rig.board.program import Packing, assemble
from rig.errors import BoardLost, RigError, UsageError
from rig.virtual.board import VirtualBoard
from tests.board_factory import connect, push, virtual

ENDS = {
    "finished": ("emit('a', 1)", Ended.FINISHED, ""),
    "raised": ("raise ValueError(3)", Ended.RAISED, "ValueError: 3"),
    "syntax error": ("x = (\n", Ended.RAISED, "SyntaxError: invalid syntax"),
    "sys.exit": ("import sys\nsys.exit()", Ended.CRASHED, "the board reset itself"),
    "machine.soft_reset": ("import machine\nmachine.soft_reset()", Ended.CRASHED, "reset itself"),
    "machine.reset": ("import machine\nmachine.reset()", Ended.CRASHED, "the board rebooted"),
    "segmentation fault": (
        "import uctypes\nuctypes.bytearray_at(0, 4)[0]", Ended.CRASHED, "the board rebooted",
    ),
    "runs for ever": ("while True: pass", Ended.TIMED_OUT, "the deadline passed"),
    "prints for ever": ("while True: print('x' * 99)", Ended.TIMED_OUT, "the deadline passed"),
    "emits for ever": ("while True: emit('x')", Ended.TIMED_OUT, "the deadline passed"),
    "hangs until something is sent": (
        "import sys\nsys.stdin.read(1)", Ended.TIMED_OUT, "only when something was sent",
    ),
    "ignores Ctrl-C": (
        "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass",
        Ended.TIMED_OUT, "the deadline passed",
    ),
    "forged pass": (
        "print('\\x04\\x04>', end='')\nimport time\ntime.sleep(0.2)\nraise ValueError('no')",
        Ended.RAISED, "ValueError: no",
    ),
    "forged marks, forged prompt": (
        "print('\\x04\\x04>raw REPL; CTRL-B to exit\\r\\n>', end='')\n"
        "import time\ntime.sleep(0.2)\nraise ValueError('no')",
        Ended.RAISED, "ValueError: no",
    ),
    "forged reboot": (
        "print('MicroPython v9; it\\r\\nType \"help()\" for more information.\\r\\n>>> ', end='')\n"
        "import time\ntime.sleep(9)",
        Ended.CRASHED, "the board rebooted",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("ends")) as board:
        yield board


@pytest.fixture(scope="module")
def board(device: VirtualBoard) -> Iterator[Board]:
    board = connect(device.port, power_cycle=device.power_cycle)
    yield board
    board.close()


def test_interpreter_killed(device: VirtualBoard, board: Board) -> None:
    """From outside: a virtual board's own programs reach no process of the machine."""

    def kill(_: object) -> None:
        os.kill(device.interpreter_pid(), signal.SIGKILL)

    code = assemble([("x.py", "while True: pass")], {})
    execution = board.push("x", code, 5.0, while_running=kill)
    assert execution.ended is Ended.CRASHED
    assert "the board rebooted" in execution.how


@pytest.mark.parametrize("name", ENDS)
def test_end(board: Board, name: str) -> None:
    text, ended, how = ENDS[name]
    execution = push(board, text, deadline=1.0)
    assert execution.ended is ended
    assert how in execution.how
    assert execution.damage == []
    after = push(board, "emit('fine')")
    assert after.ended is Ended.FINISHED
    assert after.names == ["fine"]
    assert after.recovery == []


@pytest.mark.parametrize("packing", ["deflate", "literal", "source"])
def test_ends_are_the_same_however_packed(board: Board, packing: Packing) -> None:
    board.packing = packing
    try:
        good = push(board, "emit('a', 'é', b'\\x00\\x04\\xff')")
        assert (good.ended, good.damage) == (Ended.FINISHED, [])
        assert good.values("a") == [("é", b"\x00\x04\xff")]
        bad = push(board, "\n\ndef f():\n    # why\n    return 1 / 0\n\n\nf()\n")
        assert bad.ended is Ended.RAISED
        assert bad.damage == []
        assert bad.traceback == (
            "Traceback (most recent call last):\n"
            '  File "x.py", line 8, in <module>\n'
            '  File "x.py", line 5, in f\n'
            "ZeroDivisionError: divide by zero\n"
        )
    finally:
        board.packing = ""


def test_forged_end_then_an_exception(board: Board) -> None:
    execution = push(board, "_end()\nprint('\\x04\\x04>', end='')\nraise ValueError('no')")
    assert execution.ended is Ended.RAISED


def test_forged_end_then_more(board: Board) -> None:
    text = "_end()\nprint('\\x04\\x04>', end='')\nimport time\ntime.sleep(0.3)\nemit('more')"
    execution = push(board, text)
    assert execution.damage


def test_output_is_kept_within_bounds(board: Board) -> None:
    execution = push(board, "for i in range(20000): print(i, 'x' * 90)\nemit('done')", 20)
    assert execution.names == ["done"]
    assert execution.output.startswith("0 xxx")
    assert execution.output.endswith("x\n")
    assert execution.dropped > 1_000_000
    assert len(execution.output) < 70_000


def test_every_byte_can_be_printed(board: Board) -> None:
    execution = push(board, "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 4)\nemit('a')")
    assert execution.ended is Ended.FINISHED
    assert execution.names == ["a"]


def test_a_kill_in_mid_test_costs_that_test_only(device: VirtualBoard, board: Board) -> None:
    from rig.board.program import assemble

    timer = threading.Timer(0.3, lambda: os.kill(device.interpreter_pid(), signal.SIGKILL))
    code = assemble([("x.py", "import time\nemit('x')\ntime.sleep(5)\nemit('y')")], {})
    execution = board.push("x", code, 10, while_running=lambda _: timer.start())
    assert execution.ended is Ended.CRASHED
    assert execution.names == ["x"]
    assert execution.run_s < 4
    assert push(board, "emit('fine')").names == ["fine"]


def test_a_kill_between_tests_is_no_verdict(device: VirtualBoard, board: Board) -> None:
    push(board, "emit('x')")
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(ProcessLookupError):  # its soft reset is just going on
            os.kill(device.interpreter_pid(), signal.SIGKILL)
            break
        assert time.monotonic() < deadline
    execution = push(board, "emit('fine')")
    # Killed behind its reset, it takes no upload: that is said, and held against nobody.
    assert execution.damage or execution.names == ["fine"]
    assert push(board, "emit('fine')").names == ["fine"]


def test_tests_start_from_a_soft_reset(board: Board) -> None:
    push(board, "import sys\nsys.modules['leak'] = 1\nleak = 1")
    execution = push(board, "import sys\nemit('leak', 'leak' in sys.modules, 'leak' in globals())")
    assert execution.value("leak") == (False, False)


def test_standard_input_reaches_the_script(board: Board) -> None:
    text = "import sys\nemit('ready')\nemit('got', sys.stdin.readline())"
    code = assemble([("x.py", text)], {})
    execution = board.push("x", code, 5, while_running=lambda link: link.send(b"hello\n"))
    assert execution.value("got") == "hello\n"


def test_what_is_sent_after_the_end_is_for_nobody(board: Board) -> None:
    """The host cannot see a script end before it has sent to it."""

    def late(link: Link) -> None:
        came = b""
        while not came.endswith(b"\x04\x04>"):
            came += link.read_some(link.clock.by(5))
        link.send(b"no ) Python\r\n" * 3)
        link.unread(came)

    execution = board.push("x", assemble([("x.py", "emit('a', 1)")], {}), 5, while_running=late)
    assert execution.ended is Ended.FINISHED
    assert not execution.damage
    assert not execution.output
    assert push(board, "emit('fine')").names == ["fine"]


def test_identity(board: Board) -> None:
    info = board.info
    assert info.implementation == "micropython"
    assert {"deflate", "binascii.crc32", "select.poll"} <= set(info.features)
    assert set(info.features) <= set(FEATURES)


def test_a_small_heap_gets_the_source_as_it_is(device: VirtualBoard, board: Board) -> None:
    board.packing = ""
    text = "x = '" + "é\\n" * 60_000 + "'\nemit('size', len(x))"
    with virtual(device.port.parent / "small", heap="700k") as small:
        tight = connect(small.port)
        execution = push(tight, text)
        assert tight.packing == "source" or execution.ended is Ended.FINISHED
        tight.close()


def test_a_lost_board_says_so_at_once(device: VirtualBoard) -> None:
    with virtual(device.port.parent / "lost") as doomed:
        board = connect(doomed.port)
        doomed.stop()
        started = time.monotonic()
        with pytest.raises(BoardLost):
            push(board, "emit('x')")
        assert time.monotonic() - started < 15
        assert "after" in board.info.lost
        started = time.monotonic()
        with pytest.raises(BoardLost, match="is lost"):
            push(board, "emit('x')")
        assert time.monotonic() - started < 0.1


def test_ports_that_do_not_open_are_explained() -> None:
    with pytest.raises(UsageError, match="no such port"):
        Board("b", "/dev/ttyNOWHERE").open()
    with pytest.raises((RigError, UsageError), match="/dev/null"):
        Board("b", "/dev/null").open()


def test_a_busy_port_is_explained(device: VirtualBoard, board: Board) -> None:
    assert board.wire
    with pytest.raises(RigError, match="busy"):
        Board("other", str(device.port)).open()


def test_a_device_test_that_is_not_there(board: Board) -> None:
    with pytest.raises(RigError, match="no_such_test"):
        board.run("no_such_test")


def test_the_control_runs_device_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    with virtual(tmp_path_factory.mktemp("control"), "cpython") as control:
        board = connect(control.port)
        assert board.info.implementation == "cpython"
        good = push(board, "import asyncio\nasync def f():\n emit('a')\nasyncio.run(f())")
        assert (good.ended, good.names, good.damage) == (Ended.FINISHED, ["a"], [])
        bad = push(board, "def f():\n  return 1/0\nf()")
        assert 'File "x.py", line 3' in bad.traceback
        assert "cpython_repl" not in bad.traceback
        assert push(board, "while True: pass", 0.5).ended is Ended.TIMED_OUT
        assert push(board, "import sys\nsys.exit()").ended is Ended.CRASHED
        assert push(board, "emit('fine')").names == ["fine"]
        board.close()
