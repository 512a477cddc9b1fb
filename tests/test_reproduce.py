"""`looprig reproduce`: each divergence of the default bench's board, shown by its printed script on
the plain interpreter, with no rig."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from rig.claims import DEVICE_TESTS
from rig.commands.reproduce import MOST_LINES, code, reproduce, script
from rig.errors import UsageError
from rig.expectations import known
from rig.results import BoardInfo, ExecutionRecord, Outcome, Result, RunInfo
from rig.run_dir import RunDir
from tests.started import looprig

PLAIN = "import sys; from micropython_run import run_main; sys.exit(run_main(sys.argv))"
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")
PORT = re.compile(r"b'\\x02\\x00[^']*'")
"""A socket's address of the unix port."""
TRIES = 12
HANGS_S = 5.0
"""A script that came to its end on the board took under a second."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is known to diverge, judged."""
    out = tmp_path_factory.mktemp("runs") / "one"
    words = ["run", "--board", "unix", "--no-power", "--level", "all", "-q", "--out", str(out)]
    for claim in known("unix", "1.28.0"):
        words += ["--claims", claim]
    looprig(*words)
    return out


def plain(text: str, folder: Path) -> tuple[list[str], bool]:
    """(lines that it printed, whether it came to its end) of the interpreter by itself."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-c", PLAIN, str(path)],
            capture_output=True, timeout=HANGS_S, stdin=subprocess.DEVNULL, cwd=folder, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace").splitlines(), False
    return done.stdout.decode(errors="replace").splitlines(), done.returncode == 0


def told(execution: ExecutionRecord) -> list[str]:
    """The events as the script prints them."""
    return [
        " ".join([event.name, *(str(value) for value in event.data)])
        for event in execution.events
        if event.name != "end"
    ]


def same(seen: list[str], printed: list[str], measured: bool) -> bool:
    """Whether two executions told the same. Measured times differ, by less than a factor of ten in
    their middle; JSON has no tuples; a socket has another port each time."""
    if len(printed) < len(seen):
        return False
    for one, other in zip(seen, printed, strict=False):
        left, right = (
            PORT.sub("PORT", t.replace("(", "[").replace(")", "]")) for t in (one, other)
        )
        if not measured:
            if left != right:
                return False
            continue
        if NUMBER.sub("#", left) != NUMBER.sub("#", right):
            return False
        numbers = [[abs(float(n)) for n in NUMBER.findall(t)] for t in (left, right)]
        if numbers[0]:
            ours, theirs = (median(n) + 50 for n in numbers)  # 50 us are a turn of the loop
            if not 0.1 < ours / theirs < 10:
                return False
    return True


def shows(result: Result, printed: list[str]) -> bool:
    """Whether what decided the result is there, where a race of the same test went otherwise."""
    names = [event.name for event in result.executions[-1].events if event.name != "end"]
    decisive = result.actual if len(result.actual) > len("True") else ""
    there = any(decisive in line for line in printed)
    return bool(decisive) and there and [line.split()[0] for line in printed] == names


@pytest.mark.slow
def test_each_that_diverges_shows_the_same_without_the_rig(run: Path, tmp_path: Path) -> None:
    info = RunDir(run).read()
    results = [r for r in RunDir(run).results() if r.outcome in ("diverges", "crashed")]
    assert len(results) > 40
    failed = []
    for result in results:
        if result.expectation and result.expectation.intermittent:
            continue  # what shows now and then need not show now
        last = result.executions[-1]
        text = script(result, info.boards[0], info)
        if last.hosted:
            assert "The host took part, as host/test_" in text, result.claim
            continue
        for _ in range(TRIES):  # races are lost now and then, on a busy machine more often
            lines, ended = plain(text, tmp_path)
            if ended != (last.ended == "finished"):
                continue
            if same(told(last), lines, bool(result.measurements)) or shows(result, lines):
                break
        else:
            failed.append((result.claim, told(last), lines, ended))
    assert not failed, "\n".join(map(str, failed))


@pytest.mark.slow
def test_scripts_are_short_where_the_device_test_is(run: Path) -> None:
    """What goes around the code that the test needs is ten lines, and what was printed there."""
    info = RunDir(run).read()
    results = [r for r in RunDir(run).results() if r.outcome in ("diverges", "crashed")]
    sizes = {r.claim: len(script(r, info.boards[0], info).splitlines()) for r in results}
    for result in results:
        device = code(result.executions[-1], info.boards[0], short=True).splitlines()
        if len(device) <= MOST_LINES - 10:
            assert sizes[result.claim] <= MOST_LINES, result.claim
    assert sum(size <= MOST_LINES for size in sizes.values()) > len(sizes) / 2, sizes


BOARD = BoardInfo(name="b", implementation="micropython", features=["float"])
INFO = RunInfo(looprig="0", id="r", started="", boards=[BOARD])


def result_of(**execution: Any) -> Result:
    return Result(
        claim="sleep.float",
        board="b",
        outcome=Outcome.DIVERGES,
        expected="== 1\nimport os; os.abort()\r\x0bx()",
        actual="2\u2028y()",
        executions=[
            ExecutionRecord(**{"device_test": "waits/own", "ended": "finished", **execution})
        ],
    )


def test_what_a_run_says_never_becomes_code() -> None:
    """A run's directory may be a stranger's."""
    text = script(result_of(params="{'a': 1}", how="\nevil()"), BOARD, INFO)
    device = set((DEVICE_TESTS / "waits/own.py").read_text("utf-8").splitlines())
    for line in text.splitlines():
        known_front = ("def ", "from ", "import ", "params = ")
        assert line in device or line.startswith(("#", *known_front)) or not line, line
    for params in ("{'a': __import__('os').abort()}", "{", "[1]"):
        with pytest.raises(UsageError, match=r"parameters are no|does not say"):
            script(result_of(device_test="waits/from_callback", params=params), BOARD, INFO)
    for name in ("../rig/cli", "/etc/passwd", "none/such"):
        with pytest.raises(UsageError, match="has no device test"):
            script(result_of(device_test=name), BOARD, INFO)


def test_the_command_prints_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reproduce(run, "lock.remains-locked", "") == 0
    text = capsys.readouterr().out
    assert "# lock.remains-locked: " in text
    assert "# Expected: " in text
    assert "# Seen: diverges" in text
    with pytest.raises(UsageError, match=r"did you mean 'lock.remains-locked'"):
        reproduce(run, "lock.remain-locked", "")
    with pytest.raises(UsageError, match=r"no result of lock.remains-locked on it"):
        reproduce(run, "lock.remains-locked", "pico")
