"""The command line. It parses and imports nothing that the command at hand does not need."""

from __future__ import annotations

if __name__ == "__main__":  # what a Ctrl-C comes to is settled before the imports that take long
    from rig.start import begin

    begin()

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rig import completing
from rig.errors import UsageError

app = typer.Typer(
    help="Does a MicroPython port's asyncio event loop do what its documentation says, "
    "do its waits really sleep, and how fast does it wake?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)

# typer has had click beside it and within it: its own exception leads to the right base.
BAD_USAGE: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")

GARBAGE = 50_000
"""New objects from one look for garbage to the next: what is imported and collected is none, and
looking it through every 700 objects would take a run a tenth of a second."""


def show_version(asked: bool) -> None:
    """`looprig 0.1.0`, and the Python that runs it."""
    if asked:
        import importlib.metadata
        import platform

        python = f"Python {platform.python_version()}"
        typer.echo(f"looprig {importlib.metadata.version('looprig')} ({python})")
        raise typer.Exit


@app.callback()
def looprig(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say which looprig."),
    ] = False,
) -> None:
    pass


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


@app.command("run", context_settings={"ignore_unknown_options": False})
def run_command(
    bench: Bench = None,
    board: Boards = None,
    port: Annotated[str, typer.Option(metavar="DEV", help="One board, without a bench file.")] = "",
    meter: Annotated[str, typer.Option(metavar="VISA", help="Its meter, a VISA name.")] = "",
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
    power: Annotated[bool, typer.Option("--power/--no-power", help="Measure currents.")] = True,
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
    pytest_args: Annotated[
        list[str] | None, typer.Argument(metavar="[-- PYTEST_ARGS]", help="Passed on to pytest.")
    ] = None,
) -> int:
    """Check boards against the claims. Exit 0: each board was judged, and nothing unexpected came
    of it; 1: a board did something unexpected; 2: bad usage or bench file; 3: rig errors, lost
    boards, boards of which nothing could be judged; 130: interrupted."""
    from rig.commands.asked import Options, what_to_show
    from rig.commands.run import run

    options = Options(
        bench=bench,
        boards=board or [],
        port=port,
        meter=meter,
        firmware=firmware or [],
        claims=claims or [],
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
    if as_json or listing:
        raise UsageError("--repeat makes several runs", "leave --json and --list out")
    from rig.commands.repeats import repeated

    return repeated(options, repeat, run)


Runs = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run directories or ids.")]


@app.command("ab")
def ab_command(
    bench: Bench = None,
    board: Boards = None,
    port: Annotated[str, typer.Option(metavar="DEV", help="One board, without a bench file.")] = "",
    meter: Annotated[str, typer.Option(metavar="VISA", help="Its meter, a VISA name.")] = "",
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
    power: Annotated[bool, typer.Option("--power/--no-power", help="Measure currents.")] = True,
    repeat: Repeat = None,
    out: Out = None,
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
    return by_turns(*sides_of(asked), 5 if repeat is None else repeat, run)


@app.command("report")
def report_command(
    runs: Runs, out: Out = None, matrix: Matrix = False, as_json: AsJson = False
) -> int:
    """Aggregate runs of any number of boards into one report."""
    from rig.commands.report import report

    return report(runs, out, matrix, as_json)


@app.command("export")
def export_command(
    captures: Annotated[
        list[Path], typer.Argument(metavar="CAPTURE...", help="RUN/captures/*.parquet.")
    ],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="csv, ppk2 or trace.")] = "csv",
    out: Out = None,
) -> int:
    """Captures for other programs: a table, nRF Connect's Power Profiler, Perfetto."""
    from rig.commands.export import export

    return export(captures, to, out)


@app.command("compare")
def compare_command(
    runs: Annotated[list[Path], typer.Argument(metavar="OLD... NEW", help="Runs, newest last.")],
    threshold: Annotated[
        float, typer.Option(help="Least relative change of a measurement that is told.")
    ] = 0.1,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """What changed between runs, release against release. Exit 1 on a regression."""
    from rig.commands.report import compare

    return compare(runs, threshold, out, as_json)


@app.command("expect")
def expect_command(
    runs: Runs,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder; else where the runs' bench looks for it."),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Write nothing: which no longer show, or lack a reason?"),
    ] = False,
) -> int:
    """Write, or bring up to date, the known divergences of the runs' ports. Exit 0; with --verify 1
    for one that no longer shows or has no reason; 3: the runs judged nothing."""
    from rig.commands.expect import expect
    from rig.commands.report import existing

    ask = (lambda text: input(text).strip()) if sys.stdin.isatty() and not verify else None
    return expect(existing(runs), out, verify, ask)


@app.command("reproduce")
def reproduce_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory or id.")],
    claim: Annotated[str, typer.Argument(metavar="CLAIM")],
    board: Annotated[str, typer.Option(metavar="NAME", help="On which board.")] = "",
) -> int:
    """Print a result as a script that needs no rig, for a REPL or an issue. Expected and seen stand
    in its comments."""
    from rig.commands.report import existing
    from rig.commands.reproduce import reproduce

    return reproduce(existing([run])[0], claim, board)


