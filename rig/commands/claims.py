"""`looprig claims`: the catalogue, and what of each source it checks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.padding import Padding
from rich.text import Text

from rig.answers.answer import tell
from rig.answers.reading import Claims, ClaimTold, SentenceTold, Sources, SourceTold
from rig.claims import Claim, Sentence, Source, catalogue, checked_by, host_tests, select, sources
from rig.streams import console as console_of_output


def show_claims(globs: list[str]) -> int:
    """Every claim: id and level, its sentence, its source and tests."""
    console = console_of_output()
    chosen = select(globs, catalogue())
    judges = host_tests()
    chapter = ""
    for claim in chosen.values():
        if claim.chapter != chapter:
            chapter = claim.chapter
            console.print(Text(f"\n{claim.chapter_title}", style="bold"))
        console.print(Text.assemble((claim.id, "cyan"), f"  {claim.level}"))
        console.print(Padding(Text(claim.sentence), (0, 0, 0, 4)))
        judge = f"host/{judges[claim.id]}" if claim.id in judges else "no host test yet"
        source = f"{claim.source} · " if claim.source else ""
        tests = f"{source}device_tests/{claim.device_test}.py · {judge}"
        console.print(Padding(Text(tests, style="dim"), (0, 0, 0, 4)), soft_wrap=True)
    console.print(f"\n{len(chosen)} claim{'s' * (len(chosen) != 1)}", highlight=False)
    return 0


def tell_claims(globs: list[str]) -> int:
    """The same for programs."""
    judges = host_tests()
    told = [
        ClaimTold(
            id=claim.id,
            sentence=claim.sentence,
            level=claim.level,
            chapter=claim.chapter,
            source=claim.source,
            device_test=claim.device_test,
            host_test=judges.get(claim.id, ""),
            needs=list(claim.needs),
            power=claim.power,
        )
        for claim in select(globs, catalogue()).values()
    ]
    tell(Claims(claims=told))
    return 0


def show_sources(globs: list[str]) -> int:
    """Each source sentence by sentence, with the claims that check it or why none does; with
    globs only the sentences that claims of these names check."""
    console = console_of_output()
    for source, told in by_source(globs):
        console.print(Text(source.title, style="bold"))
        section = ""
        for sentence, checking in told:
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


def by_source(globs: list[str]) -> Iterator[tuple[Source, list[tuple[Sentence, list[Claim]]]]]:
    """Each source that has any, with its sentences and the claims that check each."""
    claims = select(globs, catalogue())
    for source in sources().values():
        told = [pair for pair in checked_by(source, claims) if pair[1] or not globs]
        if told:
            yield source, told


def tell_sources(globs: list[str]) -> int:
    """The same for programs."""
    told = [
        SourceTold(
            id=source.name,
            title=source.title,
            url=source.url,
            sentences=[
                SentenceTold(
                    section=sentence.section,
                    text=sentence.text,
                    claims=[claim.id for claim in checking],
                    unchecked=sentence.unchecked,
                )
                for sentence, checking in pairs
            ],
        )
        for source, pairs in by_source(globs)
    ]
    tell(Sources(sources=told))
    return 0
