"""The docs: links lead somewhere, what the fences hold is taken by what reads it, counts hold."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml

from looprig.project import of_looprig
from packing.links import outward, readme
from rig import bench as benches
from rig import expectations, suites, tables
from rig.claims import ROOT, Chapter, Source, catalogue
from rig.errors import UsageError
from rig.forge import touched
from rig.profiles import Profile
from tests.docs_pages import BLOCKS, PAGES, Block, of
from tests.test_image import blocks, elf

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path = target.partition("#")[0]
        if path and "://" not in target and not (page.parent / path).exists():
            broken.append(target)
    assert broken == []


def test_links_lead_somewhere_on_the_site_too() -> None:
    """Its only folder is docs/, and it shows files: what is neither leads to the repository."""
    pages = {page.name: outward(page.read_text("utf-8"), "https://x") for page in PAGES}
    pages = {name: text for name, text in pages.items() if (ROOT / "docs" / name).is_file()}
    pages["README.md"] = readme("https://x")
    made = {"claims.md", "commands.md", "bench-keys.md", "meter-dialects.md", "index.md"}
    broken = [
        f"{name}: {target}"
        for name, text in pages.items()
        for target in LINK.findall(text)
        if "://" not in target and not target.startswith("#")
        and not (ROOT / "docs" / target.partition("#")[0]).is_file() and target not in made
    ]  # fmt: skip
    assert broken == []
    assert "](https://x/blob/main/docs/schemas/)" in pages["README.md"]


def test_each_fence_says_what_it_holds() -> None:
    """So that none is left out here: what is to be run is tests/test_docs_commands.py's."""
    kinds = {"sh", "text", "toml", "python", "yaml", "mermaid"}
    assert [str(block) for block in BLOCKS if block.kind not in kinds] == []
    assert len(BLOCKS) > 100


# -- TOML: each by what reads such a file --------------------------------------------------------


def bench(path: Path) -> None:
    """What a page leaves out of a bench, for it is about something else, is put in."""
    content = tomlkit.parse(path.read_text(encoding="utf-8"))
    boards: Any = content.setdefault("board", {"any": {}})
    for board in boards.values():
        if not {"port", "serial_number", "labgrid", "kind"} & set(board):
            board["port"] = "/dev/ttyACM0"
        if "budget" in board.get("power", {}):
            board["meter"] = "any"
            content["meter"] = {"any": {"resource": "TCPIP::192.168.1.20::INSTR"}}
        firmware = str(board.get("firmware", ""))
        if firmware == "coverage":  # the page says how it is made
            board["firmware"] = "micropython"
        elif firmware and "/" not in firmware:
            image = blocks(b"x") if firmware.endswith(".uf2") else elf(40)
            path.with_name(firmware).write_bytes(image)
    path.write_text(tomlkit.dumps(content), "utf-8")
    try:
        benches.load(path)
    except UsageError as error:  # the last that is asked, of a machine that need not have one
        if "no emulator for it is installed" not in str(error):
            raise


def claims(path: Path) -> None:
    content = tables.load(path, Chapter, "")
    assert content.claim
    assert len(catalogue(path.parent)) == len(content.claim)


def divergences(path: Path) -> None:
    content = expectations.load(path)
    assert {entry.claim for entry in content.divergence} | set(content.without) <= set(catalogue())


def source(path: Path) -> None:
    head = 'name = "asyncio"\ntitle = "asyncio"\n'
    path.write_text(head + path.read_text(encoding="utf-8"), "utf-8")
    tables.load(path, Source, "")


def project(path: Path) -> None:
    path.rename(path.with_name("pyproject.toml"))
    suites.settings(path.parent)
    assert of_looprig(path.parent)


READERS: dict[str, Callable[[Path], object]] = {
    "board meter labgrid suite": bench,
    "title claim": claims,
    "sentence": source,
    "without divergence": divergences,
    "paths ports": touched.shelf,
    "tool": project,
    "family title platforms floor copes resets fact": lambda path: tables.load(path, Profile, ""),
}
"""Who reads a file of no other keys than these."""


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_what_reads_it_takes_it(block: Block, tmp_path: Path) -> None:
    keys = set(tomllib.loads(block.text))
    [reader] = [reader for known, reader in READERS.items() if keys <= set(known.split())]
    path = tmp_path / "it.toml"
    path.write_text(block.text, "utf-8")
    reader(path)


# -- the others -----------------------------------------------------------------------------------


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("schema", ["vendor.gitlab-ci", "vendor.github-workflows"])
def test_yaml_fits_the_schema_of_what_reads_it(schema: str, tmp_path: Path) -> None:
    for block in of("yaml"):
        content = yaml.safe_load(block.text)
        if block.text.startswith("# exporter.yaml"):
            continue  # labgrid has no schema; tests/test_labgrid.py starts an exporter by one
        if (schema == "vendor.gitlab-ci") != (".gitlab-ci.yml" in block.text):
            continue
        if isinstance(content, list):
            content = {"jobs": {"looprig": {"runs-on": "ubuntu-latest", "steps": content}}}
        if schema == "vendor.github-workflows":
            content = {"on": content.pop(True, "push"), **content}  # YAML 1.1 reads `on` as true
            uses(content)
        (tmp_path / f"{block}.yml").write_text(json.dumps(content), "utf-8")
    paths = map(str, tmp_path.iterdir())
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def uses(workflow: dict[str, Any]) -> None:
    """What a page gives our actions are inputs of theirs, with all that they require."""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            name, _, _ = step.get("uses", "").partition("@")
            if name.startswith("OWNER/looprig"):
                path = ROOT / name.removeprefix("OWNER/looprig").lstrip("/") / "action.yml"
                inputs = yaml.safe_load(path.read_text(encoding="utf-8"))["inputs"]
                required = {key for key, each in inputs.items() if each.get("required")}
                assert required <= set(step["with"]) <= set(inputs)


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_the_count_of_claims_is_told_as_it_is(page: str) -> None:
    [said] = re.findall(r"[Mm]ore than (\d+) claims", (ROOT / page).read_text(encoding="utf-8"))
    count = len(catalogue())
    assert int(said) < count <= int(said) + 50, f"{page}: there are {count} claims"
