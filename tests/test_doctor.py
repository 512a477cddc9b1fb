"""`looprig doctor` names what is wrong with a bench, and how to mend it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import bench as benches
from rig.checkup.bench import walk
from rig.checkup.finding import Finding
from rig.checkup.ports import check_port, holders
from rig.cli import app
from rig.virtual.board import VirtualBoard
from rig.virtual.meter import VirtualMeter

pytestmark = pytest.mark.skipif(os.name != "posix", reason="virtual boards need PTYs")


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[VirtualBoard]]:
    """Two boards; to the bench they are serial ports like any other."""
    folder = tmp_path_factory.mktemp("boards")
    started = [VirtualBoard(name, "micropython", folder) for name in ("one", "two")]
    for board in started:
        board.wait_ready()
    yield started
    for board in started:
        board.stop()


@pytest.fixture(scope="module")
def meter_of_one(boards: list[VirtualBoard]) -> Iterator[str]:
    """A meter in the supply of the first board."""
    meter = VirtualMeter(boards[0].pid_file)
    yield meter.wait_ready()
    meter.stop()


@pytest.fixture(autouse=True)
def _clock_taken_as_right(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring it takes seconds; once is enough."""
    if request.node.name != "test_a_bench_that_is_well":
        monkeypatch.setattr("rig.checkup.boards.clock_rate", lambda board, ms: 1.0)


def bench_file(folder: Path, text: str) -> Path:
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def examine(path: Path) -> list[Finding]:
    return list(walk(benches.load(path)))


def problems(path: Path) -> list[Finding]:
    return [finding for finding in examine(path) if not finding.well]


def exit_code(path: Path) -> int:
    return int(app(["doctor", "--bench", str(path)], standalone_mode=False))


def board_table(board: VirtualBoard, more: str = "") -> str:
    return f'[board.{board.name}]\nport = "{board.port}"\n{more}\n'


def meter_table(name: str, resource: str, more: str = "") -> str:
    return f'[meter.{name}]\nresource = "{resource}"\n{more}\n'


