"""The matrix and the power table on a terminal, readable at 80 columns."""

from __future__ import annotations

from collections import Counter

from rich.cells import cell_len, chop_cells
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from reports.loading import Loaded
from reports.matrix import STATES, UNEXPECTED, Cell, Matrix, State, matrix, verdicts
from reports.neutral import one_line, visible
from reports.units import count, quantity, ratio
from reports.views import off

_STYLES = {
    "crashed": "bold white on red",
    "diverges": "bold red",
    "errored": "bold magenta",
    "inconclusive": "yellow",
    "now-conforms": "bold green",
    "crashed-expected": "cyan",
    "diverges-expected": "cyan",
    "conforms": "green",
}
_WORDS = 20  # columns that a state needs in words, "≠ diverges, expected"
_SHORT = 14  # in one word, "? inconclusive"
_MARK = 3
_CLAIM = 30


def terminal_matrix(loaded: Loaded, console: Console, whole: bool = True) -> None:
    """Prints the matrix by chapter, or a line a board, the power table, then what needs a look."""
    table = matrix(loaded)
    if not table.latest.shape[0]:
        console.print(Text("No results to show."))
    else:
        for block in _blocks(table, console) if whole else _lines(table):
            console.print(block)
        if loaded.power.shape[0]:
            console.print(_power(loaded, table))
        if loaded.measurements.shape[0]:
            rows = loaded.measurements["result"].isin(table.latest.index).sum()
            console.print(Text(f"{count(int(rows), 'latency or cost measurement')}: in the report"))
        _attention(table, console)
    for problem in loaded.problems:
        console.print(Text(f"left out: {visible(problem)}", style="yellow"))
    if table.latest.shape[0]:
        good, judged = verdicts(table.counts)
        console.print(
            Text(f"{table.headline()}. ", style="bold red" if table.unexpected else "bold green")
            + Text(f"{good} of {count(judged, 'verdict')} conform.")
        )


def _lines(table: Matrix) -> list[Text]:
    """A line a board: how many of its claims came out how."""
    lines = []
    for board, cells in table.by_board():
        counts = Counter(cell.state.name for _, cell, _ in cells)
        said = ", ".join(
            f"{counts[name]} {state.word}{f' ({state.tag})' if state.tag else ''}"
            for name, state in STATES.items()
            if counts[name]
        )
        lines.append(Text.assemble((one_line(board, 40), "bold"), f": {said or 'no result'}"))
    return [*lines, Text("--matrix shows every claim", style="dim"), Text()]


def _plain(console: Console) -> bool:
    return not console.encoding.lower().replace("-", "").startswith("utf")


def _state(state: State, width: int, plain: bool) -> Text:
    mark = state.plain if plain else state.mark
    if width >= _WORDS:
        tag = f", {state.tag}" if state.tag else ""
        text = f"{mark} {state.word}{tag}"
    elif width >= _SHORT:
        text = f"{mark} {'as expected' if state.tag else state.word}"
    else:
        # Without words an expected divergence still needs to look different from any other.
        new = state.name == "now-conforms"
        text = f"({mark})" if state.tag else f"{mark}!" if new else f" {mark}"
    return Text(text, style=_STYLES.get(state.name, "dim"), no_wrap=True)


