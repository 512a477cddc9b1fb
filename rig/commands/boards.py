"""`looprig boards`: which MicroPython boards are there, by asking them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rig import bench as benches
from rig.answers.answer import tell
from rig.answers.setting_up import Boards, BoardTold
from rig.board import suspects
from rig.checkup.discovery import Answer, found
from rig.errors import LooprigError, UsageError
from rig.ports import Port, lookup
from rig.results import BoardInfo
from rig.stations import attach
from rig.terminable import terminable

HEADINGS = ("port", "firmware", "machine", "unique id", "USB id", "USB serial number")


def boards(
    ports: Sequence[str],
    bench: Path | None,
    names: list[str],
    unknown: bool = False,
    as_json: bool = False,
) -> int:
    """List the boards attached, at the ports named, or of a bench file; `unknown` devices are asked
    only if that is wanted. Exit 3 if a port that was named or a board of the bench does not
    answer."""
    with terminable():
        return listed(ports, bench, names, unknown, as_json)


def listed(
    ports: Sequence[str], bench: Path | None, names: list[str], unknown: bool, as_json: bool
) -> int:
    if bench and ports:
        raise UsageError("--bench names its own ports", "leave the ports out, or --bench")
    if bench:
        return of_bench(benches.load(bench).choose(names), as_json)
    if names:
        raise UsageError("--board needs --bench", "name a port, looprig boards PORT")
    answers = found(ports, unknown)
    if as_json:
        tell(
            Boards(
                boards=[told(each.port, each.board, each.problem, each.hint) for each in answers]
            )
        )
        return 3 if ports and not all(answer.board for answer in answers) else 0
    if not answers:
        print("no USB serial port is attached; a port of another kind has to be named")
        if cause := suspects.of_absence():
            print(cause)
        return 0
    show([row(answer.port.device, answer.board, answer.port) for answer in answers if answer.board])
    silent = [answer for answer in answers if not answer.board]
    for answer in silent:
        print(f"{'no board: ' if answer.asked else ''}{described(answer)}")
        if answer.hint:
            print(f"          → {answer.hint}")
    return 3 if ports and silent else 0


def told(
    port: Port, info: BoardInfo | None, problem: str = "", hint: str = "", name: str = ""
) -> BoardTold:
    """For programs: a board, or why there is none."""
    said = BoardTold(
        name=name, port=port.device, usb=port.usb, usb_serial_number=port.serial_number
    )
    if info is None:
        return said.model_copy(update={"problem": problem, "hint": hint})
    fields = ("implementation", "version", "platform", "machine", "unique_id")
    return said.model_copy(update={field: getattr(info, field) for field in fields})


def of_bench(bench: benches.Bench, as_json: bool = False) -> int:
    """Each board of a bench file, started or locked by itself so that one says nothing of
    another."""
    rows, problems = [], []
    if as_json:
        told_of = [
            told(lookup(info.port if info else bench.board[name].port), info, problem, name=name)
            for name, info, problem in identified(bench)
        ]
        tell(Boards(boards=told_of))
        return 3 if any(each.problem for each in told_of) else 0
    for name, info, problem in identified(bench):
        if info:
            rows.append([name, *row(info.port, info, lookup(info.port))])
        else:
            problems.append(f"board {name}: {problem}")
    show(rows, ("board", *HEADINGS))
    for problem in problems:
        print(problem)
    return 3 if problems else 0


def identified(bench: benches.Bench) -> Iterator[tuple[str, BoardInfo | None, str]]:
    for name in bench.board:
        try:
            with attach(bench.choose([name]), power=False) as [station]:
                board = station.board()
                board.open()
                try:
                    yield name, board.identify(), ""
                finally:
                    board.close()
        except LooprigError as error:
            yield name, None, str(error)


def described(answer: Answer) -> str:
    about = " ".join(part for part in (answer.port.usb, answer.port.description) if part)
    where = answer.port.device or "USB"
    return f"{where}{f' ({printable(about)})' if about else ''}: {answer.problem}"


def row(device: str, info: BoardInfo, port: Port) -> list[str]:
    firmware = f"{info.implementation} {info.version} ({info.platform})"
    return [device, firmware, info.machine, info.unique_id, port.usb, port.serial_number]


def show(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> None:
    """Columns as wide as what stands in them; a column with nothing in it is left out."""
    if not rows:
        return
    kept = [c for c in range(len(headings)) if any(cells[c] for cells in rows)]
    table = [headings, *rows]
    widths = {c: max(len(cells[c]) for cells in table) for c in kept}
    for cells in table:
        print("  ".join(printable(cells[c]).ljust(widths[c]) for c in kept).rstrip())


def printable(text: str) -> str:
    """What a board said, with nothing in it that a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)
