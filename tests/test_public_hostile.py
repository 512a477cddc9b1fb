"""What strangers send stays text, and within the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.publish import bundles, pages
from reports.publish.store import Store
from rig.commands.site import site
from rig.results import BoardInfo, Outcome
from tests.public_site import BROKEN, CLAIMS, dead, no_code, recipe
from tests.run_factory import HOSTILE, PICO, Recipe, change, write_run


def hostile(name: str) -> BoardInfo:
    return PICO.model_copy(
        update={
            "name": name,
            "machine": HOSTILE,
            "platform": "../../" + HOSTILE,
            "version": HOSTILE,
        }
    )


def test_a_hostile_board_stays_within_the_site(tmp_path: Path) -> None:
    home = tmp_path / "runs"
    board = hostile("../../../../tmp/" + HOSTILE)
    edit = change("run.reraises", outcome=Outcome.DIVERGES, actual=HOSTILE, why=HOSTILE)
    own = Recipe(id="x", boards=(board,), claims=[*CLAIMS, ("no.such", "quality", HOSTILE)])
    own.edit, own.samples = edit, 100
    run = write_run(home, own)
    info = json.loads((run / "run.json").read_text("utf-8"))
    info["id"] = "../../" + HOSTILE
    (run / "run.json").write_text(json.dumps(info), "utf-8")
    store = Store(str(tmp_path / "bundles"))
    store.add(bundles.encode(bundles.of_run(run)), info["id"])
    table, _ = pages.publish(store, tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "runs", "site"]
    assert list(dead(tmp_path / "site")) == []
    no_code(tmp_path / "site")
    assert "1 results are of claims" in table.problems[0]
    assert [release.name for _, release in table.columns] == ["unknown release"]


ODD: dict[str, dict[str, Any]] = {
    "a clock past all floats": {
        "executions": [{"device_test": "a", "ended": "x", "events": [{"name": "e", "us": 10**400}]}]
    },
    "deep data": {
        "executions": [
            {
                "device_test": "a",
                "ended": "x",
                "events": [{"name": "e", "us": 1, "data": [json.loads("[" * 90 + "]" * 90)]}],
            }
        ]
    },
    "numbers that are none": {
        "duration_s": float("nan"),
        "measurements": [
            {"name": "m", "unit": "<b>", "n": -1}
            | dict.fromkeys(("median", "low", "high", "p99"), float("inf"))
            | {"maximum": float("nan")}
        ],
    },
    "currents that are none": {
        "power": [
            {"wait": "w", "source": "measured", "kind": "sleeps", "capture": "../../etc/passwd"}
            | {"ratio": dict.fromkeys(("value", "low", "high"), float("nan"))}
            | dict.fromkeys(("active_fraction", "window_a", "floor_a", "busy_a"), 1e308)
            | dict.fromkeys(("contrast", "charge_c", "duration_s", "supply_v"), float("-inf"))
        ]
    },
    "a lone surrogate": {"actual": "\ud800", "why": "\x00"},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_shown_or_refused(name: str, tmp_path: Path) -> None:
    """Never more than that: no traceback, no half a site, nothing read from elsewhere."""
    run = write_run(tmp_path, recipe("1.28.0", PICO, 0))
    told = {"claim": BROKEN, "board": "pico", "outcome": "diverges", **ODD[name]}
    with (run / "results.jsonl").open("a") as file:
        file.write(json.dumps(told) + "\n")
    good = write_run(tmp_path, recipe("1.27.0", PICO, 1))
    assert site([run, good], tmp_path / "site", str(tmp_path / "bundles")) in (0, 3)
    assert list(dead(tmp_path / "site")) == []
    assert "root:" not in "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.js"))
