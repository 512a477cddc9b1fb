"""GitHub's REST API, as much of it as a pull request needs (docs.github.com/rest, 2022-11-28)."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rig.errors import RigError, UsageError

API = "https://api.github.com"
PATIENCE_S = 30.0
"""For one answer: GitHub ends a request of its own after 10 s."""
LARGEST = 16 << 20
MOST_PAGES = 40
"""Of 100: GitHub lists no more than 3000 files of a pull request."""
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

    def __init__(self, repository: str, token: str, api: str = API) -> None:
        if not NAMED.fullmatch(repository):
            raise UsageError(f"repository {repository!r}: it is no OWNER/NAME")
        self.at = f"{api.rstrip('/')}/repos/{repository}"
        self.host = urlsplit(api).netloc
        self.token = token
        self.opener = urllib.request.build_opener(NoRedirect)

    def pull(self, number: int) -> Pull:
        said, _ = self.ask("GET", f"{self.at}/pulls/{number}")
        try:
            return Pull(
                author=str(said["user"]["login"]),
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

    def comment(self, number: int, marker: str, mine: str, text: str) -> str:
        """Edit the comment by `mine` that begins with the marker, or write one; its address."""
        for each in self.pages(f"{self.at}/issues/{number}/comments?per_page=100"):
            author = (each.get("user") or {}).get("login", "")
            if author == mine and str(each.get("body", "")).startswith(marker):
                where = f"{self.at}/issues/comments/{int(each['id'])}"
                said, _ = self.ask("PATCH", where, {"body": text})
                return str(said.get("html_url", ""))
        said, _ = self.ask("POST", f"{self.at}/issues/{number}/comments", {"body": text})
        return str(said.get("html_url", ""))

    def pages(self, url: str) -> Iterator[dict[str, Any]]:
        for _ in range(MOST_PAGES):
            said, after = self.ask("GET", url)
            if not isinstance(said, list):
                raise RigError(f"{url}: an answer that is no list")
            yield from said
            if not after:
                return
            url = after

    def ask(self, method: str, url: str, body: dict[str, str] | None = None) -> tuple[Any, str]:
        """(the answer, where it goes on)."""
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
        try:
            with self.opener.open(request, timeout=PATIENCE_S) as answer:
                found = NEXT.search(answer.headers.get("Link", ""))
                return json.loads(answer.read(LARGEST)), found[1] if found else ""
        except urllib.error.HTTPError as error:
            raise refused(method, url, error) from error
        except (OSError, ValueError) as error:
            what = f"{method} {url}: {getattr(error, 'reason', error)}"
            raise RigError(what, "is GITHUB_API_URL right? try it again") from error


def refused(method: str, url: str, error: urllib.error.HTTPError) -> RigError | UsageError:
    """What an answer that is an error means, and what to do."""
    what = f"{method} {url}: {error.code} {error.reason}"
    if error.code == 429 or error.headers.get("X-RateLimit-Remaining") == "0":
        wait = error.headers.get("Retry-After")
        return RigError(what, f"the rate limit; try it in {wait or 'an hour: 3600'} s")
    if error.code in (401, 403):
        return UsageError(what, "GITHUB_TOKEN needs `pull-requests: write` for this repository")
    if error.code == 404:
        return UsageError(what, "is the number right, and may GITHUB_TOKEN read the repository?")
    return RigError(what, "try it again")


def _commit(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        raise ValueError(f"a commit: {text!r}")
    return text
