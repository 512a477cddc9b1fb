"""Bad input is one clear sentence and exit code 2 or 3: no traceback, nothing left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.board.port import explain_port
from rig.errors import RigError
from rig.virtual.board import VirtualBoard
from tests.started import looprig

ROOT = Path(__file__).resolve().parent.parent
needs_ptys = pytest.mark.skipif(os.name != "posix", reason="virtual boards need PTYs")
CLAIM = "run.returns-value"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualBoard]:
    started = VirtualBoard("board", "micropython", tmp_path_factory.mktemp("board"))
    started.wait_ready()
    yield started
    started.stop()


def refused(folder: Path, code: int, *arguments: object) -> str:
    """What looprig says of bad input; fails unless it is one sentence, that code, and nothing
    is left behind."""
    out = folder / "out"
    words = [str(argument) for argument in arguments]
    if words[0] == "run":
        words[1:1] = ["--out", str(out)]
    before = sorted(folder.rglob("*"))
    done = looprig(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert sorted(folder.rglob("*")) == before
    [sentence] = done.stderr.strip().splitlines()
    assert sentence.startswith("looprig: ")
    return sentence


def bench(folder: Path, text: str) -> Path:
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


# -- ports ----------------------------------------------------------------------------------


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    said = refused(tmp_path, 2, "run", "--port", "/dev/ttyACM99")
    assert "port /dev/ttyACM99: there is no such port" in said
    assert "looprig boards" in said


@needs_ptys
def test_a_port_that_another_program_holds(tmp_path: Path, board: VirtualBoard) -> None:
    code = (
        "import sys, serial; port = serial.Serial(sys.argv[1], exclusive=True);"
        "print('ready', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(board.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = refused(tmp_path, 3, "run", "--port", board.port)
        holder.communicate(b"\n")
    assert f"port {board.port}: busy" in said
    assert "fuser" in said


def test_a_port_without_permission() -> None:
    """Root may open anything, so the system's answer is given by hand."""
    error = explain_port("/dev/ttyACM0", PermissionError(13, "Permission denied"))
    assert isinstance(error, RigError)
    assert "permission denied" in error.what
    assert "dialout" in error.hint


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may open anything")
def test_a_device_without_permission(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    port.touch(mode=0o000)
    assert "permission denied" in refused(tmp_path, 3, "run", "--port", port)


@needs_ptys
def test_a_port_that_is_no_micropython(tmp_path: Path) -> None:
    master, slave = os.openpty()
    over = threading.Event()

    def echo() -> None:
        while not over.is_set():
            os.write(master, b"login: \r\n")
            over.wait(0.05)

    threading.Thread(target=echo, daemon=True).start()
    path = bench(tmp_path, f'[board.console]\nport = "{os.ttyname(slave)}"\ndeadline_scale = 0.1\n')
    said = refused(tmp_path, 3, "run", "--bench", path)
    over.set()
    assert "(board console): no MicroPython answers" in said
    assert "login: " in said


def test_a_file_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("not a tty", "utf-8")
    assert f"port {path}: " in refused(tmp_path, 3, "run", "--port", path)


def test_a_url_that_is_none(tmp_path: Path) -> None:
    said = refused(tmp_path, 2, "run", "--port", "telnet://somewhere")
    assert "telnet" in said


# -- meters ---------------------------------------------------------------------------------


def test_a_meter_name_that_is_no_visa_name(tmp_path: Path) -> None:
    """Found before the port, which is not there, and wherever such a name may stand."""
    bench = tmp_path / "bench.toml"
    bench.write_text(
        '[board.a]\nport = "nowhere"\nmeter = "m"\n[meter.m]\nresource = "NOVISA::1::INSTR"\n'
    )
    named = ("--meter", "NOVISA::1::INSTR")
    for words in (
        ("run", "--port", "nowhere", *named),
        ("init", "nowhere", *named, "--out", str(tmp_path / "new.toml")),
        ("doctor", "--bench", str(bench)),
        ("boards", "--bench", str(bench)),
    ):
        assert "no VISA resource name" in refused(tmp_path, 2, *words)


@needs_ptys
def test_a_visa_name_where_nothing_listens(tmp_path: Path, board: VirtualBoard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
    name = f"TCPIP::127.0.0.1::{number}::SOCKET"
    said = refused(tmp_path, 3, "run", "--port", board.port, "--meter", name)
    assert f"{name} does not answer *IDN?" in said


@needs_ptys
def test_a_visa_name_that_is_no_meter(tmp_path: Path, board: VirtualBoard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            client.recv(100)
            client.sendall(b"220 mail.example ESMTP\n")
            client.recv(100)

        threading.Thread(target=serve, daemon=True).start()
        name = f"TCPIP::127.0.0.1::{listener.getsockname()[1]}::SOCKET"
        said = refused(tmp_path, 3, "run", "--port", board.port, "--meter", name)
    assert f"{name} is no meter" in said
    assert "ESMTP" in said


def test_a_meter_without_a_board(tmp_path: Path) -> None:
    assert "--meter needs --port" in refused(tmp_path, 2, "run", "--meter", "GPIB::1")


# -- bench files, boards, claims, levels ----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[board.a]\nport = "COM3"\nbaud = 9600\n', "unknown key board.a.baud"),
        ("[board.a]\nport = 9\n", "board.a.port = 9"),
        ("[board.a\n", "mend the TOML"),
    ],
)
def test_a_bad_bench_file(tmp_path: Path, text: str, sentence: str) -> None:
    path = bench(tmp_path, text)
    said = refused(tmp_path, 2, "run", "--bench", path)
    assert sentence in said
    assert str(path) in said


def test_a_bench_file_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path, 2, "run", "--bench", tmp_path / "none.toml")


