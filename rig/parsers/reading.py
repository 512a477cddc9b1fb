"""What reads runs, and what the rig has: claims and faults."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rig import completing
from rig.parsers.app import app
from rig.parsers.options import (
    AsJson,
    Matrix,
    Out,
    Runs,
    Suite,
)


@app.command("report")
def report_command(
    runs: Runs, out: Out = None, matrix: Matrix = False, as_json: AsJson = False
) -> int:
    """Aggregate runs of any number of boards into one report."""
    from rig.commands.report import report

    return report(runs, out, matrix, as_json)


@app.command("site")
def site_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The site's folder.")],
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUN]...", help="Runs or bundles to add.")
    ] = None,
    store: Annotated[
        str,
        typer.Option(metavar="FOLDER", help="Where bundles are kept, or a URI; else DIR.bundles."),
    ] = "",
    as_json: AsJson = False,
) -> int:
    """The public site: who keeps which sentence, port by port, release by release. Exit 3: a run
    that was named was refused."""
    from rig.commands.site import site

    return site(runs or [], out, store, as_json)


@app.command("export")
def export_command(
    captures: Annotated[
        list[Path],
        typer.Argument(metavar="RUN|CAPTURE...", help="Runs, or single RUN/captures/*.parquet."),
    ],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="csv, ppk2, jls or trace.")] = "csv",
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Captures for other programs: a table, nRF Connect's Power Profiler, the Joulescope UI,
    Perfetto."""
    from rig.commands.export import export

    return export(captures, to, out, as_json)


@app.command("compare")
def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="OLD... NEW", help="Runs, or directories of repeats, newest last."),
    ],
    threshold: Annotated[
        float, typer.Option(help="Relative change within which a figure is the same.")
    ] = 0.1,
    new: Annotated[
        list[Path] | None,
        typer.Option("--new", metavar="RUN", help="A new run, then all others are old. May recur."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 3 also where a figure cannot be told.")
    ] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """What changed between runs, release against release. Exit 1 on a regression."""
    from rig.commands.report import compare

    return compare(runs, threshold, out, as_json, new or [], strict)


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
    as_json: AsJson = False,
) -> int:
    """Write, or bring up to date, the known divergences of the runs' ports. Exit 0; with --verify 1
    for one that no longer shows or has no reason; 3: the runs judged nothing."""
    from rig.commands.expect import expect
    from rig.commands.report import existing

    quiet = verify or as_json or not sys.stdin.isatty()
    ask = None if quiet else lambda text: input(text).strip()
    return expect(existing(runs), out, verify, ask, as_json)


@app.command("reproduce")
def reproduce_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory or id.")],
    claim: Annotated[str, typer.Argument(metavar="CLAIM")],
    board: Annotated[str, typer.Option(metavar="NAME", help="On which board.")] = "",
    as_json: AsJson = False,
) -> int:
    """Print a result as a script that needs no rig, for a REPL or an issue. Expected and seen stand
    in its comments."""
    from rig.commands.report import existing
    from rig.commands.reproduce import reproduce

    return reproduce(existing([run])[0], claim, board, as_json)


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
    from rig.commands import claims
    from rig.commands.asked import Options, use_suites

    use_suites(Options(suites=suite or []))
    if sources:
        return (claims.tell_sources if as_json else claims.show_sources)(globs or [])
    return (claims.tell_claims if as_json else claims.show_claims)(globs or [])


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
