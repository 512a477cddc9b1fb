"""Nothing of the machine is within reach of a virtual board: not its files, not its network.

What tries to get out is a script on the board, with every way out that MicroPython and CPython
know. What stands outside is real: a file, a folder, a server of this process.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.bench import load
from rig.checkup.bench import walk
from rig.virtual.board import VirtualBoard
from rig.virtual.fence import Fence
from rig.virtual.files import Files
from rig.virtual.spares import MACHINE_FD
from tests.board_factory import connect, push, virtual
from tests.busy import busy

ATTEMPTS = """
def attempt(action):
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "got through"
"""
MICROPYTHON_FILES = """
import os, vfs

UP = "/.." * 40
def system():
    if os.system("echo gone > " + TARGET):
        raise OSError(1)
def mounted():
    vfs.mount(vfs.VfsPosix("/"), "/host")
    open("/host" + TARGET, "w")
emit("seen", [attempt(action) for action in (
    lambda: open(UP + TARGET),
    lambda: open(UP + TARGET, "w"),
    lambda: open(UP[1:] + TARGET, "a"),
    lambda: os.remove(UP + TARGET),
    lambda: os.rename(UP + TARGET, "/here"),
    lambda: os.mkdir(UP + TARGET + ".d"),
    lambda: os.listdir(UP + TARGET.rsplit("/", 1)[0]),
    lambda: open("/link").read(),
    lambda: open("/link", "w"),
    lambda: open("/folder/new", "w"),
    system,
    mounted,
)])
"""
CPYTHON_FILES = """
import ctypes, os, signal, socket, subprocess, sys

parent = os.getppid()
emit("seen", [attempt(action) for action in (
    lambda: open(TARGET),
    lambda: open(TARGET, "w"),
    lambda: os.remove(TARGET),
    lambda: os.rename(TARGET, "here"),
    lambda: os.link(TARGET, "here"),
    lambda: os.mkdir(TARGET + ".d"),
    lambda: os.truncate(TARGET, 0),
    lambda: open("link").read(),
    lambda: open("folder/new", "w"),
    lambda: (os.symlink(TARGET, "mine"), open("mine", "w")),
    lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True),
    lambda: open("/etc/passwd").read(),
    lambda: open("/proc/self/environ").read(),
    lambda: os.kill(parent, signal.SIGTERM),
)])
"""

HERE = Fence(Files(Path("/nowhere"), "none"), (), "machine")
fenced = pytest.mark.skipif(HERE.rules < 0, reason="needs Linux's Landlock")
secluded = pytest.mark.skipif(
    sys.platform != "linux" or not HERE.probe_network(), reason="needs network namespaces"
)


@pytest.fixture(scope="module", params=["micropython", "cpython"])
def board(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VirtualBoard]:
    with virtual(tmp_path_factory.mktemp("fenced"), request.param) as board:
        yield board


def seen(board: VirtualBoard, text: str) -> list[object]:
    """What a script on the board emits as `seen`."""
    wire = connect(board.port)
    try:
        came = push(wire, ATTEMPTS + text).value("seen")
        assert isinstance(came, list)
        return came
    finally:
        wire.close()


@fenced
def test_no_way_leads_to_the_machines_files(board: VirtualBoard, tmp_path: Path) -> None:
    target = tmp_path / "user.txt"
    target.write_text("the user's", "utf-8")
    (board.root / "link").symlink_to(target)
    (board.root / "folder").symlink_to(tmp_path)
    control = "cpython" in board.process.args  # type: ignore[operator]
    script = CPYTHON_FILES if control else MICROPYTHON_FILES
    try:
        came = seen(board, f"TARGET = {str(target)!r}\n{script}")
    finally:
        (board.root / "link").unlink()
        (board.root / "folder").unlink()
    assert "got through" not in came, came
    assert target.read_text("utf-8") == "the user's"
    assert [path.name for path in tmp_path.iterdir()] == ["user.txt"]


@fenced
def test_a_firmware_that_is_a_program_writes_nothing_either(tmp_path: Path) -> None:
    """It may read, for nobody knows what it needs, and start programs, which write as little."""
    firmware = tmp_path / "firmware"
    firmware.write_text(
        f"#!{sys.executable}\nimport sys\nfrom micropython_run import run_main\n"
        "sys.exit(run_main(['micropython', *sys.argv[1:]]))\n",
        "utf-8",
    )
    firmware.chmod(0o755)
    target = tmp_path / "user.txt"
    target.write_text("the user's", "utf-8")
    with virtual(tmp_path / "board", str(firmware)) as board:
        came = seen(board, f"TARGET = {str(target)!r}\n{MICROPYTHON_FILES}")
        through = {number for number, what in enumerate(came) if what == "got through"}
        assert through == {0, 6, 8}  # it reads, lists, and writes /link, which is its own here
        assert seen(board, "open('/mine', 'w').write('x')\nemit('seen', [1])") == [1]
    assert target.read_text("utf-8") == "the user's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board", "firmware", "user.txt"]


CONNECT = """
import socket
def dial(host, port):
    s = socket.socket()
    s.settimeout(3)
    s.connect(socket.getaddrinfo(host, port)[0][-1])
