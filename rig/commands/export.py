"""`looprig export`: captures for other programs, those of a whole run too."""

from __future__ import annotations

from pathlib import Path

from rig import whole
from rig.answers.answer import tell
from rig.answers.reading import Export, Exported
from rig.commands.asked import check_writable
from rig.errors import UsageError
from rig.run_dir import located
from rig.streams import console


def export(named: list[Path], to: str, out: Path | None, as_json: bool = False) -> int:
    """Write each capture beside itself, or into `out`. Raises UsageError for what is none, and for
    a run without any, and RigError where a format's library is missing."""
    from reports.capture_files import WRITERS
    from reports.captures import CaptureDamaged, samples

    if to not in WRITERS:
        raise UsageError(f"--to {to}: it is one of {', '.join(WRITERS)}")
    suffix, write = WRITERS[to]
    paths = captures(named)
    for path in paths:  # all, before the first is written
        try:
            samples(path)
        except CaptureDamaged as error:  # what is this machine's own is no mistake of a name
            raise UsageError(f"{path}: {error}", "name a capture, RUN/captures/*.parquet") from None
    if out:
        check_writable(out, "--out")
        apart(paths)
    exported: list[Exported] = []
    for path in paths:
        target = (out or path.parent) / f"{path.stem}{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)

        def written(made: Path, path: Path = path) -> None:
            write(made, *samples(path))

        whole.made(target, written)
        exported.append(Exported(capture=str(path), file=str(target)))
        if not as_json:
            console().print(str(target), markup=False, highlight=False, soft_wrap=True)
    if as_json:
        tell(Export(files=exported))
    return 0


def apart(paths: list[Path]) -> None:
    """Raises UsageError for two captures that would be one file in one directory."""
    first: dict[str, Path] = {}
    for path in paths:
        if (other := first.setdefault(path.stem, path)).resolve() != path.resolve():
            what = f"--out: {other} and {path} would be written to one file"
            raise UsageError(what, "name one run at a time, or leave --out out")


def captures(named: list[Path]) -> list[Path]:
    """The captures that are named, and all those of the runs that are, by directory or id."""
    found: list[Path] = []
    for path in named:
        if (run := located(path)) is None:
            found.append(path)
            continue
        of_run = sorted((run / "captures").glob("*.parquet"))
        if not of_run:
            raise UsageError(f"{run}: no capture is there", "name a run of a bench with a meter")
        found += of_run
    return found
