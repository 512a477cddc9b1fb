"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass

from rig.errors import LooprigError


@dataclass(frozen=True)
class Finding:
    """One check of one board or meter. `mend` says what to do where it is not well."""

    about: str  # `board pico`, `meter dmm`
    check: str
    well: bool
    what: str
    mend: str = ""

    def __str__(self) -> str:
        mark = "ok     " if self.well else "FINDING"
        line = f"{mark} {self.about}: {self.check}: {self.what}"
        return f"{line}\n          → {self.mend}" if self.mend and not self.well else line


def ill(about: str, check: str, error: LooprigError) -> Finding:
    """The finding that an error of the rig amounts to."""
    return Finding(about, check, False, error.what, error.hint or "see docs/bench.md")