def test_a_bench_that_is_well(
    tmp_path: Path,
    boards: list[VirtualBoard],
    meter_of_one: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = bench_file(
        tmp_path, board_table(boards[0], 'meter = "dmm"') + meter_table("dmm", meter_of_one)
    )
    assert exit_code(path) == 0
    said = capsys.readouterr().out
    for check in ("permission", "REPL", "soft reset", "identity", "room", "clock", "pulses"):
        assert f": {check}: " in said
    assert "all is well" in said
    assert "FINDING" not in said


def test_a_busy_port_is_named_with_the_process_that_holds_it(
    tmp_path: Path, boards: list[VirtualBoard], capsys: pytest.CaptureFixture[str]
) -> None:
    code = (
        "import sys; f = open(sys.argv[1], 'r+b', buffering=0); print('ready', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(boards[0].port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        path = bench_file(tmp_path, board_table(boards[0]))
        [finding] = problems(path)
        assert exit_code(path) == 3
        holder.communicate(b"\n")
    assert finding.about == "board one"
    assert "is busy" in finding.what
    if Path("/proc").is_dir():
        assert str(holder.pid) in finding.what
    assert finding.mend


def test_the_holder_of_a_virtual_board_is_no_other_user(boards: list[VirtualBoard]) -> None:
    assert holders(str(boards[1].port)) == []


def test_another_run_of_this_rig_is_named(tmp_path: Path, boards: list[VirtualBoard]) -> None:
    code = (
        "import sys; from rig.stations import lock_of; lock = lock_of(sys.argv[1]); lock.acquire();"
        "print('ready', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(boards[0].port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=benches.ROOT,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        [finding] = problems(bench_file(tmp_path, board_table(boards[0])))
        other.communicate(b"\n")
    assert "another looprig run has" in finding.what


def test_a_mute_board_is_named(tmp_path: Path) -> None:
    master, slave = os.openpty()
    port = os.ttyname(slave)
    path = bench_file(tmp_path, f'[board.mute]\nport = "{port}"\ndeadline_scale = 0.1\n')
    [finding] = problems(path)
    os.close(master)
    os.close(slave)
    assert finding.about == "board mute"
    assert "no MicroPython answers" in finding.what
    assert "REPL" in finding.mend


def test_a_port_that_chatters_but_is_no_micropython(tmp_path: Path) -> None:
    master, slave = os.openpty()
    over = threading.Event()

    def chatter() -> None:
        while not over.wait(0.02):
            os.write(master, b"$GPGGA,123519,4807.038,N*47\r\n")

    talker = threading.Thread(target=chatter, daemon=True)
    talker.start()
    path = bench_file(
        tmp_path, f'[board.gps]\nport = "{os.ttyname(slave)}"\ndeadline_scale = 0.1\n'
    )
    [finding] = problems(path)
    over.set()
    talker.join()
    os.close(master)
    os.close(slave)
    assert "no MicroPython answers" in finding.what
    assert "GPGGA" in finding.what


def test_a_meter_on_the_wrong_board_is_named(
    tmp_path: Path, boards: list[VirtualBoard], meter_of_one: str
) -> None:
    path = bench_file(
        tmp_path, board_table(boards[1], 'meter = "dmm"') + meter_table("dmm", meter_of_one)
    )
    [finding] = problems(path)
    assert finding.about == "meter dmm"
    assert finding.check == "pulses"
    assert "does not see board two" in finding.what
    assert "in series" in finding.mend


@pytest.mark.slow
def test_swapped_meters_are_told_apart(
    tmp_path: Path, boards: list[VirtualBoard], meter_of_one: str
) -> None:
    meter_of_two = VirtualMeter(boards[1].pid_file)
    path = bench_file(
        tmp_path,
        board_table(boards[0], 'meter = "left"')
        + board_table(boards[1], 'meter = "right"')
        + meter_table("left", meter_of_two.wait_ready())
        + meter_table("right", meter_of_one),
    )
    found = problems(path)
    meter_of_two.stop()
    assert [finding.about for finding in found] == ["meter left", "meter right"]
    assert "meter right sees them" in found[0].mend
    assert "meter left sees them" in found[1].mend


def test_a_meter_out_of_range_is_named(
    tmp_path: Path, boards: list[VirtualBoard], meter_of_one: str
) -> None:
    path = bench_file(
        tmp_path,
        board_table(boards[0], 'meter = "dmm"')
        + meter_table("dmm", meter_of_one, 'range = "10 mA"'),
    )
    [finding] = problems(path)
    assert finding.check == "range"
    assert "out of range (10 mA)" in finding.what
    assert "larger" in finding.mend


@pytest.mark.slow
def test_a_meter_that_loses_samples_is_named(
    tmp_path: Path, boards: list[VirtualBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.checkup.meters.WINDOW_S", 2.0)  # what is missing shows in length
    thin = VirtualMeter(boards[0].pid_file, {"misbehave": "thin"})
    path = bench_file(
        tmp_path,
        board_table(boards[0], 'meter = "dmm"') + meter_table("dmm", thin.wait_ready()),
    )
    [finding] = problems(path)
    thin.stop()
    assert finding.check == "samples"
    assert "lost" in finding.what


def test_a_range_far_too_large_is_named(
    tmp_path: Path, boards: list[VirtualBoard], meter_of_one: str
) -> None:
    path = bench_file(
        tmp_path,
        board_table(boards[0], 'meter = "dmm"') + meter_table("dmm", meter_of_one, 'range = "3 A"'),
    )
    [finding] = problems(path)
    assert finding.check == "range"
    assert "smaller" in finding.mend


def test_a_meter_that_is_not_there_leaves_the_board_examined(
    tmp_path: Path, boards: list[VirtualBoard]
) -> None:
    path = bench_file(
        tmp_path,
        board_table(boards[0], 'meter = "dmm"') + meter_table("dmm", "TCPIP::127.0.0.1::9::SOCKET"),
    )
    findings = examine(path)
    assert [finding.about for finding in findings if not finding.well] == ["meter dmm"]
    assert any(finding.check == "clock" and finding.well for finding in findings)


def test_a_meter_that_no_board_names(tmp_path: Path, boards: list[VirtualBoard]) -> None:
    path = bench_file(tmp_path, board_table(boards[0]) + meter_table("spare", "GPIB::9"))
    [finding] = problems(path)
    assert finding.what == "no board names it"
    assert all(finding.well for finding in walk(benches.load(path), ["one"]))


def test_a_clock_that_is_slow_asks_for_a_deadline_scale(
    tmp_path: Path, boards: list[VirtualBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.checkup.boards.clock_rate", lambda board, ms: 0.025)
    [finding] = problems(bench_file(tmp_path, board_table(boards[0])))
    assert finding.check == "clock"
    assert "deadline_scale = 60" in finding.mend
    more = "deadline_scale = 60"
    assert not problems(bench_file(tmp_path, board_table(boards[0], more)))


def test_a_clock_that_is_off_is_named(
    tmp_path: Path, boards: list[VirtualBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.checkup.boards.clock_rate", lambda board, ms: 1.08)
    [finding] = problems(bench_file(tmp_path, board_table(boards[0])))
    assert "8.0% off" in finding.what


def test_a_port_that_is_gone(tmp_path: Path) -> None:
    [finding] = problems(bench_file(tmp_path, '[board.x]\nport = "/dev/ttyACM97"\n'))
    assert "there is no such port" in finding.what


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may open anything")
def test_a_port_without_permission(tmp_path: Path) -> None:
    port = tmp_path / "tty"
    port.touch(mode=0o000)
    [finding] = check_port("board x", str(port))
    assert finding.check == "permission"
    assert "dialout" in finding.mend


def test_permission_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = tmp_path / "tty"
    port.touch()
    monkeypatch.setattr("os.access", lambda path, mode: False)
    finding = next(check_port("board x", str(port)))
    assert finding.check == "permission"
    assert "dialout" in finding.mend


def test_a_bad_bench_file_is_exit_2(tmp_path: Path) -> None:
    path = bench_file(tmp_path, '[board.x]\nport = "/dev/null"\nspeed = 9600\n')
    done = subprocess.run(
        [sys.executable, "-m", "rig.cli", "doctor", "--bench", str(path)],
        capture_output=True,
        text=True,
        cwd=benches.ROOT,
    )
    assert done.returncode == 2
    assert "unknown key board.x.speed" in done.stderr
    assert "Traceback" not in done.stderr
