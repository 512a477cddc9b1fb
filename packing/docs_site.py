"""mkdocs' hook: what of the site is made from code, and where links lead (packing/links.py).

The README is the first page. The reference is made from what the program has, each time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # mkdocs loads this file by its path

from packing import links, reference  # noqa: E402


def on_files(files: Files, config: Any) -> Files:
    """The pages that no file of docs/ holds."""
    made = {
        "index.md": links.readme(config["repo_url"]),
        "claims.md": reference.claims(),
        "commands.md": reference.commands(),
        "bench-keys.md": reference.bench_keys(),
        "meter-dialects.md": reference.meters(),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, config: Any, **_: Any) -> str:
    return links.outward(markdown, config["repo_url"])
