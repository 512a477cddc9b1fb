"""Overlays on boards whose files hold them, and on boards whose files do not.

The boards are real MicroPythons: one has a folder of its own, one a folder that is read-only, one
no file system, one a file system that is full, and one that forgets at each reset.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.board import BoardUnderTest
from rig.board.board import Board
from rig.board.overlays import IN_RAM, REMOTE
from rig.board.program import assemble
from rig.board.shrink import shrink
from rig.errors import RigError, UsageError
from rig.faults import fault, written
from rig.results import Outcome
from rig.virtual.files import FileSystem
from tests.board_factory import connect, virtual
from tests.first_board import FirstBoard
from tests.started import looprig
from tests.test_faults import judge
from tests.test_run import results

IN_FLASH = """
import os, vfs
class Flash:
    def __init__(self):
        self.data = bytearray(512 * {blocks})
    def readblocks(self, n, buf, offset=0):
        start = n * 512 + offset
        buf[:] = self.data[start : start + len(buf)]
    def writeblocks(self, n, buf, offset=None):
        start = n * 512 + (offset or 0)
        self.data[start : start + len(buf)] = buf
    def ioctl(self, op, arg):
        if op == 4:
            return {blocks}
        if op == 5:
            return 512
        if op == 6:
            return 0
flash = Flash()
vfs.VfsLfs2.mkfs(flash)
vfs.umount("/")
vfs.mount(flash, "/")
os.chdir("/")
"""
"""A boot.py that mounts a file system made anew in RAM, of so many blocks."""


PACKAGE = {
    "asyncio/__init__.py": "from .core import *\nfrom . import late\n",
    "asyncio/core.py": "word = 'the overlay'\n",
    "asyncio/late.py": "def again():\n    from .core import word\n    return word\n",
    "other.mpy": "",
}
SAYS = "import asyncio\nemit('a', asyncio.word)\nemit('a', asyncio.late.again())\n"


@contextmanager
def first(folder: Path, boot: str) -> Iterator[Board]:
    """A board that runs this boot.py at each of its resets."""
    with FirstBoard(folder, boot=boot) as device:
        board = connect(device.port)
        yield board
        board.close()


@pytest.fixture
def package(tmp_path: Path) -> str:
    """An overlay that is a package whose modules import each other."""
    for name, text in PACKAGE.items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "package" / "other.mpy").unlink()
    return str(tmp_path / "package")


def said(board: Board) -> list[object]:
    """What the package's modules say of themselves."""
    came = board.push("x", assemble([("x.py", shrink(SAYS))], {}, board.overlay), 5.0)
    assert came.damage == []
    return came.values("a")


def test_files_hold_it_and_nothing_stays(package: str, tmp_path: Path) -> None:
    with virtual(tmp_path / "board") as device:
        stale = device.root / REMOTE / "asyncio"
        stale.mkdir(parents=True)
        (stale / "core.mpy").write_text("what a killed run left", "utf-8")
        (device.root / REMOTE / "time.py").write_text("what a killed run left", "utf-8")
        board = connect(device.port)
        overlay = board.put_overlay(package)
        assert overlay.why == ""
        assert {path.name for path in (device.root / REMOTE).rglob("*.*py")} == {
            "__init__.py", "core.py", "late.py", f"{overlay.mark}.py",
        }  # fmt: skip
        came = board.run("overlay", modules=["asyncio"])
        assert came.values("came") == [("asyncio", f"{REMOTE}/asyncio/__init__.py")]
        assert said(board) == ["the overlay", "the overlay"]
        board.remove_overlay()
        assert list(device.root.iterdir()) == []
        board.close()


@pytest.mark.parametrize("file_system", ["read-only", "none"])
@pytest.mark.parametrize("packed", [True, False])
def test_ram_holds_what_files_cannot(
    file_system: FileSystem, packed: bool, package: str, tmp_path: Path
) -> None:
    with virtual(tmp_path / "board", file_system=file_system) as device:
        board = connect(device.port)
        if not packed:
            board.info.features.remove("deflate")
        overlay = board.put_overlay(package)
        assert overlay.remote == IN_RAM
        assert "OSError: E" in overlay.why
        came = board.run("overlay", modules=["asyncio"])
        assert came.values("came") == [("asyncio", f"{IN_RAM}/asyncio/__init__.py")]
        assert said(board) == ["the overlay", "the overlay"]
        lost = written([fault("lost-return-value")], tmp_path / "overlay")
        assert judge(board, "run.returns-value", None, tmp_path) is Outcome.CONFORMS
        assert judge(board, "run.returns-value", lost, tmp_path) is Outcome.DIVERGES
        board.close()