def test_an_unknown_board(tmp_path: Path) -> None:
    assert "did you mean 'unix'?" in refused(tmp_path, 2, "run", "--board", "unik")


def test_a_claims_glob_that_matches_nothing(tmp_path: Path) -> None:
    said = refused(tmp_path, 2, "run", "--claims", "run.retuns-value")
    assert "did you mean 'run.returns-value'?" in said
    assert "no claim matches" in refused(tmp_path, 2, "claims", "nonsense.*")


def test_an_unknown_level(tmp_path: Path) -> None:
    assert "documented" in refused(tmp_path, 2, "run", "--level", "perfect")


def test_a_number_of_workers_that_is_none(tmp_path: Path) -> None:
    assert "-n many" in refused(tmp_path, 2, "run", "--claims", CLAIM, "-n", "many")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--nonsense"], "-- --nonsense: unrecognized arguments: --nonsense; -p NAME brings"),
        (["-k", "sleep and"], "-- -k 'sleep and': Wrong expression passed to '-k'"),
        (["-k"], "-- -k: argument -k: expected one argument"),
        (["--maxfail=few"], "argument --maxfail: invalid int value: 'few'"),
        (["-p", "no_such_plugin"], "No module named 'no_such_plugin'"),
        (["run.*"], "file or directory not found: run.*; leave it out"),
        (["--collect-only"], "pytest would run no test"),
        (["--version"], "pytest would run no test"),
    ],
)
def test_arguments_that_pytest_refuses(tmp_path: Path, words: list[str], sentence: str) -> None:
    """Before anything is started: the bench's board is not there."""
    path = bench(tmp_path, '[board.gone]\nport = "/dev/ttyACM99"\n')
    assert sentence in refused(tmp_path, 2, "run", "--bench", path, "--", *words)


# -- overlays, runs -------------------------------------------------------------------------


def test_an_overlay_that_is_not_there(tmp_path: Path) -> None:
    said = refused(tmp_path, 2, "run", "--overlay", tmp_path / "none")
    assert "there is no such directory" in said


def test_an_overlay_with_no_module_in_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = refused(tmp_path, 2, "run", "--overlay", tmp_path / "empty")
    assert "no .py or .mpy module" in said


@needs_ptys
def test_an_overlay_that_does_not_import(tmp_path: Path, board: VirtualBoard) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "asyncio.py").write_text("import nothing_of_that_name\n", "utf-8")
    said = refused(
        tmp_path, 2, "run", "--board", "unix", "--claims", CLAIM, "--overlay", overlay, "--no-power"
    )
    assert "it does not import on board unix: ImportError" in said


@needs_ptys
def test_an_overlay_that_did_not_import_is_off_the_board_again(
    tmp_path: Path, board: VirtualBoard
) -> None:
    """A board on a wire: the overlay was uploaded to it, and must not stay there."""
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "asyncio.py").write_text("def broken(:\n", "utf-8")
    refused(tmp_path, 2, "run", "--port", board.port, "--claims", CLAIM, "--overlay", overlay)
    assert list(board.root.rglob("*.py")) == []


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    assert "no run is there" in refused(tmp_path, 2, "report", tmp_path / "none")
    assert "no run is there" in refused(tmp_path, 2, "compare", tmp_path / "a", tmp_path / "b")


def test_an_output_directory_that_holds_a_run(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.jsonl").touch()
    assert "already holds a run" in refused(tmp_path, 2, "run", "--claims", CLAIM)


def test_an_output_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    assert "it is a file" in refused(tmp_path, 2, "run", "--claims", CLAIM)


def test_an_unknown_option_is_exit_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rig.cli", "run", "--bord", "x"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--bord" in done.stderr
    assert "Traceback" not in done.stderr
