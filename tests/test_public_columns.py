"""What a column of the public site is: a board through its releases, in their order."""

from __future__ import annotations

import pytest

from reports.publish import columns
from rig.results import BoardInfo


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.28.0", "1.28.0"),
        ("1.29.0-preview (9458e3a23f)", "1.29.0-preview 9458e3a23f"),
        ("", "unknown release"),
        ("<b>", "unknown release"),
    ],
)
def test_a_nightly_keeps_its_commit(version: str, release: str) -> None:
    assert columns.release_of(version) == release


@pytest.mark.parametrize(
    ("about", "board"),
    [
        ({"machine": "Pico with RP2040"}, "Pico with RP2040"),
        ({"machine": "Pico with RP2040", "build": "RPI_PICO"}, "Pico with RP2040"),
        ({"machine": "Pico2 with RP2350", "build": "RPI_PICO2-RISCV"}, "Pico2 with RP2350 RISCV"),
        ({"machine": "linux [GCC 12.2.0] version"}, "unix"),
        ({"machine": "linux [GCC 14.2.1] version", "build": "standard"}, "unix"),
        ({"machine": "linux [GCC 14.2.1] version", "build": "coverage"}, "unix coverage"),
        ({}, "unnamed board"),
    ],
)
def test_a_board_is_one_through_its_releases(about: dict[str, str], board: str) -> None:
    port = "unix" if "linux" in about.get("machine", "") else "rp2"
    assert columns.board_of(BoardInfo.model_validate({"name": "x", **about}), port) == board


def test_releases_are_in_their_order() -> None:
    names = ["1.9", "1.10.0", "1.29.0-preview 9", "1.29.0", "unknown release", "1.29.1"]
    told = names[::-1]
    told.sort(key=columns.age)
    assert told == ["unknown release", *[name for name in names if name != "unknown release"]]