@app.command("claims")
def claims_command(
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GLOB]...", autocompletion=completing.claims),
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="Each sentence of the sources, with its claims.")
    ] = False,
    suite: Suite = None,
    as_json: AsJson = False,
) -> int:
    """The catalogue of claims."""
    from rig.commands.asked import Options, use_suites
    from rig.commands.claims import show_claims, show_sources, tell_claims

    use_suites(Options(suites=suite or []))
    if as_json:
        if sources:
            raise UsageError("--json has no --sources", "leave one of them out")
        return tell_claims(globs or [])
    return show_sources(globs or []) if sources else show_claims(globs or [])


@app.command("prove")
def prove_command(
    bench: Bench = None,
    board: Boards = None,
    port: Annotated[str, typer.Option(metavar="DEV", help="One board, without a bench file.")] = "",
    meter: Annotated[str, typer.Option(metavar="VISA", help="Its meter, a VISA name.")] = "",
    power: Annotated[bool, typer.Option("--power/--no-power", help="Measure currents.")] = True,
    out: Out = None,
) -> int:
    """Could this bench have been red? Break its boards' loops by a dozen faults, and say which are
    caught. Exit 0: all; 1: one was missed, or none could be shown; 2 and 3 as of run."""
    from rig.commands.asked import Options
    from rig.commands.prove import prove

    command = ["looprig", *sys.argv[1:]]
    return prove(
        Options(
            bench=bench, boards=board or [], port=port, meter=meter, power=power, out=out,
            command=command,
        )
    )  # fmt: skip


@app.command("faults")
def faults_command(
    globs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GLOB]...", autocompletion=completing.faults),
    ] = None,
    suite: Suite = None,
    as_json: AsJson = False,
) -> int:
    """The seeded faults that run --fault takes, with the claims that catch each. A GLOB matches a
    fault's name or such a claim."""
    from rig.commands.asked import Options, use_suites
    from rig.commands.faults import show_faults, tell_faults

    use_suites(Options(suites=suite or []))
    return (tell_faults if as_json else show_faults)(globs or [])


@app.command("virtual")
def virtual_command(
    boards: Annotated[int, typer.Option(help="How many.")] = 1,
    kind: Annotated[str, typer.Option(help="virtual (MicroPython) or cpython.")] = "virtual",
    meter_option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Option of the virtual meters; repeatable."),
    ] = None,
) -> int:
    """Start virtual boards and their meters. It prints how to reach them."""
    from rig.commands.virtual import virtual

    return virtual(boards, kind, meter_option or [])


Ports = Annotated[list[str] | None, typer.Argument(metavar="[PORT]...", help="Only these ports.")]


Unknown = Annotated[
    bool, typer.Option("--all", help="Ask unknown USB devices too: Ctrl-C is typed at them.")
]


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
    port: Annotated[str, typer.Option(metavar="DEV", help="One board, without a bench file.")] = "",
    meter: Annotated[str, typer.Option(metavar="VISA", help="Its meter, a VISA name.")] = "",
    load: Annotated[
        str, typer.Option(metavar="OHM", help="A resistor in the board's place: 330ohm.")
    ] = "",
    firmware: Firmware = None,
    as_json: AsJson = False,
) -> int:
    """Whether boards and meters answer, and what to mend. Exit 0: all is well; 3: findings; 2: a
    bad bench file."""
    from rig.commands.asked import Options, choose_bench
    from rig.commands.doctor import doctor

    asked = Options(bench=bench, port=port, meter=meter, firmware=firmware or [])
    return doctor(choose_bench(asked), board or [], load, as_json)


@app.command("firmware")
def firmware_command() -> int:
    """List the released firmware in the cache that --firmware takes by its version."""
    from rig.commands.firmware import firmware

    return firmware()


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
    port: Annotated[str, typer.Option(metavar="DEV", help="One board, without a bench file.")] = "",
    share: Share = False,
    resume: Resume = None,
    out: Out = None,
) -> int:
    """Run MicroPython's own tests/ on the bench's boards. The results are kept as a run's. Exit
    codes as of run."""
    from rig.commands.upstream import upstream

    command = ["looprig", *sys.argv[1:]]
    return upstream(
        directory, patterns or [], bench, out, board or [], port, command, resume, share
    )


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
) -> int:
    """Write a bench file from what is attached."""
    from rig.commands.init import init

    return init(ports or [], meter or [], out, unknown, voltage)


def bad_usage(error: Any) -> str:
    """What is wrong on the command line, in one sentence and where to read on."""
    said = str(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "looprig"
    return f"{said[0].lower()}{said[1:]}; {command} --help says more"


def command() -> int:
    """Carry out what the words ask for; raises LooprigError for a user's mistake."""
    from rig.words import check

    check(sys.argv[1:])
    try:
        return int(app(prog_name="looprig", standalone_mode=False) or 0)
    except BAD_USAGE as error:
        if type(error).__name__ != "NoArgsIsHelpError":
            raise UsageError(bad_usage(error)) from error
        error.show()
        return 2


def main() -> None:
    """A user's mistake is one sentence and an exit code, never a traceback."""
    from rig.ending import guarded

    gc.set_threshold(GARBAGE)
    sys.exit(guarded(command))


if __name__ == "__main__":
    main()