def talk():
    server = socket.socket()
    server.bind(socket.getaddrinfo("127.0.0.1", 8266)[0][-1])
    server.listen(1)
    dial("127.0.0.1", 8266)
emit("seen", [
    attempt(talk), attempt(lambda: dial("127.0.0.1", PORT)), attempt(lambda: dial(OUT, PORT))
])
"""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("0.0.0.0", 0)) as server:
        yield server


def outward() -> str:
    """An address of this machine that is no loopback, or the loopback where it has no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@secluded
def test_its_loopback_is_its_own_and_there_is_no_other_network(
    board: VirtualBoard, server: socket.socket
) -> None:
    values = f"PORT, OUT = {server.getsockname()[1]}, {outward()!r}\n"
    inside, loopback, out = seen(board, values + CONNECT)
    assert inside == "got through"
    assert loopback != "got through"
    assert out != "got through"
    server.settimeout(0)
    with pytest.raises(BlockingIOError):
        server.accept()


def test_a_bench_may_give_it_the_machines_network(tmp_path: Path, server: socket.socket) -> None:
    with virtual(tmp_path, network="machine") as board:
        values = f"PORT, OUT = {server.getsockname()[1]}, {outward()!r}\n"
        assert seen(board, values + CONNECT) == ["got through"] * 3


def test_doctor_says_what_holds(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(
        '[board.a]\nkind = "virtual"\n[board.b]\nkind = "virtual"\nnetwork = "machine"\n', "utf-8"
    )
    a, b = [finding.what for finding in walk(load(path)) if finding.check == "fence"]
    if HERE.rules >= 0:
        assert "no files but its own (Landlock" in a
        assert "no files but its own (Landlock" in b
    assert ("loopback of its own" in a) == (sys.platform == "linux" and HERE.probe_network())
    assert "loopback" not in b


@fenced
def test_the_control_on_a_read_only_folder(tmp_path: Path) -> None:
    with virtual(tmp_path, "cpython", file_system="read-only") as board:
        (board.root / "there.txt").write_text("read me", "utf-8")
        script = """
import os
emit("seen", [
    open("there.txt").read(), attempt(lambda: open("new", "w")), attempt(lambda: os.mkdir("d")),
])
"""
        assert seen(board, script) == ["read me", "PermissionError", "PermissionError"]


WAITED = """
import time
wait = time.monotonic if hasattr(time, "monotonic") else lambda: time.ticks_ms() / 1000
machine = open(FD, "rb", 0)

def read():
    machine.seek(0)
    return [int(number) for number in machine.read(64).split()]

before, start = read(), wait()
while True:
    us = round((wait() - start) * 1000000)
    ran, waited, _ = [now - then for now, then in zip(read(), before)]
    if us > 300000 and waited > 50000000 or us > 4000000:  # once it was kept waiting, or never
        break
emit("seen", [us, ran, waited])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux's scheduler")
def test_it_hears_how_long_the_machine_kept_it_waiting(board: VirtualBoard) -> None:
    """Of its own thread, and behind the fence: how a mixture tells its lateness from the host's."""
    with busy(of_each_core=2):
        us, ran, waited = seen(board, f"FD = {MACHINE_FD}\n{WAITED}")
    assert isinstance(us, int)
    assert isinstance(ran, int)
    assert isinstance(waited, int)
    assert ran > 0
    assert waited > 50e6
    assert ran + waited == pytest.approx(us * 1e3, rel=0.2)
