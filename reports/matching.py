"""Which board of one run is which board of another, by what it says of itself.

A name is what a bench file, or `--port`, called it: the same board has two names in two benches,
and two boards the same one. So a unique id decides; without one a board is told by what it is
(platform, firmware family, build or machine), and its name only parts those that are alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.loading import Loaded
from reports.neutral import one_line
from reports.views import records

Row = dict[str, Any]
MADE_UP = "--port "
"""What the bench of a run is called whose board's name is no user's."""


@dataclass(frozen=True)
class Matched:
    """A label for each (run, name), and what has to be said of how they were found."""

    labels: dict[tuple[str, str], str]
    notes: list[str]


def _firmware(row: Row) -> tuple[str, str]:
    return row["platform"], row["implementation"]


def _build(row: Row) -> Hashable:
    return (*_firmware(row), row["build"]) if row["platform"] and row["build"] else None


def _machine(row: Row) -> Hashable:
    """What it runs on; on a host the text names the compiler or the Python, and tells nothing."""
    if not row["platform"]:
        return None
    return (*_firmware(row), "" if row["kind"] == "virtual" else row["machine"])


def _name(row: Row) -> Hashable:
    return None if row["bench"].startswith(MADE_UP) else row["name"]


def _both(one: Callable[[Row], Hashable]) -> Callable[[Row], Hashable]:
    def key(row: Row) -> Hashable:
        what, name = one(row), _name(row)
        return None if what is None or name is None else (what, name)

    return key


def _id(row: Row) -> Hashable:
    return (row["platform"], row["unique_id"]) if row["unique_id"] else None


def _renamed(row: Row) -> Hashable:
    """The machine's text changes between releases; the processor that it ends with does not."""
    if not row["platform"] or _name(row) is None:
        return None
    return (*_firmware(row), row["machine"].rpartition(" with ")[2], row["name"])


_KEYS: Sequence[Callable[[Row], Hashable]] = (
    _id,
    _both(_build),
    _both(_machine),
    _renamed,
    _build,
    _machine,
)
"""The surest first: a pair that a key finds is kept if it is the only one."""


def match(loaded: Loaded, newest_last: Sequence[str]) -> Matched:
    """Labels for the boards of all runs, by the names of the newest run that has them."""
    benches = dict(zip(loaded.runs["run"], loaded.runs["bench"], strict=True))
    boards = [{**row, "bench": benches[row["run"]]} for row in records(loaded.boards)]
    known: dict[str, Row] = {}  # label -> the board as an earlier looked-at run has it
    labels: dict[tuple[str, str], str] = {}
    notes: list[str] = []
    for run in reversed(newest_last):
        rows = [row for row in boards if row["run"] == run]
        pairs = _pairs(rows, known)
        for row in rows:
            label = pairs.get(row["name"])
            if label is None:
                label = _free(row, known)
            elif said := _said(row, known[label]):
                notes.append(said)
            labels[run, row["name"]] = label
        known |= {labels[run, row["name"]]: row for row in rows}
    return Matched(labels, list(dict.fromkeys(notes)))


def _pairs(rows: list[Row], known: dict[str, Row]) -> dict[str, str]:
    """Name -> label, for the boards of a run of which it is certain which known one they are."""
    found: dict[str, str] = {}
    if len(rows) == 1 and not rows[0]["platform"] and rows[0]["name"] in known:
        return {rows[0]["name"]: rows[0]["name"]}  # it never said what it is
    for key in _KEYS:
        ours: dict[Hashable, list[str]] = {}
        theirs: dict[Hashable, list[str]] = {}
        for row in rows:
            if row["name"] not in found and (said := key(row)) is not None:
                ours.setdefault(said, []).append(row["name"])
        for label, row in known.items():
            if label not in found.values() and (said := key(row)) is not None:
                theirs.setdefault(said, []).append(label)
        for said, names in ours.items():
            if len(names) == 1 and len(theirs.get(said, ())) == 1:
                found[names[0]] = theirs[said][0]
    return found


def _said(older: Row, newer: Row) -> str:
    """What a reader should know of a pair, '' of one that nobody would doubt."""
    was, now = (one_line(row["name"], 60) for row in (older, newer))
    if older["unique_id"] and older["unique_id"] != newer["unique_id"] and newer["unique_id"]:
        return f"{now} is another board than before, of the same kind: its unique id is another"
    if was != now:
        by = "its unique id is the same" if newer["unique_id"] else "there is one of its kind"
        return f"{now} was called {was} in {older['run']}: {by}"
    return ""


def _free(row: Row, known: dict[str, Row]) -> str:
    """A label that no other board has: its name, if need be with what tells it apart."""
    name = str(row["name"])
    if name not in known:
        return name
    parts = [part for part in (row["platform"], row["implementation"]) if part]
    label = f"{name} ({' '.join(parts) or 'unidentified'})"
    if label in known:
        told = f"{row['unique_id']} {row['machine']} {row['run']}"
        label = f"{name} ({hashlib.sha256(told.encode()).hexdigest()[:6]})"
    return label
