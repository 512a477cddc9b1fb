"""What the tests of the public site share: small runs of it, and its dead links."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rig.claims import catalogue
from rig.results import BoardInfo
from tests.run_factory import START, Recipe

CHOSEN = [
    claim
    for claim in catalogue().values()
    if claim.id in ("run.cancels-leftovers", "loop.keeps-every-task", "power.sleep-sleeps")
    or claim.chapter == "event-loop"
][:20]
CLAIMS = [(claim.id, claim.level, claim.sentence) for claim in CHOSEN]
BROKEN = "loop.turns-in-order"
REGRESSED = "loop.runs-to-next-await"


def recipe(version: str, board: BoardInfo, day: int, **more: Any) -> Recipe:
    about = board.model_copy(update={"version": version})
    when = START + timedelta(days=day)
    return Recipe(
        id=f"{board.name}-{version}-{day}", boards=(about,), claims=CLAIMS, started=when,
        samples=200, **more,
    )  # fmt: skip


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.files: dict[str, str] = {}  # of evidence: row -> file

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in ("href", "src") if given.get(name)]
        self.ids.add(given.get("id") or "")
        if given.get("data-file"):
            self.files[str(given["data-evidence"])] = str(given["data-file"])


def read(path: Path) -> Links:
    parser = Links()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def dead(site: Path) -> Iterator[str]:
    """Every link, script, image and evidence of a page that leads to nothing."""
    evidence: dict[Path, str] = {}
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    pages = {name: read(site / name) for name in sorted(files) if name.endswith(".html")}
    for page, links in pages.items():
        for link in links.found:
            if re.match(r"(https?|data):", link):
                continue
            path, _, anchor = link.partition("#")
            path = unquote(path.partition("?")[0])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
            target = target if path else page
            anchored = not anchor or anchor.startswith("evidence=")
            if target not in files or not (anchored or anchor in pages[target].ids):
                yield f"{page}: {link}"
        for row, name in links.files.items():
            file = site / name
            if file not in evidence:
                evidence[file] = file.read_text(encoding="utf-8") if file.is_file() else ""
            if f'"{row}":' not in evidence[file]:
                yield f"{page}: evidence {row}"


def no_code(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert "<script>window" not in text, path
        assert "\u202e" not in text, path
        assert "\x1b" not in text, path
        assert "javascript:alert" not in text or path.suffix == ".js", path
