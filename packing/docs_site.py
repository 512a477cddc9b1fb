"""mkdocs' hook: what of the site is made from code, and where links out of docs/ lead.

The README is the first page. The claims and the command line are listed from what the program has,
so that they cannot fall behind it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # mkdocs loads this file by its path
OUT = re.compile(r"\]\(\.\./([^)\s]+)\)")
INTO = re.compile(r"\]\(docs/([^)\s]+)\)")
BESIDE = re.compile(r"\]\((?!https?:|#|docs/)([^)\s:]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """The pages that no file of docs/ holds."""
    made = {
        "index.md": readme(config["repo_url"]),
        "claims.md": claims(),
        "commands.md": commands(),
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


def claims() -> str:
    """Every claim by chapter, with its level and source."""
    from rig.claims import catalogue, sources

    lines = ["# Claims", ""]
    chapter = ""
    for claim in catalogue().values():
        if claim.chapter != chapter:
            chapter = claim.chapter
            lines += ["", f"## {claim.chapter_title}", "", "| claim | level | it says | source |"]
            lines += ["|---|---|---|---|"]
        sentence = claim.sentence.replace("|", "\\|").replace("<", "&lt;")
        source = sources()[claim.source].title if claim.source else ""
        lines.append(f"| `{claim.id}` | {claim.level} | {sentence} | {source} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """What each command's --help says."""
    import typer

    from rig.cli import app

    root: Any = typer.main.get_command(app)
    lines = ["# Commands", ""]
    for name, command in sorted(root.commands.items()):
        context = type(root).context_class(command, info_name=f"looprig {name}")
        text = click.unstyle(command.get_help(context)).strip()
        lines += [f"## looprig {name}", "", "```text", text, "```", ""]
    return "\n".join(lines)
