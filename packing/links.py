"""Where the docs' links lead on the site, whose only folder is docs/: a link to any other file of
the repository, or to a folder, leads to the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = re.compile(r"\]\(\.\./([^)\s]+)\)")
OF_README = re.compile(r"\]\((?!https?:|#)([^)\s:]+)\)")


def outward(markdown: str, repository: str) -> str:
    """A page of docs/."""
    return OUT.sub(lambda found: f"]({repository}/blob/main/{found[1]})", markdown)


def readme(repository: str) -> str:
    """The README as the first page."""

    def leads(found: re.Match[str]) -> str:
        path = found[1].partition("#")[0]
        if path.startswith("docs/") and (ROOT / path).is_file():
            return f"]({found[1].removeprefix('docs/')})"
        return f"]({repository}/blob/main/{found[1]})"

    return OF_README.sub(leads, (ROOT / "README.md").read_text(encoding="utf-8"))
