"""How a run ends where something is wrong with its host, its streams or its operator, and the
rules of each exit code."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rig.claims import catalogue
from rig.ending import Ending, of_comparison, of_error, of_run
from rig.errors import RigError, UsageError
from rig.expectations import check, known
from rig.results import BoardInfo, Divergence, Level, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from rig.words import check as check_words
from tests.run_factory import CLAIMS, Recipe, write_run

ROOT = Path(__file__).resolve().parent.parent
LOOPRIG = [sys.executable, "-m", "rig"]
RUN = ["run", "--no-power", "--board", "unix", "--claims", "gather.empty"]
DEADLINE_S = 120
needs_ptys = pytest.mark.skipif(os.name != "posix", reason="virtual boards need PTYs")


def looprig(folder: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("environment", {})}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        [*LOOPRIG, *words], cwd=folder, env=environment, text=True, encoding="utf-8",
        errors="replace", timeout=DEADLINE_S, **options,
    )  # fmt: skip


def limited(what: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(what, (most, most))


# -- the rules -------------------------------------------------------------------------------


def ending(*results: tuple[str, Outcome, Level], boards: str = "a", **more: Any) -> Ending:
    told = [
        Result(claim=f"c.{number}", board=board, outcome=outcome, level=level, **more)
        for number, (board, outcome, level) in enumerate(results)
    ]
    info = RunInfo(
        looprig="0", id="x", started="x", boards=[BoardInfo(name=name) for name in boards]
    )
    return of_run(told, info, ["documented"])


D, C, U, INC, E = (
    Outcome.DIVERGES, Outcome.CONFORMS, Outcome.UNSUPPORTED, Outcome.INCONCLUSIVE, Outcome.ERRORED,
)  # fmt: skip


def test_0_needs_a_verdict_on_each_board_at_the_levels_it_follows() -> None:
    assert ending(("a", C, "documented")).code == 0
    assert ending(("a", U, "documented"))[:2] == (
        3, "board a was judged on no claim (1 unsupported); exit 3 follows documented",
    )  # fmt: skip
    assert ending(("a", C, "quality")).code == 3
    assert ending(("a", C, "documented"), boards="ab").code == 3
    assert ending(boards="").code == 3


def test_1_is_only_what_a_board_did() -> None:
    assert ending(("a", D, "documented")).code == 1
    assert ending(("a", D, "documented"), ("b", U, "documented"), boards="ab").code == 1
    assert ending(("a", D, "documented"), ("a", E, "documented")).code == 3
    assert ending(("a", C, "documented"), ("a", INC, "documented")).code == 3
    assert ending(("a", D, "documented"), expectation=Divergence(reason="known")).code == 0


def test_the_words_say_what_the_code_follows() -> None:
    told = ending(("a", C, "documented"), ("a", D, "quality"))
    assert told[:2] == (0, "1 divergence of level quality; exit 0 follows documented")


def test_a_comparison_of_nothing_or_of_less_is_no_good_news() -> None:
    assert of_comparison(worse=0, compared=5, untold=0) == 0
    assert of_comparison(worse=0, compared=0, untold=0) == 3
    assert of_comparison(worse=0, compared=5, untold=1) == 3
    assert of_comparison(worse=1, compared=5, untold=1) == 1


# -- words, expectations ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["--port", ""], ["--port="], ["-n", " "], ["x", ""], ["--", "-k", ""]]
)
def test_an_empty_value_is_an_error(words: list[str]) -> None:
    with pytest.raises(UsageError, match="empty value"):
        check_words(words, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[divergence]]\nclaim = "gather.emty"\nreason = "x"\n', "did you mean 'gather.empty'?"),
        ('without = ["run.returns-value"]\n', "is not known of asyncio"),
        ('[[divergence]]\nclaim = "gather.empty"\nreason = ""\n', "divergence.0.reason is empty"),
        (
            '[[divergence]]\nclaim = "gather.empty"\nreason = "x"\nwithout = ["gather.empty"]\n',
            "without stands above the first [[divergence]]",
        ),
        (
            2 * '[[divergence]]\nclaim = "gather.empty"\nreason = "x"\n',
            "gather.empty is there twice",
        ),
    ],
)
def test_expectations_are_checked_before_a_run(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "port.toml").write_text(text, "utf-8")
    known.cache_clear()
    with pytest.raises(RigError) as said:
        check(catalogue(), tmp_path)
    known.cache_clear()
    assert sentence in str(said.value)


# -- the host --------------------------------------------------------------------------------


@needs_ptys
@pytest.mark.parametrize("size", [20_000, 3_000, 0])
def test_a_full_disk_is_the_rigs(size: int, tmp_path: Path) -> None:
    """No file may grow beyond: as a full disk, at results, at run.json and at the report."""
    out = tmp_path / "run"
    words = ["run", "--no-power", "--board", "unix", "--claims", "gather.*", "--out", str(out)]
    done = looprig(
        tmp_path, *words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=limited(resource.RLIMIT_FSIZE, size),
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr or "no temporary directory takes a file" in done.stderr
    assert not list(tmp_path.rglob("*.new"))
    assert not (out / "report" / "index.html").exists()
    if (out / "run.json").exists():
        assert json.loads((out / "run.json").read_text("utf-8"))["exit_code"] in (3, None)


@needs_ptys
def test_a_host_without_memory_is_the_rigs(tmp_path: Path) -> None:
    done = looprig(tmp_path, *RUN, preexec_fn=limited(resource.RLIMIT_AS, 300 << 20))
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@needs_ptys
def test_a_run_whose_output_nobody_can_show(tmp_path: Path) -> None:
    """Its marks are replaced, its code is the boards'."""
    for number, environment in enumerate(
        (
            {"PYTHONIOENCODING": "ascii"},
            {"PYTHONIOENCODING": "cp1252"},
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        )
    ):
        done = looprig(tmp_path, *RUN, "--out", str(number), environment=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "nothing unexpected; exit 0 follows documented" in done.stdout


def test_no_standard_output_is_told_at_once(tmp_path: Path) -> None:
    done = looprig(tmp_path, *RUN, stdout=None, preexec_fn=lambda: os.close(1))
    assert done.returncode == 3
    assert done.stderr.startswith("looprig: standard output is closed")
    assert not list(tmp_path.iterdir())


def test_without_standard_error_what_is_wrong_goes_to_standard_output(tmp_path: Path) -> None:
    done = looprig(tmp_path, "claimz", stderr=None, preexec_fn=lambda: os.close(2))
    assert done.returncode == 2
    assert done.stdout.startswith("looprig: no such command 'claimz'")


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = looprig(folder, *RUN, preexec_fn=lambda: folder.rmdir())
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("after_ms", [20, 40, 80, 150, 300])
def test_ctrl_c_at_any_moment(after_ms: int, tmp_path: Path) -> None:
    """From when Python has begun: what comes before is Python's own."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "rig", "claims"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    told = []
    for line in process.stderr:  # the first import of ours is over: its handler is in place
        told.append(line)
        if line.rstrip().endswith("rig.start"):
            break
    time.sleep(after_ms / 1000)  # some moment of the many
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(DEADLINE_S) in (130, 0)
    assert "Traceback" not in rest


@needs_ptys
def test_ctrl_c_where_it_is_ignored_from_above_is_ignored(tmp_path: Path) -> None:
    """As `nohup` and a shell's `&` have it."""
    process = subprocess.Popen(
        [*LOOPRIG, *RUN], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    said, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, said


def test_two_cannot_write_to_one_run(tmp_path: Path) -> None:
    held = "from pathlib import Path; from rig.run_dir import RunDir; import sys\n"
    held += "with RunDir(Path(sys.argv[1])).held(): print('held', flush=True); sys.stdin.read()"
    first = subprocess.Popen(
        [sys.executable, "-c", held, str(tmp_path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert first.stdout
    assert first.stdout.readline() == b"held\n"
    again = RunDir(tmp_path)
    with pytest.raises(UsageError, match="another looprig is writing"), again.held():
        pass
    first.communicate()
    with again.held():
        pass


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_while_nothing_is_held_is_told(name: str, tmp_path: Path) -> None:
    number = getattr(signal, name)
    code = "import os, signal; from rig import start; start.begin(); "
    code += f"os.kill(os.getpid(), {int(number)}); signal.pause()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=DEADLINE_S,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, b"looprig: interrupted\n")


@needs_ptys
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
@pytest.mark.parametrize("command", ["doctor --port", "boards"])
def test_a_signal_while_a_port_is_open_is_told(command: str, name: str) -> None:
    """A device that says nothing is waited for, which can be heard at its other end."""
    number = getattr(signal, name)
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*LOOPRIG, *command.split(), os.ttyname(theirs)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )  # fmt: skip
    try:
        assert os.read(ours, 1)  # it asks who is there
        process.send_signal(number)
        _, said = process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
        os.close(ours)
        os.close(theirs)
    assert (process.returncode, said) == (130, "looprig: interrupted\n")


def test_no_further_thread_is_this_machines() -> None:
    ending = of_error(RuntimeError("can't start new thread"))
    assert ending.code == 3
    assert "ulimit -u" in ending.said


def test_a_terminal_that_takes_nothing_is_no_fault_of_a_site(tmp_path: Path) -> None:
    """Of two bundles one is refused, which is printed first."""
    write_run(tmp_path, Recipe(id="one", claims=CLAIMS[:2]))
    (tmp_path / "none.tar.gz").write_bytes(b"")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = looprig(tmp_path, "site", "none.tar.gz", "one", "--out", "site", stdout=full)
    assert done.returncode == 3
    assert "its output: No space left" in done.stderr
