"""Mistakes by the thousand, made up: whatever is typed, written, broken or full, there is no
traceback, the code is what an oracle of its own says, and there is a sentence.

By hand, more of them: `LOOPRIG_MISTAKES=5000 pytest tests/test_mistakes.py -m slow
--hypothesis-seed=N`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forking import Server
from tests.mistakes import benches, runs, words
from tests.mistakes.case import SOUND, Case, Place, furnished
from tests.mistakes.host import around

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it forks, and closes descriptors")
MANY = int(os.environ.get("LOOPRIG_MISTAKES", "500"))
FEW = 40
ENDS = {".html": b"</html>", ".csv": b",", ".json": b"}"}
"""What a file that is whole ends with."""
WRONG = (*words.ALL, *benches.ALL, *runs.ALL)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Where another user may read too, which pytest's own folder does not let."""
    with tempfile.TemporaryDirectory(prefix="mistakes-") as folder:
        yield furnished(Path(folder))


@st.composite
def cases(draw: st.DrawFn, place: Place) -> Case:
    if draw(st.integers(0, 3)):
        case = draw(draw(st.sampled_from(WRONG))(place))
    else:
        case = SOUND[draw(st.sampled_from(sorted(SOUND)))](place)
    return draw(around(place, case))


def said(path: str) -> str:
    found = Path(path)
    return found.read_text("utf-8", "replace") if found.is_file() else ""


def held(case: Case, server: Server, place: Place) -> None:
    """The property."""
    request = case.request
    for path in {request.out, request.err}:
        if Path(path).is_file():
            Path(path).unlink()
    runs = place.home / "runs"
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*")}
    begun = set((place.home / "out").rglob("*.new"))  # by one before, which was broken off
    code = server.code(request)
    told = said(request.out) + (said(request.err) if request.err != request.out else "")
    about = f"looprig {' '.join(request.words)}\n{request}\n{told}"
    assert "Traceback" not in told, about
    assert "Exception ignored" not in told, about
    assert code in (case.code, *case.also), f"{code} rather than {case.code}: {about}"
    kept = (request.err != "/dev/null" and "/" in request.err) or Path(request.out).is_file()
    # where the host is short of something, too, either may be the first that is met
    limits = (request.files, request.memory, request.processes)
    short = code == 3 and any(limit is not None for limit in limits)
    needle = case.needle if code == case.code and not short else ""
    if kept and code in (2, 3, 130) and (needle or code != case.code):
        sentences = [line for line in told.splitlines() if line.startswith("looprig: ")]
        if "--json" in case.words and not sentences:  # who reads the document hears of it
            sentences = [" ".join(told.split())]
        late = bool(request.interrupt) and code == 130  # a signal when all had been said
        assert len(sentences) == 1 or (late and len(sentences) == 2), about
        plain = request.encoding in ("utf-8",)
        assert needle in sentences[0] or not (needle.isascii() or plain), about
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before, about
    left = set((place.home / "out").rglob("*.new")) - begun
    assert code == 130 or code < 0 or not left, about
    if case.writes:
        page = Path(case.writes)
        if Path(request.out).is_file() or request.file_size is not None:
            assert case.also or page.exists() == (code == case.sound), about
        if page.exists():
            text = page.read_bytes().rstrip()
            assert text.endswith(ENDS[page.suffix]), about
    if case.json and code >= 0 and request.out != request.err and (printed := said(request.out)):
        assert isinstance(json.loads(printed), dict), about


def mistakes(number: int) -> Callable[..., None]:
    @settings(
        max_examples=number, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def test(server: Server, place: Place, data: st.DataObject) -> None:
        held(data.draw(cases(place)), server, place)

    return test


test_some_mistakes = mistakes(FEW)
test_many_mistakes = pytest.mark.slow(mistakes(MANY))
