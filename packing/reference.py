"""The reference pages of the docs' site, from what the program has: they cannot fall behind it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from pydantic import BaseModel


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A table of Markdown."""
    heads = list(headings)
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return lines + [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"
                    for row in rows]  # fmt: skip


def claims() -> str:
    """Every claim by chapter, with its level, its source, and the faults that it must catch."""
    from rig.claims import catalogue, sources
    from rig.faults import fault, names

    caught: dict[str, list[str]] = {}
    for name in names():
        for claim_id in fault(name).caught_by:
            caught.setdefault(claim_id, []).append(name)
    lines = ["# Claims", "", "What `looprig claims` lists. How to read one: "]
    lines[-1] += "[adding-a-claim.md](adding-a-claim.md)."
    chapters: dict[str, list[list[str]]] = {}
    for claim in catalogue().values():
        sentence = claim.sentence.replace("<", "&lt;")
        source = sources()[claim.source].title if claim.source else ""
        faults = ", ".join(f"`{name}`" for name in caught.get(claim.id, []))
        row = [f"`{claim.id}`", claim.level, sentence, source, faults]
        chapters.setdefault(claim.chapter_title, []).append(row)
    for title, rows in chapters.items():
        lines += ["", f"## {title}", ""]
        lines += table(("claim", "level", "it says", "source", "faults it must catch"), rows)
    return "\n".join(lines) + "\n"


def commands() -> str:
    """What each command's --help says, and the schema of what its --json prints."""
    import typer

    from rig.answers import schemas
    from rig.cli import app

    root: Any = typer.main.get_command(app)
    lines = ["# Commands", ""]
    for name, command in sorted(root.commands.items()):
        context = type(root).context_class(command, info_name=f"looprig {name}")
        text = click.unstyle(command.get_help(context)).strip()
        documents = [each for each in schemas.ANSWERS if each.partition("-")[0] == name]
        told = ", ".join(f"[{each}](schemas/{each}.json)" for each in documents)
        lines += [f"## looprig {name}", "", "```text", text, "```", "", f"`--json`: {told}", ""]
    lines += ["A command that ends without an answer prints [error](schemas/error.json)."]
    return "\n".join(lines) + "\n"


def bench_keys() -> str:
    """Every key of a bench file: its type, what it is where it is left out, and which kinds of
    board or meter take it."""
    from rig import entries, networks
    from rig.bench import Bench

    lines = ["# The bench file's keys", "", "As looprig reads them. What each means: "]
    lines[-1] += "[bench.md](bench.md)."
    top = {name for name in Bench.model_fields if name not in ("path", "board", "meter")}
    for title, model, kinds in (
        ("Above the first table", Bench, None),
        ("[board.NAME]", entries.BoardEntry, entries.KEYS),
        ("[board.NAME.power]", entries.PowerProfile, None),
        ("[board.NAME.network]", networks.BoardNetwork, None),
        ("[board.NAME.labgrid]", entries.LabgridPlace, None),
        ("[meter.NAME]", entries.MeterEntry, entries.METER_KEYS),
        ("[labgrid]", entries.Labgrid, None),
        ("[suite]", entries.SuiteEntry, None),
    ):
        only = top if model is Bench else None
        shown = f"`{title}`" if title.startswith("[") else title
        lines += ["", f"## {shown}", "", *keys_of(model, kinds, only)]
    lines += ["", "## `options` of a meter", "", "| kind | keys |", "|---|---|"]
    for kind, names in entries.OPTIONS.items():
        lines.append(f"| `{kind}` | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(lines) + "\n"


def keys_of(
    model: type[BaseModel], kinds: Mapping[str, Iterable[str]] | None, only: set[str] | None = None
) -> list[str]:
    """A table of a model's keys."""
    rows = []
    schema = model.model_json_schema()
    required = schema.get("required", [])
    for name, said in schema["properties"].items():
        if only is not None and name not in only:
            continue
        default = "needed" if name in required else plain(said.get("default"))
        row = [f"`{name}`", kind_of(said), default]
        if kinds is not None:
            takes = [kind for kind, keys in kinds.items() if name in keys]
            row.append("all" if name == "kind" else ", ".join(f"`{kind}`" for kind in takes))
        rows.append(row)
    heads = ["key", "type", "left out"] + (["of kind"] if kinds is not None else [])
    return table(heads, rows)


def kind_of(said: Mapping[str, Any]) -> str:
    """A property's type in words, with its bounds."""
    if "enum" in said:
        return "one of " + ", ".join(f'`"{word}"`' for word in said["enum"])
    if "anyOf" in said:
        return " or ".join(kind_of(each) for each in said["anyOf"] if each.get("type") != "null")
    if "$ref" in said:
        return "table"
    word = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no",
            "array": "list", "object": "table"}[said["type"]]  # fmt: skip
    least, most = said.get("minimum"), said.get("maximum")
    return (
        f"{word}, {least:.10g} to {most:.10g}" if least is not None and most is not None else word
    )


def plain(default: object) -> str:
    if default in (None, "", [], {}):
        return ""
    if isinstance(default, dict):
        return "" if not any(default.values()) else "its own"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


def meters() -> str:
    """Every dialect of a VISA meter: which answers to *IDN? choose it, and what it can do."""
    from rig.meters.dialect import known

    rows = []
    for name, dialect in known().items():
        about = (sys.modules[dialect.__module__].__doc__ or "").strip().partition("\n")[0]
        rows.append(
            (
                f"`{name}`",
                about.rstrip("."),
                f"`{dialect.IDN.pattern}`" if "(?!)" not in dialect.IDN.pattern else "nothing else",
                f"{dialect.MAX_RATE_HZ:g}",
                "all" if dialect.WAVEFORM else "spinning",
                "yes" if dialect.SUPPLIES else "",
                dialect.CHANNELS or "",
                "yes" if dialect.TRIGGERED else "",
            )
        )
    heads = (
        "dialect", "meters", "chosen by `*IDN?`", "samples a second, at most", "waits it judges",
        "supplies", "channels", "trigger input",
    )  # fmt: skip
    about = "As looprig has them. What each rests on, and meters that are no VISA instruments: "
    lines = ["# Dialects of meters", "", f"{about}[meters.md](meters.md)."]
    return "\n".join([*lines, "", *table(heads, rows)]) + "\n"
