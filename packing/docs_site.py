"""mkdocs' hook: what of the site is made from code, and where links out of docs/ lead.

The README is the first page. The reference is made from what the program has, each time.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # mkdocs loads this file by its path

from packing import reference  # noqa: E402

OUT = re.compile(r"\]\(\.\./([^)\s]+)\)")
INTO = re.compile(r"\]\(docs/([^)\s]+)\)")
BESIDE = re.compile(r"\]\((?!https?:|#|docs/)([^)\s:]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """The pages that no file of docs/ holds."""
    made = {
        "index.md": readme(config["repo_url"]),
        "claims.md": reference.claims(),
        "commands.md": reference.commands(),
        "bench-keys.md": reference.bench_keys(),
        "meter-dialects.md": reference.meters(),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, config: Any, **_: Any) -> str:
    """A link to a file of the repository leads to the repository."""
    return OUT.sub(lambda found: f"]({config['repo_url']}/blob/main/{found[1]})", markdown)


def readme(repository: str) -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = BESIDE.sub(lambda found: f"]({repository}/blob/main/{found[1]})", text)
    return INTO.sub(r"](\1)", text)
