"""`looprig doctor`: walks a bench and says of everything that is not well how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rig.answers.answer import tell
from rig.answers.setting_up import Doctor, FindingTold
from rig.bench import Bench
from rig.checkup.bench import walk
from rig.checkup.finding import Finding
from rig.checkup.load import check_load
from rig.errors import UsageError
from rig.terminable import terminable
from rig.units import ohms


def doctor(bench: Bench, boards: Sequence[str] = (), load: str = "", as_json: bool = False) -> int:
    """Check every board and meter, or these boards; with a `load`, the meter of one board with a
    resistor in the board's place. Exit 0: all is well; 3: there are findings."""
    found = 0
    told: list[Finding] = []
    with terminable():
        for finding in loaded(bench, boards, load) if load else walk(bench, boards):
            told.append(finding)
            if not as_json:
                print(finding, flush=True)
            found += not finding.well
    if as_json:
        tell(Doctor(bench=bench.path, findings=[FindingTold(**asdict(each)) for each in told]))
        return 3 if found else 0
    count = f"{found} finding{'' if found == 1 else 's'}"
    print(f"{bench.path}: {count if found else 'all is well'}")
    return 3 if found else 0


def loaded(bench: Bench, boards: Sequence[str], load: str) -> Iterator[Finding]:
    """Findings on a meter with that resistor; raises UsageError for what is none."""
    try:
        load_ohm = ohms(load)
    except ValueError as error:
        raise UsageError(f"--load {error}", "a resistor whose value you know") from error
    names = list(bench.choose(list(boards)).board)
    if len(names) != 1:
        raise UsageError(
            "--load: in which board's place is the resistor?",
            f"--board {' or --board '.join(names)}",
        )
    return check_load(bench, names[0], load_ohm)
