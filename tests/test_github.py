"""GitHub's API, played at its bytes: pages, refusals, what others do meanwhile, the one comment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rig.errors import RigError, UsageError
from rig.forge import touched
from rig.forge.comment import LONGEST, MARKER, text
from rig.forge.github import GitHub
from tests.github import BASE, BOT, HEAD, REPOSITORY, Played, changed, comment, github


@pytest.fixture
def hub() -> Iterator[Played]:
    with github(Played()) as played:
        yield played


def client(hub: Played, patience_s: float = 0.0) -> GitHub:
    return GitHub(REPOSITORY, "secret-token", hub.url, patience_s)


def told(hub: Played, words: str = "first", newer: str = "", patience_s: float = 0.0) -> str:
    return client(hub, patience_s).comment(1347, MARKER, BOT, f"{MARKER}\n{words}", newer)


def mine(hub: Played) -> list[str]:
    """What is said in the comments that are ours."""
    bodies = [each["body"] for each in hub.comments if (each["user"] or {}).get("login") == BOT]
    return [body.removeprefix(f"{MARKER}\n") for body in bodies if body.startswith(MARKER)]


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
    first = told(hub)
    second = told(hub, "second")
    assert first == second
    assert [each["body"] for each in hub.comments[119:]] == [
        f"{MARKER}\nmine, edit me", f"not at its beginning: {MARKER}", f"{MARKER}\nsecond",
    ]  # fmt: skip


def test_a_list_without_an_end_is_not_followed_for_ever(hub: Played) -> None:
    hub.endless, hub.files = True, [changed("py/gc.c")]
    with pytest.raises(RigError, match="more than 40 pages"):
        client(hub).changed(1347)


def test_a_comment_that_somebody_deleted_is_written_again(hub: Played) -> None:
    hub.comments = [comment(3, None, "of an account that is gone")]
    told(hub)
    hub.meanwhile = [lambda: hub.lost(4)]
    assert told(hub, "second").endswith(f"-{hub.comments[-1]['id']}")
    assert mine(hub) == ["second"]


def test_two_runs_at_once_leave_one_comment(hub: Played) -> None:
    other = comment(1, BOT, f"{MARKER}\nthe other's")
    hub.meanwhile = [lambda: hub.comments.append(other)]
    assert told(hub) == other["html_url"]
    assert mine(hub) == ["first"]


def test_an_older_run_does_not_write_over_a_newer_ones(hub: Played) -> None:
    where = told(hub, "`aaa` → `ccc` on pico")
    assert told(hub, "of a head that is no more", newer="→ `ccc`") == where
    assert mine(hub) == ["`aaa` → `ccc` on pico"]
    assert told(hub, "nobody told of ddd yet", newer="→ `ddd`") == where
    assert mine(hub) == ["nobody told of ddd yet"]
    assert "Its head is ddd now" in text("", BASE, HEAD, "pico", "", "ddd")


@pytest.mark.parametrize(
    "refuse",
    [
        [(502, {}), (503, {})],  # of a list
        [(0, {})],  # a connection that ends
        [(429, {"Retry-After": "1"})],
        [(403, {"Retry-After": "0"})],  # GitHub's secondary rate limit
        [(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000"})],  # over already
    ],
)
def test_what_comes_later_is_waited_for(
    hub: Played, refuse: list[tuple[int, dict[str, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.refuse = refuse.copy()
    told(hub, patience_s=30.0)
    assert mine(hub) == ["first"]
    assert capsys.readouterr().err.count("asked again in") == len(refuse)


@pytest.mark.parametrize(("status", "posts"), [((429, {"Retry-After": "0"}), 2), ((502, {}), 1)])
def test_a_new_comment_is_written_once(
    hub: Played, status: tuple[int, dict[str, str]], posts: int
) -> None:
    """One that was refused was not written; of another failure nobody knows."""
    hub.meanwhile = [lambda: None]
    ask = client(hub, 30.0)
    hub.refuse = [status]
    words = {"body": "words"}
    where = f"{ask.at}/issues/1347/comments"
    if posts == 2:
        ask.ask("POST", where, words)
    else:
        with pytest.raises(RigError, match="502"):
            ask.ask("POST", where, words)
    assert [method for method, _, _ in hub.asked] == ["POST"] * posts


@pytest.mark.parametrize(
    ("refuse", "kind", "sentence"),
    [
        ((401, {}), UsageError, "GITHUB_TOKEN needs"),
        ((403, {}), UsageError, "pull-requests: write"),
        ((403, {"X-RateLimit-Remaining": "0"}), RigError, "rate limit"),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "x"}), RigError, "in 3600 s"),
        ((403, {"Retry-After": "30"}), RigError, "rate limit; try it in 30 s"),
        ((429, {"Retry-After": "60"}), RigError, "in 60 s"),
        ((429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), RigError, "in 60 s"),
        ((404, {}), UsageError, "is the number right"),
        ((502, {}), RigError, "try it again"),
        ((422, {}), RigError, "422 .*: the body is too long"),
        ((0, {}), RigError, "is GITHUB_API_URL right"),
        ((301, {"Location": "http://127.0.0.1:9/"}), UsageError, "301 .* another name"),
    ],
)
def test_a_refusal_is_a_sentence(
    hub: Played, refuse: tuple[int, dict[str, str]], kind: type[Exception], sentence: str
) -> None:
    hub.refuse, hub.says = [refuse], "the body is\ntoo long"
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
