"""`looprig upstream --resume`: what has no result yet is run, and nothing twice."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.bench import ROOT
from rig.run_dir import RunDir
from tests.started import looprig
from tests.test_run import DEADLINE_S, LOOPRIG, results, wait_for_results
from tests.test_upstream import RUN_TESTS, TARGET_INFO

TESTS = {
    "basics/a.py": "print(1)\n",
    "basics/b.py": "print(2)\n",
    "basics/c_waits.py": "",  # until somebody listens, and holds up the run for so long
    "basics/d.py": "print(4)\n",
    "basics/e.py": "print(5)\n",
    "micropython/wrong.py": "print(6)\n",
}
BOARDS = ("one", "two")
EVERY = {(f"upstream.{name}", board) for name in TESTS for board in BOARDS}


class Gate:
    """What the test in the middle waits for: a port of this machine at which somebody listens."""

    def __init__(self) -> None:
        self.server = socket.socket()
        self.server.bind(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def open(self) -> None:
        self.server.listen(16)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.server.close()


@pytest.fixture
def checkout(tmp_path: Path, gate: Gate) -> Path:
    root = tmp_path / "micropython" / "tests"
    files = {**TESTS, "run-tests.py": RUN_TESTS, "feature_check/target_info.py": TARGET_INFO}
    files["basics/c_waits.py"] = (
        "import socket, time\n"
        "while True:\n"
        "    try:\n"
        "        s = socket.socket()\n"
        f"        s.connect(socket.getaddrinfo('127.0.0.1', {gate.port})[0][-1])\n"
        "        break\n"
        "    except OSError:\n"
        "        s.close()\n"
        "        time.sleep(0.01)\n"
        "print('passed')\n"
    )
    files["basics/c_waits.py.exp"] = "passed\n"
    files["micropython/wrong.py.exp"] = "7\n"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root.parent


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    path = tmp_path / "bench.toml"
    path.write_text(
        "".join(f'[board.{name}]\nkind = "virtual"\nnetwork = "machine"\n' for name in BOARDS),
        "utf-8",
    )
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def halfway(checkout: Path, bench: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
    """A run whose boards both wait in the test in the middle."""
    words = ["upstream", checkout, "--bench", bench, "--out", out]
    with subprocess.Popen(
        [*LOOPRIG, *map(str, words)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        wait_for_results(out, process, 2 * len(BOARDS))
        yield process
        process.kill()


def finish(out: Path, gate: Gate, *more: str | Path) -> None:
    """Go on with the run; fails unless it ends as one that was never cut short."""
    before = [
        line for line in RunDir(out).results_path.read_text("utf-8").splitlines() if line[-1] == "}"
    ]
    gate.open()
    done = looprig("upstream", *more, "--resume", out)
    assert done.returncode == 1, done.stdout + done.stderr
    assert RunDir(out).results_path.read_text("utf-8").splitlines()[: len(before)] == before
    found = results(out)
    assert set(found) == EVERY
    outcomes = {claim: str(result.outcome) for (claim, _), result in found.items()}
    assert outcomes.pop("upstream.micropython/wrong.py") == "diverges"
    assert set(outcomes.values()) == {"conforms"}
    info = RunDir(out).read()
    assert (info.exit_code, info.errors, len(info.claims)) == (1, [], len(TESTS))


def test_after_a_kill(halfway: subprocess.Popen[str], out: Path, gate: Gate) -> None:
    halfway.kill()
    halfway.communicate(timeout=DEADLINE_S)
    with (out / "results.jsonl").open("a") as file:
        file.write('{"claim":"upstream.basics/c_wa')  # what a kill in mid-write leaves
    started = RunDir(out).read().started
    finish(out, gate)
    assert RunDir(out).read().started == started
    again = looprig("upstream", "--resume", out)  # nothing is left to do
    assert again.returncode == 1, again.stdout + again.stderr
    assert set(results(out)) == EVERY


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_after_an_interrupt(
    halfway: subprocess.Popen[str], checkout: Path, out: Path, gate: Gate, number: signal.Signals
) -> None:
    """The tests that were not run are left out, rather than held against the rig or the board."""
    halfway.send_signal(number)
    said, _ = halfway.communicate(timeout=DEADLINE_S)
    assert halfway.returncode == 130, said
    assert f"interrupted; go on with looprig upstream --resume {out}" in said
    assert {str(result.outcome) for result in results(out).values()} == {"conforms"}
    assert len(results(out)) == 2 * len(BOARDS)
    finish(out, gate, checkout)


def refused(*words: str | Path) -> str:
    done = looprig(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    [sentence] = done.stderr.strip().splitlines()
    return sentence


@pytest.mark.slow
def test_what_is_no_run_of_the_suite(
    checkout: Path, bench: Path, out: Path, gate: Gate, tmp_path: Path
) -> None:
    gate.open()
    looprig("upstream", checkout, "basics", "--bench", bench, "--out", out)
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert f"go on with looprig upstream --resume {out}" in refused("run", "--resume", out)

    other = tmp_path / "other.toml"
    other.write_text('[board.three]\nkind = "virtual"\n', "utf-8")
    said = refused("upstream", "--resume", out, "--bench", other)
    assert "it is a run of one, two, and this would be of three" in said
    said = refused("upstream", "--resume", out, "--bench", bench, "--board", "one")
    assert "it is a run of one, two, and this would be of one" in said

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "run-tests.py").touch()
    said = refused("upstream", elsewhere, "--resume", out)
    assert f"it runs {checkout / 'tests'}, not {elsewhere}" in said
    assert "leave --out out" in refused("upstream", "--resume", out, "--out", tmp_path / "new")
    assert "no run is there" in refused("upstream", "--resume", tmp_path / "none")
    assert "needs a MicroPython checkout" in refused("upstream")
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == files

    claims = tmp_path / "claims"
    looprig("run", "--no-power", "--bench", bench, "--claims", "run.returns-value", "--out", claims)
    assert f"go on with looprig run --resume {claims}" in refused("upstream", "--resume", claims)


def test_another_firmware(bench: Path, out: Path) -> None:
    """Its results would stand as those of the one that the run began with."""
    looprig("run", "--no-power", "--bench", bench, "--claims", "run.returns-value", "--out", out)
    info = json.loads((out / "run.json").read_text("utf-8"))
    info["boards"][0]["version"] = "1.20.0"
    (out / "run.json").write_text(json.dumps(info), "utf-8")
    said = refused("run", "--resume", out)
    assert "board one was micropython 1.20.0" in said
    assert "start a run of its own" in said
