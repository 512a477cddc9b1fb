"""The releases' asyncio out of a checkout: which are alike, and what goes on a board."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import releases

NAMES = ("core.py", "manifest.py", "uasyncio.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with four releases, a preview and a tag that is none; two are alike."""
    home = tmp_path / "micropython"
    (home / "extmod" / "asyncio").mkdir(parents=True)

    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=home, check=True, capture_output=True)

    git("init", "-q")
    for tag, text in (
        ("v1.9.0", "old"), ("v1.21.0", "one"), ("v1.22.0-preview", "x"), ("v1.22.0", "two"),
        ("v1.22.1", "two"), ("another", "three"), ("v1.100.0", "one"),
    ):  # fmt: skip
        for name in NAMES:
            (home / "extmod" / "asyncio" / name).write_text(f"# {text}\n", "utf-8")
        (home / "README").write_text(tag, "utf-8")
        git("add", "-A")
        git("commit", "-q", "-m", tag)
        git("tag", tag)
    return home


def test_releases_with_the_same_asyncio_share_a_run(checkout: Path) -> None:
    found = releases.alike(checkout, (1, 21))
    assert found == [["1.21.0", "1.100.0"], ["1.22.0", "1.22.1"]]


def test_an_overlay_is_the_package_alone(checkout: Path, tmp_path: Path) -> None:
    folder = releases.extract(checkout, "1.22.1", tmp_path / "out")
    assert [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.*"))] == [
        "asyncio/core.py"
    ]
    assert (folder / "asyncio" / "core.py").read_text("utf-8") == "# two\n"
