"""The HTML site: one page that holds everything, and pages to go deeper.

`index.html` opens from a disk without a network. It carries its evidence within itself unless
that would make it unwieldy (many boards); then each board's evidence is a script of its own
beside the page, loaded when a cell is opened, as pages opened from a disk may not fetch.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reports import exports, one_hertz, views
from reports.evidence import evidence, script_json
from reports.loading import Loaded
from reports.matrix import STATES, UNEXPECTED, URGENT, Matrix, matrix
from reports.neutral import link, visible
from reports.trend import trends
from reports.units import count

INLINE_LIMIT = 16_000_000  # characters of evidence within a page of several runs
TEMPLATES = Path(__file__).parent / "templates"
_SCRIPTS = ("theme.js", "evidence.js", "chart.js", "filter.js", "battery.js")


def write_site(loaded: Loaded, out: Path) -> Path:
    """Writes the report into `out` (made if need be) and returns the path of its index.html.

    It is written aside first: a report that cannot be written whole leaves the one before.
    """
    out.mkdir(parents=True, exist_ok=True)
    aside = out / ".new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        _write(loaded, aside)
        for stale in ("boards", "evidence"):
            shutil.rmtree(out / stale, ignore_errors=True)
        for made in aside.iterdir():
            made.replace(out / made.name)
    except OSError as error:
        what = error.strerror or "another looprig writes to it"  # shutil.Error has none
        raise OSError(error.errno, what, str(error.filename or out)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return out / "index.html"


def _write(loaded: Loaded, out: Path) -> None:
    (out / "boards").mkdir()
    table = matrix(loaded)
    exports.write_exports(loaded, table, out)
    plotly = files("plotly").joinpath("package_data/plotly.min.js")
    (out / "plotly.min.js").write_bytes(plotly.read_bytes())
    inline, external = _write_evidence(loaded, table, out)
    common = _common(loaded, table, external)
    _render("index.html", out / "index.html", evidence=inline, **common)
    with_power = set(loaded.power["result"])
    powered = {key: text for key, text in inline.items() if int(key) in with_power}
    _render("power.html", out / "power.html", evidence=powered, **common)
    _render("latency.html", out / "latency.html", evidence={}, **common)
    _write_boards(loaded, table, out, common)


def _common(loaded: Loaded, table: Matrix, external: dict[str, str]) -> dict[str, Any]:
    """What every page may show."""
    return {
        "root": "",
        "table": table,
        "states": STATES,
        "headline": table.headline(),
        "good": not table.unexpected and bool(table.latest.shape[0]),
        "tiles": views.tiles(table),
        "boards": views.board_cards(loaded, table),
        "attention": views.attention(table, URGENT),
        "known": views.attention(table, ("crashed-expected", "diverges-expected")),
        "unexpected_states": UNEXPECTED,
        "power": views.power_groups(loaded, table),
        "one_hertz": one_hertz.rows(loaded, table),
        "latency": views.latency_groups(loaded, table),
        "problems": loaded.problems,
        "runs": views.records(loaded.runs.tail(50)),
        "run_count": loaded.runs.shape[0],
        "external": external,
    }


def _write_evidence(
    loaded: Loaded, table: Matrix, out: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """Evidence by row as JSON texts for within the page, or row -> script where it is too much."""
    cells = {cell.row: cell for cell in table.cells()}
    runs = table.latest.groupby("run", sort=False)
    inline: dict[str, str] = {}
    external: dict[str, str] = {}
    size = 0
    for number, (run, rows) in enumerate(runs):
        directory = loaded.directories[str(run)]
        told = {
            str(row): script_json(evidence(result, cells[row], directory))
            for row, result in loaded.whole(rows)
        }
        if not external:
            inline.update(told)
            size += sum(map(len, told.values()))
            if size <= INLINE_LIMIT or len(runs) == 1:
                continue
            # Too much for one page: what was gathered so far moves out as well.
            (out / "evidence").mkdir()
            told, inline = inline, {}
        name = f"evidence/{number}.js"
        write_script(out / name, told)
        external.update(dict.fromkeys(told, name))
    return inline, external


def write_script(path: Path, told: dict[str, str]) -> int:
    """The script that brings the evidence of these rows to a page; returns its characters."""
    rows = ",\n".join(f'"{row}":{text}' for row, text in told.items())
    body = f"looprigEvidence({{\n{rows}\n}});\n"
    path.write_text(body, encoding="utf-8")
    return len(body)


def _write_boards(loaded: Loaded, table: Matrix, out: Path, common: dict[str, Any]) -> None:
    history = trends(loaded)
    power: dict[str, list[Any]] = {}
    for group in common["power"]:
        for row in group["rows"]:
            power.setdefault(row["board"], []).append(row)
    shared = {**common, "power": [], "latency": [], "root": "../"}
    cards = {card["board"]: card for card in common["boards"]}
    for board, cells in table.by_board():
        card = cards[board]
        _render(
            "board.html",
            out / card["page"],
            board=card,
            lines=[views.told(cell, row) for _, cell, row in cells],
            rows=power.get(board, []),
            history=history.get(board),
            evidence={},
            **shared,
        )


@cache
def environment() -> jinja2.Environment:
    """Jinja2 with all text made visible and escaped; an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    scripts = [_script(name) for name in _SCRIPTS]
    made.globals["scripts"] = scripts
    made.globals["policy"] = _policy(scripts)
    made.filters["count"] = count
    made.filters["link"] = link
    made.tests["urgent"] = lambda state: state.name in URGENT
    return made


def compile_templates() -> None:
    """Read and compile every page's template."""
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)


def _shown(value: Any) -> Any:
    """Whatever a template puts out: text keeps no control characters, markup of ours stays."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _script(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(scripts: list[Markup]) -> str:
    """The page's content security policy: its own scripts by their hashes, and no network.

    Should a board's text ever get past the escaping, it still would not run.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes} 'self' file:; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _render(template: str, path: Path, **values: Any) -> None:
    stream = environment().get_template(template).stream(**values)
    stream.enable_buffering(200)
    with path.open("wb") as file:
        stream.dump(file, encoding="utf-8")
