"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write the file in one step, so that no reader ever sees half of it, and nothing of it stays
    where that fails. Raises OSError that names the file."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error
