"""Writes docs/findings.md and a script for each divergence of a run.

python -m rig.commands.findings RUN
"""

from __future__ import annotations

import sys
from pathlib import Path

from rig import whole
from rig.claims import ROOT, Claim, catalogue, sources
from rig.commands.reproduce import MOST_LINES, comment, script
from rig.results import SHOWED, Result
from rig.run_dir import RunDir

DOCS = ROOT / "docs"
PAGE = """# Findings

What the rig found in MicroPython: each is a sentence of the documentation (at the levels
*compatible* and *quality*: what CPython does, or what users count on) that the firmware named
below does not keep. MicroPython's CI runs its own suite on this port and is green; whether one of
its tests could have shown the same was not checked one by one. The scripts need no rig: paste
one into a REPL (Ctrl-E first) or run it with `micropython`; what was expected and seen
stands in their comments. `python -m rig.commands.findings RUN` writes this page from a run;
`looprig reproduce RUN CLAIM` prints the same for any result of yours: the device test, cut down
to what this claim uses of it. {short} of these {count} are under 40 lines.

A link leads to the thread where the fault is told, or to the line of MicroPython's source that does
it, where we know of no thread. Scripts marked ⌨ need a host that types or reads as they say.

Seen on {firmware}.
"""


def cell(text: str) -> str:
    """Text within a table's cell."""
    return comment(text)[2:].replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def row(result: Result, claim: Claim) -> str:
    known = result.expectation
    what = cell(known.reason) if known else ""
    thread = "/issues/" in known.link or "/pull/" in known.link if known else False
    link = f"[{'thread' if thread else 'source'}]({known.link})" if known and known.link else ""
    seen = cell(f"{result.outcome}: {result.actual}")
    documented = f"{cell(claim.sentence)} ({sources()[claim.source].title}, {claim.level})"
    hosted = " ⌨" if result.executions and result.executions[-1].hosted else ""
    name = f"[`{result.claim}`](findings/{result.claim}.py){hosted}"
    return f"| {name} | {documented} | {seen} | {what} {link} |"


def write(run: Path, docs: Path = DOCS) -> None:
    """The page, and `findings/CLAIM.py` of each; raises UsageError for what is no run."""
    at = RunDir(run)
    info = at.read()
    board = info.boards[0]
    results = {
        r.claim: r
        for r in at.results()
        if r.board == board.name and r.outcome in SHOWED and not r.over_budget
    }
    (docs / "findings").mkdir(parents=True, exist_ok=True)
    for old in (docs / "findings").glob("*.py"):
        old.unlink()
    scripts = {name: script(result, board, info) for name, result in results.items()}
    short = sum(len(text.splitlines()) <= MOST_LINES for text in scripts.values())
    seen_on = f"{board.sys_version}; {board.machine}"
    parts = [PAGE.format(firmware=seen_on, short=short, count=len(scripts))]
    chapter = ""
    for name, claim in catalogue().items():
        if name not in results:
            continue
        if claim.chapter_title != chapter:
            chapter = claim.chapter_title
            parts += [
                f"\n## {chapter}\n",
                "| script | documented | seen | why |",
                "|---|---|---|---|",
            ]
        parts.append(row(results[name], claim))
        whole.write(docs / "findings" / f"{name}.py", scripts[name])
    whole.write(docs / "findings.md", "\n".join(parts) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
