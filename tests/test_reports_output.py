"""What the reports say, and that nothing a board says can become more than text."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import reports
from reports import neutral
from rig.results import BoardInfo, Divergence, EventRecord, ExecutionRecord, Outcome, Result
from tests.run_factory import (
    CLAIMS,
    ESP,
    FORMULAS,
    HOSTILE,
    PICO,
    START,
    UNIX,
    Recipe,
    change,
    write_run,
)


def hostile(result: Result) -> Result:
    """Every text that could come from a board, hostile."""
    execution = ExecutionRecord(
        device_test="x/y",
        ended="raised",
        how=HOSTILE,
        events=[EventRecord(name=HOSTILE, us=1, data=[HOSTILE, 1])],
        output=HOSTILE,
        traceback=HOSTILE,
        damage=[HOSTILE],
    )
    known = Divergence(reason=HOSTILE, link="javascript:alert(1)")
    return result.model_copy(
        update={
            "outcome": Outcome.DIVERGES,
            "expectation": known if result.claim.startswith("run.") else None,
            "required": HOSTILE,
            "expected": HOSTILE,
            "actual": HOSTILE,
            "executions": [execution],
        }
    )


HOSTILE_BOARD = BoardInfo(
    name="evil <b>|`board`",
    version=HOSTILE,
    machine=HOSTILE,
    platform=HOSTILE,
    meter=HOSTILE,
    port=HOSTILE,
    lost=HOSTILE,
)


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """The report of a run in which everything is hostile."""
    run = write_run(tmp_path, Recipe(boards=(HOSTILE_BOARD,), edit=hostile, errors=[HOSTILE]))
    return reports.write_site(reports.load([run]), tmp_path / "report").parent


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.bad: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "object"):
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.bad.append(name)
            if name in ("href", "src"):
                self.links.append(value or "")


def test_pages_hold_no_markup_of_a_board(evil: Path) -> None:
    pages = [*evil.glob("*.html"), *evil.glob("boards/*.html")]
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        tags = Tags()
        tags.feed(text)
        assert tags.bad == []
        assert tags.scripts <= 6
        assert not [link for link in tags.links if link.lower().startswith("javascript")]
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
        assert page.name != "index.html" or "{{ 7*7 }}" in text  # no template in a template
        assert "connect-src &#39;none&#39;" in text


def test_pages_name_no_host_to_load_from(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    out = reports.write_site(reports.load([run]), tmp_path / "report").parent
    for page in [*out.glob("*.html"), *out.glob("boards/*.html")]:
        tags = Tags()
        tags.feed(page.read_text(encoding="utf-8"))
        loaded = [link for link in tags.links if not link.startswith(("#", "https://example.org"))]
        assert not [link for link in loaded if "//" in link]
    assert (out / "plotly.min.js").stat().st_size > 1_000_000


def test_csv_cells_are_no_formulas(tmp_path: Path) -> None:
    claims = iter(FORMULAS * len(CLAIMS))

    def edit(result: Result) -> Result:
        return result.model_copy(update={"actual": next(claims), "why": HOSTILE})

    board = PICO.model_copy(update={"name": "=cmd|'/C calc'!A0"})
    run = write_run(tmp_path, Recipe(boards=(board,), edit=edit))
    out = reports.write_site(reports.load([run]), tmp_path / "report").parent
    names = ("results.csv", "matrix.csv", "power.csv", "measurements.csv")
    for name in names:
        rows = list(csv.reader(io.StringIO((out / name).read_bytes().decode("utf-8"))))
        assert len({len(row) for row in rows}) == 1
        for row in rows:
            for cell in row:
                assert not re.match("[=+\\-@\t\r]", cell) or re.fullmatch(r"-?[\d.e+-]+", cell)
                assert "\x1b" not in cell
    read = pd.read_csv(out / "power.csv")
    assert read["window_a"].dtype == "float64"
    assert pd.read_parquet(out / "results.parquet").shape[0] == len(CLAIMS)


def test_markdown_keeps_its_tables_whole(evil: Path) -> None:
    text = (evil / "summary.md").read_text(encoding="utf-8")
    body = [line for line in text.splitlines() if line.startswith("|")]
    widths = {line.count("|") for line in body}
    assert widths == {7, 5, 8} or widths <= {7, 5, 8}
    for forbidden in ("<script", "<img", "`", "](", "@everyone", "https://evil", "\x1b", "\u202e"):
        assert forbidden not in text


def test_junit_is_xml_and_counts(tmp_path: Path) -> None:
    edits = {
        "run.reraises": {"outcome": Outcome.DIVERGES, "actual": HOSTILE},
        "run.until-raise": {"outcome": Outcome.CRASHED, "why": "\x00\x08reset\ufffe"},
        "run.until-return": {"outcome": Outcome.ERRORED, "why": "the meter did not answer"},
        "task.cancel-raises": {"outcome": Outcome.UNSUPPORTED, "why": "needs threads"},
        "stream.read-resumes": {"outcome": Outcome.INCONCLUSIVE, "why": "contrast"},
    }

    def edit(result: Result) -> Result:
        return result.model_copy(update=edits.get(result.claim, {}))

    run = write_run(tmp_path, Recipe(edit=edit))
    out = reports.write_site(reports.load([run]), tmp_path / "report").parent
    (suite,) = ElementTree.parse(out / "junit.xml").getroot()
    totals = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
    # The known divergence and the unsupported claim are skipped, each with its reason.
    assert totals == {"tests": len(CLAIMS), "failures": 3, "errors": 1, "skipped": 2}
    endpoint = json.loads((out / "badge-1hz.json").read_text(encoding="utf-8"))
    assert endpoint["label"] == "asyncio at 1 Hz"
    assert endpoint["message"] == "1636 µA, modelled"  # 1.62 mA and 1 %, by a model in part
    assert endpoint["schemaVersion"] == 1
    one_hertz = ElementTree.parse(out / "badge-1hz.svg").getroot()
    assert one_hertz.get("aria-label") == "asyncio at 1 Hz: 1636 µA, modelled"
    badge = ElementTree.parse(out / "badge.svg").getroot()
    assert badge.get("aria-label") == "event loop: 19 of 22 conform"


def test_the_latest_run_counts_and_an_older_one_says_so(tmp_path: Path) -> None:
    write_run(tmp_path, Recipe(id="old", edit=change("run.reraises", outcome=Outcome.DIVERGES)))
    new = Recipe(id="new", started=START + timedelta(1), claims=CLAIMS[:13])
    write_run(tmp_path, new)
    out = reports.write_site(reports.load([tmp_path]), tmp_path / "report").parent
    text = (out / "index.html").read_text(encoding="utf-8")
    assert "Nothing unexpected" in text
    assert text.count(">earlier run</span>") == len(CLAIMS) - 13
    page = (out / "boards" / "unix.html").read_text(encoding="utf-8")
    assert "Claims whose outcome changed" in page


def test_a_board_that_was_lost_before_its_first_claim_has_its_page(tmp_path: Path) -> None:
    lost = BoardInfo(name="gone", lost="did not answer at 08:00")
    run = write_run(tmp_path, Recipe(boards=(UNIX, lost), edit=only_unix))
    out = reports.write_site(reports.load([run]), tmp_path / "report").parent
    assert "did not answer at 08:00" in (out / "boards" / "gone.html").read_text(encoding="utf-8")
    assert "not judged" in (out / "index.html").read_text(encoding="utf-8")


def only_unix(result: Result) -> Result | None:
    return result if result.board == "unix" else None


def test_what_is_unexpected_comes_first(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe(edit=change("task.cancel-raises", outcome=Outcome.CRASHED)))
    text = reports.write_site(reports.load([run]), tmp_path / "report").read_text(encoding="utf-8")
    assert "1 unexpected crash" in text
    places = [text.index(t) for t in ("Needs a look", "Known divergences", "Claims × boards")]  # noqa: RUF001
    assert places == sorted(places)


def test_modelled_currents_are_called_so_wherever_they_are_shown(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    loaded = reports.load([run])
    out = reports.write_site(loaded, tmp_path / "report").parent
    for name in ("index.html", "power.html", "boards/unix.html", "summary.md", "power.csv"):
        assert "modelled" in (out / name).read_text(encoding="utf-8")
    told = terminal(loaded, 80)
    assert len(re.findall(r"1\.62 mA +modelled", told)) == 3


def terminal(loaded: reports.Loaded, width: int, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    reports.terminal_matrix(loaded, Console(file=file, width=width))
    return file.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("boards", [1, 3, 8, 40])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_terminal_matrix_fits_its_width(tmp_path: Path, boards: int, encoding: str) -> None:
    many = [PICO.model_copy(update={"name": f"pico-{number}"}) for number in range(boards)]
    edit = change("run.reraises", expectation=Divergence(reason="was lost"))
    run = write_run(tmp_path, Recipe(boards=many, edit=edit, samples=300))
    told = terminal(reports.load([run]), 80, encoding)
    assert max(map(len, told.splitlines())) <= 80
    assert told.count("loop.keeps-every-task") >= 1
    assert "now conforms" in told


def test_the_terminal_obeys_no_escape_of_a_board(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe(boards=(HOSTILE_BOARD,), edit=hostile))
    told = terminal(reports.load([run]), 80)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", told)


def test_the_terminal_marks_expected_divergences(tmp_path: Path) -> None:
    told = terminal(reports.load([write_run(tmp_path)]), 80)
    assert re.search(r"run\.cancels-leftovers +≠ diverges, expected", told)
    assert "Nothing unexpected, 1 known divergence. 24 of 25 verdicts conform." in told


def test_boards_side_by_side_in_one_report(tmp_path: Path) -> None:
    run = write_run(tmp_path, Recipe(boards=(UNIX, PICO, ESP)))
    out = reports.write_site(reports.load([run]), tmp_path / "report").parent
    frame = pd.read_csv(out / "matrix.csv")
    assert frame.columns[-3:].tolist() == ["unix", "pico", "esp32"]
    assert frame.query("claim == 'power.sleep-sleeps'")["esp32"].tolist() == ["unmeasured"]
    assert frame.query("claim == 'run.cancels-leftovers'")["unix"].tolist() == [
        "diverges (expected)"
    ]


@given(st.text())
def test_neutral_text_stays_text(text: str) -> None:
    shown = neutral.visible(text)
    assert neutral.visible(shown) == shown
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    ElementTree.fromstring(f"<a>{neutral.xml(text).replace('&', '').replace('<', '')}</a>")
    assert not re.match("[=+\\-@\t\r\n]", neutral.csv_cell(text))
    line = neutral.markdown(text)
    assert not set(line) & set("\n|<>`[]*_")
