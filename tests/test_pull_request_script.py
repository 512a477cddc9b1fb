"""`.ci/pull-request.sh`, whole: a clone, a played GitHub, base and head on the virtual board."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.claims import ROOT
from rig.faults import fault, written
from rig.forge.comment import MARKER
from tests.github import REPOSITORY, Played, changed, github

fcntl = pytest.importorskip("fcntl")  # POSIX, as the script
SCRIPT = ROOT / ".ci" / "pull-request.sh"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the script is bash")


@pytest.fixture
def hub() -> Iterator[Played]:
    with github(Played()) as played:
        yield played


def git(where: Path, *words: str) -> str:
    me = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *me, *words], cwd=where, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def committed(where: Path) -> str:
    git(where, "add", "-A")
    git(where, "commit", "--quiet", "-m", "it")
    return git(where, "rev-parse", "HEAD")


@pytest.fixture
def shelf(tmp_path: Path, hub: Played) -> tuple[Path, dict[str, str]]:
    """A clone, what the script is told, and a pull request of a fork's, which breaks asyncio: its
    commit is in the repository that was cloned, and in no branch of it."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=master")
    (origin / "README.md").write_text("MicroPython\n", "utf-8")
    hub.base = committed(origin)
    git(tmp_path, "clone", "--quiet", "origin", "clone")
    git(origin, "checkout", "--quiet", "--detach")
    written([fault("lost-return-value")], origin / "extmod")
    for path in (origin / "extmod").glob("*.py"):
        path.rename(origin / "extmod" / "asyncio" / path.name)
    hub.head = committed(origin)
    git(origin, "update-ref", "refs/pull/1347/head", hub.head)
    hub.files = [changed("extmod/asyncio/core.py")]
    (tmp_path / "bench.toml").write_text('[board.unix]\nkind = "virtual"\n', "utf-8")
    (tmp_path / "trust").write_text("maintainer\n", "utf-8")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name, module in (("looprig", "-m rig"), ("python", "")):
        (bin_folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n', "utf-8")
        (bin_folder / name).chmod(0o755)
    return clone, {
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_API_URL": hub.url,
        "GITHUB_TOKEN": "secret-token",
        "GITHUB_EVENT_PATH": "",
        "TRUST": str(tmp_path / "trust"),
        "BENCH": str(tmp_path / "bench.toml"),
        "CHECKOUT": str(clone),
        "OUT": str(tmp_path / "out"),
        "CLAIMS": "run.returns-value gather.empty",
        "LOOPRIG_BIN": str(bin_folder),
        "PYTHONPATH": str(ROOT),
        "SITE": "https://example.org/artifact/1",
        "NUMBER": "1347",
    }


def run(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(SCRIPT), *words],
        env={**os.environ, **env}, capture_output=True, text=True, timeout=280,
    )  # fmt: skip


@pytest.mark.slow
def test_base_and_head_and_one_comment(shelf: tuple[Path, dict[str, str]], hub: Played) -> None:
    clone, env = shelf
    hub.author = "stranger"
    prepare = clone.parent / "prepare"
    prepare.write_text(
        "#!/bin/sh\n"
        'test -z "${GITHUB_TOKEN:-}" || exit 9\n'
        "if [ -d extmod ]; then mkdir -p .looprig-overlay/asyncio; mv extmod/asyncio/__init__.py "
        ".looprig-overlay/asyncio/; mv extmod/asyncio/*.py .looprig-overlay/; fi\n",
        "utf-8",
    )
    prepare.chmod(0o755)
    env = {**env, "BY": "maintainer", "COMMIT": hub.head[:12], "PREPARE": str(prepare)}
    done = run(env)
    assert done.returncode == 1, done.stdout + done.stderr
    plan = json.loads((Path(env["OUT"]) / "plan.json").read_text("utf-8"))
    assert (plan["boards"], plan["only_asyncio"]) == (["unix"], True)
    [said] = hub.comments
    assert said["body"].startswith(MARKER)
    assert "run.returns-value" in said["body"]
    assert "https://example.org/artifact/1" in said["body"]
    assert (Path(env["OUT"]) / "site" / "index.html").is_file()
    hub.head = "e" * 40  # pushed over meanwhile
    assert run(env, "tell").returncode == 0  # once more: it is edited
    [said] = hub.comments
    assert "Its head is eeeeeeeeeeee now" in said["body"]
    assert "secret-token" not in done.stdout + done.stderr


