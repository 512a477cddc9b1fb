"""Mistakes by the thousand, made up: whatever is typed, written, broken or full, there is no
traceback, the code is what an oracle of its own says, and there is a sentence.

By hand, more of them: `LOOPRIG_MISTAKES=5000 pytest tests/test_mistakes.py -m slow
--hypothesis-seed=N`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forking import Server
from tests.mistakes import benches, runs, words
from tests.mistakes.case import SOUND, Case, Place, furnished, standing, wiped
from tests.mistakes.host import around

pytestmark = pytest.mark.skipif(os.name != "posix", reason="it forks, and closes descriptors")
MANY = int(os.environ.get("LOOPRIG_MISTAKES", "500"))
FEW = 40
ENDS = {".html": b"</html>", ".csv": b",", ".json": b"}"}
"""What a file that is whole ends with."""
PARTS = {"words": words.ALL, "benches": benches.ALL, "runs": runs.ALL, "nothing": ()}
"""What may be wrong, beside the world around it; each has its share of the mistakes."""


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
def cases(draw: st.DrawFn, part: str, server: Server, place: Place) -> Case:
    if kinds := PARTS[part]:
        case = settled(draw(draw(st.sampled_from(kinds))(place)), server, place)
    else:
        case = SOUND[draw(st.sampled_from(sorted(SOUND)))](place)
    return draw(around(place, case))


def settled(case: Case, server: Server, place: Place) -> Case:
    """What may come to this or that comes to one of them on a sound host, and around that nothing
    makes another of it but what the host then lacks."""
    if not case.also:
        return case
    request = replace(standing(case, place), words=case.words)
    code = server.code(request)
    assert code in (case.code, *case.also), f"{code} rather than {case.code}: {request}"
    told, prints = said(request.out) + said(request.err), bool(said(request.out))
    assert told.strip(), request
    wiped(place)
    sentence = re.search(r"^looprig: (.+?)(?:; |$)", told, re.MULTILINE)
    needle = sentence[1] if sentence and code else ""
    return replace(case, code=code, also=(), needle=needle, prints=prints)


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
    for never in ("Traceback", "Exception ignored", "a fault of its own"):
        assert never not in told, about
    assert code in (case.code, *case.also), f"{code} rather than {case.code}: {about}"
    if (request.err != "/dev/null" and "/" in request.err) or Path(request.out).is_file():
        spoken(case, code, told, about)
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before, about
    left = set((place.home / "out").rglob("*.new")) - begun
    assert code == 130 or code < 0 or not left, about
    sure = code == case.code and code not in case.also  # why it ended so
    if case.writes:
        page = Path(case.writes)
        if sure and (Path(request.out).is_file() or request.file_size is not None):
            assert page.exists() == (code == case.sound), about
        if page.exists():
            text = page.read_bytes().rstrip()
            assert text.endswith(ENDS[page.suffix]), about
    apart = request.out != request.err and Path(request.out).is_file()
    if case.json and code >= 0 and apart and (sure or said(request.out)):
        assert isinstance(json.loads(said(request.out)), dict), about


def spoken(case: Case, code: int, told: str, about: str) -> None:
    """A sentence says what it is, and what to do."""
    if code not in (2, 3, 130):
        return
    assert told.strip(), about
    if code == 3 == case.code and not case.needle:  # a table or a page said it
        return
    sentences = [line for line in told.splitlines() if line.startswith("looprig: ")]
    if case.json and not sentences:  # who reads the document hears of it
        sentences = [" ".join(told.split())]
    late = bool(case.request.interrupt) and code == 130  # a signal when all had been said
    assert len(sentences) == 1 or (late and len(sentences) == 2), about
    assert code == 130 or re.search(r"; | from \d| one of |\"hint\"", sentences[0]), about
    needles = [re.escape(case.needle)] * (code == case.code) + [case.lacks] * (code in case.also)
    if case.needle.isascii() or case.request.encoding == "utf-8":
        assert re.search("|".join(needles), " ".join(sentences)), about


def mistakes(number: int) -> Any:
    @pytest.mark.parametrize("part", PARTS)
    @settings(
        max_examples=number // len(PARTS), deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def test(part: str, server: Server, place: Place, data: st.DataObject) -> None:
        held(data.draw(cases(part, server, place)), server, place)

    return test


test_some_mistakes = mistakes(FEW)
test_many_mistakes = pytest.mark.slow(mistakes(MANY))
