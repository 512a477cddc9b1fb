"""Nothing on the way to a real board needs POSIX: Windows has COM ports.

No Windows is at hand, so this interpreter is made to lack what Windows lacks: the modules, for
whatever of this project imports them, and the names in `os` and `signal`, for everybody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.errors import RigError
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter

ROOT = Path(__file__).resolve().parent.parent

WITHOUT_POSIX = textwrap.dedent(
    """
    import builtins, os, signal, sys

    import platformdirs  # it chooses by sys.platform, which still says what this is

    ABSENT = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "posix"}
    OURS = ("rig", "fixtures", "host", "reports")
    usual = builtins.__import__

    def as_on_windows(name, globals=None, *rest, **options):
        importer = (globals or {}).get("__name__", "")
        if name in ABSENT and importer.partition(".")[0] in OURS:
            raise ImportError(f"{importer} needs {name}, which Windows lacks")
        return usual(name, globals, *rest, **options)

    builtins.__import__ = as_on_windows
    for name in ("fork", "forkpty", "openpty", "killpg", "setsid", "getuid", "geteuid", "getgid",
                 "mkfifo", "chown", "getpgid", "ttyname", "sched_getaffinity"):
        if hasattr(os, name):
            delattr(os, name)
    for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGQUIT",
                 "pause", "alarm", "setitimer"):
        if hasattr(signal, name):
            delattr(signal, name)

    from rig.cli import main
    main()
    """
)


@pytest.fixture(scope="module")
def port_and_meter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A board and its meter, as another process holds them."""
    if os.name != "posix":
        pytest.skip("virtual boards need PTYs")
    board = VirtualBoard("board", "micropython", tmp_path_factory.mktemp("board"))
    board.wait_ready()
    meter = VirtualMeter(board.pid_file)
    yield str(board.port), meter.wait_ready()
    meter.stop()
    board.stop()


def looprig(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, *arguments],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


@pytest.mark.slow
def test_a_run_with_power_on_a_board_on_a_wire(
    tmp_path: Path, port_and_meter: tuple[str, str]
) -> None:
    port, meter = port_and_meter
    out = tmp_path / "run"
    done = looprig(
        "run", "--port", port, "--meter", meter, "--out", str(out),
        "--claims", "run.returns-value", "--claims", "power.sleep-sleeps",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert len((out / "results.jsonl").read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.slow
def test_doctor_boards_and_init(tmp_path: Path, port_and_meter: tuple[str, str]) -> None:
    port, meter = port_and_meter
    out = str(tmp_path / "bench.toml")
    for arguments in (
        ("boards", port),
        ("init", port, "--meter", meter, "--out", out),
        ("doctor", "--bench", out),
    ):
        done = looprig(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_com_port_that_is_not_there_is_one_sentence() -> None:
    done = looprig("run", "--port", "COM99")
    assert done.returncode == 2
    assert done.stderr.startswith("looprig: port COM99: ")


def test_the_virtual_bench_says_that_it_needs_posix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.name", "nt")
    with pytest.raises(RigError, match="the virtual bench needs PTYs"):
        VirtualBoard("board", "micropython", tmp_path)
