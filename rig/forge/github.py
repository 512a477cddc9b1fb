"""GitHub's REST API, as much of it as a pull request needs (docs.github.com/rest, 2022-11-28)."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from rig.errors import LooprigError, RigError, UsageError

API = "https://api.github.com"
PATIENCE_S = 30.0
"""For one answer: GitHub ends a request of its own after 10 s."""
LARGEST = 16 << 20
MOST_PAGES = 40
"""Of 100: GitHub lists no more than 3000 files of a pull request."""
LONG_S = 120.0
"""How long an answer is asked for again: boards ran for an hour for what is told then."""
NEXT = re.compile(r'<([^<>]+)>;\s*rel="next"')
NAMED = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True)
class Pull:
    """A pull request as it stands now."""

    author: str
    open: bool
    base: str  # commits, 40 hexadecimal digits
    head: str
    files: int  # that it changes, as GitHub counts


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the API alone."""

    def redirect_request(self, *_: Any) -> None:
        return None


class GitHub:
    """One repository there. Every method raises RigError for an answer that does not come or is
    none, and UsageError for what the token may not or is not there."""

    def __init__(
        self, repository: str, token: str, api: str = API, patience_s: float = LONG_S
    ) -> None:
        if not NAMED.fullmatch(repository):
            raise UsageError(f"repository {repository!r}: it is no OWNER/NAME")
        self.at = f"{api.rstrip('/')}/repos/{repository}"
        self.host = urlsplit(api).netloc
        self.token = token
        self.patience_s = patience_s
        self.opener = urllib.request.build_opener(NoRedirect)

    def pull(self, number: int) -> Pull:
        said, _ = self.ask("GET", f"{self.at}/pulls/{number}")
        try:
            return Pull(
                author=str((said["user"] or {}).get("login", "")),  # none: the account is gone
                open=said["state"] == "open",
                base=_commit(said["base"]["sha"]),
                head=_commit(said["head"]["sha"]),
                files=int(said["changed_files"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RigError(f"pull request {number}: an answer without {error}") from error

    def changed(self, number: int) -> list[str]:
        """The paths it touches, those that a renamed file had before too."""
        paths: list[str] = []
        for each in self.pages(f"{self.at}/pulls/{number}/files?per_page=100"):
            paths += [str(each[key]) for key in ("filename", "previous_filename") if key in each]
        return list(dict.fromkeys(paths))

    def comment(self, number: int, marker: str, mine: str, text: str, newer: str = "") -> str:
        """Edit the comment by `mine` that begins with the marker, or write one; its address. One
        that says `newer`, of a run that began later and has ended, is left as it is."""
        found = self.comments(number, marker, mine)
        if newer and found and newer in str(found[0].get("body", "")):
            return str(found[0].get("html_url", ""))
        there = [each for each in found if self.edit(each, text)]
        if not there:
            said, _ = self.ask("POST", f"{self.at}/issues/{number}/comments", {"body": text})
            there = self.comments(number, marker, mine) or [said]
        first, *others = there
        if others:  # another run wrote one meanwhile: the first is kept
            self.edit(first, text)
            for each in others:
                self.ask("DELETE", self.place(each), gone=True)
        return str(first.get("html_url", ""))

    def comments(self, number: int, marker: str, mine: str) -> list[dict[str, Any]]:
        """Those by `mine` that begin with the marker, the first written first."""
        found = [
            each
            for each in self.pages(f"{self.at}/issues/{number}/comments?per_page=100")
            if (each.get("user") or {}).get("login", "") == mine
            and str(each.get("body", "")).startswith(marker)
        ]
        return sorted(found, key=lambda each: int(each["id"]))

    def place(self, comment: dict[str, Any]) -> str:
        return f"{self.at}/issues/comments/{int(comment['id'])}"

    def edit(self, comment: dict[str, Any], text: str) -> bool:
        """Whether it was there to be edited: somebody may have deleted it meanwhile."""
        said, _ = self.ask("PATCH", self.place(comment), {"body": text}, gone=True)
        return said is not None

    def pages(self, url: str) -> Iterator[dict[str, Any]]:
        for _ in range(MOST_PAGES):
            said, after = self.ask("GET", url)
            if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
                raise RigError(f"{url}: an answer that is no list of objects")
            yield from said
            if not after:
                return
            url = after
        raise RigError(f"{url}: more than {MOST_PAGES} pages")

    def ask(
        self, method: str, url: str, body: dict[str, str] | None = None, gone: bool = False
    ) -> tuple[Any, str]:
        """(the answer, where it goes on). What is `gone` may be: None.

        What may be answered later is asked again, for `patience_s` at most; a new comment is not,
        where nobody knows whether it was written.
        """
        until = time.monotonic() + self.patience_s
        pause = 1.0
        while True:
            try:
                return self.once(method, url, body)
            except urllib.error.HTTPError as error:
                if gone and error.code in (404, 410):
                    return None, ""
                wait = to_wait(error)
                if wait is None and error.code >= 500 and method != "POST":
                    wait = pause
                failed: LooprigError = refused(method, url, error)
            except (OSError, ValueError, HTTPException) as error:
                wait = None if method == "POST" or isinstance(error, ValueError) else pause
                what = f"{method} {url}: {getattr(error, 'reason', error)}"
                failed = RigError(what, "is GITHUB_API_URL right? try it again")
            if wait is None or time.monotonic() + wait > until:
                raise failed
            print(f"{failed.what}; asked again in {wait:.0f} s", file=sys.stderr)
            time.sleep(wait)
            pause *= 2

    def once(self, method: str, url: str, body: dict[str, str] | None) -> tuple[Any, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "looprig",
        }
        if urlsplit(url).netloc != self.host:
            raise RigError(f"{url}: an answer leads away from {self.host}")
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        with self.opener.open(request, timeout=PATIENCE_S) as answer:
            found = NEXT.search(answer.headers.get("Link", ""))
            text = answer.read(LARGEST)
            return json.loads(text) if text else None, found[1] if found else ""


def to_wait(error: urllib.error.HTTPError) -> float | None:
    """Seconds that GitHub wants to be left alone (docs.github.com/rest: "Rate limits for the REST
    API"); None where it is something else, for its 403 may be the token's too."""
    said = error.headers
    if error.code not in (403, 429):
        return None
    if (after := said.get("Retry-After", "")).isdecimal():
        return float(after)
    if said.get("X-RateLimit-Remaining") == "0":
        reset = said.get("X-RateLimit-Reset", "")
        return max(0.0, float(reset) - time.time()) if reset.isdecimal() else 3600.0
    return 60.0 if error.code == 429 else None  # "wait for at least one minute"


def refused(method: str, url: str, error: urllib.error.HTTPError) -> RigError | UsageError:
    """What an answer that is an error means, and what to do."""
    what = f"{method} {url}: {error.code} {error.reason}{why(error)}"
    if (wait := to_wait(error)) is not None:
        return RigError(what, f"the rate limit; try it in {wait:.0f} s")
    if error.code in (401, 403):
        return UsageError(what, "GITHUB_TOKEN needs `pull-requests: write` for this repository")
    if error.code == 404:
        return UsageError(what, "is the number right, and may GITHUB_TOKEN read the repository?")
    if error.code in (301, 302, 307, 308):
        return UsageError(what, "the repository has another name now: GITHUB_REPOSITORY")
    return RigError(what, "try it again" if error.code >= 500 else "GitHub will not have it so")


def why(error: urllib.error.HTTPError) -> str:
    """What GitHub says of it, such as that the conversation is locked."""
    try:
        said = json.loads(error.read(LARGEST))["message"]
    except (OSError, ValueError, KeyError, TypeError, HTTPException):
        return ""
    return f": {' '.join(str(said).split())[:200]}"


def _commit(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        raise ValueError(f"a commit: {text!r}")
    return text
