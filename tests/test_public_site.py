"""The public site, of small sets of runs: what it tells, that every link leads somewhere, that bad
bundles are named, that it is there whole or as it was, and that what did not change is not read."""

from __future__ import annotations

import html
import json
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from reports.publish import bundles, columns, pages, swapping
from reports.publish.store import Store
from reports.publish.table import Table
from rig.claims import ROOT, catalogue
from rig.commands.site import site
from rig.errors import UsageError
from rig.results import BoardInfo, Outcome, Result
from tests.run_factory import ESP, HOSTILE, PICO, START, UNIX, Edit, Recipe, change, write_run

CHOSEN = [
    claim
    for claim in catalogue().values()
    if claim.id in ("run.cancels-leftovers", "loop.keeps-every-task", "power.sleep-sleeps")
    or claim.chapter == "event-loop"
][:20]
CLAIMS = [(claim.id, claim.level, claim.sentence) for claim in CHOSEN]
BROKEN = "loop.turns-in-order"
REGRESSED = "loop.runs-to-next-await"


def edits(*each: Edit) -> Edit:
    def edit(result: Result) -> Result | None:
        for one in each:
            changed = one(result)
            if changed is None:
                return None
            result = changed
        return result

    return edit


def recipe(version: str, board: BoardInfo, day: int, **more: Any) -> Recipe:
    about = board.model_copy(update={"version": version})
    when = START + timedelta(days=day)
    return Recipe(
        id=f"{board.name}-{version}-{day}", boards=(about,), claims=CLAIMS, started=when,
        samples=200, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    home = tmp_path_factory.mktemp("public")
    diverges = {"outcome": Outcome.DIVERGES, "actual": HOSTILE}
    worse = change(REGRESSED, **diverges)
    alone = change(BROKEN, **diverges)
    return [
        write_run(home, recipe("1.27.0", PICO, 0, edit=alone)),
        write_run(home, recipe("1.28.0", PICO, 1, edit=alone)),
        write_run(home, recipe("1.28.0", PICO, 2, edit=edits(alone, worse))),
        write_run(home, recipe("1.27.0", ESP, 3)),
        write_run(home, recipe("1.28.0", ESP, 4, edit=worse)),
        write_run(home, recipe("1.29.0-preview (abc)", UNIX, 5, overlay="asyncio-1.27.0")),
    ]


@pytest.fixture(scope="module")
def made(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "site"
    store = Store(str(out.with_name("bundles")))
    for run in runs[:-1]:
        store.add(bundles.encode(bundles.of_run(run)), run.name)
    store.add(bundles.encode(bundles.of_run(runs[-1], ["1.27.0", "1.28.0"])), "mixed")
    pages.publish(store, out)
    return out


def value(made: Path, path: str) -> Any:
    return json.loads((made / "data" / path).read_text(encoding="utf-8"))


def test_who_keeps_it_since_when(made: Path) -> None:
    boards = {row["board"]: row for row in value(made, f"claims/{BROKEN}.json")["boards"]}
    pico, esp = boards[PICO.machine], boards[ESP.machine]
    assert pico["since"] == "not kept in any, from 1.27.0 on"
    assert esp["since"] == "kept in all, from 1.27.0 on"
    regressed = {row["board"]: row for row in value(made, f"claims/{REGRESSED}.json")["boards"]}
    assert regressed[ESP.machine]["since"] == "not kept since 1.28.0, kept in 1.27.0"
    assert regressed[ESP.machine]["regressed"]
    assert value(made, f"claims/{BROKEN}.json")["alone"] == PICO.machine
    assert value(made, f"claims/{REGRESSED}.json")["alone"] == ""


def test_runs_that_do_not_agree_are_told_as_such(made: Path) -> None:
    rows = value(made, f"claims/{REGRESSED}.json")["boards"]
    cells = next(row for row in rows if row["board"] == PICO.machine)["cells"]
    assert cells[1]["often"] == "conforms in 1, diverges in 1 of 2 runs"
    assert cells[1]["outcome"] == "diverges"  # the latest counts


def test_the_event_loops_page_is_annotated(made: Path) -> None:
    document = value(made, "sources/event-loop.json")
    sentences = [each for section in document["sections"] for each in section["sentences"]]
    told = next(claim for each in sentences for claim in each["claims"] if claim["claim"] == BROKEN)
    assert (told["kept_by"], told["judged_on"]) == (2, 3)
    assert told["not_by"] == [PICO.machine]
    text = (made / "sources" / "event-loop.html").read_text(encoding="utf-8")
    for each in sentences:
        assert html.escape(each["text"], quote=False).replace("&#39;", "'") in html.unescape(text)


def test_known_reasons_are_of_the_release_that_ran(made: Path) -> None:
    """An overlay's board says the interpreter's version; what is known goes by asyncio's."""
    triage = value(made, "claims/run.cancels-leftovers.json")["triage"]
    assert "7471" in triage[0]["link"]
    assert any("1.27.0, 1.28.0" in where for where in triage[0]["where"])


def test_what_is_mixed_is_said_on_every_page(made: Path) -> None:
    for path in made.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<strong>Mixed:</strong> of 1.27.0, 1.28.0" in text, path
        assert "overlay on MicroPython 1.29.0-preview abc" in text, path


def test_badges_say_what_shields_reads(made: Path) -> None:
    told = json.loads((made / "badges" / "rp2.json").read_text("utf-8"))
    assert told["schemaVersion"] == 1
    assert set(told) == {"schemaVersion", "label", "message", "color"}
    assert told["message"].startswith("1.28.0: ")
    svg = (made / "badges" / "rp2.svg").read_text("utf-8")
    assert told["message"] in svg
    assert "1.28.0 (mixed): " in (made / "badges" / "unix.svg").read_text("utf-8")


def test_a_page_shows_the_tests_own_text(made: Path) -> None:
    text = html.unescape((made / "claims" / "run.cancels-leftovers.html").read_text("utf-8"))
    script = (ROOT / "device_tests" / "event_loop" / "leftovers.py").read_text("utf-8")
    assert script.strip() in text
    assert '@claim("run.cancels-leftovers")' in text.replace("pytest.mark.", "")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.files: dict[str, str] = {}  # of evidence: row -> file

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in ("href", "src") if given.get(name)]
        self.ids.add(given.get("id") or "")
        if given.get("data-file"):
            self.files[str(given["data-evidence"])] = str(given["data-file"])


def read(path: Path) -> Links:
    parser = Links()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def dead(site: Path) -> Iterator[str]:
    """Every link, script, image and evidence of a page that leads to nothing."""
    evidence: dict[Path, str] = {}
    files = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    pages = {name: read(site / name) for name in sorted(files) if name.endswith(".html")}
    for page, links in pages.items():
        for link in links.found:
            if re.match(r"(https?|data):", link):
                continue
            path, _, anchor = link.partition("#")
            path = unquote(path.partition("?")[0])
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
            target = target if path else page
            anchored = not anchor or anchor.startswith("evidence=")
            if target not in files or not (anchored or anchor in pages[target].ids):
                yield f"{page}: {link}"
        for row, name in links.files.items():
            file = site / name
            if file not in evidence:
                evidence[file] = file.read_text(encoding="utf-8") if file.is_file() else ""
            if f'"{row}":' not in evidence[file]:
                yield f"{page}: evidence {row}"


def test_no_link_is_dead(made: Path) -> None:
    assert len(list(made.rglob("*.html"))) > len(catalogue())
    assert list(dead(made)) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html">x</a><a href="#y">y</a>', "utf-8")
    assert list(dead(tmp_path)) == ["a.html: b.html", "a.html: #y"]


def test_what_boards_send_is_text(made: Path) -> None:
    for path in [*made.rglob("*.html"), *made.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert "<script>window" not in text, path
        assert "\u202e" not in text, path
        assert "\x1b" not in text, path
        assert "javascript:alert" not in text or path.suffix == ".js", path


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
    test_what_boards_send_is_text(tmp_path / "site")
    assert "1 results are of claims" in table.problems[0]
    assert [release.name for _, release in table.columns] == ["unknown release"]


def test_bad_bundles_are_named_and_the_rest_is_published(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "bundles"
    place.mkdir()
    bundles.write(runs[0], place / "good.parquet")
    (place / "again.parquet").write_bytes((place / "good.parquet").read_bytes())
    (place / "bad<b>.parquet").write_bytes(b"PAR1 no")
    assert site([], tmp_path / "site", str(place)) == 0
    said = capsys.readouterr().out
    assert "bad<b>.parquet is no bundle" in said
    assert "good.parquet is the same as again.parquet; it counts once" in said
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "bad&lt;b&gt;.parquet is no bundle" in page
    assert value(tmp_path / "site", "index.json")["runs"] == 1


def test_a_second_call_reads_only_what_is_new(runs: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "bundles"))
    out = tmp_path / "site"
    for run in runs[:4]:
        store.add(bundles.encode(bundles.of_run(run)), run.name)
    assert pages.publish(store, out)[1] == 4
    store.add(bundles.encode(bundles.of_run(runs[4])), runs[4].name)
    assert pages.publish(store, out)[1] == 1
    fresh = tmp_path / "fresh"
    assert pages.publish(store, fresh)[1] == 5
    assert content(out) == content(fresh)
    bundle = next((tmp_path / "bundles").rglob("*.parquet"))
    bundle.unlink()
    assert pages.publish(store, out)[1] == 0
    assert len(list((out / "evidence").iterdir())) == 4
    assert list(dead(out)) == []


def content(site: Path) -> dict[str, bytes]:
    """Every page and every JSON; bundles.json has the bundles' times."""
    return {
        str(path.relative_to(site)): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.suffix != ".parquet" and path.name != "bundles.json"
    }


def test_it_is_there_whole_or_as_it_was(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path / "bundles"))
    store.add(bundles.encode(bundles.of_run(runs[0])), "one")
    out = tmp_path / "site"
    pages.publish(store, out)
    before = content(out)
    store.add(bundles.encode(bundles.of_run(runs[1])), "two")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pages._Pages, "_search", fails)
        with pytest.raises(OSError, match="No space"):
            pages.publish(store, out)
    assert content(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "site"]
    with monkeypatch.context() as patched:  # where two folders cannot be exchanged at once
        patched.setattr(swapping, "_exchanged", lambda *_: False)
        pages.publish(store, out)
    assert content(out) != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "site"]