def _blocks(table: Matrix, console: Console) -> list[Group | Text]:
    """One table, or several side by side boards at a time where the width asks for it."""
    plain = _plain(console)
    claims = [line.claim for chapter in table.chapters for line in chapter.lines]
    width = min(max(map(len, claims)), max(_CLAIM, console.width - _WORDS - 4))
    room = max(console.width - width - 2, _MARK + 2)
    fits = [size for size in (_WORDS, _SHORT) if len(table.boards) * (size + 2) <= room + 2]
    each = fits[0] if fits else _MARK
    at_once = max(1, (room + 2) // (each + 2))
    blocks: list[Group | Text] = []
    if not fits:
        blocks.append(Group(*_legend(table, plain), Text()))
    for start in range(0, len(table.boards), at_once):
        part = table.boards[start : start + at_once]
        heads = [
            Text(one_line(board, each) if fits else f"{number:>2}", style="bold")
            for number, board in enumerate(part, start=start + 1)
        ]
        drawn = Text(no_wrap=True)
        _line(drawn, "claim", width, heads, each, style="bold")
        for chapter in table.chapters:
            _line(drawn, one_line(chapter.name, width), width, [], each, style="bold underline")
            for line in chapter.lines:
                cells = line.cells[start : start + at_once]
                states = [_state(cell.state, each, plain) for cell in cells]
                _line(drawn, visible(line.claim), width, states, each)
        blocks.append(drawn)
    return blocks


def _line(
    drawn: Text, claim: str, width: int, cells: list[Text], each: int, style: str = ""
) -> None:
    """A claim and its cells, in columns. By hand, for rich's table of 400 rows takes long enough
    to keep the end of a run waiting."""
    first, *folded = chop_cells(claim, width) or [""]
    drawn.append(first, style=style)
    gap = width - cell_len(first)
    for cell in cells:
        drawn.append(" " * (gap + 2)).append_text(cell)
        gap = each - cell.cell_len
    drawn.append("\n")
    for rest in folded:
        drawn.append(f"{rest}\n", style=style)


def _legend(table: Matrix, plain: bool) -> list[Text]:
    """Which number is which board, and what each mark means."""
    keys = [
        Text(f"{number:>4} {one_line(board, 70)}")
        for number, board in enumerate(table.boards, start=1)
    ]
    for state in {cell.state.name: cell.state for cell in table.cells()}.values():
        tag = f", {state.tag}" if state.tag else ""
        keys.append(Text(" ") + _state(state, _MARK, plain) + Text(f" {state.word}{tag}"))
    return keys


def _power(loaded: Loaded, table: Matrix) -> Group:
    """The waits that count, their class, R with its interval, and the mean current."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("wait", "class", "R [95 %]", "current", ""):
        drawn.add_column(name, overflow="fold", no_wrap=name in ("class", "R [95 %]", "current"))
    rows = loaded.power[loaded.power["result"].isin(table.latest.index)]
    several = rows["board"].nunique() > 1
    waits = rows.groupby("claim")["wait"].nunique()
    for row in rows.to_dict("records"):
        wait = Text(visible(row["claim"]))
        if waits[row["claim"]] > 1:
            wait.append(f"\n  {one_line(row['wait'], 60)}", style="dim")
        if several:
            wait.append(f"\n  {one_line(row['board'], 30)}", style="dim")
        style = {"sleeps": "green", "spins": "red", "polls": "yellow"}.get(row["kind"], "")
        drawn.add_row(
            wait,
            Text(row["kind"], style=style),
            Text(f"{ratio(row['ratio'])} [{ratio(row['ratio_low'])}, {ratio(row['ratio_high'])}]"),
            Text(f"{quantity(row['window_a'], 'A')} {off(row)}".rstrip().replace("\u202f", " ")),
            Text(row["source"], style="dim"),
        )
    heading = Text("power: R is 0 at the board's floor current and 1 when busy", style="bold")
    return Group(heading, drawn, Text())


def _attention(table: Matrix, console: Console) -> None:
    """What a person should look at, each with what was seen."""
    shown = [cell for cell in table.cells() if cell.state.name in (*UNEXPECTED, "now-conforms")]
    for cell in shown:
        console.print(_told(table, cell, _plain(console)))
    if shown:
        console.print()


def _told(table: Matrix, cell: Cell, plain: bool) -> Text:
    row = table.row(cell)
    text = _state(STATES[cell.state.name], _WORDS, plain)
    text.no_wrap = False
    text.append(f" {visible(cell.claim)} on {one_line(cell.board)}", style="bold")
    if cell.state.name == "now-conforms":
        known = one_line(str(row["reason"]), 200)
        text.append(f"\n    the known divergence did not show: {known}", style="not bold")
        return text
    for name in ("expected", "actual", "why"):
        if told := one_line(str(row[name]), 300):
            text.append(f"\n    {name}: {told}", style="not bold default on default")
    return text
