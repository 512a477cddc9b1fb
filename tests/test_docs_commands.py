"""The docs' own commands: every one is read by the real parser, and those of a console block are
run, in an empty folder, in an environment that has the wheel and nothing else of looprig.

What looks like hardware on a page is a virtual board and its meter behind those names.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rig.claims import ROOT
from rig.cli import app
from rig.faults import fault, written
from tests.test_wheel import archives, installed

__all__ = ["archives", "installed"]  # fixtures

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LOOPRIG = re.compile(r"^(?:\$ )?(?:\S*/)?looprig ([a-z-].*)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"…|\.\.\.|\[[^\]]*\]$|\|")
PERSONAS = sorted(path.name for path in (ROOT / "docs").glob("for-*.md"))
PORT, METER = "/dev/ttyACM0", "TCPIP::192.168.1.20::5025::SOCKET"


def said(page: Path) -> list[str]:
    """Every command of looprig's in the page's blocks, its words as they stand there."""
    blocks = [text for _, text in FENCE.findall(page.read_text(encoding="utf-8"))]
    lines = LOOPRIG.findall("\n".join(blocks).replace("\\\n", " "))
    return [line.partition("  #")[0].partition(" | ")[0].partition(" > ")[0] for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_command_is_one(page: Path) -> None:
    """Read by the parser itself: options, their values' types, how many arguments."""
    root: Any = typer.main.get_command(app)
    for line in said(page):
        if PLACEHOLDER.search(line):
            continue
        words = shlex.split(line)
        if words[0].startswith("-"):
            continue
        command = root.commands.get(words[0])
        assert command is not None, f"looprig {line}"
        try:
            command.make_context(words[0], words[1:])
        except Exception as error:
            if type(error).__name__ == "Exit":  # --help
                continue
            message = getattr(error, "message", error)
            pytest.fail(f"{page.name}: looprig {line}: {message}")


def test_the_reader_of_commands_would_notice() -> None:
    root: Any = typer.main.get_command(app)
    for wrong in (["--no-such"], ["--repeat", "x"], ["--out"]):
        with pytest.raises(Exception, match=r"(?i)no such option|valid integer|requires an arg"):
            root.commands["run"].make_context("run", wrong)


def test_there_is_a_page_for_everybody() -> None:
    assert PERSONAS == [
        "for-board-makers.md", "for-ci.md", "for-driver-authors.md", "for-port-maintainers.md",
        "for-pull-request-authors.md",
    ]  # fmt: skip
    for name in PERSONAS:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert re.findall(r"^\*\*(\d)\. ", text, re.MULTILINE) == list("12345"), name


@pytest.fixture(scope="module")
def attached() -> Iterator[tuple[str, str]]:
    """The port of a board that is there for anybody, and its meter."""
    command = [sys.executable, "-m", "rig", "virtual", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [*iter(process.stdout.readline, "}\n"), "}\n"]
            [board] = json.loads("".join(lines))["boards"]
            yield board["port"], board["meter"]
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
@pytest.mark.skipif(os.name != "posix", reason="a board is played behind a PTY")
@pytest.mark.parametrize("name", PERSONAS)
def test_its_commands_lead_to_a_result(
    name: str, attached: tuple[str, str], installed: Path, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    if name == "for-driver-authors.md":
        shutil.copytree(ROOT / "examples" / "driver-tests", tmp_path / "driver-tests")
    if name == "for-pull-request-authors.md":
        written([fault("lost-return-value")], tmp_path / "overlay")
    bins = tmp_path / "bin"
    bins.mkdir()
    pytest_there = f'#!/bin/sh\nexec {installed} -m pytest -p no:labgrid "$@"\n'
    (bins / "pytest").write_text(pytest_there, "utf-8")
    (bins / "pytest").chmod(0o755)
    path = os.pathsep.join([str(bins), str(installed.parent), os.environ["PATH"]])
    lines = [
        line.removeprefix("$ ")
        for kind, block in FENCE.findall(text)
        if kind == "console"
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    assert len(lines) >= 3
    for line in lines:
        code = int(found[1]) if (found := re.search(r"  # exit (\d)$", line)) else 0
        real = line.replace(PORT, attached[0]).replace(METER, attached[1])
        done = subprocess.run(
            ["bash", "-c", real], cwd=tmp_path, env={**os.environ, "PATH": path},
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
