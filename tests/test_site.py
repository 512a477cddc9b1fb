"""The docs as a site: it builds without a warning, and a link that leads nowhere is one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rig.claims import ROOT, catalogue

pytestmark = pytest.mark.slow
pytest.importorskip("mkdocs", reason="make docs has an environment of its own for it")


def build(out: Path, config: Path = ROOT / "mkdocs.yml") -> tuple[int, str]:
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(config), "-d", str(out)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def test_it_builds_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    code, said = build(tmp_path)
    assert code == 0, said
    claims = (tmp_path / "claims" / "index.html").read_text(encoding="utf-8")
    assert [name for name in catalogue() if name not in claims] == []
    commands = (tmp_path / "commands" / "index.html").read_text(encoding="utf-8")
    assert "looprig compare" in commands
    assert "--suite" in commands
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<(?:script|link rel="stylesheet")[^>]+(?:src|href)="https?:', page) == []


def test_a_link_that_leads_nowhere_stops_it(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "own.md").write_text("[lost](nowhere.md)\n", "utf-8")
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("hooks: [", "# [")
    (tmp_path / "mkdocs.yml").write_text(text, "utf-8")
    code, said = build(tmp_path / "site", tmp_path / "mkdocs.yml")
    assert code == 1
    assert "nowhere.md" in said
