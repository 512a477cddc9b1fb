"""The build backend: setuptools, with the whole tree under the one import name `looprig`.

A checkout has its rooms at the top, and imports them as `rig`, `fixtures`, `host`, `reports`. In
somebody's site-packages these names would be anybody's: a wheel has them within `looprig`, and what
they import rewritten to match. An editable install is setuptools' own, of the checkout as it is.

Both archives are made of the files' content alone: times are SOURCE_DATE_EPOCH's, or the first that
a zip file can hold, modes are plain, and the order is the names'.
"""

from __future__ import annotations

import ast
import contextlib
import gzip
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable", "build_sdist", "build_wheel", "get_requires_for_build_editable",
    "get_requires_for_build_sdist", "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable", "prepare_metadata_for_build_wheel",
]  # fmt: skip

NAME = "looprig"
CODE = ("rig", "fixtures", "host", "reports")
DATA = ("claims", "device_tests", "docs")
NOT_CODE = ("fixtures/faults", "rig/virtual/unix_lib")
"""What boards run: it imports nothing of ours."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*.png", "site", "*.egg-info")
FIRST_ZIP_TIME = 315532800  # 1980-01-01
RUN_AS_MODULE = re.compile(rf"(?<=-m )(?=(?:{'|'.join(CODE)})\.)")


def moved(text: str, modules: frozenset[str], where: str = "") -> str:
    """The source with each first-party import, and each string that is a first-party module's
    name, as they are within `looprig`. `modules` are the dotted names there are.

    Raises ValueError for an import whose name would no longer be bound: `import rig.claims`.
    """
    edits: list[tuple[int, int, int, str]] = []  # line, from and to in its bytes, instead
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] in CODE:
                start = node.col_offset + len("from ")
                edits.append((node.lineno, start, start + len(module), f"{NAME}.{module}"))
            case ast.Import(names=[ast.alias(name=name, asname=None)]) if name in CODE:
                end = node.col_offset + len(f"import {name}")
                edits.append((node.lineno, node.col_offset, end, f"from {NAME} import {name}"))
            case ast.Import(names=names) if any(each.name.split(".")[0] in CODE for each in names):
                if len(names) > 1 or names[0].asname is None:
                    raise ValueError(f"{where}:{node.lineno}: write `from … import …`")
                start = node.col_offset + len("import ")
                name = names[0].name
                edits.append((node.lineno, start, start + len(name), f"{NAME}.{name}"))
            case ast.Constant(value=str(word)) if "." in word and word in modules:
                end = node.col_offset + len(word) + 2
                assert node.end_col_offset == end, f"{where}:{node.lineno}: a plain string"
                edits.append((node.lineno, node.col_offset + 1, end - 1, f"{NAME}.{word}"))
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for line, start, end, instead in sorted(edits, reverse=True):
        found = lines[line - 1]
        lines[line - 1] = found[:start] + instead.encode() + found[end:]
    return RUN_AS_MODULE.sub(f"{NAME}.", b"".join(lines).decode())


def modules_of(root: Path) -> frozenset[str]:
    """The dotted names of all first-party modules."""
    paths = [path.relative_to(root) for room in CODE for path in (root / room).rglob("*.py")]
    return frozenset(".".join(path.with_suffix("").parts) for path in paths)


def staged(root: Path, stage: Path) -> None:
    """The tree as a wheel has it, in the folder `stage`, with a pyproject.toml that builds it."""
    package = stage / NAME
    shutil.copytree(root / NAME, package, ignore=LEFT_OUT)
    for room in (*CODE, *DATA):
        shutil.copytree(root / room, package / room, ignore=LEFT_OUT)
    shutil.copy(root / "conftest.py", package)
    modules = modules_of(root)
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith((*NOT_CODE, *DATA)):
            text = path.read_text(encoding="utf-8")
            path.write_text(moved(text, modules, name), encoding="utf-8", newline="\n")
    for name in ("README.md", "LICENSE"):
        shutil.copy(root / name, stage)
    told = (root / "pyproject.toml").read_text(encoding="utf-8")
    find = re.search(r"^\[tool\.setuptools\.packages\.find\]\n(?:.+\n)*", told, re.MULTILINE)
    assert find, "pyproject.toml: no [tool.setuptools.packages.find]"
    settings = (
        f'[tool.setuptools.packages.find]\ninclude = ["{NAME}*"]\n\n'
        f'[tool.setuptools.package-data]\n{NAME} = ["**/*"]\n'
    )
    own = told[: find.start()] + settings + told[find.end() :]
    (stage / "pyproject.toml").write_text(own, encoding="utf-8")
    for path in stage.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


@contextlib.contextmanager
def in_stage() -> Iterator[None]:
    """Within this context the working folder is the stage."""
    root = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="looprig-wheel-") as folder:
        staged(root, Path(folder))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(root)


def build_wheel(
    wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None
) -> str:
    out = str(Path(wheel_directory).resolve())
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(FIRST_ZIP_TIME))
    with in_stage():
        return str(build_meta.build_wheel(out, config_settings))


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """setuptools', by MANIFEST.in, packed anew so that it depends on content alone."""
    name = str(build_meta.build_sdist(sdist_directory, config_settings))
    path = Path(sdist_directory) / name
    time = int(os.environ.get("SOURCE_DATE_EPOCH", FIRST_ZIP_TIME))
    packed = io.BytesIO()
    with (
        tarfile.open(path) as before,
        gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=time) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as after,
    ):
        for member in sorted(before.getmembers(), key=lambda member: member.name):
            plain = tarfile.TarInfo(member.name)
            plain.mtime, plain.size, plain.type = time, member.size, member.type
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            after.addfile(plain, before.extractfile(member) if member.isfile() else None)
    path.write_bytes(packed.getvalue())
    return name
