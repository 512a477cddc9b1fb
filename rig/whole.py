"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write the file in one step, so that no reader ever sees half of it, and nothing of it stays
    where that fails. Raises OSError that names the file."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    made(path, lambda temporary: temporary.write_bytes(data))


def made(path: Path, write: Callable[[Path], object]) -> None:
    """The same of a file that `write` makes at the path that it is given."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        write(temporary)
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
