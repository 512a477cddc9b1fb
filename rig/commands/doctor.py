"""`looprig doctor`: walks a bench and says of everything that is not well how to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from rig.bench import Bench
from rig.checkup.bench import walk
from rig.commands.terminable import terminable


def doctor(bench: Bench, boards: Sequence[str] = ()) -> int:
    """Check every board and meter, or these boards. Exit 0: all is well; 3: there are findings."""
    found = 0
    with terminable():
        for finding in walk(bench, boards):
            print(finding, flush=True)
            found += not finding.well
    count = f"{found} finding{'' if found == 1 else 's'}"
    print(f"{bench.path}: {count if found else 'all is well'}")
    return 3 if found else 0
