"""The asyncio of every MicroPython release, held to the claims: bundles for the public site.

    python -m benchmarks.releases ../micropython [--since 1.21] [--firmware FILE.uf2]...

From a checkout with its tags (its git directory will do). The asyncio of each release is written
aside and goes on the virtual board as an overlay: an old asyncio on a newer interpreter, with that
one's task queue in C. The bundle says so, and the site does on every page. (From 1.21 to 1.28 that
queue, extmod/modasyncio.c, only learned to call back on a push, for the webassembly port.) Releases
whose asyncio is the same to the byte share a run, and the bundle names them all. With --firmware an
emulator runs that release's own firmware as well. Nothing of MicroPython's is kept: a bundle holds
results, without captures. Runs stay in --runs, so that a second call makes only what is lacking.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from reports.publish import bundles
from rig.run_dir import RunDir

RELEASE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
SOURCES = "extmod/asyncio"
ROOT = Path(__file__).resolve().parent.parent


def git(checkout: Path, *words: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(checkout), *words], check=True, stdout=subprocess.PIPE
    ).stdout


def alike(checkout: Path, since: tuple[int, ...]) -> list[list[str]]:
    """Releases from `since` on, oldest first; those whose asyncio is the same stand together."""
    tags = [tag for tag in git(checkout, "tag").decode().split() if RELEASE.fullmatch(tag)]
    releases = sorted(tuple(map(int, tag[1:].split("."))) for tag in tags)
    groups: dict[bytes, list[str]] = {}
    for release in releases:
        if release >= since:
            name = ".".join(map(str, release))
            tree = git(checkout, "rev-parse", f"v{name}:{SOURCES}")
            groups.setdefault(tree, []).append(name)
    return list(groups.values())


def extract(checkout: Path, release: str, into: Path) -> Path:
    """The release's asyncio as an overlay: a folder with the package in it."""
    archive = git(checkout, "archive", "--format=tar", f"v{release}", SOURCES)
    folder = into / f"asyncio-{release}"
    (folder / "asyncio").mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            name = Path(member.name).name
            content = tar.extractfile(member) if member.isfile() else None
            if content and name.endswith(".py") and name not in ("manifest.py", "uasyncio.py"):
                (folder / "asyncio" / name).write_bytes(content.read())
    return folder


def judged(run: Path, *asked: str) -> Path:
    """The run, made unless it is there. A board's divergences are what is wanted: exit 1 is fine.

    Raises SystemExit where the rig itself failed.
    """
    begun = (run / "run.json").exists()
    if not begun or RunDir(run).read().exit_code is None:
        which = ["--resume", str(run)] if begun else ["--out", str(run), *asked]
        words = [sys.executable, "-m", "rig", "run", "--no-power", "--quiet", *which]
        done = subprocess.run(words, cwd=ROOT)
        if done.returncode not in (0, 1, 3):
            raise SystemExit(f"{run}: looprig run ended with {done.returncode}")
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--since", default="1.21", help="the first release (default: 1.21)")
    parser.add_argument("--firmware", action="append", type=Path, default=[], metavar="FILE")
    parser.add_argument("--out", type=Path, default=ROOT / "results")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "releases")
    options = parser.parse_args()
    since = tuple(int(part) for part in options.since.split("."))
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for releases in alike(options.checkout, since):
            overlay = extract(options.checkout, releases[0], Path(scratch))
            run = options.runs.resolve() / overlay.name
            judged(run, "--board", "unix", "--overlay", str(overlay))
            made = bundles.write(run, options.out / f"{overlay.name}.parquet", releases)
            print(f"{', '.join(releases)}: {made}", flush=True)
    for firmware in options.firmware:
        run = options.runs.resolve() / firmware.stem
        judged(run, "--firmware", str(firmware.resolve()))
        print(bundles.write(run, options.out / f"{firmware.stem}.parquet"), flush=True)


if __name__ == "__main__":
    main()
