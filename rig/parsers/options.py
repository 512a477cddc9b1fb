"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rig import completing

Bench = Annotated[Path | None, typer.Option("--bench", metavar="FILE", help="Bench file (TOML).")]
Boards = Annotated[
    list[str] | None,
    typer.Option(
        "--board",
        metavar="NAME",
        help="Only this board; repeatable.",
        autocompletion=completing.boards,
    ),
]
Resume = Annotated[
    Path | None, typer.Option("--resume", metavar="RUN", help="Go on with a run cut short.")
]
Firmware = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Emulate this firmware: a .uf2, an .elf, a micropython, or a release; repeatable.",
    ),
]
Matrix = Annotated[bool, typer.Option("--matrix", help="Print every claim's outcome.")]
Share = Annotated[
    bool, typer.Option("--share", help="Boards of the same firmware divide the work among them.")
]
Suite = Annotated[
    list[Path] | None,
    typer.Option("--suite", metavar="DIR", help="Claims and tests of your own too; repeatable."),
]
Repeat = Annotated[
    int | None, typer.Option("--repeat", metavar="N", help="So many times, each a run of its own.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document, by its schema in docs/schemas/.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where the output goes.")]
Port = Annotated[
    str, typer.Option("--port", metavar="DEV", help="One board, without a bench file.")
]
Meter = Annotated[str, typer.Option("--meter", metavar="VISA", help="Its meter, a VISA name.")]
Power = Annotated[bool, typer.Option("--power/--no-power", help="Measure currents.")]
Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run directories or ids.")]
Ports = Annotated[list[str] | None, typer.Argument(metavar="[PORT]...", help="Only these ports.")]
Unknown = Annotated[
    bool, typer.Option("--all", help="Ask unknown USB devices too: Ctrl-C is typed at them.")
]
