"""Who may import whom is what docs/architecture.md says, read from its table."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT

ROW = re.compile(r"^\| `([a-z_/]+?)/?` \| .* \| (.*) \|$", re.MULTILINE)
FREE = {"tests", "benchmarks"}
"""Rooms that may import all."""


def table() -> dict[str, set[str]]:
    """Each room of the table with the rooms it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = text[text.index("## Rooms") : text.index("## The way of one test")]
    return {room: set(re.findall(r"`([a-z_/]+)`", names)) for room, names in ROW.findall(rows)}


def modules() -> dict[str, Path]:
    """Every module of the rooms, by its dotted name; what runs on boards is none."""
    found = {}
    for room in ("looprig", "rig", "fixtures", "host", "reports"):
        for path in (ROOT / room).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "faults" not in parts and "unix_lib" not in parts:
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the rooms that a file imports, also within functions and for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return {name for name in found if name in known}


def room_of(module: str) -> str:
    """The row of the table that a module belongs to."""
    folder = "/".join(module.split(".")[:2])
    return (
        folder if folder.startswith("rig/") and (ROOT / folder).is_dir() else folder.split("/")[0]
    )


def test_the_table_names_every_room() -> None:
    rooms = {room_of(module) for module in modules()}
    assert rooms <= set(table())
    assert all(set(names) <= set(table()) for names in table().values())


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_what_its_room_may(module: str) -> None:
    room = room_of(module)
    assert room not in FREE
    asked = {room_of(name) for name in imports(modules()[module], modules())}
    assert asked - {room} <= table()[room]


def test_no_two_modules_import_each_other() -> None:
    known = modules()
    arrows = {name: imports(path, known) for name, path in known.items()}
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> None:
        assert name not in way, " -> ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in sorted(arrows[name] - {name}):
                walk(other, [*way, name])
            done.add(name)

    for name in known:
        walk(name, [])


@pytest.mark.parametrize("room", ["board", "meters", "power"])
def test_what_is_real_loads_nothing_that_is_played(room: str) -> None:
    """Not through others either: each module is loaded by itself, in a process that has none."""
    names = [name for name in modules() if name.startswith(f"rig.{room}.")]
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        "print([name for name in sys.modules if name.startswith('rig.virtual')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
