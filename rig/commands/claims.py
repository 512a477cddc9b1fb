"""`looprig claims`: the catalogue, and what of each source it checks."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rig.claims import catalogue, checked_by, select, sources


def show_claims(globs: list[str]) -> int:
    """Every claim with its level, source and tests."""
    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("claim", "level", "sentence", "source", "device test", "host test"):
        table.add_column(heading, overflow="fold")
    for claim in select(globs, catalogue()).values():
        table.add_row(
            Text(claim.id),
            claim.level,
            Text(claim.sentence),
            Text(claim.source),
            Text(claim.device_test),
            Text(f"host/test_{claim.chapter.replace('-', '_')}.py"),
        )
    console.print(table)
    console.print(f"{table.row_count} claims", highlight=False)
    return 0


def show_sources() -> int:
    """Each source sentence by sentence, with the claims that check it or why none does."""
    console = Console()
    claims = catalogue()
    for source in sources().values():
        console.print(Text(source.title, style="bold"))
        section = ""
        for sentence, checking in checked_by(source, claims):
            if sentence.section != section:
                section = sentence.section
                console.print(Text(f"\n{section}", style="underline"))
            console.print(Text(f"  {sentence.text}"), soft_wrap=True)
            if checking:
                console.print(Text(f"    ✓ {', '.join(claim.id for claim in checking)}"))
            else:
                reason = sentence.unchecked or "UNEXPLAINED: no claim checks this"
                console.print(Text(f"    - {reason}"), soft_wrap=True)
        console.print()
    return 0
