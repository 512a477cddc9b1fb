"""The reference pages, and the hand-written page of the bench file beside them."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from packing import reference
from rig import entries, networks
from rig.claims import ROOT, catalogue
from rig.meters.dialect import known

SECTIONS: dict[str, type[BaseModel]] = {
    "## `[board.NAME]`": entries.BoardEntry,
    "## `[board.NAME.power]`": entries.PowerProfile,
    "## `[board.NAME.network]`": networks.BoardNetwork,
    "## `[meter.NAME]`": entries.MeterEntry,
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_bench_page_explains_each_key_and_no_other(heading: str) -> None:
    text = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    section = text[text.index(f"{heading}\n") + len(heading) :].partition("\n## ")[0]
    rows = [row.partition("|")[0] for row in re.findall(r"^\| (`.*)$", section, re.MULTILINE)]
    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(explained) == sorted(SECTIONS[heading].model_fields)


def test_what_is_made_from_code_has_all_of_it() -> None:
    claims = reference.claims()
    assert all(f"| `{name}` |" in claims for name in catalogue())
    meters = reference.meters()
    assert all(f"| `{name}` |" in meters for name in known())
    keys = reference.bench_keys()
    for model in SECTIONS.values():
        assert all(f"| `{name}` |" in keys for name in model.model_fields)
    assert "| `baudrate` | whole number, 300 to 20000000 | `115200` | `serial` |" in keys
    commands = reference.commands()
    for name in re.findall(r"^## looprig (\S+)$", commands, re.MULTILINE):
        assert f"[{name}](schemas/{name}.json)" in commands


def test_each_page_is_in_the_sites_navigation() -> None:
    listed = re.findall(
        r"^ +- (?:\w+: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )
    made = {"index.md", "commands.md", "claims.md", "bench-keys.md", "meter-dialects.md"}
    assert sorted(listed) == sorted(made | {path.name for path in (ROOT / "docs").glob("*.md")})
