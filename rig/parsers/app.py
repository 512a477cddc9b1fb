"""The command itself, to which the other modules add theirs."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

LONGEST = 1000
"""Characters of a command's summary: more than any has."""


class Whole(TyperGroup):
    """Its help has each command's summary whole, wrapped where it has to be; a Ctrl-C comes out
    of it as an exception, for typer makes it a bare 130, and nobody would say a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise typer.Abort from error

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = [(name, one.get_short_help_str(LONGEST)) for name, one in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


app = typer.Typer(
    cls=Whole,
    help="Does a MicroPython port's asyncio event loop do what its documentation says, "
    "do its waits really sleep, and how fast does it wake?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


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
