"""Released firmware in the user's cache, and how it comes there: from micropython.org, said before.

No registry of packages has any. The download pages name each release's file with its date, so a
page is read for its link; https://micropython.org/download/RPI_PICO/ is one.
"""

from __future__ import annotations

import hashlib
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from rig.errors import RigError, UsageError, nearest
from rig.virtual import uf2

SITE = "https://micropython.org"
BOARDS = {"rp2": "RPI_PICO"}
"""Which board's build stands for a port that an emulator runs."""
NAME = re.compile(r"(?:(?P<port>[a-z0-9]+)-)?v?(?P<version>\d+\.\d+\.\d+)")
FILE = re.compile(r"(?P<board>\w+)-v(?P<version>\d+\.\d+\.\d+)\.uf2")
PATIENCE_S = 30.0
LARGEST = 16 << 20

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Release:
    """A release of a board, by the port's name and the version."""

    port: str
    version: str

    @property
    def board(self) -> str:
        """The board whose build is taken."""
        return BOARDS[self.port]

    @property
    def path(self) -> Path:
        """Where it lies in the cache."""
        return folder() / f"{self.board}-v{self.version}.uf2"


def folder() -> Path:
    """The cache."""
    return user_cache_path("looprig") / "firmware"


def named(text: str) -> Release | None:
    """`1.28.0`, `v1.28.0` or `rp2-1.28.0` as a release; None for what is no such name.

    Raises UsageError for a port that no emulator runs.
    """
    found = NAME.fullmatch(text)
    if not found:
        return None
    port = found["port"] or "rp2"
    if port not in BOARDS:
        raise UsageError(
            f"--firmware {text}: no emulator runs releases of the port {port!r}",
            nearest(port, list(BOARDS)),
        )
    return Release(port, found["version"])


def cached() -> list[tuple[Release, Path]]:
    """Each release in the cache with its file, oldest version first."""
    ports = {board: port for port, board in BOARDS.items()}
    found = []
    for path in folder().glob("*.uf2"):
        name = FILE.fullmatch(path.name)
        if name and name["board"] in ports:
            found.append((Release(ports[name["board"]], name["version"]), path))
    return sorted(found, key=lambda one: [int(part) for part in one[0].version.split(".")])


def obtain(release: Release, fetch: Fetch | None = None) -> Path:
    """Its file, from the cache or else from micropython.org, which is said first.

    Raises UsageError for a release that there is none of, RigError where the network fails or
    what came is not what was asked for; nothing is kept then.
    """
    if release.path.is_file():
        return release.path
    fetch = fetch or download
    page = f"{SITE}/download/{release.board}/"
    print(
        f"firmware {release.board} {release.version} is not in the cache: "
        f"taking it from {page} to {release.path}",
        file=sys.stderr,
    )
    text = fetch(page).decode("utf-8", "replace")
    files = re.findall(rf"/resources/firmware/{release.board}-\d{{8}}-v([\d.]+)\.uf2", text)
    link = re.search(
        rf"/resources/firmware/{release.board}-\d{{8}}-v{re.escape(release.version)}\.uf2", text
    )
    if not link:
        raise UsageError(
            f"{page} has no release {release.version}",
            f"it has {', '.join(dict.fromkeys(files)) or 'none'}; or name a file",
        )
    content = fetch(SITE + link[0])
    verify(content, release)
    release.path.parent.mkdir(parents=True, exist_ok=True)
    temporary = release.path.with_suffix(".part")
    try:
        temporary.write_bytes(content)
        temporary.replace(release.path)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"sha256 {hashlib.sha256(content).hexdigest()}", file=sys.stderr)
    return release.path


def download(url: str) -> bytes:
    """What the address holds; raises RigError saying how to do without."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read(LARGEST + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise RigError(
            f"{url}: {getattr(error, 'reason', error)}",
            "without a network name a file: --firmware FILE.uf2",
        ) from error
    return content


def verify(content: bytes, release: Release) -> None:
    """Whether it is that release's UF2, whole: every block there and numbered, and the version's
    name in it (micropython.org publishes no digests). Raises RigError."""
    problem = ""
    payload = b"".join(content[at + 32 : at + 288] for at in range(0, len(content), uf2.BLOCK))
    try:
        uf2.chip(content)
    except uf2.Damaged as error:
        problem = str(error)
    if len(content) > LARGEST:
        problem = f"more than {LARGEST} bytes are no firmware"
    elif f"v{release.version}".encode() not in payload and not problem:
        problem = f"v{release.version} is not named in it"
    if problem:
        raise RigError(
            f"what {SITE} sent for {release.board} {release.version} is not that: {problem}",
            "try again, or download it by hand and name the file",
        )


def resolve(text: str) -> Path:
    """The file that `--firmware TEXT` means: a path, or a release from cache or network.

    Raises UsageError or RigError.
    """
    path = Path(text)
    if path.exists():
        return path
    release = named(text)
    if release is None:
        raise UsageError(
            f"--firmware {text}: there is no such file, and it is no release",
            "name a .uf2, an .elf or a micropython, or a release such as 1.28.0",
        )
    try:
        return obtain(release)
    except OSError as error:
        raise RigError(f"{release.path}: {error.strerror}", "is there room?") from error
