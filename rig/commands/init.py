"""`looprig init`: writes a bench file from what is attached."""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import tomlkit

from rig import profiles, whole
from rig.answers.answer import tell
from rig.answers.setting_up import Init
from rig.checkup.discovery import Answer, found
from rig.commands.asked import check_writable
from rig.commands.boards import described, printable
from rig.commands.fed import kind_of, opened
from rig.errors import LooprigError, RigError, UsageError
from rig.ports import identity, with_serial_number
from rig.run_dir import unwritable

HEAD = """\
# A bench: boards, meters, and which meter measures which board. Every key: docs/bench.md
# Check it with `looprig doctor --bench {name}`, then `looprig run --bench {name}`.
"""


def init(
    ports: Sequence[str],
    meters: Sequence[str],
    out: Path,
    unknown: bool = False,
    voltage: str = "",
    as_json: bool = False,
) -> int:
    """Ask what is attached and write what answered; nothing is written unless a board did.

    Meters that are named are open meanwhile: a board that they feed has no power otherwise.
    """
    if out.exists():
        raise UsageError(f"--out {out}: it is there already", "name another file, or remove it")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: {out.parent} is no directory", "make it first")
    check_writable(out.parent, "--out")  # before a board is asked
    with opened(meters, voltage, ports) as said:
        answers = found(ports, unknown)
    boards = [answer for answer in answers if answer.board]
    left_out = [
        f"{described(answer)}{f'; {answer.hint}' if answer.hint else ''}"
        for answer in answers
        if not answer.board
    ]
    for each in left_out:
        print(f"left out: {each}")
    if not boards:
        raise RigError(
            "no MicroPython board answered, so no bench file was written",
            "plug one in, name its port (looprig init PORT), or see looprig boards",
        )
    names = meters or visa_names()
    instruments = []
    for name in names:
        if name in said:
            instruments.append((name, said[name], dialect_of(name, said[name])))
        elif isinstance(meter := instrument(name, meters), str):
            left_out.append(meter)
            print(f"left out: {meter}")
        else:
            instruments.append(meter)
    text = bench_file(boards, instruments, out.name, voltage)
    try:
        whole.write(out, text)
    except OSError as error:
        raise unwritable(f"--out {out}", error, "name another file") from error
    if as_json:
        tell(
            Init(
                bench=str(out),
                boards=unique([family(answer) for answer in boards]),
                meters=unique([dialect for _, _, dialect in instruments]),
                left_out=left_out,
            )
        )
        return 0
    counted = f"{count(len(boards), 'board')}, {count(len(instruments), 'meter')}"
    print(f"{out}: {counted}; next: looprig doctor --bench {out}")
    return 0


def bench_file(
    boards: Sequence[Answer],
    instruments: Sequence[tuple[str, str, str]],
    name: str = "bench.toml",
    voltage: str = "",
) -> str:
    """The bench file's text. One board and one meter belong together; of more nobody but the
    reader knows which measures which."""
    parts = [HEAD.format(name=name)]
    meter_names = unique([dialect for _, _, dialect in instruments])
    names = unique([family(answer) for answer in boards])
    for board_name, answer in zip(names, boards, strict=True):
        assert answer.board is not None
        profile = profiles.of(answer.board)
        lines = [
            f"# {printable(answer.board.machine)}, {answer.board.version}",
            f"[board.{board_name}]",
        ]
        number = identity(answer.port)
        if number:
            lines.append(f"serial_number = {quoted(number)}")
            lines.append(f"# at the time on {answer.port.device}")
            first = next(iter(with_serial_number(number)), answer.port)
            if answer.port.interface is not None and first.interface != answer.port.interface:
                lines.append(f"interface = {answer.port.interface}  # of its several serial ports")
        else:
            lines.append(f"port = {quoted(absolute(answer.port.device))}")
        if profile:
            lines.append(f"profile = {quoted(profile.family)}")
        if len(boards) == len(instruments) == 1:
            lines.append(f"meter = {quoted(meter_names[0])}")
        elif instruments:
            lines.append(f"# meter = {quoted(meter_names[0])}  # the one in this board's supply")
        parts.append("\n".join(lines) + "\n")
    for meter_name, (resource, said, dialect) in zip(meter_names, instruments, strict=True):
        parts.append(
            f"# {printable(said)}\n[meter.{meter_name}]\n{table_of(resource, dialect, voltage)}"
        )
    return "\n".join(parts)


def table_of(name: str, dialect: str, voltage: str) -> str:
    """A meter's table: how it is reached, and what it may give the board."""
    from rig.meters.dialect import known

    kind, resource = kind_of(name)
    lines = [f"kind = {quoted(kind)}"] if kind != "visa" else []
    lines += [f"resource = {quoted(resource)}"] if resource else []
    if voltage and (kind != "visa" or known()[dialect].SUPPLIES):
        lines.append(f"voltage = {quoted(voltage)}")
    if kind == "visa":
        lines.append("# fixed, for autoranging opens gaps; above what the board draws when busy")
        lines.append('range = "100 mA"')
    return "\n".join(lines) + "\n"


def absolute(device: str) -> str:
    """A device's path from anywhere; a URL and COM3 are that by themselves."""
    return str(Path(device).absolute()) if os.sep in device and "://" not in device else device


def family(answer: Answer) -> str:
    """What to call a board: its family, or what it runs."""
    assert answer.board is not None
    return profiles.called(answer.board)


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def unique(names: Sequence[str]) -> list[str]:
    """Names fit for a bench file: a number follows where two would be the same."""
    clean = [re.sub(r"[^A-Za-z0-9_-]", "-", name) or "board" for name in names]
    return [
        name if clean.count(name) == 1 else f"{name}-{clean[: index + 1].count(name)}"
        for index, name in enumerate(clean)
    ]


def quoted(text: str) -> str:
    """A TOML string; what a device calls itself may hold anything."""
    return tomlkit.item(text).as_string()


def visa_names() -> list[str]:
    """The VISA resources that pyvisa-py sees: USB, and what announces itself on the network.

    Serial ports are left out: a meter on one has to be named, for the ports are the boards'.
    """
    import pyvisa

    # backends raise what their libraries raise, and warn of every library they could use
    with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
        names = pyvisa.ResourceManager("@py").list_resources()
        return [name for name in names if not name.startswith("ASRL")]
    return []


def dialect_of(name: str, identity: str) -> str:
    """What to call a meter: its kind, or the dialect that fits."""
    from rig.meters.dialect import choose

    kind, _ = kind_of(name)
    return kind if kind != "visa" else choose(identity)[0]


def instrument(resource: str, asked: Sequence[str]) -> tuple[str, str, str] | str:
    """(resource, identity, dialect) of a meter. Raises RigError for one that was asked for and
    does not answer; what was seen of one that only happened to be there."""
    from rig.meters.dialect import choose
    from rig.meters.visa import Session

    try:
        session = Session(resource)
        try:
            identity = session.identify()
        finally:
            session.close()
    except LooprigError as error:
        if resource in asked:
            raise
        return error.what
    return resource, identity, choose(identity)[0]
