"""The catalogue: what a port's asyncio is held to, and the sentences that say so.

`claims/<chapter>.toml` holds the claims of a chapter, `claims/sources/<name>.toml` the
sentences of a document. A claim quotes the sentence it checks, so that every sentence of a
source is known to be checked by some claim or to have a reason for being checked by none.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from rig import suites, tables
from rig.board.features import KNOWN
from rig.errors import RigError, UsageError, nearest
from rig.results import Level

ROOT = suites.ROOT
DEVICE_TESTS = suites.OWN.device_tests
HINT = "see docs/adding-a-claim.md"
MARK = re.compile(r'^@(?:pytest\.mark\.)?claim\("([^"]+)"\)', re.MULTILINE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Claim(_Strict):
    """One checkable sentence of the documentation, in our own words."""

    id: str
    sentence: str
    source: str = ""  # a file's stem in claims/sources; '' for what is promised elsewhere
    quote: str = ""  # words of the source that promise it; they stand in one of its sentences
    device_test: str  # path under device_tests, without `.py`
    level: Level = "documented"
    needs: tuple[str, ...] = ()  # features, by the names of rig/board/features.py
    power: bool = False  # a meter is needed to judge it
    not_cpython: str = ""  # why CPython, the control, does not make this claim
    reports: tuple[str, ...] = ()  # threads where a user met the fault this claim catches
    chapter: str = ""
    chapter_title: str = ""

    @model_validator(mode="after")
    def _quotes_its_source(self) -> Claim:
        if self.source and not self.quote:
            raise ValueError("a claim with a source quotes it: `quote`")
        return self


FROM_THE_FILE = ("chapter", "chapter_title")
"""What a claim does not say itself."""


class Sentence(_Strict):
    """A sentence of a source; `unchecked` says why no claim checks it."""

    text: str
    section: str
    unchecked: str = ""


class Source(_Strict):
    """A document that makes promises about the loop."""

    name: str
    title: str
    url: str = ""
    order: int = 99
    sentence: tuple[Sentence, ...]


class Chapter(_Strict):
    """A file of claims as it is written."""

    title: str = ""
    order: int = 99
    source: str = ""  # of its claims that name none
    claim: tuple[dict[str, Any], ...] = ()


def catalogue(root: Path | None = None) -> dict[str, Claim]:
    """Every claim by its id, in the order of the chapters' files: of that folder, or of all suites
    in use.

    Raises RigError, naming file and key, for a catalogue that does not hold together.
    """
    return _catalogue((root,) if root else tuple(suite.claims for suite in suites.used()))


@cache
def _catalogue(roots: tuple[Path, ...]) -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for path, chapter in (pair for root in roots for pair in _chapters(root)):
        for entry in chapter.claim:
            claim = _claim(path, chapter, entry)
            if claim.id in found:
                raise RigError(f"{path}: {claim.id} is there twice", "ids are fixed names")
            found[claim.id] = claim
    return found


def _chapters(root: Path) -> list[tuple[Path, Chapter]]:
    chapters = [(path, tables.load(path, Chapter, HINT)) for path in root.glob("*.toml")]
    return sorted(chapters, key=lambda pair: (pair[1].order, pair[0]))


def _claim(path: Path, chapter: Chapter, entry: dict[str, Any]) -> Claim:
    where = f"{path}: claim {entry.get('id', 'without an id')}"
    title = chapter.title or path.stem
    given = {"source": chapter.source, **entry, "chapter": path.stem, "chapter_title": title}
    try:
        claim = tables.valid(Claim, given)
    except ValidationError as error:
        raise tables.explained(where, error, Claim, HINT, FROM_THE_FILE) from error
    for need in claim.needs:
        if need not in KNOWN:
            raise RigError(f"{where}: needs: no feature {need!r}", nearest(need, KNOWN))
    return claim


def sources(root: Path | None = None) -> dict[str, Source]:
    """Every source by its name, in their order."""
    return _sources((root,) if root else tuple(suite.claims for suite in suites.used()))


@cache
def _sources(roots: tuple[Path, ...]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for path in (path for root in roots for path in sorted((root / "sources").glob("*.toml"))):
        try:
            found[path.stem] = tables.valid(Source, {**tables.read(path, HINT), "name": path.stem})
        except ValidationError as error:
            raise tables.explained(path, error, Source, HINT, ("name",)) from error
    return dict(sorted(found.items(), key=lambda pair: pair[1].order))


def checked_by(source: Source, claims: dict[str, Claim]) -> list[tuple[Sentence, list[Claim]]]:
    """Each sentence of the source with the claims that quote it."""
    quoting = [claim for claim in claims.values() if claim.source == source.name]
    return [
        (sentence, [claim for claim in quoting if claim.quote in sentence.text])
        for sentence in source.sentence
    ]


def host_tests() -> dict[str, str]:
    """Each claim's id to the name of the file whose host test is marked with it."""
    return _host_tests(tuple(suite.host for suite in suites.used()))


@cache
def _host_tests(roots: tuple[Path, ...]) -> dict[str, str]:
    return {
        name: path.name
        for root in roots
        for path in sorted(root.rglob("test_*.py"))
        for name in MARK.findall(path.read_text(encoding="utf-8"))
    }


def judged(claims: Iterable[str]) -> None:
    """Raises RigError for a claim that no host test judges: it could have no result."""
    tests = host_tests()
    for name in claims:
        if name not in tests:
            others = [marked for marked in tests if marked not in catalogue()]
            near = difflib.get_close_matches(name, others, n=1)
            meant = f", where {tests[near[0]]} says {near[0]!r}" if near else ""
            raise RigError(
                f"claim {name} has no host test", f'mark one in host/ with @claim("{name}"){meant}'
            )


def select(globs: list[str], claims: dict[str, Claim]) -> dict[str, Claim]:
    """The claims whose id matches one of the globs; all of them for no glob.

    Raises UsageError for a glob that matches nothing.
    """
    if not globs:
        return dict(claims)
    chosen: set[str] = set()
    for glob in globs:
        matched = fnmatch.filter(claims, glob)
        if not matched:
            near = difflib.get_close_matches(glob, claims, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(
                f"--claims {glob}: no claim matches", f"{hint}looprig claims lists all"
            )
        chosen.update(matched)
    return {name: claim for name, claim in claims.items() if name in chosen}
