"""A pull request on a shelf of boards: who may start it, what it touches, and the one comment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.bench import Bench
from rig.claims import ROOT
from rig.errors import RigError, UsageError
from rig.faults import fault, written
from rig.forge import touched
from rig.forge.comment import LONGEST, MARKER, text
from rig.forge.github import GitHub, Pull
from rig.forge.trust import Asked, asked, refusal, trusted
from tests.github import BASE, BOT, HEAD, Played, changed, comment, github, user

SCRIPT = ROOT / ".ci" / "pull-request.sh"
REPOSITORY = "octocat/Hello-World"
TRUST = frozenset({"maintainer"})


@pytest.fixture
def hub() -> Iterator[Played]:
    with github(Played()) as played:
        yield played


def client(hub: Played) -> GitHub:
    return GitHub(REPOSITORY, "secret-token", hub.url)


# -- who may ------------------------------------------------------------------------------------


def event(name: str, by: str, **more: Any) -> Asked:
    return asked(name, {"sender": user(by), **more})


def commented(by: str, body: str, action: str = "created", pull: bool = True) -> Asked:
    issue: dict[str, Any] = {"number": 1347, **({"pull_request": {"url": ""}} if pull else {})}
    said = {"user": user(by), "body": body}
    return event("issue_comment", by, issue=issue, comment=said, action=action)


def pulled(by: str, action: str, author: str, label: str = "") -> Asked:
    pull = {"number": 1347, "user": user(author), "head": {"sha": HEAD}}
    return event("pull_request", by, action=action, pull_request=pull, label={"name": label})


def pull(author: str, state: bool = True, head: str = HEAD) -> Pull:
    return Pull(author, state, BASE, head, 1)


@pytest.mark.parametrize(
    ("want", "of"),
    [
        (pulled("Maintainer", "opened", "maintainer"), pull("maintainer")),
        (pulled("maintainer", "synchronize", "maintainer"), pull("maintainer")),
        (pulled("maintainer", "labeled", "stranger", "looprig"), pull("stranger")),
        (commented("maintainer", f"/looprig {HEAD[:10]}\r\n"), pull("stranger")),
        (commented("maintainer", "/looprig"), pull("maintainer")),
        (Asked("maintainer", HEAD[:7], 1347), pull("stranger")),
    ],
)
def test_those_on_the_list_start_what_they_have_seen(want: Asked, of: Pull) -> None:
    assert refusal(want, of, TRUST) == ""
    assert want.number == 1347


@pytest.mark.parametrize(
    ("want", "of"),
    [
        (pulled("stranger", "opened", "stranger"), pull("stranger")),
        (pulled("stranger", "labeled", "stranger", "looprig"), pull("stranger")),
        (pulled("maintainer", "labeled", "stranger", "bug"), pull("stranger")),
        (pulled("maintainer", "assigned", "stranger"), pull("stranger")),
        (pulled("maintainer", "synchronize", "stranger"), pull("stranger")),
        (pulled("maintainer", "opened", "maintainer"), pull("maintainer", state=False)),
        (pulled("maintainer", "opened", "maintainer"), pull("maintainer", head="d" * 40)),
        (commented("stranger", f"/looprig {HEAD}"), pull("stranger")),
        (commented("maintainer", "/looprig"), pull("stranger")),
        (commented("maintainer", f"/looprig {'d' * 10}"), pull("stranger")),
        (commented("maintainer", f"I would not say /looprig {HEAD} yet"), pull("stranger")),
        (commented("maintainer", f"> /looprig {HEAD}"), pull("stranger")),
        (commented("maintainer", f"/looprig {HEAD}", action="edited"), pull("stranger")),
        (commented("maintainer", f"/looprig {HEAD}", pull=False), pull("stranger")),
        (event("push", "maintainer"), pull("maintainer")),
        (Asked("maintainer", "c", 1347), pull("stranger")),
        (Asked("", HEAD, 1347), pull("stranger")),
    ],
)
def test_nothing_starts_for_anybody_else(want: Asked, of: Pull) -> None:
    assert refusal(want, of, TRUST) != ""


def test_a_trust_list(tmp_path: Path) -> None:
    path = tmp_path / "trust"
    path.write_text("# who may\nMaintainer   # port rp2\n\ndependabot[bot]\n", "utf-8")
    assert trusted(path) == {"maintainer", "dependabot[bot]"}
    for wrong in ("*\n", "a b\n", "@me\n"):
        path.write_text(wrong, "utf-8")
        with pytest.raises(UsageError, match="trust:1"):
            trusted(path)
    with pytest.raises(UsageError):
        trusted(tmp_path / "none")


# -- what it touches ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "ports"),
    [
        ("ports/rp2/machine_uart.c", {"rp2"}),
        ("ports/renesas-ra/boards/X/mpconfigboard.h", {"renesas-ra"}),
        ("ports/README.md", set()),
        ("lib/pico-sdk", {"rp2"}),
        ("lib/tinyusb", {"*"}),
        ("extmod/asyncio/core.py", {"*"}),
        ("py/scheduler.c", {"*"}),
        ("mpy-cross/main.c", {"*"}),
        ("tools/mpy-tool.py", {"*"}),
        ("something/new.c", {"*"}),
        ("docs/library/asyncio.rst", set()),
        ("tests/extmod/asyncio_gather.py", set()),
        (".github/workflows/ports_rp2.yml", set()),
        ("README.md", set()),
    ],
)
def test_paths_and_their_ports(path: str, ports: set[str]) -> None:
    assert touched.ports([path]) == ports


def test_the_boards_of_ports() -> None:
    bench = Bench.model_validate(
        {"board": {
            "pico": {"port": "/dev/a", "profile": "rp2"}, "pyb": {"port": "/dev/b"},
            "unix": {"kind": "virtual"}, "control": {"kind": "cpython"},
        }}
    )  # fmt: skip
    named = {"pyb": "stm32"}
    assert touched.boards(bench, frozenset({"rp2"}), named) == ["pico"]
    assert touched.boards(bench, frozenset({"*"}), named) == ["pico", "pyb", "unix"]
    assert touched.boards(bench, frozenset({"esp32"}), named) == []
    with pytest.raises(UsageError, match="pyb: which port"):
        touched.boards(bench, frozenset({"rp2"}), {})
    with pytest.raises(UsageError, match="no such board"):
        touched.boards(bench, frozenset({"rp2"}), {**named, "gone": "rp2"})
    own = {"drivers/mine/*": "rp2", "py/*": ""}
    assert touched.ports(["drivers/mine/x.c", "py/gc.c"], own) == {"rp2"}


def test_what_needs_no_build() -> None:
    assert touched.only_asyncio(["extmod/asyncio/core.py", "docs/a.rst", "tests/b.py"])
    assert not touched.only_asyncio(["extmod/asyncio/core.py", "extmod/modasyncio.c"])
    assert not touched.only_asyncio(["docs/a.rst"])


# -- GitHub -------------------------------------------------------------------------------------


def test_files_come_in_pages_and_with_the_names_they_had(hub: Played) -> None:
    hub.files = [changed(f"ports/rp2/{number}.c") for number in range(250)]
    hub.files.append(changed("ports/esp32/new.c", previous_filename="ports/stm32/old.c"))
    found = client(hub).changed(1347)
    assert len(found) == 252
    assert touched.ports(found) == {"rp2", "esp32", "stm32"}
    assert {token for _, _, token in hub.asked} == {"Bearer secret-token"}
    assert client(hub).pull(1347).files == 251


def test_one_comment_that_is_edited(hub: Played) -> None:
    hub.comments = [comment(n, "somebody", "so many words") for n in range(1, 120)]
    hub.comments.append(comment(120, "stranger", f"{MARKER}\nmine, edit me"))
    hub.comments.append(comment(121, BOT, f"not at its beginning: {MARKER}"))
    first = client(hub).comment(1347, MARKER, BOT, f"{MARKER}\nfirst")
    second = client(hub).comment(1347, MARKER, BOT, f"{MARKER}\nsecond")
    assert first == second
    assert [each["body"] for each in hub.comments[119:]] == [
        f"{MARKER}\nmine, edit me", f"not at its beginning: {MARKER}", f"{MARKER}\nsecond",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("refuse", "kind", "sentence"),
    [
        ((401, {}), UsageError, "GITHUB_TOKEN needs"),
        ((403, {}), UsageError, "pull-requests: write"),
        ((403, {"X-RateLimit-Remaining": "0"}), RigError, "rate limit"),
        ((429, {"Retry-After": "60"}), RigError, "in 60 s"),
        ((404, {}), UsageError, "is the number right"),
        ((502, {}), RigError, "try it again"),
        ((301, {"Location": "http://127.0.0.1:9/"}), RigError, "301"),
    ],
)
def test_a_refusal_is_a_sentence(
    hub: Played, refuse: tuple[int, dict[str, str]], kind: type[Exception], sentence: str
) -> None:
    hub.refuse = refuse
    with pytest.raises(kind, match=sentence):
        client(hub).pull(1347)
    assert len(hub.asked) == 1  # the token went nowhere else


def test_nobody_is_called_by_what_boards_print() -> None:
    said = text(f"@everyone {MARKER} <!-- x\n" + "line\n" * 40_000, BASE, HEAD, "pico", "https://x")
    assert said.startswith(MARKER)
    assert said.count("<!--") == 1
    assert "@everyone" not in said
    assert len(said) < LONGEST + 100
    assert said.endswith("(https://x)\n")
    with pytest.raises(UsageError):
        text("", BASE, HEAD, "", "javascript:alert(1)")


# -- all of it ----------------------------------------------------------------------------------

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the script is bash")


@pytest.fixture
def shelf(tmp_path: Path, hub: Played) -> tuple[Path, dict[str, str]]:
    """A clone in which a commit breaks asyncio, and what the script is told."""
    clone = tmp_path / "clone"
    clone.mkdir()

    def git(*words: str) -> str:
        me = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *me, *words], cwd=clone, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    (clone / "README.md").write_text("MicroPython\n", "utf-8")
    git("add", "-A")
    git("commit", "--quiet", "-m", "base")
    hub.base = git("rev-parse", "HEAD")
    written([fault("lost-return-value")], clone / "extmod")
    for path in (clone / "extmod").glob("*.py"):
        path.rename(clone / "extmod" / "asyncio" / path.name)
    git("add", "-A")
    git("commit", "--quiet", "-m", "head")
    hub.head = git("rev-parse", "HEAD")
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
    assert run(env, "tell").returncode == 0  # once more: it is edited
    assert len(hub.comments) == 1
    assert "secret-token" not in done.stdout + done.stderr


def test_nothing_runs_for_a_stranger(shelf: tuple[Path, dict[str, str]], hub: Played) -> None:
    _, env = shelf
    done = run({**env, "BY": "stranger", "COMMIT": hub.head})
    assert (done.returncode, hub.asked, hub.comments) == (0, [], [])
    assert "stranger is not on the trust list" in done.stdout
    assert [path.name for path in sorted(Path(env["OUT"]).iterdir())] == ["exit-code", "plan.json"]


def test_links_and_builds_without_a_builder_are_refused(
    shelf: tuple[Path, dict[str, str]], hub: Played
) -> None:
    clone, env = shelf
    (clone / "extmod" / "asyncio" / "stream.py").symlink_to("/etc/passwd")
    me = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    for words in (["add", "-A"], ["commit", "--quiet", "-m", "link"]):
        subprocess.run(["git", *me, *words], cwd=clone, check=True)
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True)
    hub.head = found.stdout.strip()
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
