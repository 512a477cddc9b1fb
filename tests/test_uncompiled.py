"""A device test that no compiler takes is the rig's fault; an asyncio that none takes is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.board import BoardUnderTest, DeviceRaised
from rig.board import program, uncompiled
from rig.board.board import Board
from rig.board.overlays import Overlay
from rig.board.program import Packing
from rig.claims import DEVICE_TESTS, ROOT
from rig.errors import RigError
from tests.board_factory import connect, virtual

Run = Callable[..., None]
NO_PYTHON = {
    "an open bracket": ("\nx = (\n", "line 2: it is no Python ('(' was never closed)"),
    "half an expression": ("def f():\n    return 1 +\n", "line 2: it is no Python (invalid syntax"),
    "an indent": ("if 1:\nx = 1\n", "line 2: it is no Python (expected an indented block"),
    "an await at the top": ("\n\nawait x\n", "line 3: it is no Python ('await' outside function"),
}
BROKEN = "def run(:\n"


@pytest.fixture(scope="module", params=["micropython", "cpython"])
def board(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Board]:
    with virtual(tmp_path_factory.mktemp("board"), request.param) as device:
        (device.root / "overlay").mkdir()
        (device.root / "overlay" / "asyncio.py").write_text(BROKEN, "utf-8")
        connected = connect(device.port)
        yield connected
        connected.close()


@pytest.fixture
def run(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs this text as the device test x.py."""
    folder = tmp_path / "device_tests"
    folder.mkdir()
    for harness in DEVICE_TESTS.glob("harness*.py"):
        shutil.copy(harness, folder)
    for module in (program, uncompiled):
        monkeypatch.setattr(module, "DEVICE_TESTS", folder)

    def push(text: str, **params: Any) -> None:
        (folder / "x.py").write_text(text, "utf-8")
        BoardUnderTest(board).run("x", deadline=2.0, **params)

    yield push
    board.packing, board.overlay = "", None


@pytest.mark.parametrize("packing", ["literal", "source"])
@pytest.mark.parametrize("case", NO_PYTHON)
def test_a_device_test_that_is_no_python(
    run: Run, board: Board, packing: Packing, case: str
) -> None:
    text, said = NO_PYTHON[case]
    board.packing = packing
    with pytest.raises(RigError) as caught:
        run(text)
    assert f"device_tests/x.py, {said}" in str(caught.value)
    assert str(caught.value).endswith("; mend the device test")


def test_python_that_only_the_board_refuses(run: Run, board: Board) -> None:
    text = "emit('a')\nmatch 1:\n    case _:\n        emit('b')\n"
    if board.info.implementation == "cpython":
        run(text)
        return
    with pytest.raises(RigError) as caught:
        run(text)
    said = "device_tests/x.py, line 2: the compiler of board board refuses what this host's takes"
    assert said in str(caught.value)


def test_a_parameter_that_has_no_literal(run: Run) -> None:
    with pytest.raises(RigError, match="refuses what the rig puts around the script"):
        run("emit('a')\n", it=object())


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio\nemit('a')\n",
        "def f():\n    exec('1 +')\n\n\nf()\n",
        "emit('a')\nraise SyntaxError('no')\n",
    ],
)
def test_a_syntax_error_elsewhere_is_the_boards(run: Run, board: Board, text: str) -> None:
    board.overlay = Overlay(remote="overlay")  # whose asyncio is broken
    with pytest.raises(DeviceRaised, match="SyntaxError"):
        run("import sys\nsys.modules.pop('asyncio', None)\n" + text)


def test_every_device_test_compiles_here_and_on_micropython(tmp_path: Path) -> None:
    paths = sorted(DEVICE_TESTS.rglob("*.py"))
    for path in paths:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    script = tmp_path / "all.py"
    script.write_text(
        f"for path in {[str(path) for path in paths]!r}:\n"
        "    with open(path) as file:\n"
        "        compile(file.read(), path, 'exec')\n"
        "print('all')\n",
        "utf-8",
    )
    start = (
        "import sys; from pathlib import Path; from rig.virtual.files import Files;"
        "from rig.virtual.interpreters import MicroPython;"
        "one = MicroPython(); one.options = sys.argv[1:];"
        "sys.exit(one.run(Files(Path('/'), 'own')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", start, str(script)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "all\n", done.stdout + done.stderr
