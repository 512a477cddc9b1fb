"""How an emulator begins, by programs of a few lines that do it right or wrong."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
import time
from pathlib import Path

import pytest

from rig.board.board import Board
from rig.errors import RigError
from rig.virtual import emulated
from rig.virtual.emulated import EmulatedBoard
from tests.activity_port import Port
from tests.test_emulated import looprig

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its switch is a signal")


def emulator(folder: Path, code: str) -> EmulatedBoard:
    """An emulator that is a few lines of Python."""
    script = folder / "emulator.py"
    script.write_text(f"import sys, time\n{code}\n", "utf-8")
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{firmware}}"
    return EmulatedBoard("stub", folder / "firmware", command, folder)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("print('hello')", "'hello"),
        ("print('{}')", "{}"),
        ("print('[1]')", r"\[1\]"),
        ('print(\'{"console": 1, "activity": []}\')', "console"),
        ('print(\'{"console": "c", "thread": -5}\')', "thread"),
        ('print(\'{"console": "c", "thread": 9e99}\')', "thread"),
        ("sys.exit('Error: no boot ROM')", "Error: no boot ROM"),
        ("sys.exit(7)", "exit 7"),
        ("raise ValueError('core')", "ValueError: core"),
        ("sys.stdout.buffer.write(bytes(100_000))", "did not start"),
        ("time.sleep(60)", "says nothing"),
    ],
)
def test_an_emulator_that_does_not_say_where_it_is(
    code: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulated, "READY_S", 5.0)
    board = emulator(tmp_path, code)
    try:
        with pytest.raises(RigError, match=says) as caught:
            board.wait_ready()
        assert "try by hand" in str(caught.value.hint)
    finally:
        board.stop()
    assert board.process.returncode is not None


def test_an_emulator_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="is it installed"):
        EmulatedBoard("stub", tmp_path / "f", "no-such-emulator {firmware}", tmp_path)


def test_an_emulator_ends_with_its_standard_input(tmp_path: Path) -> None:
    ready = 'print(\'{"console": "socket://127.0.0.1:9"}\', flush=True); sys.stdin.read()'
    board = emulator(tmp_path, ready)
    board.wait_ready()
    assert board.port == "socket://127.0.0.1:9"
    board.stop()
    assert board.process.returncode == 0


def test_an_emulator_that_talks_on_is_not_held_up(tmp_path: Path) -> None:
    ready = 'print(\'{"console": "c", "thread": 1}\')'
    more = 'print(\'{"thread": 2}\\nno JSON\', "x" * 1_000_000, flush=True)'
    board = emulator(tmp_path, f"{ready}; {more}; sys.stdin.read()")
    board.wait_ready()
    until = time.monotonic() + 20
    while board.pid_file.read_bytes() != (2).to_bytes(8, sys.byteorder):
        assert time.monotonic() < until
        time.sleep(0.01)
    board.stop()  # who waits for a reader does not see its input close
    assert board.process.returncode == 0


def test_no_current_without_a_word_of_activity(tmp_path: Path) -> None:
    script = tmp_path / "emulator.py"
    script.write_text('import sys; print(\'{"console": "c"}\', flush=True); sys.stdin.read()')
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{firmware}}"
    (tmp_path / "bench.toml").write_text(
        f'[board.pico]\nkind = "emulated"\nfirmware = {json.dumps(sys.executable)}\n'
        f'emulator = {json.dumps(command)}\nmeter = "virtual"\n[meter.virtual]\nkind = "virtual"\n'
    )
    done = looprig(["run", "--bench", str(tmp_path / "bench.toml"), "--out", str(tmp_path / "run")])
    assert done.returncode == 3
    assert "says neither activity nor thread" in done.stderr


def test_a_board_that_says_nothing_is_not_told_to_press_a_button() -> None:
    port = Port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        board = Board("pico", url, kind="emulated", activity=port.address, deadline_scale=0.1)
        port.pace = 1e9
        with pytest.raises(RigError, match="says nothing at all") as caught:
            board.open(climb=False)
    assert "its emulator" in str(caught.value.hint)
    assert "BOOTSEL" not in str(caught.value)
    port.server.shutdown()
    port.server.server_close()