@pytest.mark.parametrize(
    ("boot", "why"),
    [
        (IN_FLASH.format(blocks=8) + "open('full', 'w').write('x' * 2000)", "OSError: ENOSPC"),
        (IN_FLASH.format(blocks=64), f"what was put in {REMOTE} is not there"),
    ],
    ids=["full", "forgets"],
)
def test_files_that_are_full_or_forget(boot: str, why: str, package: str, tmp_path: Path) -> None:
    with first(tmp_path / "board", boot) as board:
        overlay = board.put_overlay(package)
        assert (overlay.remote, overlay.why) == (IN_RAM, why)
        assert said(board) == ["the overlay", "the overlay"]


def test_an_asyncio_that_boot_py_imported_goes(tmp_path: Path) -> None:
    lost = written([fault("lost-return-value")], tmp_path / "overlay")
    with first(tmp_path / "board", "import asyncio\nasyncio.run(asyncio.sleep(0))") as board:
        assert judge(board, "run.returns-value", None, tmp_path) is Outcome.CONFORMS
        assert judge(board, "run.returns-value", lost, tmp_path) is Outcome.DIVERGES


def test_a_module_that_the_firmware_does_not_let_go(package: str, tmp_path: Path) -> None:
    Path(package, "gc.py").write_text("def collect(): pass\n", "utf-8")
    with virtual(tmp_path / "board") as device:
        board = connect(device.port)
        with pytest.raises(RigError, match="board board: its gc is built in, not the overlay's"):
            board.put_overlay(package)
        board.close()


@pytest.mark.parametrize("file_system", ["own", "none"])
def test_an_overlay_that_does_not_import(
    file_system: FileSystem, package: str, tmp_path: Path
) -> None:
    Path(package, "asyncio/core.py").write_text("import nowhere\n", "utf-8")
    with virtual(tmp_path / "board", file_system=file_system) as device:
        board = connect(device.port)
        with pytest.raises(UsageError, match="does not import on board board: ImportError: no mod"):
            board.put_overlay(package)
        board.close()


def test_files_lost_in_mid_run_are_no_verdict(tmp_path: Path) -> None:
    lost = written([fault("lost-return-value")], tmp_path / "overlay")
    with virtual(tmp_path / "board") as device:
        board = connect(device.port)
        board.put_overlay(str(lost))
        shutil.rmtree(device.root / REMOTE)
        came = board.run("overlay", modules=["asyncio"])
        assert came.damage == [f"the overlay is not there: what was put in {REMOTE} is not there"]
        with pytest.raises(RigError, match="the overlay is not there"):
            BoardUnderTest(board).run("overlay", modules=["asyncio"])
        board.close()


@pytest.mark.parametrize("file_system", ["read-only", "none"])
def test_a_run_under_a_fault(file_system: str, tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[board.b]\nkind = "virtual"\nfile_system = "{file_system}"\n', "utf-8")
    asked = ["--claims", "run.returns-value", "--claims", "lock.often"]
    out = tmp_path / "run"
    done = looprig("run", "--bench", bench, "--fault", "lost-return-value", *asked, "--out", out)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "board b: its files do not hold the overlay (OSError: E" in done.stderr
    assert {key: result.outcome for key, result in results(out).items()} == {
        ("run.returns-value", "b"): Outcome.DIVERGES,
        ("lock.often", "b"): Outcome.CONFORMS,
    }


def test_the_control_alone_takes_no_fault(tmp_path: Path) -> None:
    bench = tmp_path / "bench.toml"
    bench.write_text('[board.control]\nkind = "cpython"\n', "utf-8")
    done = looprig("run", "--bench", bench, "--fault", "sleeps-half", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "--fault sleeps-half: it would reach no board: CPython" in done.stderr
    assert not (tmp_path / "run").exists()
