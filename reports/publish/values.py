"""What each page shows, as plain values: the same that stands beside it as JSON."""

from __future__ import annotations

from typing import Any

from reports.neutral import link
from reports.publish.table import BROKEN, KEPT, VERDICTS, Line, Release, Table
from reports.publish.tests_text import device_source, host_sources
from rig.claims import Claim, Source, checked_by

Value = dict[str, Any]
NAMED = 30
"""Boards named beside a claim before the rest is counted."""
FEW = 4
"""And beside each claim of a sentence."""


def cell(table: Table, claim: str, release: Release) -> Value | None:
    """One claim on one column, with the address of its evidence."""
    spot = table.spot(claim, release)
    if spot is None:
        return None
    chapter = table.claims[claim].chapter
    known = release.known.get(claim) if spot.outcome in BROKEN else None
    return {
        "release": release.name,
        "outcome": spot.outcome,
        "run": spot.run,
        "often": spot.often,
        "evidence": f"evidence/{spot.key}/{chapter}.js",
        "row": f"{spot.key}/{claim}",
        "reason": known.reason if known else "",
        "link": link(known.link) if known else "",
    }


def claim_brief(claim: Claim) -> Value:
    return {
        "claim": claim.id,
        "chapter": claim.chapter_title or claim.chapter,
        "level": claim.level,
        "sentence": claim.sentence,
        "page": f"claims/{claim.id}.html",
    }


def claim_page(table: Table, claim: Claim, sources: dict[str, Source]) -> Value:
    """Who keeps it, since when; reasons and links of those who do not."""
    source = sources.get(claim.source)
    boards = []
    triage: dict[tuple[str, str], dict[str, list[str]]] = {}
    for line in table.lines_of(claim.id):
        cells = [cell(table, claim.id, release) for release in line.releases]
        told = table.told(claim.id, line)
        boards.append(
            {
                **line_brief(line),
                "state": told.state,
                "since": told.words,
                "regressed": told.regressed,
                "cells": [one for one in cells if one],
            }
        )
        for one in filter(None, cells):
            if one["reason"]:
                where = triage.setdefault((one["reason"], one["link"]), {})
                where.setdefault(line.board, []).append(one["release"])
    alone = table.alone(claim.id)
    kept, judged = table.keepers(claim.id)
    return {
        **claim_brief(claim),
        "source": source.title if source else "",
        "source_page": f"sources/{source.name}.html" if source else "",
        "quote": claim.quote,
        "needs": list(claim.needs),
        "threads": [each for each in map(link, claim.reports) if each],
        "test": host_sources().get(claim.id, ("", ""))[0],
        "test_source": host_sources().get(claim.id, ("", ""))[1],
        "device_test": claim.device_test,
        "device_source": device_source(claim),
        "kept_by": kept,
        "judged_on": judged,
        "alone": alone.board if alone else "",
        "boards": boards,
        "triage": [
            {
                "reason": reason,
                "link": to,
                "where": [f"{board}: {', '.join(on)}" for board, on in list(where.items())[:NAMED]],
                "more": max(0, len(where) - NAMED),
            }
            for (reason, to), where in triage.items()
        ],
    }


def line_brief(line: Line) -> Value:
    return {
        "port": line.port,
        "board": line.board,
        "how": line.how,
        "page": f"boards/{line.slug}.html",
        "port_page": f"ports/{line.port}.html",
    }


def column(table: Table, line: Line, release: Release) -> Value:
    """One release on one board, in numbers."""
    counts = table.counts(release)
    kept, judged = table.documented(release)
    return {
        **line_brief(line),
        "release": release.name,
        "release_page": f"releases/{release.slug}.html",
        "mixed": release.mixed,
        "firmware": release.firmware,
        "runs": release.runs,
        "latest": release.latest,
        "kept": counts[KEPT],
        "broken": sum(counts[outcome] for outcome in BROKEN),
        "without_verdict": sum(n for outcome, n in counts.items() if outcome not in VERDICTS),
        "documented_kept": kept,
        "documented_judged": judged,
        "outcomes": dict(counts),
    }


