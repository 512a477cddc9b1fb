"""The report for other programs: CSV, Parquet, Markdown, JUnit XML, badges."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pandas as pd

from reports import badges, one_hertz, views
from reports.loading import Loaded
from reports.matrix import UNEXPECTED, URGENT, Matrix, verdicts
from reports.neutral import csv_cell, markdown, markdown_code, xml
from reports.units import count

_INNER = [
    "line_offset", "line_bytes", "run_order", "result", "name", "identity", "occurrence", "samples",
    "number",
]  # fmt: skip
_MAX_ROWS = 50  # rows of a table in the summary; a CI job's summary is bounded


def write_exports(loaded: Loaded, table: Matrix, out: Path) -> None:
    """results.csv, matrix.csv, power.csv, measurements.csv, results.parquet and the rest."""
    results = loaded.results.drop(columns=_INNER, errors="ignore")
    write_csv(results, out / "results.csv")
    write_csv(loaded.power.drop(columns=_INNER, errors="ignore"), out / "power.csv")
    write_csv(loaded.measurements.drop(columns=_INNER, errors="ignore"), out / "measurements.csv")
    write_csv(_wide(table), out / "matrix.csv")
    results.to_parquet(out / "results.parquet", index=False)
    (out / "summary.md").write_text(summary(loaded, table), encoding="utf-8")
    junit(table).write(out / "junit.xml", encoding="utf-8", xml_declaration=True)
    (out / "badge.svg").write_text(badges.conformance(table), encoding="utf-8")
    one_hertz.write_badges(loaded, table, out)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """The frame with every text neutralised, RFC 4180, UTF-8."""
    texts = frame.select_dtypes(include=["str", "object"]).columns
    cleaned = frame.copy()
    for column in texts:
        # Texts recur: each is judged once.
        distinct = {text: csv_cell(text) for text in frame[column].dropna().unique()}
        cleaned[column] = frame[column].map(distinct)
    cleaned.columns = [csv_cell(str(column)) for column in frame.columns]
    cleaned.to_csv(path, index=False, lineterminator="\r\n")


def _wide(table: Matrix) -> pd.DataFrame:
    """A row a claim, a column a board."""
    rows = []
    for chapter in table.chapters:
        for line in chapter.lines:
            states = {
                f"board {cell.board}": cell.state.word
                + (f" ({cell.state.tag})" if cell.state.tag else "")
                for cell in line.cells
            }
            rows.append(
                {
                    "chapter": chapter.name,
                    "claim": line.claim,
                    "level": line.level,
                    "required": line.required,
                    **states,
                }
            )
    columns = ["chapter", "claim", "level", "required"]
    frame = pd.DataFrame(rows, columns=columns + [f"board {board}" for board in table.boards])
    return frame.rename(columns=lambda name: str(name).removeprefix("board "))


def summary(loaded: Loaded, table: Matrix) -> str:
    """Markdown for a CI job's summary: headline, boards, what needs a look, power."""
    good, judged = verdicts(table.counts)
    lines = [
        f"## Event loop conformance: {table.headline()}",
        "",
        f"{good} of {count(judged, 'verdict')} conform, {count(table.claim_count, 'claim')} on "
        f"{count(len(table.boards), 'board')}.",
        "",
        "| board | port | version | machine | conforms | unexpected |",
        "| --- | --- | --- | --- | ---: | ---: |",
    ]
    for card in views.board_cards(loaded, table)[:_MAX_ROWS]:
        cells = (markdown(card[key], 80) for key in ("label", "platform", "version", "machine"))
        lost = f" lost: {markdown(card['lost'], 80)}" if card["lost"] else ""
        lines.append(
            f"| {' | '.join(cells)}{lost} | {card['good']} of {card['judged']} "
            f"| {card['unexpected']} |"
        )
    for title, names in (
        ("Needs a look", URGENT),
        ("Known divergences", ("crashed-expected", "diverges-expected")),
    ):
        lines += _told(table, title, names)
    groups = views.power_groups(loaded, table)
    if groups:
        lines += [
            "",
            "### Power",
            "",
            "R is 0 at the board's floor current and 1 when it is busy, with its 95 % interval. ± "
            "is what the instrument may be off by, where its maker states it.",
            "",
            "| wait | board | class | R | 95 % interval | mean current | |",
            "| --- | --- | --- | ---: | --- | ---: | --- |",
        ]
        rows = [row for group in groups for row in group["rows"]]
        lines += [
            f"| {markdown(row['claim'], 80)} | {markdown(row['board'], 60)} | {row['kind']} "
            f"| {row['ratio']} | {row['interval']} | {row['window']} {row['off']} "
            f"| {row['source']} |"
            for row in rows[:_MAX_ROWS]
        ]
        lines += _more(len(rows))
    if loaded.problems:
        lines += ["", "### Left out", ""]
        lines += [f"- {markdown(problem, 300)}" for problem in loaded.problems[:_MAX_ROWS]]
        lines += _more(len(loaded.problems))
    return "\n".join(lines) + "\n"


