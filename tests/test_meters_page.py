"""docs/meters.md says of each meter where what is known of it is from, and whether it is played."""

from __future__ import annotations

import re

import pytest

from rig.claims import ROOT
from rig.meters.dialect import known
from rig.virtual.instruments import BY_NAME

PAGE = (ROOT / "docs/meters.md").read_text("utf-8")
OWN = ("ppk2", "joulescope", "powershield", "ina")
"""Kinds that are no VISA instruments; `visa` has the dialects, and `virtual` is none."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below that heading, its head and rule left out."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


@pytest.mark.parametrize("name", [*known(), *(f'kind = "{kind}"' for kind in OWN)])
def test_each_meter_says_where_it_is_from_and_how_it_is_played(name: str) -> None:
    found = [row for row in rows("What each can do here") if f"`{name}`" in row[1]]
    assert found
    for *_, basis, virtual in found:
        assert re.search("manual|driver|source|notes|data sheet|SCPI-1999|UM2|list", basis)
        assert virtual.startswith(("yes", "played", "a real MicroPython"))
    assert "No meter of this page has been seen by this rig" in PAGE


def test_what_is_called_virtual_is_played() -> None:
    assert set(known()) == set(BY_NAME)


def test_each_says_what_a_reading_of_it_is_worth_or_why_it_does_not() -> None:
    told = " ".join(row[0] for row in rows("What a reading is worth"))
    for name in (
        "2450", "PPK2", "LPM01A", "INA226", "INA228", "34465A", "DMM6500", "N6705C", "NGU",
        "Siglent", "Owon", "WT300E", "JS110", "JS220", "JS320", "STLINK-V3PWR",
    ):  # fmt: skip
        assert name in told
