"""The docs: links lead somewhere, TOML parses, commands and options exist, counts are true."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from rig.bench import ROOT, Bench
from rig.claims import catalogue
from rig.cli import app

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\.venv/bin/)?looprig [^`]*)`")
COMMAND = re.compile(r"^\s*(?:\.venv/bin/)?looprig ([a-z][^\n|#]*)", re.MULTILINE)

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path = target.partition("#")[0]
        if path and "://" not in target and not (page.parent / path).exists():
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_toml_parses_and_bench_tables_hold_known_keys(page: Path) -> None:
    for kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if kind != "toml":
            continue
        content = tomllib.loads(text)
        if set(content) <= {"board", "meter"}:
            Bench.model_validate(content)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_and_their_options_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = [block for _, block in FENCE.findall(text)] + INLINE.findall(text)
    for line in COMMAND.findall("\n".join(code).replace("\\\n", " ")):
        words = [word.rstrip(".,;:)") for word in shlex.split(line.replace("'", '"'), posix=True)]
        name, rest = words[0], words[1:]
        assert name in COMMANDS, f"looprig {line}"
        known = {
            option
            for parameter in COMMANDS[name].params
            for option in [*parameter.opts, *parameter.secondary_opts]
        } | {"--help", "--"}
        used = [word.strip("[]").partition("=")[0] for word in rest if word.strip("[]")[:1] == "-"]
        assert [option for option in used if option not in known] == [], f"looprig {line}"


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_the_count_of_claims_is_told_as_it_is(page: str) -> None:
    [said] = re.findall(r"[Mm]ore than (\d+) claims", (ROOT / page).read_text(encoding="utf-8"))
    count = len(catalogue())
    assert int(said) < count <= int(said) + 50, f"{page}: there are {count} claims"
