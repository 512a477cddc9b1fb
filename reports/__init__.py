"""Reports: run directories in, matrix, evidence, power and latency out.

`load` reads runs into DataFrames, the others render them. pandas and what it drags in are
imported when one of them is first asked for, so that a command that reports nothing starts fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.comparing import compare as compare
    from reports.comparison import Comparison as Comparison
    from reports.loading import Loaded as Loaded
    from reports.loading import load as load
    from reports.site import write_site as write_site
    from reports.terminal import terminal_matrix as terminal_matrix

_HOMES = {
    "Comparison": "reports.comparison",
    "Loaded": "reports.loading",
    "compare": "reports.comparing",
    "load": "reports.loading",
    "terminal_matrix": "reports.terminal",
    "write_site": "reports.site",
}

__all__ = ["Comparison", "Loaded", "compare", "get_ready", "load", "terminal_matrix", "write_site"]


def get_ready() -> None:
    """Import ahead of time all that a run's report needs."""
    for home in {"reports.loading", "reports.terminal", "reports.site"}:
        import_module(home)
    import_module("pyarrow.parquet")
    import_module("reports.site").compile_templates()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'reports' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
