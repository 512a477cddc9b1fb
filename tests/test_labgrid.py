"""Boards at labgrid places, against the real coordinator, exporter and ser2net on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rig.bench import load
from rig.board.board import Board
from rig.errors import RigError, UsageError
from rig.fleet.places import Place, places
from tests import runs_beside
from tests.labgrid_bench import LabgridBench, free_port, missing
from tests.runs_beside import DEADLINE_S, WORKER, children, results, until_first_result

WHY = missing()
needs_labgrid = pytest.mark.skipif(bool(WHY), reason=WHY)
pytestmark = pytest.mark.xdist_group("labgrid")
FEW = ["--no-power", "--claims", "run.returns-value"]
MANY = ["--claims", "loop.*", "--claims", "latency.*"]  # many seconds, if nobody ends it


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabgridBench]:
    with LabgridBench(tmp_path_factory.mktemp("lab"), boards=2) as lab:
        lab.add_place("empty", "hostA/odd/*", port="odd")
        yield lab


def bench_of(lab: LabgridBench, folder: Path, wait_s: float = 60, **boards: str) -> Path:
    file = folder / "bench.toml"
    text = f'[labgrid]\ncoordinator = "{lab.address}"\nwait_s = {wait_s}\n'
    for name, place in boards.items():
        text += f"[board.{name}]\nlabgrid = {place}\n"
        text += f'[board.{name}.power]\nfloor = "raw-wait"\n'
    file.write_text(text, "utf-8")
    return file


def start(bench: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    return runs_beside.start(out, "--bench", bench, *arguments)


def outcomes(out: Path) -> dict[tuple[str, str], str]:
    return {where: result["outcome"] for where, result in results(out).items()}


def held_by(lab: LabgridBench, place: str, process: subprocess.Popen[str]) -> str:
    """Wait until the place is held, by that run; returns the owner."""
    lab.until(lambda: lab.holder_of(place) or process.poll() is not None, f"{place} to be held")
    assert process.poll() is None, process.communicate()
    return lab.holder_of(place)


# -- what a run gets and gives back -------------------------------------------------------------


@pytest.mark.slow
@needs_labgrid
def test_boards_by_tag_and_by_name_run_side_by_side(lab: LabgridBench, tmp_path: Path) -> None:
    bench = bench_of(lab, tmp_path, one='{tags = {number = "rp2-0"}}', two='{place = "rp2-1"}')
    out = tmp_path / "out"
    claims = ["--claims", "run.returns-value", "--claims", "power.sleep-sleeps"]
    done = start(bench, out, *claims, "-n", "auto")
    said, trouble = done.communicate(timeout=DEADLINE_S)
    assert done.returncode == 0, said + trouble
    assert outcomes(out) == {
        ("run.returns-value", "one"): "conforms",
        ("run.returns-value", "two"): "conforms",
        ("power.sleep-sleeps", "one"): "conforms",  # its place holds a meter
        ("power.sleep-sleeps", "two"): "unmeasured",
    }
    assert not lab.holder_of("rp2-0")
    assert not lab.holder_of("rp2-1")


@pytest.mark.slow
@needs_labgrid
def test_two_runs_contend_for_one_board(lab: LabgridBench, tmp_path: Path) -> None:
    bench = bench_of(lab, tmp_path, pico='{place = "rp2-1"}')
    runs = [start(bench, tmp_path / name, *FEW) for name in ("a", "b")]
    said = [run.communicate(timeout=DEADLINE_S) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    for name in ("a", "b"):
        assert outcomes(tmp_path / name) == {("run.returns-value", "pico"): "conforms"}
    waited = [trouble for _, trouble in said if "waiting for name=rp2-1" in trouble]
    assert len(waited) == 1, "one of them had to wait and to say so"
    assert "is held by" in waited[0] or "is reserved by" in waited[0]


@needs_labgrid
def test_waiting_names_the_holder_and_has_a_limit(lab: LabgridBench, tmp_path: Path) -> None:
    lab.client("-p", "rp2-1", "acquire")
    try:
        run = start(bench_of(lab, tmp_path, 1, pico='{place = "rp2-1"}'), tmp_path / "out", *FEW)
        _, trouble = run.communicate(timeout=DEADLINE_S)
        assert run.returncode == 3
        assert "no place with name=rp2-1 came free in 1 s" in trouble
        assert "/colleague" in trouble
        assert lab.holder_of("rp2-1").endswith("/colleague"), "somebody else's was taken"
    finally:
        lab.client("-p", "rp2-1", "release")


@needs_labgrid
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL]
)
def test_a_run_that_is_ended_gives_its_board_back(
    lab: LabgridBench, tmp_path: Path, number: signal.Signals
) -> None:
    run = start(bench_of(lab, tmp_path, pico='{place = "rp2-0"}'), tmp_path / "out", *MANY)
    assert "/looprig-" in held_by(lab, "rp2-0", run)
    until_first_result(tmp_path / "out", run)
    run.send_signal(number)
    said = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == (-9 if number == signal.SIGKILL else 130), said
    lab.until_free("rp2-0")


@needs_labgrid
def test_a_killed_holder_is_swept_up(lab: LabgridBench) -> None:
    with places({"pico": {"name": "rp2-0"}}, lab.address, 30) as held:
        place = held["pico"]
        assert isinstance(place, Place)
        assert place.name == "rp2-0"
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("utf-8").split()
        [holder] = [
            int(pid)
            for pid in children
            if b"fleet/holder" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        os.kill(holder, signal.SIGKILL)
    assert not lab.holder_of("rp2-0")
    assert "rp2-0" not in lab.client("reservations").stdout, "nobody else could have it"


@needs_labgrid
@pytest.mark.slow
def test_a_killed_worker_leaves_the_place_with_the_run(lab: LabgridBench, tmp_path: Path) -> None:
    bench = bench_of(lab, tmp_path, one='{place = "rp2-0"}', two='{place = "rp2-1"}')
    out = tmp_path / "out"
    claims = ["--no-power", "--claims", "run.*", "--claims", "latency.sleep-*"]
    run = start(bench, out, *claims, "-n", "2")
    until_first_result(out, run)
    workers = children(run.pid, WORKER)
    assert workers, run.communicate(timeout=DEADLINE_S)
    os.kill(workers[0], signal.SIGKILL)
    said = run.communicate(timeout=DEADLINE_S)
    found = outcomes(out)
    assert list(found.values()).count("errored") <= 1, said
    assert {board for _, board in found} == {"one", "two"}
    assert len(found) % 2 == 0, "each claim on each board"
    assert not lab.holder_of("rp2-0")
    assert not lab.holder_of("rp2-1")


# -- what goes wrong ----------------------------------------------------------------------------


@needs_labgrid
def test_a_coordinator_that_is_down() -> None:
    address = f"127.0.0.1:{free_port()}"
    held = places({"pico": {"name": "rp2-0"}}, address, 5)
    with pytest.raises(RigError, match=rf"coordinator {address} does not answer"), held:
        pass


@needs_labgrid
def test_a_place_that_is_not_there_is_a_mistake_in_the_bench(lab: LabgridBench) -> None:
    with places({"pico": {"port": "rp3"}}, lab.address, 5) as held:
        error = held["pico"]
    assert isinstance(error, UsageError)
    assert re.search(r"no place .* has port=rp3.*rp2-0 \(.*port=rp2", str(error)), error


@needs_labgrid
def test_a_board_without_a_place_costs_only_itself(lab: LabgridBench, tmp_path: Path) -> None:
    """One whose place there is not, one whose place a colleague keeps, one whose place is empty."""
    bench = bench_of(
        lab, tmp_path, 1,
        one='{place = "rp2-0"}', typo='{place = "rp9"}', taken='{place = "rp2-1"}',
        bare='{place = "empty"}',
    )  # fmt: skip
    out = tmp_path / "out"
    lab.client("-p", "rp2-1", "acquire")
    try:
        said, trouble = start(bench, out, *FEW).communicate(timeout=DEADLINE_S)
    finally:
        lab.client("-p", "rp2-1", "release")
    told = said + trouble
    assert outcomes(out) == {("run.returns-value", "one"): "conforms"}, told
    assert "3 lost boards; exit 3" in told
    for reason in (
        "has name=rp9",
        "no place with name=rp2-1 came free in 1 s",
        "place empty has no serial port",
    ):
        assert reason in " ".join(told.split()), reason
    assert not lab.holder_of("rp2-0")
    assert not lab.holder_of("empty")


@needs_labgrid
def test_a_bench_whose_places_cannot_be_had_at_all_is_refused(
    lab: LabgridBench, tmp_path: Path
) -> None:
    bench = bench_of(lab, tmp_path, 1, one='{place = "rp8"}', two='{place = "rp9"}')
    run = start(bench, tmp_path / "out", *FEW)
    _, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 3
    assert "no board of the bench can be had: one: labgrid: no place" in " ".join(trouble.split())
    assert not (tmp_path / "out").exists()


@needs_labgrid
def test_a_place_without_a_serial_port(lab: LabgridBench, tmp_path: Path) -> None:
    run = start(bench_of(lab, tmp_path, pico='{place = "empty"}'), tmp_path / "out", *FEW)
    _, trouble = run.communicate(timeout=DEADLINE_S)
    assert run.returncode == 3
    assert "place empty has no serial port for board pico, it holds NetworkService" in trouble
    assert not (tmp_path / "out" / "results.jsonl").exists()
    assert not lab.holder_of("empty")


@needs_labgrid
@pytest.mark.slow
def test_a_place_that_vanishes_in_mid_run(lab: LabgridBench, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(bench_of(lab, tmp_path, pico='{place = "rp2-1"}'), out, *MANY)
    until_first_result(out, run)
    lab.stop("exporter")
    try:
        said, trouble = run.communicate(timeout=DEADLINE_S)
    finally:
        lab.start_exporter()
    assert run.returncode == 3, said + trouble
    assert "labgrid: board pico: place rp2-1: hostA/rp2-1/" in trouble
    assert "board pico was lost" in said
    assert not lab.holder_of("rp2-1")


@needs_labgrid
def test_a_vanished_place_is_told_of(lab: LabgridBench, capfd: pytest.CaptureFixture[str]) -> None:
    told = ""

    def says_so() -> bool:
        nonlocal told
        told += capfd.readouterr().err
        return "labgrid: board pico: place rp2-1: hostA/rp2-1/NetworkSerialPort" in told

    with places({"pico": {"name": "rp2-1"}}, lab.address, 30):
        lab.stop("exporter")
        try:
            lab.until(says_so, "the holder to notice")
        finally:
            lab.start_exporter()
    assert not lab.holder_of("rp2-1")


@needs_labgrid
@pytest.mark.slow
def test_a_coordinator_that_is_killed_in_mid_run(lab: LabgridBench, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = start(bench_of(lab, tmp_path, pico='{place = "rp2-1"}'), out, *MANY)
    until_first_result(out, run)
    lab.stop("coordinator", signal.SIGKILL)
    try:
        said, trouble = run.communicate(timeout=DEADLINE_S)
    finally:
        lab.start_coordinator()
        lab.stop("exporter")  # it ends by itself, and with it the way to the board
        lab.start_exporter()
    assert run.returncode == 3, said + trouble
    assert f"labgrid: board pico: the coordinator {lab.address} went away" in trouble
    assert "board pico was lost" in said
    assert "may still be held" in trouble
    assert "conforms" in outcomes(out).values(), "what was judged before is kept"
    again = start(bench_of(lab, tmp_path, pico='{place = "rp2-1"}'), tmp_path / "again", *FEW)
    said, trouble = again.communicate(timeout=DEADLINE_S)
    assert again.returncode == 0, said + trouble


# -- without a lab ------------------------------------------------------------------------------


def place_with(*resources: Mapping[str, object]) -> Place:
    return Place("pico", "rp2-0", resources)


def serial_port(group: str) -> dict[str, object]:
    params = {"host": "10.0.0.1", "port": 4000}
    return {
        "name": "NetworkSerialPort",
        "group": group,
        "cls": "NetworkSerialPort",
        "params": params,
    }


def test_one_of_several_serial_ports_is_named() -> None:
    place = place_with(serial_port("usb0"), serial_port("uart1"))
    with pytest.raises(UsageError, match="usb0/NetworkSerialPort, uart1/NetworkSerialPort"):
        place.port()
    assert place.port("uart1") == "rfc2217://10.0.0.1:4000?ign_set_control"


def test_a_meter_in_a_place_gets_a_whole_visa_name() -> None:
    def meter(url: str) -> Place:
        params = {"type": "TCPIP", "url": url, "backend": ""}
        resource = {"name": "dmm", "group": "meter", "cls": "PyVISADevice", "params": params}
        return place_with(resource)

    assert meter("10.0.0.2").meter() == ("TCPIP::10.0.0.2::INSTR", "@py")
    assert meter("10.0.0.2::5025::SOCKET").meter() == ("TCPIP::10.0.0.2::5025::SOCKET", "@py")
    assert place_with(serial_port("usb0")).meter() is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("labgrid = {}", "neither a place nor tags"),
        ('labgrid = {place = "rp2-0"}\nport = "/dev/ttyACM0"', "labgrid finds its port"),
        ('labgrid = {plaice = "rp2-0"}', "did you mean 'place'"),
    ],
)
def test_mistakes_in_the_bench_file(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(f"[board.pico]\n{line}\n", "utf-8")
    with pytest.raises(UsageError, match=says):
        load(file)


def test_open_port_of_a_lab_needs_no_modem_lines() -> None:
    """What the rig asks of pyserial is what a PTY behind ser2net can answer."""
    assert Board("pico", place_with(serial_port("usb0")).port()).port.endswith("ign_set_control")
