"""`looprig site`: runs and bundles into the public site."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rig import streams
from rig.answers.answer import tell
from rig.answers.reading import Site
from rig.ending import GOOD, RIG
from rig.errors import UsageError
from rig.run_dir import unwritable

SHOWN = 20
"""Problems named on the terminal before the rest is counted; the site has more."""


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Raises what a place that cannot be written to comes to."""
    try:
        yield
    except OSError as error:
        raise unwritable(f"--out {out}", error, "name another") from error


def site(runs: list[Path], out: Path, store: str, as_json: bool = False) -> int:
    """Exit 0, or 3 where a run that was named was refused. Raises UsageError for a store without a
    bundle, and for an `out` that is no site's."""
    from reports.neutral import one_line
    from reports.publish import pages
    from reports.publish.store import Store, brought
    from reports.units import count

    for path in runs:
        if not path.exists() and not path.is_symlink():
            raise UsageError(f"{path}: no run is there", "name a run's directory or a bundle")
    console = streams.console()
    place = Store(store or str(out.with_name(f"{out.name}.bundles")))
    refused: list[str] = []
    with writing(out):
        known = {entry.path for entry in place.entries()}
        for path, found in brought(runs):
            if isinstance(found, Exception):
                refused.append(f"{path} {found}")
                continue
            if not place.holds(*found):
                place.add(*found)
            known.add(place.name(*found))
    for each in refused:  # a terminal that takes nothing is no fault of --out
        console.print(one_line(f"{each}; it is left out"), markup=False, soft_wrap=True)
    if not known:
        raise UsageError(f"{place.where}: there is no bundle", "name runs: looprig site RUN…")
    with writing(out):
        table, read = pages.publish(place, out)
    code = RIG if refused else GOOD
    if as_json:
        tell(
            Site(
                site=str(out / "index.html"),
                store=str(place.where),
                bundles=len(known),
                read=read,
                refused=refused,
                problems=[str(problem) for problem in table.problems],
            )
        )
        return code
    for problem in table.problems[:SHOWN]:
        console.print(problem, markup=False, soft_wrap=True)
    if len(table.problems) > SHOWN:
        console.print(f"and {len(table.problems) - SHOWN} more", markup=False)
    what = f"{count(len(known), 'bundle')}, {read} of them read now"
    console.print(f"site: {out / 'index.html'} ({what})", markup=False, soft_wrap=True)
    return code
