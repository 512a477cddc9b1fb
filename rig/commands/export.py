"""`looprig export`: a capture for other programs."""

from __future__ import annotations

from pathlib import Path

from rig.errors import UsageError
from rig.streams import console


def export(captures: list[Path], to: str, out: Path | None) -> int:
    """Write each capture beside itself, or into `out`. Raises UsageError for what is none."""
    from reports.capture_files import WRITERS
    from reports.captures import CaptureDamaged, samples

    if to not in WRITERS:
        raise UsageError(f"--to {to}: it is one of {', '.join(WRITERS)}")
    for path in captures:
        try:
            description, current = samples(path)
        except (OSError, CaptureDamaged) as error:
            raise UsageError(f"{path}: {error}", "name a capture, RUN/captures/*.parquet") from None
        suffix, write = WRITERS[to]
        target = (out or path.parent) / f"{path.stem}{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, description, current)
        console().print(str(target), markup=False, highlight=False, soft_wrap=True)
    return 0
