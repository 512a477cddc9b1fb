"""Emulated boards, by stand-ins that keep docs/adding-an-emulator.md's contract or break it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import activity
from rig.activity import Activity, SlowerClock
from rig.board.board import Board
from rig.board.execution import Ended, Execution
from rig.board.program import Program
from rig.errors import BoardLost, RigError
from rig.results import Result
from rig.run_dir import RunDir
from rig.virtual.emulated import EmulatedBoard
from tests import slow_emulator
from tests.activity_port import Port, port

__all__ = ["port"]
ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a virtual board")
slowed = pytest.mark.skipif(
    not slow_emulator.library(), reason="libfaketime is not installed (Debian: faketime)"
)


def stand_in(slow: float) -> str:
    """The `emulator` of a bench: the stand-in, so many times slower than the host."""
    return f"{sys.executable} -m tests.slow_emulator --slow {slow:g} {{firmware}}"


# -- the clock -------------------------------------------------------------------------------


def test_a_board_that_computes_is_given_its_own_time(port: Port) -> None:
    clock = SlowerClock(port.address)
    until = clock.by(0.05)
    time.sleep(0.2)
    assert clock.left(until) == pytest.approx(0.05)  # its clock stands
    port.nanos = 0.03e9
    time.sleep(0.1)
    assert clock.left(until) == pytest.approx(0.02)
    port.nanos = 0.06e9
    time.sleep(0.05)
    assert clock.left(until) < 0


def test_a_board_that_skips_its_idle_time_has_the_hosts(port: Port) -> None:
    clock = SlowerClock(port.address)
    until = clock.by(10.0)
    port.nanos = 3600e9
    assert 9 < clock.left(until) <= 10


def test_nobody_is_asked_while_the_hosts_time_has_not_come(port: Port) -> None:
    clock = SlowerClock(port.address)
    until = clock.by(60.0)
    asked = port.asked
    for _ in range(100):
        assert clock.left(until) > 0
    assert port.asked == asked


def test_a_rest_is_as_long_by_both_clocks(port: Port) -> None:
    clock = SlowerClock(port.address)
    port.pace = 0.002e9
    began, host = clock.now(), time.monotonic()
    clock.rest(0.05)
    assert clock.now() - began >= 0.05
    assert time.monotonic() - host >= 0.05


def test_a_clock_that_stands_still_is_told(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowerClock, "STUCK_S", 0.1)
    clock = SlowerClock(port.address)
    until = clock.by(0.05)
    assert clock.trouble(0) == ""
    time.sleep(0.2)
    assert "stuck" in clock.trouble(0)
    assert clock.left(until) < 0  # the host's time counts then


@pytest.mark.parametrize("answer", [b"", b"garbage", b"[]", b'{"error": "no"}', b'{"nanos": "x"}'])
def test_an_answer_that_is_none_is_trouble(port: Port, answer: bytes) -> None:
    port.answer = answer or b"\x00\xff"
    clock = SlowerClock(port.address)
    assert "does not answer" in clock.trouble(0)
    with pytest.raises(RigError, match="activity port"):
        Activity(port.address).nanos()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nonsense", "127.0.0.1:port", ""])
def test_a_port_where_nobody_is(address: str) -> None:
    with pytest.raises(RigError, match="activity port"):
        Activity(address)
    assert "does not answer" in SlowerClock(address).trouble(0)


# -- what the command line refuses -----------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--firmware", "{esp}"], "an ESP image"),
        (["--firmware", "{page}"], "the download went wrong"),
        (["--firmware", "{folder}"], "directory"),
        (["--firmware", "{folder}/none.uf2"], "there is no such file"),
        (["--firmware", "esp32-1.28.0"], "no emulator runs releases of the port"),
        (["--firmware", "{esp}", "--port", "/dev/null"], "describes a bench by itself"),
        (["--bench", "{bench}"], "there is no emulator 'rp2040'"),
    ],
)
def test_a_users_mistake_is_a_sentence(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "esp.bin").write_bytes(b"\xe9\x03\x02\x20" + bytes(60))
    (tmp_path / "page.uf2").write_bytes(b"<html>")
    bench = '[board.pico]\nkind = "emulated"\nfirmware = "esp.bin"\nemulator = "rp2040"\n'
    (tmp_path / "bench.toml").write_text(bench.replace("esp.bin", sys.executable), "utf-8")
    paths = {"esp": "esp.bin", "page": "page.uf2", "folder": "", "bench": "bench.toml"}
    filled = [word.format(**{k: tmp_path / v for k, v in paths.items()}) for word in words]
    done = looprig(["run", "--out", str(tmp_path / "run"), *filled])
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def looprig(words: list[str], seconds: float = 400) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rig.cli", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip


# -- forty times slower than the host --------------------------------------------------------


def run_slowly(folder: Path, claims: list[str], slow: float = 40) -> list[Result]:
    """Run claims on a board so many times slower, without any setting."""
    command = stand_in(slow)
    (folder / "bench.toml").write_text(
        f'[board.slow]\nkind = "emulated"\nfirmware = {json.dumps(sys.executable)}\n'
        f'emulator = {json.dumps(command)}\nmeter = "virtual"\n\n'
        '[meter.virtual]\nkind = "virtual"\n',
        "utf-8",
    )
    words = [word for glob in claims for word in ("--claims", glob)]
    done = looprig(
        ["run", "--bench", str(folder / "bench.toml"), "--out", str(folder / "run"), *words], 3000
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return RunDir(folder / "run").results()


DOZEN = [
    "run.returns-value", "sleep.in-due-order", "sleep.never-early", "task.create-schedules",
    "event.wakes-in-order", "event.ping-pong", "gather.argument-order", "wait-for.timeout-raises",
    "console.burst", "console.timeout-then-byte", "console.interrupt-leaves-run",
    "console.late-host-loses-nothing", "life.set-for-nobody", "life.asked-for",
]  # fmt: skip


@slowed
@pytest.mark.slow
def test_a_board_forty_times_slower_than_the_host(tmp_path: Path) -> None:
    results = run_slowly(tmp_path, DOZEN)
    assert {result.claim: result.outcome for result in results} == dict.fromkeys(DOZEN, "conforms")


@slowed
@pytest.mark.slow
def test_power_of_a_board_forty_times_slower(tmp_path: Path) -> None:
    results = run_slowly(tmp_path, ["power.sleep-sleeps", "power.event-sleeps"])
    assert [result.outcome for result in results] == ["conforms", "conforms"]


# -- an emulator that fails in mid-test ------------------------------------------------------


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[tuple[EmulatedBoard, Board]]:
    """The stand-in, four times slower than the host, and the board that the rig sees."""
    made = EmulatedBoard("slow", Path(sys.executable), stand_in(4), tmp_path)
    try:
        made.wait_ready()
        board = Board("slow", made.port, activity=made.activity, power_cycle=made.power_cycle)
        board.open()
        board.identify()
        yield made, board
    finally:
        for pid in family(made.process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGCONT)
        board.close()
        made.stop()


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [pid, *(found for child in children for found in family(int(child)))]


def meanwhile(made: EmulatedBoard, board: Board, number: signal.Signals, ms: int) -> Execution:
    """What comes of a script that takes so many board milliseconds; a second after it begins its
    emulator gets a signal, with all that this started."""

    def strike() -> None:
        for pid in family(made.process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, number)

    timer = threading.Timer(1.0, strike)
    return board.run("checkup/clock", ms=ms, before_start=timer.start)


@slowed
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.slow)]
)
def test_an_emulator_that_is_gone_is_no_verdict(
    boards: tuple[EmulatedBoard, Board], number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "ANSWER_S", 2.0)
    made, board = boards
    execution = meanwhile(made, board, number, 5000)
    assert execution.ended in (Ended.DISCONNECTED, Ended.TIMED_OUT)
    assert "its emulator does not answer" in " ".join(execution.damage)  # so it is no verdict
    with pytest.raises(BoardLost):
        board.run("checkup/clock", ms=1)


@slowed
def test_a_starved_emulator_raises_no_alarm(boards: tuple[EmulatedBoard, Board]) -> None:
    made, board = boards

    def starve() -> None:  # a tenth of its time, for five seconds
        for _ in range(50):
            for number, seconds in ((signal.SIGSTOP, 0.09), (signal.SIGCONT, 0.01)):
                for pid in family(made.process.pid):
                    with contextlib.suppress(OSError):
                        os.kill(pid, number)
                time.sleep(seconds)

    thread = threading.Thread(target=starve)
    execution = board.run("checkup/clock", ms=500, before_start=thread.start)
    thread.join()
    assert (execution.ended, execution.damage) == (Ended.FINISHED, [])


@slowed
@pytest.mark.slow
def test_the_power_switch_brings_a_board_back_that_hangs(
    boards: tuple[EmulatedBoard, Board],
) -> None:
    _, board = boards
    execution = board.push("checkup/clock", Program(HANGS, bare=True), 0.5)
    assert execution.ended is Ended.TIMED_OUT
    assert execution.damage == []  # the board's own doing
    assert "power cycle" in execution.recovery[-1]
    assert board.run("checkup/clock", ms=1).ended is Ended.FINISHED


HANGS = """
import micropython
micropython.kbd_intr(-1)
while True:
    pass