def _told(table: Matrix, title: str, names: tuple[str, ...]) -> list[str]:
    told = views.attention(table, names)
    if not told:
        return []
    lines = [
        "",
        f"### {title}",
        "",
        "| outcome | claim | board | seen |",
        "| --- | --- | --- | --- |",
    ]
    for entry in told[:_MAX_ROWS]:
        state = entry["cell"].state
        seen = entry["reason"] or entry["seen"]
        lines.append(
            f"| {state.mark} {state.word} | {markdown(entry['claim'], 80)} "
            f"| {markdown(', '.join(entry['boards']), 120)} "
            f"| {markdown_code(seen, 160)} |"
        )
    return lines + _more(len(told))


def _more(number: int) -> list[str]:
    return ["", f"… and {number - _MAX_ROWS} more in the report."] if number > _MAX_ROWS else []


def junit(table: Matrix) -> ElementTree.ElementTree[ElementTree.Element]:
    """A suite a board, a case a claim. A known divergence is skipped, with its reason."""
    root = ElementTree.Element("testsuites", name="looprig")
    for board, cells in table.by_board():
        suite = ElementTree.SubElement(root, "testsuite", name=xml(board))
        totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
        for chapter, cell, row in cells:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=xml(f"{board}.{chapter.name}"),
                name=xml(cell.claim),
                time=f"{row['duration_s']:.3f}",
            )
            totals["tests"] += 1
            if kind := _case(case, cell.state.name, row):
                totals[kind] += 1
        for name, number in totals.items():
            suite.set(name, str(number))
    ElementTree.indent(root)
    return ElementTree.ElementTree(root)


def _case(case: ElementTree.Element, state: str, row: dict[str, Any]) -> str:
    """Adds what a case that did not simply pass needs; the total that it counts towards."""
    if state in ("conforms", "now-conforms"):
        if state == "now-conforms":
            out = ElementTree.SubElement(case, "system-out")
            out.text = xml(f"now conforms; the known divergence did not show: {row['reason']}")
        return ""
    if state.endswith("-expected"):
        word = state.removesuffix("-expected")
        message = xml(f"{word}, as expected: {row['reason']}")
        ElementTree.SubElement(case, "skipped", message=message)
        return "skipped"
    if state in ("unsupported", "unmeasured"):
        ElementTree.SubElement(case, "skipped", message=xml(f"{state}: {row['why']}"))
        return "skipped"
    assert state in UNEXPECTED
    tag, total = ("error", "errors") if state == "errored" else ("failure", "failures")
    seen = str(row["why"] or row["actual"])
    told = ElementTree.SubElement(case, tag, type=state, message=xml(seen[:300]))
    parts = (
        f"{name}: {row[name]}" for name in ("required", "expected", "actual", "why") if row[name]
    )
    told.text = xml("\n".join(parts))
    return total
