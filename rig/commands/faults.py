"""`looprig faults`: what the rig's own tests break in the loop, and which claims catch it."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from rig.answers.answer import tell
from rig.answers.reading import Faults, FaultTold
from rig.faults import select


def show_faults(globs: list[str]) -> int:
    """Each fault whose name or one of whose claims matches: its summary, and what catches it."""
    console = Console()
    chosen = select(globs)
    for fault in chosen:
        console.print(Text(fault.name, style="cyan"))
        console.print(Padding(Text(fault.summary), (0, 0, 0, 4)))
        caught = Text(f"caught by {', '.join(fault.caught_by)}", style="dim")
        console.print(Padding(caught, (0, 0, 0, 4)), soft_wrap=True)
    console.print(f"\n{len(chosen)} fault{'s' * (len(chosen) != 1)}", highlight=False)
    return 0


def tell_faults(globs: list[str]) -> int:
    """The same for programs."""
    told = [
        FaultTold(name=f.name, summary=f.summary, kind=f.kind, caught_by=list(f.caught_by))
        for f in select(globs)
    ]
    tell(Faults(faults=told))
    return 0