def board_page(table: Table, line: Line) -> Value:
    """Every claim on one board, release by release."""
    rows = []
    for claim in table.claims.values():
        cells = [cell(table, claim.id, release) for release in line.releases]
        if any(cells):
            told = table.told(claim.id, line)
            rows.append({**claim_brief(claim), "since": told.words, "state": told.state,
                         "regressed": told.regressed, "cells": cells})  # fmt: skip
    return {
        **line_brief(line),
        "columns": [column(table, line, release) for release in line.releases],
        "claims": rows,
    }


def release_page(table: Table, name: str) -> Value:
    """One release on every board that ran it: what each claim came to."""
    on = [(line, release) for line, release in table.columns if release.name == name]
    by_line = {line.slug: release for line, release in on}
    rows = []
    for claim in table.claims.values():
        kept, changed, broken = 0, 0, []
        for line in table.lines_of(claim.id):
            release = by_line.get(line.slug)
            spot = table.spot(claim.id, release) if release else None
            if not release or not spot or spot.outcome not in VERDICTS:
                continue
            changed += _changed(table, claim.id, line, release)
            if spot.outcome == KEPT:
                kept += 1
            else:
                broken.append(line_brief(line))
        if kept or broken:
            rows.append({**claim_brief(claim), "kept": kept, "broken": len(broken),
                         "changed": changed, "boards": broken[:NAMED],
                         "more": len(broken[NAMED:])})  # fmt: skip
    return {
        "release": name,
        "columns": [column(table, line, release) for line, release in on],
        "claims": rows,
    }


def _changed(table: Table, claim: str, line: Line, release: Release) -> bool:
    """Whether the board's verdict on it is another than with the release before."""
    at = line.releases.index(release)
    if not at:
        return False
    two = [table.spot(claim, line.releases[number]) for number in (at - 1, at)]
    kept = [spot.outcome == KEPT for spot in two if spot and spot.outcome in VERDICTS]
    return len(kept) == 2 and kept[0] != kept[1]


def port_page(table: Table, port: str) -> Value:
    """A port's boards and releases, and what its boards do not keep in their latest."""
    lines = [line for line in table.lines if line.port == port]
    rows = []
    for claim in table.claims.values():
        broken = [line for line in table.broken_by(claim.id) if line.port == port]
        if broken:
            brief = [{**line_brief(line), "since": table.told(claim.id, line).words}
                     for line in broken[:NAMED]]  # fmt: skip
            rows.append({**claim_brief(claim), "boards": brief, "more": len(broken[NAMED:])})
    return {
        "port": port,
        "page": f"ports/{port}.html",
        "columns": [column(table, line, release) for line in lines for release in line.releases],
        "broken": rows,
        "badge": f"badges/{port}.svg",
        "endpoint": f"badges/{port}.json",
    }


def source_page(table: Table, source: Source) -> Value:
    """The document, sentence by sentence, each with its claims and who keeps them."""
    sections: list[Value] = []
    for sentence, claims in checked_by(source, table.claims):
        if not sections or sections[-1]["section"] != sentence.section:
            sections.append({"section": sentence.section, "sentences": []})
        told = []
        for claim in claims:
            kept, judged = table.keepers(claim.id)
            broken = [line.board for line in table.broken_by(claim.id)]
            told.append({**claim_brief(claim), "kept_by": kept, "judged_on": judged,
                         "not_by": broken[:FEW], "more": len(broken[FEW:])})  # fmt: skip
        worst = next((each for each in told if each["kept_by"] < each["judged_on"]), None)
        asked = [each for each in told if each["judged_on"]]
        sections[-1]["sentences"].append(
            {
                "text": sentence.text,
                "unchecked": sentence.unchecked,
                "state": "diverges" if worst else KEPT if asked else "unmeasured",
                "claims": told,
            }
        )
    return {
        "source": source.title,
        "url": link(source.url),
        "page": f"sources/{source.name}.html",
        "sections": sections,
    }
