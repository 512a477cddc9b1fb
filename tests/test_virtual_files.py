"""A virtual board's files are its own: a folder that is its `/`, one nobody writes, or none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.errors import RigError
from rig.virtual.board import VirtualBoard
from rig.virtual.files import LIBRARY
from tests.board_factory import connect, push, virtual
from tests.test_holder import mpremote

ERRNO = """
def errno(action):
    try:
        action()
    except OSError as error:
        return error.errno
    return 0
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("own"), file_system="own") as board:
        yield board


def on(board: VirtualBoard, text: str, name: str = "seen") -> object:
    """What a script emits under that name."""
    wire = connect(board.port)
    try:
        return push(wire, ERRNO + text).value(name)
    finally:
        wire.close()


def test_its_root_is_a_folder_of_its_own(own: VirtualBoard) -> None:
    (own.root / "from_host.py").write_text("ANSWER = 42\n", "utf-8")
    script = """
import os, from_host
os.mkdir("/lib")
with open("/lib/kept.py", "w") as file:
    file.write("KEPT = 1\\n")
os.chdir("lib")
inside = os.getcwd()
os.chdir("/")
emit("seen", [os.getcwd(), inside, sorted(os.listdir("/")), from_host.ANSWER])
"""
    assert on(own, script) == ["/", "/lib", ["from_host.py", "lib"], 42]
    assert (own.root / "lib" / "kept.py").read_text("utf-8") == "KEPT = 1\n"
    assert on(own, "import kept\nemit('seen', kept.KEPT)") == 1  # after a soft reset
    listed = mpremote(own, "fs", "ls").stdout
    assert "from_host.py" in listed
    assert "bin/" not in listed  # the machine's root


def test_its_files_outlive_a_hard_reset(own: VirtualBoard) -> None:
    before = own.interpreter_pid()
    on(own, "open('/hard.txt', 'w').write('still here')\nemit('seen', 1)")
    wire = connect(own.port)
    push(wire, "import machine\nmachine.reset()")
    wire.close()
    assert on(own, "emit('seen', open('/hard.txt').read())") == "still here"
    assert own.interpreter_pid() != before


def test_an_exact_search_path_and_no_name_is_left_behind(own: VirtualBoard) -> None:
    said = mpremote(own, "exec", "import sys; print(sys.path, sorted(globals()))").stdout
    port = f"/{os.path.relpath(LIBRARY, own.root.resolve())}"
    assert said == f"['', '{port}', '.frozen', '/lib'] ['__file__', '__name__', 'sys']\n"


def test_a_read_only_folder(tmp_path: Path) -> None:
    with virtual(tmp_path, file_system="read-only") as board:
        (board.root / "there.txt").write_text("read me", "utf-8")
        script = """
import os
emit("seen", [
    open("/there.txt").read(),
    errno(lambda: open("/there.txt", "w")),
    errno(lambda: open("new", "w")),
    errno(lambda: os.mkdir("/new")),
    errno(lambda: os.remove("/there.txt")),
    errno(lambda: os.rename("/there.txt", "/other.txt")),
])
"""
        assert on(board, script) == ["read me", 30, 30, 30, 30, 30]  # EROFS
        assert [path.name for path in board.root.iterdir()] == ["there.txt"]
        assert "Read-only file system" in mpremote(board, "fs", "touch", ":x").stderr


def test_no_file_system_at_all(tmp_path: Path) -> None:
    with virtual(tmp_path, file_system="none") as board:
        script = """
import os, sys, vfs
emit("seen", [
    os.listdir("/"), errno(lambda: open("/x", "w")), errno(lambda: os.listdir("/x")),
    vfs.mount(), sys.path,
])
"""
        assert on(board, script) == [[], 19, 19, [], ["", ".frozen"]]  # ENODEV
        pid = board.interpreter_pid()
        wire = connect(board.port)
        push(wire, "import machine\nmachine.reset()")  # which the port lacks, and boards have
        wire.close()
        assert on(board, "emit('seen', 1)") == 1
        assert board.interpreter_pid() != pid


def test_a_firmware_that_cannot_mount_its_files_does_not_start(tmp_path: Path) -> None:
    """A board that would work on the machine's own files is none."""
    firmware = tmp_path / "firmware"
    real = "from micropython_run import run_main; run_main(['micropython', *sys.argv[1:]])"
    firmware.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "sys.argv[1:] = [word.replace('vfs.umount', 'vfs.no_such') for word in sys.argv[1:]]\n"
        f"{real}\n",
        "utf-8",
    )
    firmware.chmod(0o755)
    with (
        pytest.raises(RigError, match="no_such"),
        virtual(tmp_path, str(firmware), file_system="own"),
    ):
        pass