def test_what_is_no_site_is_not_replaced(runs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="something else than a site"):
        site([runs[0]], tmp_path / "precious", str(tmp_path / "bundles"))
    assert (tmp_path / "precious" / "thesis.txt").read_text("utf-8") == "mine"


def test_the_command_says_what_is_wrong(runs: list[Path], tmp_path: Path) -> None:
    def looprig(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rig", "site", *map(str, words)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    done = looprig("--out", tmp_path / "site")
    assert done.returncode == 2
    assert "there is no bundle" in done.stderr
    (tmp_path / "no.parquet").write_bytes(b"")
    done = looprig(runs[0], tmp_path / "no.parquet", "--out", tmp_path / "site")
    assert done.returncode == 3, done.stderr
    assert "no.parquet is no bundle" in done.stdout
    assert (tmp_path / "site" / "index.html").is_file()
    assert len(list((tmp_path / "site.bundles").rglob("*.parquet"))) == 1
    done = looprig(runs[0], "--out", tmp_path / "site")
    assert "1 bundle, 0 of them read now" in done.stdout


def test_the_frames_are_of_everything(made: Path) -> None:
    parts = pd.read_parquet(made / "data" / "parts.parquet")
    cells = pd.read_parquet(made / "data" / "cells.parquet")
    assert len(parts) == 7  # the overlay stands for two releases
    assert len(cells) == 6 * len(CLAIMS)


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


def test_addresses_do_not_depend_on_others(made: Path, runs: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "bundles"))
    store.add(bundles.encode(bundles.of_run(runs[3])), "esp")
    table: Table = pages.publish(store, tmp_path / "site")[0]
    for line in table.lines:
        assert (made / "boards" / f"{line.slug}.html").is_file()


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
