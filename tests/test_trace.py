"""`looprig run --trace`: one test live, what is sent, what comes, the current."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rig.meters.samples import Samples
from rig.tracing import LONGEST, Trace
from tests.started import looprig

LINE = re.compile(r"^ *(\d+\.\d{4}) ([><~]) (.+)$", re.MULTILINE)


def lines(trace: list[str]) -> list[tuple[str, str]]:
    return [(way, what) for _, way, what in LINE.findall("".join(trace))]


@pytest.fixture
def told() -> list[str]:
    return []


def test_pieces_are_lines_and_turns_end_them(told: list[str]) -> None:
    now = iter(range(100))
    trace = Trace(told.append, lambda: float(next(now)))
    trace.begin("a.claim on b")
    for way, data in (
        ("<", b"one\nt"),
        ("<", b"wo\n"),
        ("<", b">"),
        (">", b"\x04"),
        ("<", b"\xff"),
    ):
        trace.went(way, data)
    trace.flush()
    assert told[0] == "# a.claim on b\n"
    shown = [("<", "'one\\n'"), ("<", "'two\\n'"), ("<", "'>'"), (">", "'\\x04'"), ("<", "'ÿ'")]
    assert lines(told) == shown
    times = [float(at) for at, _, _ in LINE.findall("".join(told))]
    assert times == sorted(times)


def test_a_flood_is_bounded_and_a_terminal_obeys_nothing(told: list[str]) -> None:
    trace = Trace(told.append)
    trace.went("<", b"\x1b[2J" + b"x" * 100_000)
    assert len("".join(told)) < 2 * LONGEST
    assert "\x1b" not in "".join(told)
    assert "100004 bytes" in "".join(told)


def test_no_secret_is_shown(told: list[str]) -> None:
    trace = Trace(told.append)
    trace.secrets = ("correct horse",)
    trace.went(">", b"wlan.connect('net', 'correct horse')\n")
    trace.went("<", b"joined with 'correct horse'\n")
    assert "correct horse" not in "".join(told)
    assert "joined with '[secret]'" in "".join(told)


def test_a_current_is_drawn(told: list[str]) -> None:
    trace = Trace(told.append)
    current = np.repeat([24e-3, 1.3e-3, np.nan, 24e-3], 1000)
    trace.current(Samples(current, 1e-3), "modelled")
    (_, numbers), (_, picture) = lines(told)
    assert numbers == "1.3 to 24 mA, modelled, in 4.000 s"
    assert picture.startswith("|@@@")
    assert "    " in picture


def test_one_test_live(tmp_path: Path) -> None:
    done = looprig(
        "run", "--board", "unix", "--trace", "power.sleep-sleeps", "--out", tmp_path / "r"
    )
    assert done.returncode == 0, done.stderr
    shown = [(way, what) for _, way, what in LINE.findall(done.stderr)]
    assert "# power.sleep-sleeps on unix" in done.stderr
    assert any(way == ">" and "_nonce" in what for way, what in shown)
    assert any(way == "<" and " part (" in what for way, what in shown)  # the frame's events
    assert any(way == "~" and "modelled" in what for way, what in shown)
    assert "1 of 1 verdict" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trace", "gather.*"], "claims, and a trace is of one"),
        (["--trace", "gather.empty", "--claims", "run.*"], "--trace chooses one claim"),
        (["--trace", "gather.emty"], "did you mean"),
    ],
)
def test_a_mistake_is_a_sentence(words: list[str], said: str) -> None:
    done = looprig("run", *words)
    assert done.returncode == 2
    assert said in done.stderr
