"""The beginning that a run has, whether `looprig run` or somebody's pytest asks for it: what stands
first on its boards' path, the boards, and what run.json says of both."""

from __future__ import annotations

import _thread
import contextlib
import importlib
import importlib.metadata
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rig.bench import Bench
from rig.commands.asked import Options, check_overlay
from rig.commands.laid_over import laid_over
from rig.commands.prepared import ready
from rig.commands.resuming import made_with, now
from rig.faults import Fault, fault
from rig.order import identity
from rig.results import BoardInfo, RunInfo
from rig.sharing import Kind, columns, kinds
from rig.stations import Station


@dataclass
class Begun:
    """A run whose boards are there; nothing of it is written yet."""

    stations: list[Station]
    lost: list[BoardInfo]
    kinds: list[Kind]
    faults: Sequence[Fault]
    identities: dict[str, str]  # each board with its firmware and what lies over it
    info: RunInfo  # without its claims


@contextlib.contextmanager
def begun(
    options: Options,
    bench: Bench,
    folder: Path,
    own: Path | None = None,
    copies: Mapping[str, str] | None = None,
) -> Iterator[Begun]:
    """Start, lock and identify the boards, put overlay and faults on them, and take all away again.

    `own` is the folder of known divergences that counts beside the package's, `copies` says of
    which virtual board one is a copy. Raises UsageError for an overlay or a fault
    that is not as it should be, and RigError where no board can be had.
    """
    asked = check_overlay(options, bench)
    options.faults = list(dict.fromkeys(options.faults))
    faults = [fault(name) for name in options.faults]
    with tempfile.TemporaryDirectory(prefix="looprig-") as scratch:
        overlay = laid_over(asked, faults, Path(scratch))
        made = made_with(overlay)
        import_ahead()
        with ready(bench, overlay, options.power, options.strict) as (stations, lost):
            alike = kinds(stations, options.share, copies or {})
            info = RunInfo(
                looprig=importlib.metadata.version("looprig"),
                id=folder.resolve().name,
                started=now(),
                command=options.command,
                made_with=made,
                bench=bench.path,
                expectations=str(own or ""),
                overlay="+".join(options.faults) or str(asked or ""),
                faults=options.faults,
                suites=[str(each) for each in options.suites],
                power=options.power,
                patient=options.patient,
                boards=columns(alike, stations, lost, copies or {}),
                share=options.share,
            )
            identities = {
                station.name: identity(station.info, overlay)
                for station in stations
                if station.info
            }
            yield Begun(stations, lost, alike, faults, identities, info)


def import_ahead() -> None:
    """Import what the tests need while boards boot and answer, which the rig only waits for."""

    def imports() -> None:
        for name in ("pytest", "numpy"):
            importlib.import_module(name)

    # Nobody waits for it: Thread.start would for ever, on a machine without memory for its first
    # line. What it could not import is imported where it is used, and told there.
    _thread.start_new_thread(imports, ())
