"""A folder published whole or not at all: built beside its place, then exchanged with it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rig.errors import UsageError

_AT_FDCWD, _EXCHANGE = -100, 2


@contextlib.contextmanager
def replacing(out: Path, mark: str) -> Iterator[Path]:
    """A new folder that stands at `out` when the block ends well; when it does not, `out` is as
    before. Raises UsageError for an `out` with anything in it that has no file `mark`: that is
    nobody's site, and would be lost."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"--out {out}: it is no folder", "name another")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise UsageError(
            f"--out {out}: it holds something else than a site of looprig's",
            "name a new folder: what is in it would be replaced",
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.new-", dir=out.parent))
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}", "name another") from error
    try:
        aside.chmod(0o755)  # a temporary folder is its maker's alone
        yield aside
        if not out.exists():
            aside.rename(out)
        elif not _exchanged(aside, out):
            _moved(aside, out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _exchanged(new: Path, old: Path) -> bool:
    """Both at once, where the kernel can (Linux 3.15, renameat2): nobody ever finds neither."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    paths = (os.fsencode(new), os.fsencode(old))
    return bool(call(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE) == 0)


def _moved(new: Path, old: Path) -> None:
    """One after the other; should the second fail, the first is undone."""
    before = new.with_name(f"{new.name}.before")
    old.rename(before)
    try:
        new.rename(old)
    except OSError:
        before.rename(old)
        raise
    shutil.rmtree(before, ignore_errors=True)
