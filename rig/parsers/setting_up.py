"""What finds, checks and starts boards and meters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rig.parsers.app import app
from rig.parsers.options import (
    AsJson,
    Bench,
    Boards,
    Firmware,
    Meter,
    Port,
    Ports,
    Unknown,
)


@app.command("virtual")
def virtual_command(
    boards: Annotated[int, typer.Option(help="How many.")] = 1,
    kind: Annotated[str, typer.Option(help="virtual (MicroPython) or cpython.")] = "virtual",
    meter_option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Option of the virtual meters; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Start virtual boards and their meters. It prints how to reach them."""
    from rig.commands.virtual import virtual

    return virtual(boards, kind, meter_option or [], as_json)


@app.command("boards")
def boards_command(
    ports: Ports = None,
    bench: Bench = None,
    board: Boards = None,
    unknown: Unknown = False,
    as_json: AsJson = False,
) -> int:
    """List MicroPython boards by asking them. Those attached, at the ports named, or of a bench
    file. Exit 3: one that was named does not answer."""
    from rig.commands.boards import boards

    return boards(ports or [], bench, board or [], unknown, as_json)


@app.command("doctor")
def doctor_command(
    bench: Bench = None,
    board: Boards = None,
    port: Port = "",
    meter: Meter = "",
    load: Annotated[
        str, typer.Option(metavar="OHM", help="A resistor in the board's place: 330ohm.")
    ] = "",
    firmware: Firmware = None,
    as_json: AsJson = False,
) -> int:
    """Whether boards and meters answer, and what to mend. Exit 0: all is well; 3: findings; 2: a
    bad bench file."""
    from rig.commands.asked import Options, check_budgets, choose_bench, use_suites
    from rig.commands.doctor import doctor

    asked = Options(bench=bench, port=port, meter=meter, firmware=firmware or [])
    described = choose_bench(asked)
    use_suites(asked, described)
    check_budgets(described)
    return doctor(described, board or [], load, as_json)


@app.command("firmware")
def firmware_command(as_json: AsJson = False) -> int:
    """List the released firmware in the cache that --firmware takes by its version."""
    from rig.commands.firmware import firmware

    return firmware(as_json)


@app.command("init")
def init_command(
    ports: Ports = None,
    meter: Annotated[
        list[str] | None, typer.Option(metavar="VISA", help="A meter's VISA name; repeatable.")
    ] = None,
    voltage: Annotated[
        str, typer.Option(metavar="V", help='What a meter may give the board: "3.3 V".')
    ] = "",
    out: Annotated[Path, typer.Option(metavar="FILE", help="The bench file.")] = Path("bench.toml"),
    unknown: Unknown = False,
    as_json: AsJson = False,
) -> int:
    """Write a bench file from what is attached."""
    from rig.commands.init import init

    return init(ports or [], meter or [], out, unknown, voltage, as_json)
