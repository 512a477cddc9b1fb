"""Who may start boards for a pull request. It holds code of its author's: nothing of it runs before
somebody on the list has asked for just that commit, or is its author."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.errors import UsageError
from rig.forge.github import Pull

COMMAND = re.compile(r"/looprig(?:[ \t]+([0-9a-f]{7,64}))?\s*", re.IGNORECASE)
"""The whole of a comment that asks for it."""
LABEL = "looprig"
LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})(?:\[bot\])?")
"""With _ too: an enterprise's managed users are called NAME_COMPANY."""


@dataclass(frozen=True)
class Asked:
    """Somebody asks for it; without a commit for none in particular. `why` not, if it is no asking
    at all."""

    by: str = ""
    commit: str = ""
    number: int = 0
    why: str = ""


def trusted(path: Path) -> frozenset[str]:
    """The logins of a list, one a line, `#` begins a remark. Raises UsageError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UsageError(f"trust list {path}: {error}", "a login a line") from error
    found = [line.partition("#")[0].strip() for line in lines]
    for number, login in enumerate(found, 1):
        if login and not LOGIN.fullmatch(login):
            raise UsageError(f"trust list {path}:{number}: {login!r} is no login", "a login a line")
    return frozenset(login.lower() for login in found if login)


def asked(event: str, payload: Mapping[str, Any]) -> Asked:
    """What an event of GitHub's asks for, by whom (docs.github.com/webhooks)."""
    by = str((payload.get("sender") or {}).get("login", ""))
    if event == "issue_comment":
        issue, comment = payload.get("issue") or {}, payload.get("comment") or {}
        by = str((comment.get("user") or {}).get("login", ""))
        number = int(issue.get("number", 0))
        found = COMMAND.fullmatch(str(comment.get("body", "")))
        if payload.get("action") != "created" or "pull_request" not in issue:
            return Asked(by, number=number, why="it is no new comment on a pull request")
        if not found:
            return Asked(by, number=number, why="the comment does not ask for it: /looprig COMMIT")
        return Asked(by, (found[1] or "").lower(), number)
    if event in ("pull_request", "pull_request_target"):
        pull = payload.get("pull_request") or {}
        number = int(pull.get("number", 0))
        author = str((pull.get("user") or {}).get("login", ""))
        head = str((pull.get("head") or {}).get("sha", ""))
        action = payload.get("action")
        label = (payload.get("label") or {}).get("name")
        if action in ("opened", "reopened", "synchronize") and by.lower() == author.lower():
            return Asked(by, head, number)
        if action == "labeled" and label == LABEL:
            return Asked(by, head, number)
        return Asked(by, number=number, why=f"{action} by {by or 'nobody'} does not ask for it")
    if event == "workflow_dispatch":
        inputs = payload.get("inputs") or {}
        text = str(inputs.get("pull-request") or 0)
        commit = str(inputs.get("commit") or "").lower()
        return Asked(by, commit, int(text) if text.isdecimal() else 0)
    return Asked(by, why=f"the event {event!r} asks for nothing")


def listed(login: str, trust: frozenset[str]) -> bool:
    """In whatever case; not by what some alphabet's capital becomes (the Kelvin sign a k)."""
    return bool(LOGIN.fullmatch(login)) and login.lower() in trust


def unasked(want: Asked, trust: frozenset[str]) -> str:
    """Why it starts nothing whatever the pull request is; '' where that decides."""
    if not want.why and not listed(want.by, trust):
        return f"{want.by or 'nobody'} is not on the trust list"
    return want.why


def refusal(want: Asked, pull: Pull, trust: frozenset[str]) -> str:
    """Why nothing is started; '' where it may."""
    if why := unasked(want, trust):
        return why
    if not pull.open:
        return "the pull request is closed"
    if want.commit and (len(want.commit) < 7 or not pull.head.startswith(want.commit)):
        return f"its head is {pull.head[:12]} now, and {want.commit[:12]} was asked for"
    if not want.commit and not listed(pull.author, trust):
        return (
            f"{pull.author} is not on the trust list: name the commit that you have looked at, "
            f"/looprig {pull.head[:12]}"
        )
    return ""
