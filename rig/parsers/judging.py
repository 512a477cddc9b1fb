"""What has boards judged: run, ab, prove, upstream."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rig import completing
from rig.errors import UsageError
from rig.parsers.app import app
from rig.parsers.options import (
    AsJson,
    Bench,
    Boards,
    Firmware,
    Matrix,
    Meter,
    Out,
    Port,
    Power,
    Repeat,
    Resume,
    Share,
    Suite,
)


@app.command("run", context_settings={"ignore_unknown_options": False})
def run_command(
    bench: Bench = None,
    board: Boards = None,
    port: Port = "",
    meter: Meter = "",
    firmware: Firmware = None,
    claims: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB", help="Only these claims; repeatable.", autocompletion=completing.claims
        ),
    ] = None,
    suite: Suite = None,
    overlay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Modules put first on each board's sys.path.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Break each board's loop by this fault; repeatable.",
            autocompletion=completing.faults,
        ),
    ] = None,
    expectations: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Known divergences of your own, beside the package's."),
    ] = None,
    power: Power = True,
    fail_fast: Annotated[bool, typer.Option(help="Stop at the first unexpected outcome.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a bench of which a board cannot be had.")
    ] = False,
    resume: Resume = None,
    out: Out = None,
    workers: Annotated[
        str, typer.Option("-n", metavar="N", help="Boards at a time: a number, or auto.")
    ] = "",
    share: Share = False,
    level: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVEL",
            help="Levels that the exit code follows: documented (default), compatible, quality, "
            "all; repeatable.",
        ),
    ] = None,
    repeat: Repeat = None,
    matrix: Matrix = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the last line and errors only.")
    ] = False,
    as_json: AsJson = False,
    listing: Annotated[
        bool, typer.Option("--list", help="Say what would be judged, and why not the rest.")
    ] = False,
    failed: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Only the claims that went wrong there.")
    ] = None,
    trace: Annotated[
        str,
        typer.Option(
            metavar="CLAIM",
            help="Only this claim, and show what is sent, what comes, and the current.",
            autocompletion=completing.claims,
        ),
    ] = "",
    pytest_args: Annotated[
        list[str] | None, typer.Argument(metavar="[-- PYTEST_ARGS]", help="Passed on to pytest.")
    ] = None,
) -> int:
    """Check boards against the claims. Exit 0: each board was judged, and nothing unexpected came
    of it; 1: a board did something unexpected; 2: bad usage or bench file; 3: rig errors, lost
    boards, boards of which nothing could be judged; 130: interrupted."""
    from rig.commands.asked import Options, what_to_show
    from rig.commands.run import run

    if trace and (claims or failed or resume or repeat is not None):
        what = "--trace chooses one claim"
        raise UsageError(what, "leave --claims, --failed, --resume and --repeat out")
    options = Options(
        bench=bench,
        boards=board or [],
        port=port,
        meter=meter,
        firmware=firmware or [],
        claims=[trace] if trace else claims or [],
        trace=bool(trace),
        suites=suite or [],
        overlay=overlay,
        faults=fault or [],
        expectations=expectations,
        power=power,
        fail_fast=fail_fast,
        strict=strict,
        resume=resume,
        out=out,
        workers=workers,
        share=share,
        show=what_to_show(matrix, quiet, as_json),
        listing=listing,
        failed=failed,
        levels=level or [],
        pytest_args=pytest_args or [],
        command=["looprig", *sys.argv[1:]],
    )
    if repeat is None:
        return run(options)
    if listing:
        raise UsageError("--repeat makes several runs", "leave --list out")
    from rig.commands.repeats import repeated

    return repeated(options, repeat, run, as_json)


@app.command("ab")
def ab_command(
    bench: Bench = None,
    board: Boards = None,
    port: Port = "",
    meter: Meter = "",
    firmware: Firmware = None,
    claims: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only these claims; repeatable.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The change is this overlay.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="The change is this fault; repeatable.")
    ] = None,
    power: Power = True,
    repeat: Repeat = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Base and change by turns, A B A B, for compare. The change is an --overlay, a --fault, the
    second of two --firmware, or the second of two --board. Exit 0: all were judged; 3 as of run."""
    from rig.commands.asked import Options
    from rig.commands.repeats import by_turns, sides_of
    from rig.commands.run import run

    asked = Options(
        bench=bench, boards=board or [], port=port, meter=meter, firmware=firmware or [],
        claims=claims or [], overlay=overlay, faults=fault or [], power=power, out=out,
        command=["looprig", *sys.argv[1:]],
    )  # fmt: skip
    return by_turns(*sides_of(asked), 5 if repeat is None else repeat, run, as_json)


@app.command("prove")
def prove_command(
    bench: Bench = None,
    board: Boards = None,
    port: Port = "",
    meter: Meter = "",
    power: Power = True,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Could this bench have been red? Break its boards' loops by chosen faults, and say which are
    caught. Exit 0: all; 1: one was missed, or none could be shown; 2 and 3 as of run."""
    from rig.commands.asked import Options
    from rig.commands.prove import prove

    command = ["looprig", *sys.argv[1:]]
    return prove(
        Options(
            bench=bench, boards=board or [], port=port, meter=meter, power=power, out=out,
            command=command,
        ),
        as_json=as_json,
    )  # fmt: skip


@app.command("upstream")
def upstream_command(
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A MicroPython checkout.")
    ] = None,
    patterns: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATTERN]...", help="Globs or parts of paths under its tests/."),
    ] = None,
    bench: Bench = None,
    board: Boards = None,
    port: Port = "",
    share: Share = False,
    resume: Resume = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Run MicroPython's own tests/ on the bench's boards. The results are kept as a run's. Exit
    codes as of run."""
    from rig.commands.upstream import upstream

    command = ["looprig", *sys.argv[1:]]
    return upstream(
        directory, patterns or [], bench, out, board or [], port, command, resume, share, as_json
    )
