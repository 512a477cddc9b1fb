"""QEMU under the emulators' contract: a board that ends QEMU by its reset comes back, on the same
console. QEMU is played, at its command line: a monitor, and a console that says all in capitals.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.claims import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sockets are handed to QEMU")
QEMU = f"""#!{sys.executable}
import os, socket, sys, threading

def word(start):
    return next(word for word in sys.argv if word.startswith(start)).removeprefix(start)

board = socket.socket(fileno=int(word("socket,id=console,fd=")))
listener = socket.socket(socket.AF_UNIX)
listener.bind(word("unix:").partition(",")[0])
listener.listen()

def monitor():
    client, _ = listener.accept()
    client.sendall(b'{{"QMP": {{}}}}\\n')
    while b"system_reset" not in client.recv(4096):
        client.sendall(b'{{"return": [{{"thread-id": %d}}]}}\\n' % os.getpid())
    board.sendall(b"RESET BY SWITCH")

threading.Thread(target=monitor, daemon=True).start()
while data := board.recv(4096):
    if data == b"reset":
        os._exit(0)
    board.sendall(data.upper())
"""


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    played = tmp_path / "qemu-system-arm"
    played.write_text(QEMU, encoding="utf-8")
    played.chmod(0o755)
    firmware = tmp_path / "firmware.elf"
    firmware.write_bytes(b"\x7fELF\x01\x01" + bytes(12) + b"\x28\x00; MPS2-AN385 with Cortex-M3\0")
    module = "rig.virtual.emulators.qemu_machine"
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--firmware", str(firmware)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PATH": str(tmp_path)},
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


def said(process: subprocess.Popen[bytes]) -> dict[str, object]:
    assert process.stdout
    return dict(json.loads(process.stdout.readline()))


def test_a_board_that_ends_qemu_comes_back(emulator: subprocess.Popen[bytes]) -> None:
    begun = said(emulator)
    host, _, port = str(begun["console"]).removeprefix("socket://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as console:
        threads = [begun["thread"]]
        for _ in range(2):
            console.sendall(b"all")
            assert console.recv(100) == b"ALL"
            console.sendall(b"reset")
            threads.append(said(emulator)["thread"])
        assert len(set(threads)) == 3, "the core's thread is told anew"
        console.sendall(b"back")
        assert console.recv(100) == b"BACK"
        emulator.send_signal(signal.SIGUSR2)
        assert console.recv(100) == b"RESET BY SWITCH"
        assert emulator.stdin
        emulator.stdin.close()
        assert emulator.wait(timeout=30) == 0


def test_qemu_that_was_killed_is_no_board_that_reset_itself(
    emulator: subprocess.Popen[bytes],
) -> None:
    begun = said(emulator)
    os.kill(int(str(begun["thread"])), signal.SIGKILL)
    assert emulator.wait(timeout=30) == 1


def test_qemu_that_stands_still_ends_with_us(emulator: subprocess.Popen[bytes]) -> None:
    core = int(str(said(emulator)["thread"]))
    os.kill(core, signal.SIGSTOP)
    emulator.send_signal(signal.SIGUSR2)
    assert emulator.stdin
    emulator.stdin.close()
    assert emulator.wait(timeout=30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(core, 0)


ANOTHER = "raise SystemExit('which machine?')"
WITHOUT_CORE = QEMU.partition("\n")[2].replace("thread-id", "other")


@pytest.mark.parametrize(
    "then", ["", ANOTHER, WITHOUT_CORE], ids=["none", "another", "without-core"]
)
def test_a_reset_for_which_there_is_no_qemu_any_more_is_the_end(
    emulator: subprocess.Popen[bytes], tmp_path: Path, then: str
) -> None:
    begun = said(emulator)
    (tmp_path / "qemu-system-arm").unlink()
    if then:
        (tmp_path / "qemu-system-arm").write_text(f"#!{sys.executable}\n{then}\n", encoding="utf-8")
        (tmp_path / "qemu-system-arm").chmod(0o755)
    host, _, port = str(begun["console"]).removeprefix("socket://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as console:
        console.sendall(b"reset")
        assert emulator.wait(timeout=60) == 1
