"""`python -m rig.forge plan|comment`: what `.ci/pull-request.sh` asks before and tells after.

`plan` runs nothing of the pull request's. It prints JSON: whether to start, why not, the two
commits, the ports that are touched and their boards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from rig import bench as benches
from rig.ending import guarded
from rig.errors import UsageError
from rig.forge import touched
from rig.forge.comment import MARKER, text
from rig.forge.github import API, GitHub
from rig.forge.trust import Asked, asked, refusal, trusted, unasked


def plan(args: argparse.Namespace, github: GitHub) -> int:
    want = wanted(args)
    trust = trusted(args.trust)
    told: dict[str, Any] = {"start": False, "number": want.number, "why": unasked(want, trust)}
    if not told["why"]:  # for strangers nothing is asked of GitHub
        told |= of_pull(args, github, want, trust)
    print(json.dumps(told, indent=1))
    return 0


def of_pull(
    args: argparse.Namespace, github: GitHub, want: Asked, trust: frozenset[str]
) -> dict[str, Any]:
    pull = github.pull(want.number)
    why = refusal(want, pull, trust)
    if why:
        return {"why": why}
    paths = github.changed(want.number)
    shelf = touched.shelf(args.shelf)
    ports = touched.ports(paths, shelf.paths)
    if len(paths) < pull.files:  # GitHub does not list them all
        ports = frozenset({touched.EVERY})
    boards = touched.boards(benches.load(args.bench), ports, shelf.ports)
    if not boards:
        named = ", ".join(sorted(ports)) or "no port"
        why = f"it touches {named}, and no board of the bench is of that"
    return {
        "start": bool(boards),
        "why": why,
        "base": pull.base,
        "head": pull.head,
        "ports": sorted(ports),
        "boards": boards,
        "only_asyncio": len(paths) >= pull.files and touched.only_asyncio(paths),
    }


def wanted(args: argparse.Namespace) -> Asked:
    """Who asks for what: by the event that GitHub tells of, or by the words."""
    if args.by:
        if not args.number:
            raise UsageError("--by LOGIN: for which pull request?", "--number N")
        return Asked(args.by, args.commit.lower(), args.number)
    if not args.payload:
        raise UsageError("nobody asks", "--by LOGIN --number N, or GITHUB_EVENT_PATH")
    try:
        return asked(args.event, json.loads(Path(args.payload).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(f"event {args.payload}: {error}") from error
    except (AttributeError, TypeError) as error:
        raise UsageError(f"event {args.payload}: it is none of GitHub's: {error}") from error


def comment(args: argparse.Namespace, github: GitHub) -> int:
    try:
        compared = args.compared.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{args.compared}: {error.strerror}", "looprig compare --out") from error
    head = github.pull(args.number).head
    newer = head[:12] if args.head and args.head != head else ""
    body = text(compared, args.base, args.head, ", ".join(args.board), args.site, newer)
    print(github.comment(args.number, MARKER, args.mine, body, newer and f"→ `{newer}`"))
    return 0


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    env = os.environ
    parser = argparse.ArgumentParser(prog="rig.forge", description=__doc__)
    parser.add_argument("--repository", default=env.get("GITHUB_REPOSITORY", ""))
    parser.add_argument("--api", default=env.get("GITHUB_API_URL") or API)
    actions = parser.add_subparsers(dest="action", required=True)
    planning = actions.add_parser("plan")
    planning.add_argument("--trust", type=Path, required=True, help="logins, one a line")
    planning.add_argument("--bench", type=Path, default=benches.DEFAULT)
    planning.add_argument("--shelf", type=Path, help="TOML: [paths] and [ports]")
    planning.add_argument("--event", default=env.get("GITHUB_EVENT_NAME", ""))
    planning.add_argument("--payload", default=env.get("GITHUB_EVENT_PATH", ""))
    planning.add_argument("--by", default="", help="who asks, where no event says it")
    planning.add_argument("--commit", default="", help="that was looked at")
    planning.add_argument("--number", type=int, default=0)
    planning.set_defaults(do=plan)
    telling = actions.add_parser("comment")
    telling.add_argument("--number", type=int, required=True)
    telling.add_argument("--compared", type=Path, required=True, help="compare.md")
    telling.add_argument("--base", default="")
    telling.add_argument("--head", default="")
    telling.add_argument("--board", action="append", default=[])
    telling.add_argument("--site", default="", help="where the runs are")
    telling.add_argument("--mine", default="github-actions[bot]", help="whose comment is edited")
    telling.set_defaults(do=comment)
    return parser.parse_args(words)


def main() -> int:
    args = parsed()
    return int(args.do(args, GitHub(args.repository, os.environ.get("GITHUB_TOKEN", ""), args.api)))


if __name__ == "__main__":
    sys.exit(guarded(main))
