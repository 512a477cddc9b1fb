"""Bundles into frames, each read once: what the last site was made of is taken from it.

Two frames. `parts` has a row for each column that a board of a bundle fills: port, board, release,
when, which run. `cells` has a row for each claim judged on it: the key of the part, the claim, the
outcome. Evidence goes beside them as scripts, for pages opened from a disk may load a script but
fetch nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from reports.evidence import evidence, script_json
from reports.matrix import STATES, Cell
from reports.neutral import one_line
from reports.publish.bundles import when
from reports.publish.columns import columns_of
from reports.publish.contract import BundleRefused
from reports.publish.store import Entry, Store
from reports.site import TEMPLATES, write_script
from rig.claims import Claim, catalogue
from rig.results import Result

PARTS = (
    "bundle", "key", "port", "board", "release", "how", "mixed", "run", "started", "looprig", "info"
)  # fmt: skip
CELLS = ("key", "claim", "outcome")
MOST_EVIDENCE = 32 * 2**20
"""Characters of a bundle's evidence."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Gathered:
    """All that pages are made from."""

    parts: pd.DataFrame
    cells: pd.DataFrame
    problems: list[str] = field(default_factory=list)
    read: int = 0  # bundles that were read now; the others were known
    last: Path | None = None  # the site before, where this looprig made it


def gather(store: Store, last: Path, into: Path) -> Gathered:
    """The store's bundles, their evidence written into `into`; of the site at `last` is taken what
    did not change. Never raises for a bad bundle: `problems` names it."""
    known = _known(last)
    seen: dict[str, dict[str, Any]] = {}
    parts: list[pd.DataFrame] = []
    cells: list[pd.DataFrame] = []
    kept: list[str] = []
    read = 0
    digests: dict[str, str] = {}
    (into / "evidence").mkdir()
    for entry in store.entries():
        about = known.about(entry)
        if about is None:
            read += 1
            about, rows, judged = _taken(store, entry, into)
            parts.append(rows)
            cells.append(judged)
        elif not about["refused"]:
            kept.append(about["digest"])
            known.link(about["digest"], into)
        seen[entry.path] = about
        if about["digest"] in digests:
            about["twin"] = digests[about["digest"]]
        digests.setdefault(about["digest"] or entry.path, entry.path)
    gathered = Gathered(
        pd.concat([known.parts[known.parts["bundle"].isin(kept)], *parts], ignore_index=True),
        pd.concat([known.cells_of(kept), *cells], ignore_index=True),
        read=read,
        last=known.last,
    )
    gathered.parts = gathered.parts.drop_duplicates(["key", "port", "board", "release"])
    gathered.cells = gathered.cells.drop_duplicates(["key", "claim"])
    gathered.problems = [text for path, about in seen.items() for text in _problems(path, about)]
    _keep(gathered, seen, into)
    return gathered


def _problems(path: str, about: dict[str, Any]) -> list[str]:
    name = one_line(path, 200)
    if about["refused"]:
        return [f"{name} {about['refused']}; it is left out"]
    if about.get("twin"):
        return [f"{name} is the same as {one_line(about['twin'], 200)}; it counts once"]
    if about["unknown"]:
        return [f"{name}: {about['unknown']} results are of claims that this looprig does not have"]
    return []


