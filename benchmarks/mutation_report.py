"""The score of a mutation run: by file, and every survivor with its diff."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutants import Mutant

FILES = ("core.py", "task.py", "event.py", "lock.py", "funcs.py", "stream.py")
Noticed = tuple[str, str, str]
"""(level, claim, outcome) of what noticed a mutant first; empty strings for a survivor."""


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no program can tell from the original."""

    file: str
    where: str
    was: str
    becomes: str
    why: str
    after: str = ""  # the line before, where `was` stands more than once in the function

    def names(self, mutant: Mutant) -> bool:
        mine = (self.file, self.where, self.was, self.becomes)
        same = mine == (mutant.file, mutant.where, mutant.was, mutant.becomes)
        return same and self.after in ("", mutant.after)


def equivalents() -> list[Equivalent]:
    content = tomllib.loads(
        (Path(__file__).parent / "mutation_equivalents.toml").read_text(encoding="utf-8")
    )
    return [Equivalent(**entry) for entry in content["equivalent"]]


def score(noticed: int, total: int) -> str:
    return f"{noticed:4} of {total:4}  {100 * noticed / max(total, 1):6.2f} %"


def report(outcomes: dict[Mutant, Noticed], known: list[Equivalent], asyncio: Path) -> None:
    """Print the score by file and every survivor."""
    same = {m for m, o in outcomes.items() if not o[0] and any(e.names(m) for e in known)}
    print(f"\n{'':10}{'documented claims':>26}{'claims of all levels':>26}{'equivalent':>14}")
    for file in (*FILES, "total"):
        own = [m for m in outcomes if m not in same and file in (m.file, "total")]
        if own:
            documented = sum(outcomes[m][0] == "documented" for m in own)
            noticed = sum(bool(outcomes[m][0]) for m in own)
            count = sum(file in (m.file, "total") for m in same)
            scores = score(documented, len(own)), score(noticed, len(own))
            print(f"{file:10}{scores[0]:>26}{scores[1]:>26}{count:>14}")
    for title, wanted in (("noticed by no claim", ""), ("not by a documented claim", "other")):
        print(f"\n{title}:")
        for mutant, (level, claim, _) in sorted(
            outcomes.items(), key=lambda pair: (pair[0].file, pair[0].number)
        ):
            if mutant in same or level == "documented" or bool(level) != bool(wanted):
                continue
            original = (asyncio / mutant.file).read_text(encoding="utf-8")
            print(f"\n# {mutant.file}:{mutant.line} in {mutant.where or 'the module'}: "
                  f"{mutant.kind} {claim}")  # fmt: skip
            print(mutant.diff(original), end="")