"""


# -- a real firmware -------------------------------------------------------------------------

UF2 = os.environ.get("LOOPRIG_UF2", "")
real = pytest.mark.skipif(not UF2, reason="LOOPRIG_UF2 names no MicroPython for the RP2040")


@real
def test_doctor_finds_a_pico_well() -> None:
    done = looprig(["doctor", "--firmware", UF2], 600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "clock: an emulator's" in done.stdout


@real
def test_a_pico_is_judged(tmp_path: Path) -> None:
    claims = ["run.*", "console.*", "clock.*", "power.sleep-sleeps"]
    words = [word for glob in claims for word in ("--claims", glob)]
    done = looprig(["run", "--firmware", UF2, "--out", str(tmp_path / "run"), *words], 1200)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    outcomes = {result.claim: result.outcome for result in RunDir(tmp_path / "run").results()}
    assert outcomes["power.sleep-sleeps"] == "conforms"
    assert outcomes["run.returns-value"] == "conforms"
    assert outcomes["run.nested-is-an-error"] == "crashed"  # and the board came back


@real
def test_files_outlive_a_reset(tmp_path: Path) -> None:
    made = EmulatedBoard("pico", Path(UF2), "", tmp_path)
    try:
        made.wait_ready()
        board = Board("pico", made.port, activity=made.activity, power_cycle=made.power_cycle)
        board.open()
        write = "with open('kept', 'w') as file:\n    file.write('of old')\n"
        assert board.push("write", Program(write, bare=True), 10).ended is Ended.FINISHED
        assert board.push("hang", Program(HANGS, bare=True), 0.5).ended is Ended.TIMED_OUT
        read = board.push("read", Program("print(open('kept').read())", bare=True), 10)
        assert read.output.strip() == "of old"
        board.close()
    finally:
        made.stop()
