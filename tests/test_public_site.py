"""The public site, of small sets of runs: what it tells, that every link leads somewhere, that bad
bundles are named, that it is there whole or as it was, and that what did not change is not read."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reports.publish import bundles, pages, swapping
from reports.publish.store import Store
from reports.publish.table import Table
from rig.claims import ROOT, catalogue
from rig.commands.site import site
from rig.errors import UsageError
from rig.results import Outcome, Result
from tests.public_site import BROKEN, CLAIMS, REGRESSED, dead, no_code, recipe
from tests.run_factory import ESP, HOSTILE, PICO, UNIX, Edit, change, write_run
from tests.started import looprig


def edits(*each: Edit) -> Edit:
    def edit(result: Result) -> Result | None:
        for one in each:
            changed = one(result)
            if changed is None:
                return None
            result = changed
        return result

    return edit


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


def test_no_link_is_dead(made: Path) -> None:
    assert len(list(made.rglob("*.html"))) > len(catalogue())
    assert list(dead(made)) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html">x</a><a href="#y">y</a>', "utf-8")
    assert list(dead(tmp_path)) == ["a.html: b.html", "a.html: #y"]


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
    done = looprig("site", "--out", tmp_path / "site")
    assert done.returncode == 2
    assert "there is no bundle" in done.stderr
    (tmp_path / "no.parquet").write_bytes(b"")
    done = looprig("site", runs[0], tmp_path / "no.parquet", "--out", tmp_path / "site")
    assert done.returncode == 3, done.stderr
    assert "no.parquet is no bundle" in done.stdout
    assert (tmp_path / "site" / "index.html").is_file()
    assert len(list((tmp_path / "site.bundles").rglob("*.parquet"))) == 1
    done = looprig("site", runs[0], "--out", tmp_path / "site")
    assert "1 bundle, 0 of them read now" in done.stdout


def test_a_users_own_folders_are_not_taken_for_the_rigs(runs: list[Path], tmp_path: Path) -> None:
    for name in ("rig", "reports"):
        (tmp_path / name).mkdir()
    (tmp_path / "reports" / "__init__.py").write_text("raise SystemExit('my own')")
    command: list[str | Path] = [
        Path(sys.executable).with_name("looprig"),
        "site",
        runs[0],
        "--out",
        "site",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_frames_are_of_everything(made: Path) -> None:
    parts = pd.read_parquet(made / "data" / "parts.parquet")
    cells = pd.read_parquet(made / "data" / "cells.parquet")
    assert len(parts) == 7  # the overlay stands for two releases
    assert len(cells) == 6 * len(CLAIMS)


def test_addresses_do_not_depend_on_others(made: Path, runs: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "bundles"))
    store.add(bundles.encode(bundles.of_run(runs[3])), "esp")
    table: Table = pages.publish(store, tmp_path / "site")[0]
    for line in table.lines:
        assert (made / "boards" / f"{line.slug}.html").is_file()


def test_what_boards_send_is_text(made: Path) -> None:
    no_code(made)
