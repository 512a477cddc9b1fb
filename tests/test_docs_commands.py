"""The docs' own commands: each is read by the real parser, and each page's are run, in an empty
folder, in an environment that has the wheel and nothing else of looprig.

What looks like hardware on a page is a virtual board and its meter behind those names. What needs
more than that is in ELSEWHERE, with what it needs, and is the only thing that is not run.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rig.claims import ROOT
from rig.cli import app
from rig.faults import fault, written
from tests.docs_pages import BLOCKS, PAGES, Block, of
from tests.test_wheel import archives, installed

__all__ = ["archives", "installed"]  # fixtures

ELSEWHERE = {
    r"git |make |mkdir overlay|\.venv/bin/p": "a checkout: CI runs looprig's `make`",
    r"python -m benchmarks\.|\.venv/bin/python -m bench": "a checkout, and up to hours",
    r"pip install|pipx|uvx|python -m pip": "the package index: its wheel is here",
    r"py -m venv|\.venv\\": "Windows",
    r"looprig run --firmware": "an image, and its emulator: tests/test_emulated.py",
    r"looprig upstream": "a checkout of MicroPython: tests/test_upstream.py",
    r"labgrid-": "a coordinator: tests/test_labgrid.py",
    r"podman": "Podman",
    r".*GITHUB_|export BY=|(SITE=\S+ )?\.ci/pull": "GitHub: tests/test_pull_request_script.py",
    r"looprig run --claims 'latency": "a machine with nothing else to do: tests/test_latency.py",
    r"looprig run --claims 'sleep\.gives": "the page's claim: tests/test_docs_tutorials.py",
}
"""What a command begins with that is not run, and what it needs."""
INLINE = re.compile(r"`(?:\.venv/bin/)?looprig ([a-z][^`\n]*)`")
LOOPRIG = re.compile(r"(?:.* && )?(?:\S*/)?looprig ([a-z-].*)")
PLACEHOLDER = re.compile(r"…|\.\.\.|\[[^\]]*\]$|\|")
EXIT = re.compile(r"  #.*\bexit (\d)\b")
WHOLE = re.compile(r"looprig (run|ab) (?!.*--(claims|trace|list|failed))")
PERSONAS = sorted(path.name for path in (ROOT / "docs").glob("for-*.md"))
INTERPRETER = str(Path(sys.executable).with_name("micropython"))
ROOT_COMMAND: Any = typer.main.get_command(app)


def test_every_command_is_one() -> None:
    """Read by the parser itself: options, their values' types, how many arguments."""
    count = 0
    for block in of("sh"):
        for line in block.commands():
            found = LOOPRIG.fullmatch(line.partition("  #")[0].partition(" | ")[0].rstrip())
            if not found or PLACEHOLDER.search(found[1]) or found[1].startswith("-"):
                continue
            words = shlex.split(found[1])
            command = ROOT_COMMAND.commands.get(words[0])
            assert command is not None, f"{block}: {line}"
            try:
                command.make_context(words[0], words[1:])
            except Exception as error:
                if type(error).__name__ == "Exit":  # --help
                    continue
                pytest.fail(f"{block}: {line}: {getattr(error, 'message', error)}")
            count += 1
    assert count > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_a_sentence_and_their_options_exist(page: Path) -> None:
    for line in INLINE.findall(page.read_text(encoding="utf-8")):
        words = [word.rstrip(".,;:)").strip("[]") for word in line.replace("'", "").split()]
        assert words[0] in ROOT_COMMAND.commands, f"looprig {line}"
        parameters = ROOT_COMMAND.commands[words[0]].params
        known = {each for one in parameters for each in [*one.opts, *one.secondary_opts]}
        used = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert used <= known | {"--help", "--"}, f"looprig {line}"


def test_the_reader_of_commands_would_notice() -> None:
    for wrong in (["--no-such"], ["--repeat", "x"], ["--out"]):
        with pytest.raises(Exception, match=r"(?i)no such option|valid integer|requires an arg"):
            ROOT_COMMAND.commands["run"].make_context("run", wrong)


def test_there_is_a_page_for_everybody() -> None:
    assert PERSONAS == [
        "for-board-makers.md", "for-ci.md", "for-driver-authors.md", "for-port-maintainers.md",
        "for-pull-request-authors.md",
    ]  # fmt: skip
    for name in PERSONAS:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert re.findall(r"^\*\*(\d)\. ", text, re.MULTILINE) == list("12345"), name
        runnable = [line for block in of("sh") if block.page == name for line in to_run(block)]
        assert len(runnable) >= 3, name