def test_nothing_runs_for_a_stranger(shelf: tuple[Path, dict[str, str]], hub: Played) -> None:
    _, env = shelf
    done = run({**env, "BY": "stranger", "COMMIT": hub.head})
    assert (done.returncode, hub.asked, hub.comments) == (0, [], [])
    assert "stranger is not on the trust list" in done.stdout
    assert [path.name for path in sorted(Path(env["OUT"]).iterdir())] == ["exit-code", "plan.json"]


def test_a_head_that_was_pushed_over_is_not_run(
    shelf: tuple[Path, dict[str, str]], hub: Played
) -> None:
    _, env = shelf
    hub.head = "d" * 40
    done = run({**env, "BY": "maintainer", "COMMIT": hub.head}, "run")
    assert (done.returncode, "pushed over meanwhile" in done.stderr) == (3, True), done.stderr
    assert not (Path(env["OUT"]) / "base").exists()


@pytest.mark.skipif(not shutil.which("flock"), reason="no flock here")
def test_a_second_run_leaves_the_first_ones_folder_alone(
    shelf: tuple[Path, dict[str, str]], hub: Played
) -> None:
    _, env = shelf
    out = Path(env["OUT"])
    out.mkdir()
    (out / "plan.json").write_text("the first one's", "utf-8")
    first = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(first, fcntl.LOCK_EX)
        done = run({**env, "BY": "maintainer", "COMMIT": hub.head})
    finally:
        os.close(first)
    assert (done.returncode, "another run is writing" in done.stderr) == (3, True), done.stderr
    assert [path.name for path in out.iterdir()] == ["plan.json"]
    assert hub.asked == []


def test_links_and_builds_without_a_builder_are_refused(
    shelf: tuple[Path, dict[str, str]], hub: Played
) -> None:
    clone, env = shelf
    (clone / "extmod" / "asyncio").mkdir(parents=True)
    (clone / "extmod" / "asyncio" / "stream.py").symlink_to("/etc/passwd")
    hub.head = committed(clone)
    env = {**env, "BY": "maintainer", "COMMIT": hub.head}
    done = run(env, "run")
    assert (done.returncode, "symbolic links" in done.stderr) == (2, True), done.stderr
    hub.files = [changed("py/gc.c")]
    done = run(env, "run")
    assert (done.returncode, "PREPARE" in done.stderr) == (2, True)
    assert not (Path(env["OUT"]) / "base").exists()
    (clone / "keep").mkdir()
    other = run({**env, "OUT": str(clone)}, "run")
    assert (other.returncode, "something else" in other.stderr) == (2, True)
    hub.files = [changed("docs/x.rst")]
    done = run(env, "run")
    assert (done.returncode, "no port" in done.stdout) == (0, True)


def test_every_input_of_the_action_reaches_the_script() -> None:
    yaml = pytest.importorskip("yaml")
    action = yaml.safe_load((ROOT / "pull-request" / "action.yml").read_text(encoding="utf-8"))
    script = SCRIPT.read_text(encoding="utf-8")
    steps = action["runs"]["steps"]
    for step in steps:
        for name in step.get("env", {}) if "pull-request.sh" in step.get("run", "") else ():
            assert f"${name}" in script or f"${{{name}" in script or name == "GITHUB_TOKEN"
        assert "${{" not in step.get("run", "")  # inputs go through the environment
    used = {name for name in action["inputs"] if any(f"inputs.{name}" in str(s) for s in steps)}
    assert used == set(action["inputs"])
