"""The wire: raw REPL and raw paste against boards of every kind, and no wait without an end."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import serial
import serial.rfc2217

from rig.board.board import Board
from rig.board.execution import Ended
from rig.board.link import Link
from rig.board.port import Silence
from rig.board.program import assemble
from tests.board_factory import connect, push, virtual
from tests.scripted_board import HEADER, REBOOT, RawRepl, ScriptedBoard

DONE = b"\x04\x04>"


def soon(seconds: float = 2.0) -> float:
    return time.monotonic() + seconds


def prints(text: bytes) -> Callable[[bytes], bytes]:
    return lambda code: text + DONE


@pytest.mark.parametrize(
    "repl",
    [
        RawRepl(prints(b"")),
        RawRepl(prints(b""), window=1),
        RawRepl(prints(b""), window=5000),
        RawRepl(prints(b""), paste=b"R\x00"),  # it knows the request, but cannot
        RawRepl(prints(b""), paste=b"R\x00>"),  # and prompts anew
        RawRepl(prints(b""), paste=b""),  # older than raw paste: it sees Ctrl-A only
    ],
    ids=[
        "window 16",
        "window 1",
        "window 5000",
        "no raw paste",
        "no raw paste, prompt",
        "before raw paste",
    ],
)
def test_code_arrives_whole_on_any_raw_repl(repl: RawRepl, tmp_path: Path) -> None:
    code = b"x = 1\n" * 100 + "é".encode()
    with ScriptedBoard(tmp_path, repl) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        for _ in range(2):
            link.paste(code, soon(5))
            assert link.read_to(DONE, soon(), "the end") == DONE
        link.close()
    assert repl.code == [code, code]


def test_a_board_may_end_a_paste_early(tmp_path: Path) -> None:
    heard = 0

    def answer(byte: bytes) -> bytes:
        nonlocal heard
        if byte == b"\x01" and heard == 0:
            heard = 1
            return HEADER
        if byte == b"\x01":
            heard = 2
            return b"R\x01\x10\x00\x01"
        if heard >= 2 and byte != b"\x04":
            heard += 1
            return b"\x04" if heard == 20 else b""
        if byte == b"\x04":
            return b"\x04Traceback (most recent call last):\r\nSyntaxError: no\r\n\x04>"
        return b""

    with ScriptedBoard(tmp_path, answer) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        link.paste(b"(" * 500, soon())
        assert b"SyntaxError" in link.read_to(b"\x04>", soon(), "the end")
        link.close()


@pytest.mark.parametrize("step", ["interrupt", "soft_reset", "paste", "challenge"])
def test_a_mute_board_ends_every_step(step: str, tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, lambda byte: b"") as board:
        link = Link(str(board.port))
        started = time.monotonic()
        code = [b"x" * 10_000] if step == "paste" else []
        with pytest.raises(Silence):
            getattr(link, step)(*code, soon(0.3))
        assert time.monotonic() - started < 1.0
        link.close()


@pytest.mark.parametrize("step", ["interrupt", "soft_reset", "challenge"])
def test_a_flood_ends_every_step(step: str, tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, lambda byte: b"") as board:
        link = Link(str(board.port))
        stop: list[int] = []

        def flood() -> None:
            os.set_blocking(board.master, False)
            while not stop:
                try:
                    os.write(board.master, b"flood\r\n" * 100)
                except BlockingIOError:
                    time.sleep(0.001)  # the PTY is full

        thread = threading.Thread(target=flood)
        thread.start()
        try:
            with pytest.raises(Silence):
                getattr(link, step)(soon(0.3))
        finally:
            stop.append(1)
            thread.join()
        link.close()


def test_what_boot_py_prints_is_passed_over(tmp_path: Path) -> None:
    reset = b"\r\nMPY: soft reboot\r\nboot.py: hello >\r\n>>> no prompt\r\n" + HEADER
    with ScriptedBoard(tmp_path, RawRepl(prints(b""), reset=reset)) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        link.soft_reset(soon())
        link.close()


def test_a_late_prompt_before_the_banner_is_passed_over(tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, RawRepl(prints(b""), reset=HEADER + REBOOT)) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        link.soft_reset(soon())
        link.close()


def test_a_prompt_is_no_reset(tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, RawRepl(prints(b""), reset=HEADER)) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        with pytest.raises(Silence):
            link.soft_reset(soon(0.5), patience=0.1)
        link.close()


def test_a_prompt_lost_on_the_way_is_asked_for_again(tmp_path: Path) -> None:
    repl = RawRepl(prints(b""), reset=b"\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to ex\r\n>")
    with ScriptedBoard(tmp_path, repl) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        link.soft_reset(soon(), patience=0.1)
        link.paste(b"pass", soon())
        assert link.read_to(DONE, soon(), "the end") == DONE
        link.close()


def test_a_reset_lost_on_the_way_is_sent_again(tmp_path: Path) -> None:
    repl = RawRepl(prints(b""), reset=HEADER)
    with ScriptedBoard(tmp_path, repl) as board:
        link = Link(str(board.port))
        link.interrupt(soon())
        timer = threading.Timer(0.3, lambda: setattr(repl, "reset", REBOOT))
        timer.start()
        link.soft_reset(soon(), patience=0.2)
        link.close()


def test_end_marks_without_the_end_event_are_no_pass(tmp_path: Path) -> None:
    with ScriptedBoard(tmp_path, RawRepl(prints(b"PASS\r\n"))) as scripted:
        board = Board("b", str(scripted.port))
        board.packing = "literal"
        board.open()
        execution = board.push("x", assemble([("x.py", "emit('a')")], {}), 2)
        assert execution.ended is not Ended.FINISHED
        assert execution.damage
        board.close()


def test_another_runs_records_are_no_pass(tmp_path: Path) -> None:
    import zlib

    record = b"deadbeef 0 0 end (0,)"
    old = b"\x1edeadbeef ok -\r\n\x1e" + record + b" %d\r\n" % zlib.crc32(record)
    with ScriptedBoard(tmp_path, RawRepl(prints(old))) as scripted:
        board = Board("b", str(scripted.port))
        board.open()
        execution = board.push("x", assemble([("x.py", "emit('a')")], {}), 2)
        assert execution.ended is not Ended.FINISHED
        assert execution.damage
        board.close()


def test_a_board_behind_a_socket(tmp_path: Path) -> None:
    """As ser2net and the like offer ports: `socket://HOST:PORT`."""
    with virtual(tmp_path) as device, socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_forward, args=(server, device.port), daemon=True)
        thread.start()
        board = connect(f"socket://127.0.0.1:{server.getsockname()[1]}")
        assert push(board, "emit('a')").names == ["a"]
        loud = push(board, "for _ in range(3000): print('x' * 99)\nemit('a')", 20)
        assert loud.ended is Ended.FINISHED
        assert loud.dropped > 200_000
        late = push(board, "while True: pass", 0.3)
        assert late.ended is Ended.TIMED_OUT
        assert late.recovery == ["interrupt and soft reset: the board is back"]
        board.close()
        thread.join(5)


def _forward(server: socket.socket, port: Path) -> None:
    """Carry bytes between one client and a port until the client goes."""
    client, _ = server.accept()
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    while True:
        ready, _, _ = select.select([client.fileno(), fd], [], [])
        if fd in ready:
            client.sendall(os.read(fd, 4096))
        if client.fileno() in ready:
            data = client.recv(4096)
            if not data:
                break
            os.write(fd, data)
    os.close(fd)
    client.close()


class _PtyPort(serial.Serial):  # type: ignore[misc]
    """A PTY has no modem lines."""

    cts = dsr = ri = cd = False

    def _update_rts_state(self) -> None: ...

    def _update_dtr_state(self) -> None: ...


class _Client:
    """What pyserial's RFC 2217 server writes to."""

    def __init__(self, connection: socket.socket) -> None:
        self.write = connection.sendall


def test_a_board_behind_rfc2217(tmp_path: Path) -> None:
    with virtual(tmp_path) as device, socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve_rfc2217, args=(server, device.port), daemon=True)
        thread.start()
        board = connect(f"rfc2217://127.0.0.1:{server.getsockname()[1]}")
        said = push(board, "import sys\nsys.stdout.buffer.write(bytes(range(256)))\nemit('a')")
        assert said.names == ["a"]
        assert said.damage == []
        assert push(board, "while True: pass", 0.3).ended is Ended.TIMED_OUT
        board.close()
        thread.join(5)


def _serve_rfc2217(server: socket.socket, port: Path) -> None:
    client, _ = server.accept()
    with _PtyPort(str(port), timeout=0) as board:
        manager = serial.rfc2217.PortManager(board, _Client(client))
        while True:
            ready, _, _ = select.select([client.fileno(), board.fileno()], [], [])
            if board.fileno() in ready:
                client.sendall(b"".join(manager.escape(board.read(4096))))
            if client.fileno() in ready:
                data = client.recv(4096)
                if not data:
                    break
                board.write(b"".join(manager.filter(data)))
    client.close()
