"""`looprig expect --verify`: which known divergences no longer show, and which have no reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rig import expectations
from rig.answers.reading import ExpectedChange, PortExpected
from rig.commands.seen import Port, Seen, here
from rig.ending import GOOD, RIG, UNEXPECTED
from rig.expectations import Entry, layers
from rig.results import BoardInfo


def verified(port: str, seen: Port, boards: Sequence[BoardInfo], own: Path) -> PortExpected:
    """Say which known divergences did not show, and which have no reason."""
    found: dict[tuple[object, ...], tuple[Path, Entry]] = {}
    files = layers(port, own)
    for info in boards:
        for path, entry in expectations.on(info, files).values():
            found[path, *entry.key] = (path, entry)
    changes: list[ExpectedChange] = []
    unexplained: list[str] = []
    idle = 0
    for path, entry in found.values():
        showed, held = here(entry, seen.get(entry.claim, Seen()))
        if not entry.explained:
            unexplained.append(entry.claim)
            print(f"{port}: {entry.claim}: no reason given yet ({path})")
        if held and not showed and not entry.intermittent:
            why = f"no longer shows, 0 of {held}"
            changes.append(ExpectedChange(claim=entry.claim, sign="-", why=why))
            print(f"{port}: {entry.claim}: {why} ({path})")
        elif held and showed and not entry.intermittent:
            why = f"shows {showed} of {showed + held}: intermittent"
            changes.append(ExpectedChange(claim=entry.claim, sign="~", why=why))
            print(f"{port}: {entry.claim}: {why} ({path})")
        idle += not (showed or held)
    rest = f"; {idle} not judged by these runs" if idle else ""
    wrong = len(unexplained) + len(changes)
    print(f"{port}: {len(found)} known divergences, {wrong or 'nothing'} to mend{rest}")
    code = RIG if found and idle == len(found) else UNEXPECTED if wrong else GOOD
    return PortExpected(
        port=port,
        files=list(dict.fromkeys(str(path) for path, _ in found.values())),
        changes=changes,
        unexplained=unexplained,
        not_judged=idle,
        exit_code=code,
    )
