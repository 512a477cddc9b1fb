"""The source text of what judges a claim: the host test, and the script that runs on the board."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from rig import suites
from rig.claims import DEVICE_TESTS, MARK, Claim


@cache
def host_sources() -> dict[str, tuple[str, str]]:
    """Claim -> its file's name and the text of the test that is marked with it."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(suites.OWN.host.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
                continue
            first = min(each.lineno for each in node.decorator_list)
            body = "\n".join(lines[first - 1 : node.end_lineno])
            for claim in MARK.findall(body):
                found[claim] = (path.name, body)
    return found


def device_source(claim: Claim) -> str:
    """The script, or nothing where a claim of others' names none of ours."""
    path: Path = DEVICE_TESTS / f"{claim.device_test}.py"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