def elsewhere(line: str) -> str:
    return next((what for begins, what in ELSEWHERE.items() if re.match(begins, line)), "")


def to_run(block: Block) -> list[str]:
    if block.text.startswith("#!"):
        return []
    return [line for line in block.commands() if not elsewhere(line)]


def test_what_is_not_run_is_there_and_most_is_run() -> None:
    lines = [line for block in of("sh") for line in block.commands()]
    for begins in ELSEWHERE:
        assert any(re.match(begins, line) for line in lines), begins
    assert sum(len(to_run(block)) for block in of("sh")) > 60


# -- all of them are run ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def attached() -> Iterator[dict[str, str]]:
    """What the pages call their hardware, and what is there by that name: two boards, a meter."""
    command = [sys.executable, "-m", "rig", "virtual", "--boards", "2", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            first, second = json.loads("".join([*iter(process.stdout.readline, "}\n"), "}\n"]))[
                "boards"
            ]
            yield {
                r"/dev/ttyACM0|/dev/serial/by-id/[\w-]+": first["port"],
                r"/dev/ttyUSB0": second["port"],
                r"/home/me/micropython/\S+/micropython": INTERPRETER,
                r"(TCPIP|USB0)::[\w.:]+": first["meter"],
                r"looprig (boards|init)(?= *(#|$))": rf"looprig \1 {first['port']}",  # USB shows it
            }
        finally:
            process.send_signal(signal.SIGTERM)


def overlay(folder: Path) -> None:
    written([fault("lost-return-value")], folder / "overlay")


def example(at: str) -> Callable[[Path], object]:
    return lambda folder: shutil.copytree(ROOT / "examples" / "driver-tests", folder / at)


def benched(folder: Path) -> None:
    """The bench that a reader of this page has by now."""
    text = '[board.pico]\nkind = "virtual"\nmeter = "dmm"\n[meter.dmm]\nkind = "virtual"\n'
    (folder / "bench.toml").write_text(text, "utf-8")


GIVEN: dict[str, list[Callable[[Path], object]]] = {
    "faults.md": [benched],
    "for-driver-authors.md": [example("driver-tests")],
    "for-pull-request-authors.md": [overlay],
    "own-claims.md": [example("examples/driver-tests")],
    "pull-request-firmware.md": [benched, overlay],
    "repeats.md": [overlay],
}
"""What the reader of a page has, who has done what ELSEWHERE says."""


@pytest.mark.slow
@pytest.mark.xdist_group("wheel")
@pytest.mark.skipif(os.name != "posix", reason="a board is played behind a PTY")
@pytest.mark.parametrize("page", sorted({each.page for each in of("sh") if to_run(each)}))
def test_a_page_can_be_followed(
    page: str, attached: dict[str, str], installed: Path, tmp_path: Path
) -> None:
    def real(text: str) -> str:
        for name, there in attached.items():
            text = re.sub(name, there, text, flags=re.MULTILINE)
        return text

    bins, folder = tmp_path / "bin", tmp_path / "an empty földer"
    bins.mkdir()
    folder.mkdir()
    programs = {"pytest": "-m pytest -p no:labgrid", "python": ""}
    if not shutil.which("jq"):
        programs["jq"] = "-m json.tool"  # it reads what the other would
    for name, module in programs.items():
        (bins / name).write_text(
            f'#!/bin/sh\nexec {shlex.quote(str(installed))} {module} "$@"\n', "utf-8"
        )
        (bins / name).chmod(0o755)
    for make in GIVEN.get(page, ()):
        make(folder)
    for block in BLOCKS:
        if block.page == page and block.kind == "toml" and block.title:
            (folder / block.title).write_text(real(block.text), "utf-8")
    path = os.pathsep.join([str(bins), str(installed.parent), os.environ["PATH"]])
    for block in (each for each in of("sh") if each.page == page):
        script = "set -o pipefail\n" + "".join(map(checked, map(real, to_run(block))))
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, env={**os.environ, "PATH": path},
            capture_output=True, text=True, timeout=560,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr


def checked(line: str) -> str:
    """The command, whose exit code must be what the page says. What judges every claim judges one:
    the whole suite is `make conformance`'s."""
    found = EXIT.search(line)
    command = line.partition("  #")[0]
    if WHOLE.search(f"{command} "):
        command += " --claims gather.empty"
    wanted = found[1] if found else "0"
    said = shlex.quote(f"not exit {wanted}: {line}")
    return f"{command}\n[ $? = {wanted} ] || {{ echo {said}; exit 1; }}\n"
