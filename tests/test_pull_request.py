"""A pull request on a shelf of boards: who may start it, and what it touches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rig.bench import Bench
from rig.errors import UsageError
from rig.forge import touched
from rig.forge.__main__ import parsed, wanted
from rig.forge.github import Pull
from rig.forge.trust import Asked, asked, refusal, trusted, unasked
from tests.github import BASE, HEAD, user

TRUST = frozenset({"maintainer", "keeper_acme"})


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
        (commented("maintainer", "/looprig"), pull("MAINTAINER")),
        (commented("Keeper_ACME", f"/looprig {HEAD}"), pull("")),  # whose account is gone
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
        (Asked("\u212aeeper_acme", HEAD, 1347), pull("stranger")),  # the Kelvin sign: k, lowered
        (pulled("", "opened", ""), pull("")),
    ],
)
def test_nothing_starts_for_anybody_else(want: Asked, of: Pull) -> None:
    assert refusal(want, of, TRUST) != ""


@pytest.mark.parametrize(
    "payload",
    [
        "", "{", "[]", "3", '"x"', "{}", '{"sender": null}', '{"sender": "maintainer"}',
        '{"comment": {"user": ["maintainer"]}}', '{"issue": {"number": "x"}}', '{"issue": 3}',
        '{"sender": {"login": "maintainer"}, "pull_request": {"number": null}}',
        '{"sender": {"login": "maintainer"}, "pull_request": 1347}', '{"inputs": [1]}',
        '{"sender": {"login": "maintainer"}, "comment": {"user": {"login": 3}}}', "\ud800",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["issue_comment", "pull_request", "pull_request_target", "workflow_dispatch", "push"]
)
def test_an_event_of_which_something_is_missing_starts_nothing(
    name: str, payload: str, tmp_path: Path
) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(payload.encode(errors="surrogatepass"))
    words = ["plan", "--trust", "trust", "--event", name, "--payload", str(path)]
    want, said = Asked(), ""
    try:
        want = wanted(parsed(words))
    except UsageError as error:
        said = str(error)
    assert str(path) in said or unasked(want, TRUST) or not want.number


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
        ("ports/rp2/ünï côdé 中.c", {"rp2"}),
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