def _taken(
    store: Store, entry: Entry, into: Path
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """A bundle read: what is known of its file, its parts, its cells."""
    about: dict[str, Any] = {"stamp": entry.stamp, "digest": "", "refused": "", "unknown": 0}
    parts: list[tuple[Any, ...]] = []
    cells: list[tuple[Any, ...]] = []
    try:
        about["digest"], bundle = store.read(entry)
        claims = catalogue()
        about["unknown"] = sum(result.claim not in claims for result in bundle.results)
        size = 0
        for number, info in enumerate(bundle.run.boards):
            key = f"{about['digest']}-{number}"
            mine = [r for r in bundle.results if r.board == info.name and r.claim in claims]
            if not mine:
                continue
            filled = columns_of(bundle.run, info, bundle.releases)
            told = info.model_dump_json(exclude_defaults=True, include=_ABOUT)
            for column in filled:
                parts.append(
                    (about["digest"], key, column.port, column.board, column.release, column.how,
                     column.mixed, one_line(bundle.run.id, 60) or "unnamed",
                     when(bundle.run.started).isoformat(timespec="seconds"),
                     one_line(bundle.run.looprig, 20), told)
                )  # fmt: skip
            cells += [(key, result.claim, result.outcome.value) for result in mine]
            size += _write_evidence(into, key, bundle.run.id, mine, filled[0].board, claims)
            if size > MOST_EVIDENCE:
                raise BundleRefused(f"has more than {MOST_EVIDENCE >> 20} MiB of evidence")
    except BundleRefused as refused:
        about["refused"] = one_line(str(refused), 300)
        for folder in (into / "evidence").glob(f"{about['digest'] or 'none'}-*"):
            shutil.rmtree(folder)
        parts, cells = [], []
    return about, _frame(parts, PARTS), _frame(cells, CELLS)


_ABOUT = {
    "name", "kind", "profile", "platform", "implementation", "version", "build", "machine",
    "sys_version", "queue", "features",
}  # fmt: skip


def _frame(rows: list[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns), dtype="str")


def _write_evidence(
    into: Path,
    key: str,
    run: str,
    results: list[Result],
    board: str,
    claims: dict[str, Claim],
) -> int:
    """A script a chapter, each result by KEY/CLAIM. Sentence and level are the catalogue's."""
    folder = into / "evidence" / key
    if folder.exists():
        return 0  # the same bundle, by another name
    chapters: dict[str, dict[str, str]] = {}
    for result in results:
        claim = claims[result.claim]
        named = result.model_copy(update={"required": claim.sentence, "level": claim.level})
        cell = Cell(claim.id, board, STATES[result.outcome.value], run=run[:60])
        try:
            text = script_json(evidence(named, cell, into))
        except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
            what = one_line(f"{claim.id}: {error}", 120)
            raise BundleRefused(f"has a result that cannot be shown: {what}") from error
        chapters.setdefault(claim.chapter, {})[f"{key}/{claim.id}"] = text
    folder.mkdir()
    return sum(write_script(folder / f"{name}.js", told) for name, told in chapters.items())


class _Known:
    """What the last site was made of."""

    def __init__(self, last: Path | None, about: dict[str, Any]) -> None:
        self.last = last
        self.bundles = about
        self.parts, self.cells = _frame([], PARTS), _frame([], CELLS)
        if last is not None:
            self.parts = pd.read_parquet(last / "data" / "parts.parquet")
            self.cells = pd.read_parquet(last / "data" / "cells.parquet")

    def about(self, entry: Entry) -> dict[str, Any] | None:
        about: dict[str, Any] | None = self.bundles.get(entry.path)
        if about is None or about["stamp"] != entry.stamp:
            return None
        return {**about, "twin": ""}

    def cells_of(self, kept: list[str]) -> pd.DataFrame:
        keys = self.parts.loc[self.parts["bundle"].isin(kept), "key"]
        return self.cells[self.cells["key"].isin(set(keys))]

    @cached_property
    def folders(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for folder in sorted((self.last / "evidence").iterdir()) if self.last else []:
            found.setdefault(folder.name.rpartition("-")[0], []).append(folder)
        return found

    def link(self, bundle: str, into: Path) -> None:
        for folder in self.folders.get(bundle, []):
            target = into / "evidence" / folder.name
            if not target.exists():
                shutil.copytree(folder, target, copy_function=linked)


def linked(source: str, target: str) -> None:
    """The same file under another name; where that cannot be, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _known(last: Path) -> _Known:
    """Nothing, where there was no site, or one of another looprig."""
    try:
        said = json.loads((last / "data" / "bundles.json").read_bytes())
        if said["made_with"] == made_with():
            return _Known(last, said["bundles"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return _Known(None, {})


def _keep(gathered: Gathered, seen: dict[str, dict[str, Any]], into: Path) -> None:
    data = into / "data"
    data.mkdir()
    gathered.parts.to_parquet(data / "parts.parquet", index=False)
    gathered.cells.to_parquet(data / "cells.parquet", index=False)
    said = {"made_with": made_with(), "bundles": seen}
    (data / "bundles.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


@cache
def made_with() -> str:
    """A digest of what makes evidence and pages out of bundles: code, templates, claims."""
    told = hashlib.sha256()
    files = [*ROOT.glob("*.py"), *(ROOT / "publish").glob("*.py"), *TEMPLATES.rglob("*.*")]
    for path in sorted(files):
        told.update(path.read_bytes())
    for claim in catalogue().values():
        told.update(claim.model_dump_json().encode())
    return told.hexdigest()[:16]
