"""The public site's pages, each with its values beside it as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from reports.evidence import script_json
from reports.matrix import STATES
from reports.neutral import link
from reports.publish import badges, values
from reports.publish.gathering import gather, linked
from reports.publish.store import Store
from reports.publish.swapping import replacing
from reports.publish.table import BROKEN, KEPT, Line, Release, Table
from reports.site import TEMPLATES, environment
from rig.claims import sources

MARK = "data/bundles.json"
"""What every site has: a folder without it is nobody's to replace."""
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; "
    "img-src 'self' file: data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
)
MOST_COLUMNS = 200
"""Rows of the first page's tables; the others are on the ports' and claims' pages."""
LETTERS = {
    "c": "conforms", "d": "diverges", "x": "crashed", "i": "inconclusive", "e": "errored",
    "u": "unsupported", "m": "unmeasured", ".": "",
}  # fmt: skip
_LETTER = {name: letter for letter, name in LETTERS.items()}


def publish(store: Store, out: Path) -> tuple[Table, int]:
    """The site of all bundles in the store, at `out`: whole, or `out` is as before. Returns what it
    tells, and how many bundles had to be read. Raises UsageError for an `out` that is no site's."""
    with replacing(out, MARK) as aside:
        gathered = gather(store, out, aside)
        table = Table(gathered)
        _Pages(table, aside, gathered.last).write()
    return table, gathered.read


