"""Where bundles lie: a folder, or a folder of any file system that pyarrow knows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs

from reports.publish import bundles
from reports.publish.bundles import Bundle
from reports.publish.contract import BundleRefused
from rig.errors import RigError, UsageError

MOST_BUNDLES = 100_000


@dataclass(frozen=True)
class Entry:
    """A bundle's file as the store lists it; `stamp` changes when it is written anew."""

    path: str  # within the store
    stamp: str


class Store:
    """Bundles by their path within it: `run=ID-DIGEST/results.parquet`, or however they were put
    there."""

    def __init__(self, where: str) -> None:
        """A path, or a URI such as `s3://bucket/folder`. Raises UsageError for what is neither."""
        self.where = where
        try:
            if "://" in where:
                self.system, self.root = fs.FileSystem.from_uri(where)
            else:
                self.system, self.root = fs.LocalFileSystem(), str(Path(where).absolute())
                Path(self.root).mkdir(parents=True, exist_ok=True)
            self.root = self.root.rstrip("/")
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UsageError(f"--store {where}: {error}", "name a folder or a URI") from error

    def entries(self) -> list[Entry]:
        """Every bundle, by path. Raises RigError where the store does not answer."""
        try:
            found = self.system.get_file_info(
                fs.FileSelector(self.root, recursive=True, allow_not_found=True)
            )
        except (pa.ArrowException, OSError) as error:
            raise RigError(f"--store {self.where}: {error}", "is it there?") from error
        listed = [
            Entry(info.path[len(self.root) :].lstrip("/"), f"{info.size}-{info.mtime_ns}")
            for info in found
            if info.type == fs.FileType.File and info.path.endswith(".parquet")
        ]
        if len(listed) > MOST_BUNDLES:
            raise UsageError(
                f"--store {self.where}: {len(listed)} bundles", f"it takes {MOST_BUNDLES}"
            )
        return sorted(listed, key=lambda entry: entry.path)

    def read(self, entry: Entry) -> tuple[str, Bundle]:
        """A bundle and the digest of its file. Raises BundleRefused."""
        try:
            with self.system.open_input_stream(f"{self.root}/{entry.path}") as file:
                content = bundles.read_file(file)
        except (pa.ArrowException, OSError) as error:
            raise BundleRefused(f"cannot be read: {error}") from error
        return digest(content), bundles.decode(content)

    def name(self, content: bytes, run: str) -> str:
        """Where a bundle's file is kept: another run of that id stays beside it."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", run)[:60].strip("-") or "run"
        return f"run={plain}-{digest(content)}/results.parquet"

    def holds(self, content: bytes, run: str) -> bool:
        """Whether the bundle is kept, and as it was: its name alone says nothing of a file that was
        damaged since."""
        path = f"{self.root}/{self.name(content, run)}"
        try:
            with self.system.open_input_stream(path) as file:
                return bundles.read_file(file) == content
        except (pa.ArrowException, OSError, BundleRefused):
            return False

    def add(self, content: bytes, run: str) -> None:
        """Keep a bundle's file, whole or not at all."""
        path = f"{self.root}/{self.name(content, run)}"
        self.system.create_dir(path.rpartition("/")[0])
        with self.system.open_output_stream(f"{path}.new") as file:
            file.write(content)
        self.system.move(f"{path}.new", path)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def brought(paths: list[Path]) -> Iterator[tuple[Path, Any]]:
    """What was named on the command line: run directories, bundles, and folders of either; each
    with its bundle's file and its run's id, or with why it is refused."""
    for path in paths:
        if path.is_symlink() and not path.exists():
            yield path, BundleRefused("leads nowhere")
            continue
        for found in _found(path):
            try:
                if found.is_dir():
                    bundle = bundles.of_run(found)
                    yield found, (bundles.encode(bundle), bundle.run.id)
                else:
                    with found.open("rb") as file:
                        content = bundles.read_file(file)
                    yield found, (content, bundles.decode(content).run.id)
            except BundleRefused as refused:
                yield found, refused
            except OSError as error:
                yield found, BundleRefused(error.strerror or str(error))


def _found(path: Path) -> list[Path]:
    """A bundle or a run, or those right within the folder. No link in a folder is followed."""
    if not path.is_dir() or (path / "run.json").exists() or (path / "run.json").is_symlink():
        return [path]
    inner = [each for each in sorted(path.iterdir()) if not each.is_symlink()]
    files = [each for each in inner if each.is_file() and each.suffix == ".parquet"]
    return files + [each for each in inner if (each / "run.json").exists()]
