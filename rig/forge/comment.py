"""The one comment on a pull request: found by its marker, and edited when there is news."""

from __future__ import annotations

from rig.errors import UsageError

MARKER = "<!-- looprig: this comment is edited when the boards have run again -->"
LONGEST = 65_000
"""Characters of it; GitHub takes 65536."""


def text(compared: str, base: str, head: str, boards: str, site: str, newer: str = "") -> str:
    """The comment's Markdown. `compared` is what `looprig compare --out` wrote; `newer` is the head
    that the pull request has now, if it has moved on.

    What boards printed is in it, so nobody is called by it: an @ is no mention. Raises UsageError
    for a site that is no address.
    """
    if site and not site.startswith(("https://", "http://")):
        raise UsageError(f"--site {site}: it is no address", "https://…")
    quiet = compared.replace("@", "@\u200b").replace("<!--", "&lt;!--")
    where = f"\n\n[Both runs, with every capture]({site})" if site else ""
    about = f"`{base[:12]}` → `{head[:12]}` on {boards or 'no board'}"
    if newer:
        about += f". Its head is {newer} now, which this says nothing of"
    room = LONGEST - len(MARKER) - len(about) - len(where)
    if len(quiet) > room:
        quiet = quiet[:room].rpartition("\n")[0] + "\n\n… and more, in the runs."
    return f"{MARKER}\n{quiet.rstrip()}\n\n{about}{where}\n"
