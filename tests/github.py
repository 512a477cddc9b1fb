"""GitHub's API as it answers, played on a local port: its bytes, its pages, its refusals.

The bodies are those of its own documentation's examples (docs.github.com/rest, 2022-11-28: "Get a
pull request", "List pull requests files", "List issue comments"), cut to the fields that say
something, with what is of interest put in.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE, HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e", "c" * 40
BOT = "github-actions[bot]"
REPOSITORY = "octocat/Hello-World"


def user(login: str) -> dict[str, Any]:
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"login": login, "id": 1, "node_id": "MDQ6VXNlcjE=", "type": kind, "site_admin": False}


@dataclass
class Played:
    """What the repository holds, and what was asked of it."""

    author: str = "octocat"
    state: str = "open"
    base: str = BASE
    head: str = HEAD
    files: list[dict[str, Any]] = field(default_factory=list)
    counted: int | None = None  # files, where GitHub lists fewer than it counts
    comments: list[dict[str, Any]] = field(default_factory=list)
    refuse: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Of the next requests, each by its status and headers; 0 is a connection that ends."""
    says: str = "refused"
    meanwhile: list[Callable[[], object]] = field(default_factory=list)  # before each edit or post
    endless: bool = False  # each list goes on with itself
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, token
    url: str = ""

    def lost(self, number: int) -> None:
        """Somebody deletes a comment."""
        self.comments = [each for each in self.comments if each["id"] != number]

    def answer(self, method: str, path: str, page: int, size: int, body: Any) -> tuple[int, Any]:
        if method in ("POST", "PATCH") and self.meanwhile:
            self.meanwhile.pop(0)()
        match method, path:
            case "GET", "/repos/octocat/Hello-World/pulls/1347":
                count = len(self.files) if self.counted is None else self.counted
                return 200, {
                    "id": 1, "number": 1347, "state": self.state, "locked": True,
                    "title": "Amazing new feature", "user": user(self.author),
                    "head": {"label": "octocat:new-topic", "ref": "new-topic", "sha": self.head},
                    "base": {"label": "octocat:master", "ref": "master", "sha": self.base},
                    "draft": False, "merged": False, "mergeable": True, "changed_files": count,
                }  # fmt: skip
            case "GET", "/repos/octocat/Hello-World/pulls/1347/files":
                return 200, self.files[(page - 1) * size : page * size]
            case "GET", "/repos/octocat/Hello-World/issues/1347/comments":
                return 200, self.comments[(page - 1) * size : page * size]
            case "POST", "/repos/octocat/Hello-World/issues/1347/comments":
                number = max((each["id"] for each in self.comments), default=0) + 1
                self.comments.append(comment(number, BOT, body["body"]))
                return 201, self.comments[-1]
            case "PATCH", str(where) if where.startswith("/repos/octocat/Hello-World/issues/comm"):
                for each in self.comments:
                    if str(each["id"]) == where.rpartition("/")[2]:
                        each["body"] = body["body"]
                        return 200, each
            case "DELETE", str(where) if where.startswith("/repos/octocat/Hello-World/issues/comm"):
                self.lost(int(where.rpartition("/")[2]))
                return 204, None
        return 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}


def comment(number: int, login: str | None, body: str) -> dict[str, Any]:
    """Of an account that is gone, without a login."""
    url = f"https://github.com/octocat/Hello-World/issues/1347#issuecomment-{number}"
    return {"id": number, "html_url": url, "body": body, "user": user(login) if login else None}


def changed(path: str, **more: str) -> dict[str, Any]:
    sha = "bbcd538c8e72b8c175046e27cc8f907076331401"
    return {"sha": sha, "filename": path, "status": "modified", "changes": 124, **more}


@contextmanager
def github(played: Played) -> Iterator[Played]:
    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            url = urlsplit(self.path)
            played.asked.append((self.command, url.path, self.headers.get("Authorization", "")))
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = parse_qs(url.query)
            page, size = (int(query.get(k, [d])[0]) for k, d in (("page", "1"), ("per_page", "30")))
            if played.refuse:
                status, headers = played.refuse.pop(0)
                if not status:
                    return
                said: Any = {"message": played.says}
            else:
                headers = {}
                status, said = played.answer(self.command, url.path, page, size, body)
            if isinstance(said, list) and (len(said) == size or played.endless):
                after = f"{played.url}{url.path}?per_page={size}&page={page + 1}"
                headers = {"Link": f'<{after}>; rel="next", <{after}>; rel="last"'}
            data = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = serve

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    played.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