class _Pages:
    def __init__(self, table: Table, out: Path, last: Path | None) -> None:
        self.table = table
        self.out = out
        self.last = last if last and _frame(last) == table.mixed else None
        self.sources = sources()
        self.environment = _environment()
        first = next(iter(self.sources.values())).name
        self.navigation = [
            ("Claims", "claims.html"),
            ("Event loop", f"sources/{first}.html"),
            ("Releases", "releases.html"),
            ("Search", "search.html"),
        ]

    def write(self) -> None:
        for folder in ("claims", "boards", "releases", "ports", "sources", "badges"):
            (self.out / folder).mkdir()
            if folder != "badges":
                (self.out / "data" / folder).mkdir()
        _static(self.out)
        table = self.table
        claims = [self._claim(claim) for claim in table.claims.values()]
        boards = [values.board_page(table, line) for line in table.lines]
        for line, value in zip(table.lines, boards, strict=True):
            self.page("board.html", f"boards/{line.slug}.html", value)
        releases = [self._release(name) for name in table.releases]
        self.page("releases.html", "releases.html", {"releases": releases})
        ports = [self._port(port) for port in table.ports]
        documents = [self._source(name) for name in self.sources]
        self.page("claims.html", "claims.html", {"claims": claims})
        self.page("search.html", "search.html", None)
        self._search()
        self._index(ports, releases, documents)

    def page(self, template: str, path: str, value: Any) -> None:
        """A page, and its value beside it under data/. Of the site before, one with the same value
        is taken as it is."""
        data = f"data/{path.removesuffix('.html')}.json" if value is not None else ""
        if data:
            told = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            text = told.encode("utf-8", "replace") + b"\n"
            (self.out / data).write_bytes(text)
            if self.last and _same(self.last / data, text) and (self.last / path).is_file():
                linked(str(self.last / path), str(self.out / path))
                return
        stream = self.environment.get_template(f"publish/{template}").stream(
            value=value, root="../" * path.count("/"), path=path, json=data, states=STATES,
            navigation=self.navigation, mixed=self.table.mixed,
        )  # fmt: skip
        stream.enable_buffering(500)
        with (self.out / path).open("wb") as file:
            stream.dump(file, encoding="utf-8")

    def _claim(self, claim: Any) -> values.Value:
        """Its page; returns what the list of claims shows of it."""
        value = values.claim_page(self.table, claim, self.sources)
        self.page("claim.html", f"claims/{claim.id}.html", value)
        brief = ("claim", "chapter", "level", "sentence", "page", "kept_by", "judged_on", "alone")
        regressed = sum(row["regressed"] for row in value["boards"])
        return {**{name: value[name] for name in brief}, "regressed": regressed}

    def _release(self, name: str) -> values.Value:
        path = f"releases/{self.table.releases[name]}.html"
        value = values.release_page(self.table, name)
        self.page("release.html", path, value)
        changed = sum(row["changed"] for row in value["claims"])
        return {"release": name, "page": path, "boards": len(value["columns"]), "changed": changed}

    def _port(self, port: str) -> values.Value:
        """Its page and its badges: of the board and release of its latest run."""
        line, release = self._latest(port)
        kept, judged = self.table.documented(release)
        value = values.port_page(self.table, port)
        value["badge_of"] = f"It is of the latest run: {line.board}, {release.name}"
        told = (release.name + (" (mixed)" if release.mixed else ""), kept, judged)
        (self.out / value["badge"]).write_text(badges.svg(*told), encoding="utf-8")
        (self.out / value["endpoint"]).write_text(badges.endpoint(*told), encoding="utf-8")
        self.page("port.html", value["page"], value)
        return {"port": port, "page": value["page"]}

    def _latest(self, port: str) -> tuple[Line, Release]:
        """The newest release that the port's own firmware ran, else the newest of all."""
        of = [(line, release) for line, release in self.table.columns if line.port == port]
        order = list(self.table.releases)
        return max(
            of, key=lambda each: (not each[1].mixed, order.index(each[1].name), each[1].latest)
        )

    def _source(self, name: str) -> values.Value:
        value = values.source_page(self.table, self.sources[name])
        self.page("source.html", value["page"], value)
        sentences = [each for section in value["sections"] for each in section["sentences"]]
        unchecked = sum(not each["claims"] for each in sentences)
        return {"source": value["source"], "page": value["page"], "sentences": len(sentences),
                "unchecked": unchecked}  # fmt: skip

    def _index(self, ports: list[Any], releases: list[Any], documents: list[Any]) -> None:
        table = self.table
        columns = [values.column(table, *pair) for pair in table.columns]
        changes = list(self._changes())
        self.page(
            "index.html", "index.html",
            {
                "claim_count": len(table.claims), "runs": table.runs, "boards": len(table.lines),
                "ports": ports, "releases": releases, "sources": documents,
                "columns": columns[:MOST_COLUMNS], "more": len(columns[MOST_COLUMNS:]),
                "changes": changes[:MOST_COLUMNS], "more_changes": len(changes[MOST_COLUMNS:]),
                "mixed": table.mixed, "problem_count": len(table.problems),
                "problems": table.problems[:MOST_COLUMNS],
            },
        )  # fmt: skip

    def _changes(self) -> Iterator[values.Value]:
        """Where a release changed the outcome of a claim: the change that still stands."""
        for line in self.table.lines:
            for claim in self.table.claims.values():
                told = self.table.told(claim.id, line)
                if not told.changed:
                    continue
                known = line.releases[-1].known.get(claim.id) if told.state in BROKEN else None
                before = next(
                    (release.known[claim.id] for release in reversed(line.releases)
                     if claim.id in release.known), None,
                ) if told.state == KEPT else None  # fmt: skip
                why = known or before
                yield {
                    **values.claim_brief(claim), "board": line.board,
                    "board_page": f"boards/{line.slug}.html", "state": told.state,
                    "since": told.words, "reason": why.reason if why else "",
                    "link": link(why.link) if why else "",
                }  # fmt: skip

    def _search(self) -> None:
        """What search.html looks in: one letter for each column of a claim."""
        table = self.table
        columns = list(table.columns)
        numbers = {line.slug: number for number, line in enumerate(table.lines)}
        said = {
            "outcomes": LETTERS,
            "columns": [
                {"port": line.port, "board": line.board, "release": release.name,
                 "line": numbers[line.slug]}
                for line, release in columns
            ],
            "lines": [[release.number for release in line.releases] for line in table.lines],
            "claims": [self._found(claim, columns, numbers) for claim in table.claims.values()],
        }  # fmt: skip
        text = json.dumps(said, separators=(",", ":"), allow_nan=False)
        (self.out / "data" / "search.json").write_text(text + "\n", encoding="utf-8")
        script = f"looprigSearch({script_json(said)});\n"
        (self.out / "data" / "search.js").write_text(script, encoding="utf-8")

    def _found(
        self, claim: Any, columns: list[tuple[Line, Release]], numbers: dict[str, int]
    ) -> values.Value:
        table = self.table
        spots = [table.spot(claim.id, release) for _, release in columns]
        alone = table.alone(claim.id)
        return {
            "id": claim.id, "sentence": claim.sentence, "level": claim.level,
            "chapter": f"{claim.chapter} {claim.chapter_title}",
            "cells": "".join(_LETTER[spot.outcome] if spot else "." for spot in spots),
            "alone": numbers[alone.slug] if alone else -1,
            "regressed": [
                numbers[line.slug]
                for line in table.lines_of(claim.id)
                if table.told(claim.id, line).regressed
            ],
            "known": [
                release.number
                for (_, release), spot in zip(columns, spots, strict=True)
                if spot and spot.outcome in BROKEN and claim.id in release.known
            ],
        }  # fmt: skip


def _frame(last: Path) -> object:
    """What every page of the site before says in its foot; None where that cannot be read."""
    try:
        return json.loads((last / "data" / "index.json").read_bytes())["mixed"]
    except (OSError, ValueError, KeyError):
        return None


def _same(path: Path, text: bytes) -> bool:
    try:
        return path.read_bytes() == text
    except OSError:
        return False


def _environment() -> jinja2.Environment:
    made = environment().overlay()
    made.globals = {**made.globals, "policy": POLICY}
    return made


def _static(out: Path) -> None:
    """Style and script, once for all pages."""
    own = TEMPLATES / "publish"
    style = [TEMPLATES / "style.css", own / "site.css"]
    script = [TEMPLATES / "theme.js", TEMPLATES / "evidence.js", own / "search.js"]
    for name, parts in (("site.css", style), ("site.js", script)):
        text = "".join(part.read_text(encoding="utf-8") for part in parts)
        (out / name).write_text(text, encoding="utf-8")
